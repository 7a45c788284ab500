/**
 * POST [base]: a batch or a transaction.
 * @see https://hl7.org/fhir/R4/http.html#transaction
 */
import { FhirError } from '../fhir/outcome.ts';
import { handleBatch } from './batch.ts';
import { isTakenIn, receiptResponse, takeIn } from './intake.ts';
import type { FhirRequest, FhirResponse, Interaction, Services } from './interaction.ts';
import { handleTransaction } from './transaction.ts';
import { bodyResource } from './write.ts';

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const { text, resource } = bodyResource(request, 'Bundle');
  if (resource['type'] === 'batch') return handleBatch(services, request, text, resource);
  if (resource['type'] === 'transaction') return handleTransaction(services, request, text, resource);
  if (isTakenIn(services, resource)) return receiptResponse(request, await takeIn(services, request, resource, text));
  const { type } = resource;
  const found =
    typeof type === 'string'
      ? { en: `the type ${type.slice(0, 40)}`, ja: `Bundle の type が「${type.slice(0, 40)}」です` }
      : { en: 'no type', ja: 'Bundle に type がありません' };
  throw new FhirError(
    'invalid',
    {
      en: `The Bundle has ${found.en}; POST to the base takes a batch or a transaction. To store a Bundle of another type as it is, POST it to ${request.base}/Bundle`,
      ja: `${found.ja}。ベース URL への POST は batch か transaction だけです。そのまま保存するには ${request.base}/Bundle に POST してください`,
    },
    { expression: 'Bundle.type' },
  );
}

/** POST [base]. */
export const bundle: Interaction = { name: 'batch', method: 'POST', path: '', handle };
