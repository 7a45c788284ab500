/**
 * Bundles: fullUrls, what a document and a message begin with, references that must be found inside.
 * @see https://hl7.org/fhir/R4/bundle.html
 */
import type { JsonObject, Message } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import { addFinding, addIssue, type Report } from '../report.ts';
import { absolute, entryIndex, resolve, typeNamed } from '../scope.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const absoluteUrl = /^(?:https?:\/\/|urn:(?:uuid|oid):|[a-z][a-z0-9+.-]*:)/i;
const uuidForm = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const oidForm = /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/;

/** Runs a check at an entry. */
function atEntry(report: Report, i: number, check: () => void): void {
  const depth = report.depth;
  report.segments[report.depth++] = 'entry';
  report.segments[report.depth++] = i;
  check();
  report.depth = depth;
}

function fullUrlFault(fullUrl: string, resource: JsonObject, isType: (name: string) => boolean): Message | undefined {
  if (!absoluteUrl.test(fullUrl))
    return { en: `the fullUrl "${fullUrl}" is not absolute`, ja: `fullUrl「${fullUrl}」は絶対 URL ではありません` };
  if (fullUrl.startsWith('urn:uuid:') && !uuidForm.test(fullUrl))
    return {
      en: `the fullUrl "${fullUrl}" is no UUID in lower case`,
      ja: `fullUrl「${fullUrl}」は小文字の UUID ではありません`,
    };
  if (fullUrl.startsWith('urn:oid:') && !oidForm.test(fullUrl))
    return { en: `the fullUrl "${fullUrl}" is no OID`, ja: `fullUrl「${fullUrl}」は OID ではありません` };
  const type = typeNamed(fullUrl);
  const id = resource['id'];
  if (
    /^https?:/.test(fullUrl) &&
    type !== undefined &&
    isType(type) &&
    id !== undefined &&
    !fullUrl.endsWith(`/${String(resource['resourceType'])}/${String(id)}`)
  )
    return {
      en: `the fullUrl "${fullUrl}" looks like a server's URL, so it must end with ${String(resource['resourceType'])}/${String(id)}`,
      ja: `fullUrl「${fullUrl}」はサーバーの URL の形なので、末尾は ${String(resource['resourceType'])}/${String(id)} でなければなりません`,
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
    atEntry(report, i, () => {
      if (typeof fullUrl === 'string') {
        const fault = fullUrlFault(fullUrl, resource as JsonObject, isType);
        if (fault) addIssue(report, 'invalid', fault);
      } else if (!optional && fullUrl === undefined && entry['_fullUrl'] === undefined)
        addIssue(report, 'required', {
          en: 'fullUrl is missing; only entries of a transaction or batch may go without',
          ja: 'fullUrl がありません。省略できるのは transaction と batch だけです',
        });
    });
  });
}

/** Every reference of a resource within a document or message. */
function* referencesIn(
  value: unknown,
  path: (string | number)[],
): Generator<{ reference: string; path: readonly (string | number)[] }> {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) yield* referencesIn(value[i], [...path, i]);
  } else if (isObject(value)) {
    const { reference } = value;
    if (typeof reference === 'string') yield { reference, path };
    for (const name in value)
      if (name !== 'text' && typeof value[name] === 'object') yield* referencesIn(value[name], [...path, name]);
  }
}

/** References of a document's entries lead to its entries; what nothing leads to is reported. */
function checkLinks(entries: readonly unknown[], bundle: JsonObject, report: Report): void {
  const reached = new Set<unknown>();
  const edges = new Map<unknown, unknown[]>();
  entries.forEach((entry, i) => {
    if (!isObject(entry) || !isObject(entry['resource'])) return;
    const resource = entry['resource'];
    const fullUrl = typeof entry['fullUrl'] === 'string' ? entry['fullUrl'] : undefined;
    const scope = {
      resource,
      container: resource,
      bundle,
      start: report.depth,
      ids: new Set<string>(),
      ...(fullUrl !== undefined && { fullUrl }),
    };
    for (const { reference, path } of referencesIn(resource, [])) {
      if (reference.startsWith('#')) continue;
      const target = resolve(reference, scope);
      if (target) {
        edges.set(resource, [...(edges.get(resource) ?? []), target.resource]);
        edges.set(target.resource, [...(edges.get(target.resource) ?? []), resource]);
      } else if (
        fullUrl !== undefined &&
        !/^https?:|^urn:/.test(reference) &&
        (i === 0 || isElsewhere(entries, reference))
      )
        atEntry(report, i, () => missingTarget(report, reference, path, bundle));
    }
  });
  const first = isObject(entries[0]) ? entries[0]['resource'] : undefined;
  const waiting: unknown[] = [first];
  while (waiting.length > 0) {
    const at = waiting.pop();
    if (reached.has(at)) continue;
    reached.add(at);
    waiting.push(...(edges.get(at) ?? []));
  }
  entries.forEach((entry, i) => {
    if (!isObject(entry) || !isObject(entry['resource']) || reached.has(entry['resource'])) return;
    atEntry(report, i, () =>
      addFinding(report, 'warning', 'informational', {
        en: 'nothing in the document leads to this entry',
        ja: 'この文書のどこからも参照されていないエントリーです',
      }),
    );
  });
}

/** Whether an entry has the type and id of a reference, although its fullUrl says otherwise. */
const isElsewhere = (entries: readonly unknown[], reference: string): boolean =>
  entries.some(
    one =>
      isObject(one) &&
      isObject(one['resource']) &&
      reference === `${String(one['resource']['resourceType'])}/${String(one['resource']['id'])}`,
  );

function missingTarget(
  report: Report,
  reference: string,
  path: readonly (string | number)[],
  bundle: JsonObject,
): void {
  const depth = report.depth;
  report.segments[report.depth++] = 'resource';
  for (const step of path) report.segments[report.depth++] = step;
  const like = [...entryIndex(bundle).keys()].find(url => url.endsWith(`/${reference}`));
  const near = like === undefined ? '' : `; there is ${like}`;
  addIssue(report, 'not-found', {
    en: `"${reference}" is not found in the Bundle${near}`,
    ja: `「${reference}」がこの Bundle の中にありません${like === undefined ? '' : `（${like} ならあります）`}`,
  });
  report.depth = depth;
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

export function checkBundle(bundle: JsonObject, report: Report, { definitions }: Compiler): void {
  const entries: readonly unknown[] = Array.isArray(bundle['entry']) ? bundle['entry'] : [];
  checkFullUrls(bundle, entries, report, definitions.isResourceType);
  checkDuplicates(bundle, entries, report);
  if (bundle['type'] === 'document') {
    checkFirst(entries, 'Composition', report);
    checkLinks(entries, bundle, report);
  }
  if (bundle['type'] === 'message') checkFirst(entries, 'MessageHeader', report);
}
