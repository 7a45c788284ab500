/**
 * The very same bytes again. When the document and everything that came out of it are as intake left them, there is nothing to
 * check and nothing to write: the answer is known before the rules are asked.
 */
import { hash } from 'node:crypto';
import { systemCaller } from '../../access/caller.ts';
import type { Document } from '../../documents/document.ts';
import { partsOf } from '../../documents/extract.ts';
import { documentId } from '../../documents/keys.ts';
import { isWithheld } from '../../documents/records.ts';
import { object, objects, text } from '../../documents/values.ts';
import type { Issue } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import type { Committed, Current } from '../../store/store.ts';
import type { FhirRequest, Services } from '../interaction.ts';
import { type Receipt, receiptOf } from './answer.ts';

/** True when the bytes that are kept are these. */
function sameBytes(reference: Resource, content: string): boolean {
  const attachment = object(objects(reference['content'])[0]?.['attachment']);
  const bytes = Buffer.from(content);
  return attachment['size'] === bytes.length && attachment['hash'] === hash('sha1', bytes, 'base64');
}

const notChecked = (since: string): Issue => ({
  severity: 'information',
  code: 'informational',
  rule: 'intake-same',
  message: {
    en: `The same bytes were taken in at ${since}, and everything made of them is as it was: they were not checked again`,
    ja: `同じ内容を ${since} に取り込み済みで、取り出したものもそのままです。検査は繰り返していません`,
  },
});

/**
 * The receipt of a document that is there already, byte for byte.
 * @returns undefined when it is not, or when anything that came out of it was changed or deleted since
 */
export async function sameAgain(
  services: Services,
  request: FhirRequest,
  document: Document,
): Promise<Receipt | undefined> {
  if (!document.keys) return undefined;
  const access = services.access.condition(systemCaller);
  const id = documentId(document.keys);
  const read = async (reference: string): Promise<Current | undefined> => {
    const [type = '', own = ''] = reference.split('/');
    const version = await services.store.read(type, own, access);
    return version?.deleted === false ? version : undefined;
  };
  const record = await read(`DocumentReference/${id}`);
  const resource = record && (JSON.parse(record.text) as Resource);
  if (resource?.['status'] !== 'current' || !sameBytes(resource, document.text)) return undefined;
  // The last that intake writes: what is newer was written by somebody else.
  const last = await read(`Provenance/${id}`);
  const personId = /^Patient\/(.+)$/.exec(text(object(resource['subject'])['reference']) ?? '')?.[1];
  if (!last || personId === undefined) return undefined;
  const parts = partsOf(document, id, personId);
  const bundle = isWithheld(document) ? undefined : `Bundle/${id}`;
  const made = parts.filter(one => one.role !== 'withheld').map(one => `${one.type}/${one.id}`);
  const outcomes = new Map<string, Committed>();
  for (const reference of new Set([...made, `Binary/${id}`, ...(bundle ? [bundle] : [])])) {
    const version = await read(reference);
    if (!version || version.seq > last.seq) return undefined;
    outcomes.set(reference, { outcome: 'unchanged', version: { ...version, method: 'PUT' } });
  }
  if (record!.seq > last.seq) return undefined;
  const person = { id: personId, match: 'found' as const, notes: [], changes: [], preconditions: [] };
  const known = { id, parts, person, removed: [], before: 'current' as const };
  const since = text(resource['date']) ?? '';
  return receiptOf(known, outcomes, [notChecked(since)], { language: request.language });
}
