/**
 * Taking a document back by its three keys, and undoing that.
 * Source: JP-CLINS 1.10.0, deletion of Bundles (all three keys must match; a document is taken back as a whole).
 */
import { systemCaller } from '../../access/caller.ts';
import { readDocument } from '../../documents/document.ts';
import { type DocumentKeys, documentId } from '../../documents/keys.ts';
import { kindOf } from '../../documents/kinds/all.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import type { Change } from '../../store/store.ts';
import type { FhirRequest, Services } from '../interaction.ts';
import { commitPrepared, prepareDelete } from '../write.ts';
import { intakeReceipt, type Receipt, withdrawReceipt } from './answer.ts';
import { resourceChange, sameVersion } from './change.ts';
import { originalText } from './kept.ts';
import { prepareIntake, type StoredDocument, storedDocument } from './prepare.ts';

function unknownKeys(): FhirError {
  return new FhirError('not-found', {
    en: 'There is no document with these three keys (person, document system, document value); all of them must match',
    ja: 'この3つのキー（本人の番号、文書の system、文書の value）に一致する文書はありません',
  });
}

/** The DocumentReference of a document that was taken back. */
function withdrawnRecord(stored: StoredDocument): Resource {
  const { context: _context, meta, ...rest } = stored.resource!;
  const { versionId: _version, lastUpdated: _time, ...kept } = meta ?? {};
  return { ...rest, meta: kept, resourceType: 'DocumentReference', status: 'entered-in-error' };
}

/** Takes a document back: its Bundle, its bytes and what came out of it alone. @throws FhirError 'not-found' */
export async function withdraw(services: Services, request: FhirRequest, keys: DocumentKeys): Promise<Receipt> {
  return withdrawById(services, request, documentId(keys));
}

/** Takes a document back by its id. @throws FhirError 'not-found' */
export async function withdrawById(services: Services, request: FhirRequest, id: string): Promise<Receipt> {
  let removed: readonly string[] = [];
  const { committed } = await commitPrepared(services, async () => {
    const stored = await storedDocument(services, id);
    if (stored.state === 'nothing') throw unknownKeys();
    removed = stored.state === 'current' ? [...stored.own, `Bundle/${id}`, `Binary/${id}`] : [];
    if (stored.state === 'withdrawn') return [];
    const before = sameVersion('DocumentReference', id, stored.version!.versionId);
    const record = resourceChange(services, request, withdrawnRecord(stored), { preconditions: [before] });
    return [record, ...removed.map(reference => deletion(request, reference))];
  });
  return withdrawReceipt(id, removed, committed);
}

function deletion(request: FhirRequest, reference: string): Change {
  const [type = '', id = ''] = reference.split('/');
  return prepareDelete(request, type, id, []);
}

/** The newest version of a document's Binary that is no deletion. */
async function lastBinary(services: Services, id: string): Promise<Resource | undefined> {
  const access = services.access.condition(systemCaller);
  const now = await services.store.read('Binary', id, access);
  if (!now) return undefined;
  const version = now.deleted ? await services.store.readVersion('Binary', id, now.versionId - 1, access) : now;
  return version && !version.deleted ? (JSON.parse(version.text) as Resource) : undefined;
}

/**
 * Puts a document back that was taken back. It was checked when it came; what has become stricter since does not keep it out.
 * @throws FhirError 'not-found'
 */
export async function restore(services: Services, request: FhirRequest, keys: DocumentKeys): Promise<Receipt> {
  const id = documentId(keys);
  const binary = await lastBinary(services, id);
  if (!binary) throw unknownKeys();
  const text = await originalText(services, binary);
  const bundle = JSON.parse(text) as Resource;
  const document = readDocument(kindOf(bundle)!, bundle, text);
  let prepared: Awaited<ReturnType<typeof prepareIntake>> | undefined;
  const { committed } = await commitPrepared(services, async () => {
    prepared = await prepareIntake(services, request, document);
    return prepared.changes;
  });
  return intakeReceipt(prepared!, committed, [], { language: request.language, restored: true });
}
