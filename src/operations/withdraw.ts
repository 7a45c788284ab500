/** $withdraw: takes a document back by its three keys, or undoes that (`undo`). */
import type { DocumentKeys } from '../documents/keys.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import { handleLetter, receiptResponse } from '../interactions/intake.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../interactions/interaction.ts';
import { letterOf } from './intake.ts';

/** The keys in Parameters, as the plain envelope has them. */
function keysOf(request: FhirRequest, resource: Resource): DocumentKeys {
  const parameter = Array.isArray(resource['parameter']) ? resource['parameter'] : [];
  const command = { name: 'command', valueCode: 'withdraw' };
  const asked = {
    resourceType: 'Parameters',
    parameter: [...parameter.filter(one => one?.name !== 'command'), command],
  };
  const letter = letterOf({ ...request, body: { kind: 'resource', text: '', resource: asked } });
  if (letter.command === 'register') throw new Error('a withdrawal has keys');
  return letter.keys;
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const { body } = request;
  if (body?.kind !== 'resource' || body.resource.resourceType !== 'Parameters')
    throw new FhirError('invalid', {
      en: 'Expected Parameters with person and document (Identifier), and undo (boolean) to put it back',
      ja: 'person と document（Identifier）を入れた Parameters を送ってください。元に戻すには undo を true にします',
    });
  const keys = keysOf(request, body.resource);
  const list = body.resource['parameter'] as { name?: string; valueBoolean?: boolean }[];
  const undo = list.some(one => one.name === 'undo' && one.valueBoolean === true);
  const letter = { command: undo ? ('restore' as const) : ('withdraw' as const), keys };
  return receiptResponse(request, await handleLetter(services, request, letter));
}

/** POST [base]/$withdraw. */
export const withdrawDocument: Operation = {
  name: 'withdraw',
  levels: ['system'],
  definition: 'https://w3id.org/engawa/fhir/OperationDefinition/withdraw',
  readOnly: false,
  handle,
};
