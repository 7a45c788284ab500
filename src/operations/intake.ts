/**
 * $intake: takes a document in; `register`, `withdraw` and `restore` in one place, in any envelope this server opens.
 */
import type { Letter } from '../documents/envelope.ts';
import { envelopes } from '../documents/envelopes/all.ts';
import { FhirError } from '../fhir/outcome.ts';
import { handleLetter, receiptResponse } from '../interactions/intake.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../interactions/interaction.ts';

/** The letter in a request's body. @throws FhirError 'invalid' */
export function letterOf({ body }: FhirRequest): Letter {
  const envelope = body?.kind === 'resource' ? envelopes.find(one => one.fits(body.resource)) : undefined;
  if (body?.kind !== 'resource' || !envelope)
    throw new FhirError('invalid', {
      en: 'Nothing to take in; expected a document or collection Bundle, or Parameters with command and bundle',
      ja: '取り込むものがありません。document か collection の Bundle、または command と bundle を入れた Parameters を送ってください',
    });
  const opened = envelope.open(body.resource, body.text);
  if ('issues' in opened) throw new FhirError('invalid', opened.issues);
  return opened.letter;
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  return receiptResponse(request, await handleLetter(services, request, letterOf(request)));
}

/** POST [base]/$intake. */
export const intake: Operation = {
  name: 'intake',
  levels: ['system'],
  definition: 'https://w3id.org/engawa/fhir/OperationDefinition/intake',
  readOnly: false,
  handle,
};
