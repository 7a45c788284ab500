/**
 * batch: every entry for itself, independent of the others.
 * @see https://hl7.org/fhir/R4/http.html#transaction
 */
import { FhirError, operationOutcome } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import { type Entry, entryRequest, readEntries, verbOrder, writeResponseEntry } from './entry.ts';
import type { FhirRequest, FhirResponse, Services } from './interaction.ts';

/** Entries handled at the same time: their commits share one write to disk. */
const sideBySide = 32;

async function handleEntry(services: Services, outer: FhirRequest, entry: Entry): Promise<string> {
  try {
    const route = services.route(entry.method, entry.path);
    if (route.name === 'batch')
      throw new FhirError('not-supported', {
        en: 'A Bundle inside a Bundle is not handled; send it by itself',
        ja: 'Bundle の中の Bundle は処理できません。別に送ってください',
      });
    const response = await route.handle(services, entryRequest(outer, entry, route.params));
    return await writeResponseEntry(entry.method === 'HEAD' ? { ...response, body: undefined as never } : response);
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    const resource = operationOutcome(error.issues, outer.language);
    return writeResponseEntry({ status: error.status, headers: error.headers, body: { kind: 'resource', resource } });
  }
}

/** Handles the entries, each with its own status; the answer is 200 whatever became of them. */
export async function handleBatch(
  services: Services,
  request: FhirRequest,
  text: string,
  bundle: Resource,
): Promise<FhirResponse> {
  const entries = readEntries(services, request.base, text, bundle);
  const answers: string[] = new Array(entries.length);
  for (const verbs of verbOrder) {
    const queue = entries.filter(entry => verbs.includes(entry.method));
    const work = async () => {
      for (let entry = queue.shift(); entry; entry = queue.shift())
        answers[entry.index] = await handleEntry(services, request, entry);
    };
    await Promise.all(Array.from({ length: Math.min(sideBySide, queue.length) }, work));
  }
  return responseBundle('batch-response', answers);
}

/** A response Bundle of entries that are written already. */
export function responseBundle(
  type: 'batch-response' | 'transaction-response',
  entries: readonly string[],
): FhirResponse {
  const head = `{"resourceType":"Bundle","type":"${type}"`;
  const text = entries.length > 0 ? `${head},"entry":[${entries.join(',')}]}` : `${head}}`;
  return { status: 200, headers: {}, body: { kind: 'text', text } };
}
