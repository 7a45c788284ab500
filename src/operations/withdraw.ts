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

/** The parameter undo. @throws FhirError 400 for what is no boolean: taken for false, it would withdraw instead of putting back */
function isUndone(resource: Resource): boolean {
  const list = resource['parameter'] as { name?: string; valueBoolean?: unknown }[];
  const undo = list.find(one => one.name === 'undo');
  if (!undo || typeof undo.valueBoolean === 'boolean') return undo?.valueBoolean === true;
  throw new FhirError(
    'invalid',
    {
      en: 'undo: expected valueBoolean, true or false. Nothing was changed',
      ja: 'undo は valueBoolean（true か false）で指定してください。何も変えていません',
    },
    { expression: "Parameters.parameter.where(name='undo')" },
  );
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const { body } = request;
  if (body?.kind !== 'resource' || body.resource.resourceType !== 'Parameters')
    throw new FhirError('invalid', {
      en: 'Expected Parameters with person and document (Identifier), and undo (boolean) to put it back',
      ja: 'person と document（Identifier）を入れた Parameters を送ってください。元に戻すには undo を true にします',
    });
  const keys = keysOf(request, body.resource);
  const letter = { command: isUndone(body.resource) ? ('restore' as const) : ('withdraw' as const), keys };
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
