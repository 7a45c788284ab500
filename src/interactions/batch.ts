/**
 * batch: every entry for itself, independent of the others.
 * @see https://hl7.org/fhir/R4/http.html#transaction
 */
import { FhirError } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import { type Entry, entryRequest, readEntries, verbOrder } from './entry.ts';
import { responseBundle, tooLarge, writeResponseEntry } from './entry-response.ts';
import type { FhirRequest, FhirResponse, Services } from './interaction.ts';
import { failedResponse } from './refusal.ts';

export { responseBundle } from './entry-response.ts';

/** Writes handled at the same time: their commits share one write to disk. */
const writesSideBySide = 32;
/** Reads gain little by it, and a turn of the event loop should be short for the others. */
const readsSideBySide = 4;
/** Once the answers have this many characters, the remaining reads are refused. */
const mostAnswers = 200_000_000;

const isRead = ({ method }: Entry): boolean => method === 'GET' || method === 'HEAD';

/** The answer to an entry. What it throws is its own answer: others may have been stored already. */
async function handleEntry(
  services: Services,
  outer: FhirRequest,
  entry: Entry,
  { full, bugs }: { readonly full: boolean; readonly bugs: unknown[] },
): Promise<string> {
  try {
    if (full && isRead(entry)) throw tooLarge();
    const route = services.route(entry.method, entry.path);
    if (route.name === 'batch')
      throw new FhirError('not-supported', {
        en: 'A Bundle inside a Bundle is not handled; send it by itself',
        ja: 'Bundle の中の Bundle は処理できません。別に送ってください',
      });
    const { body, ...response } = await route.handle(services, entryRequest(outer, entry, route.params));
    const isResult = route.name.startsWith('$');
    return await writeResponseEntry({ ...response, ...(body && entry.method !== 'HEAD' && { body }) }, { isResult });
  } catch (error) {
    return writeResponseEntry(failedResponse(error, outer.language, bugs));
  }
}

/**
 * Handles the entries, each with its own status; the answer is 200 whatever became of them.
 * @param most characters of all answers from which on reads are refused
 */
export async function handleBatch(
  services: Services,
  request: FhirRequest,
  text: string,
  bundle: Resource,
  most: number = mostAnswers,
): Promise<FhirResponse> {
  const entries = readEntries(services, request.base, text, bundle);
  const answers: string[] = new Array(entries.length);
  const bugs: unknown[] = [];
  let size = 0;
  for (const verbs of verbOrder) {
    const queue = entries.filter(entry => verbs.includes(entry.method));
    let next = 0;
    const work = async () => {
      for (let entry = queue[next++]; entry; entry = queue[next++]) {
        const answer = await handleEntry(services, request, entry, { full: size >= most, bugs });
        size += answer.length;
        answers[entry.index] = answer;
        // Whoever else waits gets a turn: most entries never leave this thread.
        await new Promise(resolve => setImmediate(resolve));
      }
    };
    const sideBySide = verbs.includes('GET') ? readsSideBySide : writesSideBySide;
    await Promise.all(Array.from({ length: Math.min(sideBySide, queue.length) }, work));
  }
  return { ...responseBundle('batch-response', answers), ...(bugs.length > 0 && { bugs }) };
}
