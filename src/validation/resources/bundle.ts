/**
 * Bundles: fullUrls, identities, what a document and a message begin with.
 * @see https://hl7.org/fhir/R4/bundle.html
 */
import type { JsonObject, Message } from '../../fhir/types.ts';
import { isUri } from '../primitive.ts';
import type { Compiler } from '../profile.ts';
import { addIssue, type Report } from '../report.ts';
import { absolute, typeNamed } from '../scope.ts';
import { checkBundleLinks } from './bundle-link.ts';
import { atEntry, checkEntryLinks } from './entry-link.ts';
import { checkSearchSet } from './searchset.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const absoluteUrl = /^(?:https?:\/\/|urn:(?:uuid|oid):|[a-z][a-z0-9+.-]*:)/i;
const uuidForm = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const oidForm = /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/;

/** What is wrong with a fullUrl beyond its type, which tells for itself what is no URI. */
function fullUrlFault(fullUrl: string, resource: JsonObject, isType: (name: string) => boolean): Message | undefined {
  if (!isUri(fullUrl)) return undefined;
  if (!absoluteUrl.test(fullUrl))
    return { en: `the fullUrl "${fullUrl}" is not absolute`, ja: `fullUrl「${fullUrl}」は絶対 URL ではありません` };
  if (fullUrl.startsWith('urn:uuid:') && !uuidForm.test(fullUrl))
    return {
      en: `the fullUrl "${fullUrl}" is no UUID in lower case`,
      ja: `fullUrl「${fullUrl}」は小文字の UUID ではありません`,
    };
  if (fullUrl.startsWith('urn:oid:') && !oidForm.test(fullUrl))
    return { en: `the fullUrl "${fullUrl}" is no OID`, ja: `fullUrl「${fullUrl}」は OID ではありません` };
  if (!fullUrl.startsWith('http')) return undefined;
  const type = typeNamed(fullUrl);
  const own = `${String(resource['resourceType'])}/${String(resource['id'])}`;
  if (/^https?:/.test(fullUrl) && type !== undefined && isType(type) && !fullUrl.endsWith(`/${own}`))
    return resource['id'] === undefined
      ? {
          en: `the fullUrl "${fullUrl}" looks like a server's URL, but the resource has no id`,
          ja: `fullUrl「${fullUrl}」はサーバーの URL の形ですが、リソースに id がありません`,
        }
      : {
          en: `the fullUrl "${fullUrl}" looks like a server's URL, so it must end with ${own}`,
          ja: `fullUrl「${fullUrl}」はサーバーの URL の形なので、末尾は ${own} でなければなりません`,
        };
  return undefined;
}

function checkFullUrls(
  bundle: JsonObject,
  entries: readonly unknown[],
  report: Report,
  isType: (name: string) => boolean,
): void {
  const type = bundle['type'];
  const optional =
    type === 'transaction' ||
    type === 'batch' ||
    type === 'transaction-response' ||
    type === 'batch-response' ||
    type === 'history';
  entries.forEach((entry, i) => {
    if (!isObject(entry) || !isObject(entry['resource'])) return;
    const { fullUrl, resource } = entry;
    const fault = typeof fullUrl === 'string' ? fullUrlFault(fullUrl, resource as JsonObject, isType) : undefined;
    if (fault) atEntry(report, i, () => addIssue(report, 'invalid', fault));
    else if (!optional && fullUrl === undefined && entry['_fullUrl'] === undefined)
      atEntry(report, i, () =>
        addIssue(report, 'required', {
          en: 'fullUrl is missing; only entries of a transaction or batch may go without',
          ja: 'fullUrl がありません。省略できるのは transaction と batch だけです',
        }),
      );
  });
}

function checkFirst(entries: readonly unknown[], wanted: string, report: Report): void {
  const first = isObject(entries[0]) ? entries[0]['resource'] : undefined;
  if (isObject(first) && first['resourceType'] === wanted) return;
  addIssue(
    report,
    'invalid',
    { en: `the first entry must be a ${wanted}`, ja: `最初のエントリーは ${wanted} でなければなりません` },
    wanted === 'Composition' ? 'bdl-11' : 'bdl-12',
  );
}

/** Entries of one identity: only histories hold several versions. */
function checkDuplicates(bundle: JsonObject, entries: readonly unknown[], report: Report): void {
  const seen = new Set<string>();
  if (bundle['type'] === 'history') return;
  entries.forEach((entry, i) => {
    if (!isObject(entry) || typeof entry['fullUrl'] !== 'string') return;
    const meta = isObject(entry['resource']) ? entry['resource']['meta'] : undefined;
    const key = `${absolute(entry['fullUrl'], undefined)} ${isObject(meta) ? String(meta['versionId'] ?? '') : ''}`;
    if (seen.has(key))
      atEntry(report, i, () =>
        addIssue(
          report,
          'duplicate',
          { en: 'another entry has the same fullUrl', ja: '同じ fullUrl のエントリーがあります' },
          'bdl-7',
        ),
      );
    seen.add(key);
  });
}

/** The rule of Bundle resources. */
export function checkBundle(bundle: JsonObject, report: Report, compiler: Compiler): void {
  const { definitions } = compiler;
  const entries: readonly unknown[] = Array.isArray(bundle['entry']) ? bundle['entry'] : [];
  checkFullUrls(bundle, entries, report, definitions.isResourceType);
  checkDuplicates(bundle, entries, report);
  checkBundleLinks(bundle, report);
  if (bundle['type'] === 'searchset') checkSearchSet(bundle, report, compiler);
  if (bundle['type'] === 'document') checkFirst(entries, 'Composition', report);
  if (bundle['type'] === 'message') checkFirst(entries, 'MessageHeader', report);
  if (bundle['type'] === 'document' || bundle['type'] === 'message') checkEntryLinks(bundle, report);
}
