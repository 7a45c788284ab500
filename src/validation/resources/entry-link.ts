/**
 * How the entries of a document or message hang together: what the Composition or MessageHeader refers to is inside, and every
 * entry is led to from there.
 * @see https://hl7.org/fhir/R4/documents.html#content
 * @see https://hl7.org/fhir/R4/messaging.html
 */
import type { JsonObject } from '../../fhir/types.ts';
import { addFinding, addIssue, type Report } from '../report.ts';
import { entryIndex } from '../scope.ts';
import { isObject, objects } from './questionnaire.ts';

/** Runs a check at an entry. */
export function atEntry(report: Report, i: number, check: () => void): void {
  const depth = report.depth;
  report.segments[report.depth++] = 'entry';
  report.segments[report.depth++] = i;
  check();
  report.depth = depth;
}

/** Every reference of a resource. */
function collectReferences(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') collectReferences(item, found);
  } else if (isObject(value)) {
    const { reference } = value;
    if (typeof reference === 'string') found.add(reference);
    for (const name in value)
      if (name !== 'text' && typeof value[name] === 'object') collectReferences(value[name], found);
  }
}

/** What must be in the document: the references that stand in these elements of its Composition or MessageHeader. */
const bound: ReadonlyMap<string, readonly (readonly string[])[]> = new Map([
  ['Composition', [['subject'], ['encounter'], ['author'], ['custodian'], ['attester', 'party'], ['event', 'detail']]],
  ['MessageHeader', [['focus']]],
]);
const boundInSections: readonly (readonly string[])[] = [['author'], ['focus'], ['entry']];

/** Told of each reference, with the way to it, which changes after. */
type Tell = (reference: string, path: readonly (string | number)[]) => void;

/** The references at the end of steps. */
function eachLink(holder: unknown, steps: readonly string[], path: (string | number)[], tell: Tell, from = 0): void {
  if (!isObject(holder)) return;
  const step = steps[from];
  if (step === undefined) {
    if (typeof holder['reference'] === 'string') tell(holder['reference'], path);
    return;
  }
  const value = holder[step];
  if (value === undefined) return;
  path.push(step);
  if (Array.isArray(value))
    for (let i = 0; i < value.length; i++) {
      path.push(i);
      eachLink(value[i], steps, path, tell, from + 1);
      path.pop();
    }
  else eachLink(value, steps, path, tell, from + 1);
  path.pop();
}

function eachSectionLink(holder: JsonObject, path: (string | number)[], tell: Tell): void {
  const sections = objects(holder['section']);
  for (let i = 0; i < sections.length; i++) {
    path.push('section', i);
    for (const steps of boundInSections) eachLink(sections[i], steps, path, tell);
    eachSectionLink(sections[i]!, path, tell);
    path.length -= 2;
  }
}

/** The entry a reference leads to, by the fullUrl of the entry it stands in; relative ones need one that ends with type and id. */
function targetOf(reference: string, entry: JsonObject, bundle: JsonObject, { scope }: Report): JsonObject | undefined {
  const index = entryIndex(bundle, scope);
  const whole = reference.includes('#') ? reference.slice(0, reference.indexOf('#')) : reference;
  const plain = whole.includes('/_history/') ? whole.replace(/\/_history\/.*$/, '') : whole;
  if (/^[a-z][a-z0-9+.-]*:/i.test(plain)) return index.get(plain)?.[0];
  const { fullUrl, resource } = entry;
  if (typeof fullUrl !== 'string') return objects(bundle['entry']).find(one => isCalled(one, plain));
  const own = isObject(resource) ? `${String(resource['resourceType'])}/${String(resource['id'])}` : '';
  return fullUrl.endsWith(own) ? index.get(fullUrl.slice(0, fullUrl.length - own.length) + plain)?.[0] : undefined;
}

/** Whether an entry's resource has the type and id of a relative reference. */
export const isCalled = ({ resource }: JsonObject, reference: string): boolean =>
  isObject(resource) && reference === `${String(resource['resourceType'])}/${String(resource['id'])}`;

function missingTarget(
  reference: string,
  path: readonly (string | number)[],
  bundle: JsonObject,
  report: Report,
): void {
  const depth = report.depth;
  for (const step of ['resource', ...path]) report.segments[report.depth++] = step;
  const like =
    objects(bundle['entry']).find(one => isCalled(one, reference))?.['fullUrl'] ??
    [...entryIndex(bundle, report.scope).keys()].find(url => url.endsWith(`/${reference}`));
  addIssue(report, 'not-found', {
    en: `"${reference}" is not found in the Bundle${like === undefined ? '' : `; there is ${String(like)}, but the fullUrl of this entry leads elsewhere`}`,
    ja: `「${reference}」がこの Bundle の中にありません${like === undefined ? '' : `（${String(like)} はありますが、このエントリーの fullUrl からは別の場所を指します）`}`,
  });
  report.depth = depth;
}

/** What the first entry refers to must be inside. */
function checkBound(first: JsonObject, bundle: JsonObject, report: Report): void {
  const resource = first['resource'];
  const elements = isObject(resource) ? bound.get(String(resource['resourceType'])) : undefined;
  if (!isObject(resource) || !elements) return;
  const tell: Tell = (reference, path) => {
    if (!reference.startsWith('#') && !targetOf(reference, first, bundle, report))
      atEntry(report, 0, () => missingTarget(reference, path, bundle, report));
  };
  for (const steps of elements) eachLink(resource, steps, [], tell);
  eachSectionLink(resource, [], tell);
}

/** Entries that are led to from the first, or that lead to one that is. */
function reachedFrom(entries: readonly JsonObject[], bundle: JsonObject, report: Report): ReadonlySet<JsonObject> {
  const neighbours = new Map<JsonObject, JsonObject[]>();
  const join = (a: JsonObject, b: JsonObject): void => {
    const known = neighbours.get(a);
    if (known) known.push(b);
    else neighbours.set(a, [b]);
  };
  for (const entry of entries) {
    const references = new Set<string>();
    collectReferences(entry['resource'], references);
    for (const reference of references) {
      const target = reference.startsWith('#') ? undefined : targetOf(reference, entry, bundle, report);
      if (!target) continue;
      join(entry, target);
      join(target, entry);
    }
  }
  const reached = new Set<JsonObject>();
  const waiting = entries.slice(0, 1);
  for (const url of objects(bundle['link']).map(link => String(link['url'])))
    waiting.push(...(entryIndex(bundle, report.scope).get(url) ?? entries.filter(entry => isCalled(entry, url))));
  while (waiting.length > 0) {
    const at = waiting.pop()!;
    if (reached.has(at)) continue;
    reached.add(at);
    waiting.push(...(neighbours.get(at) ?? []));
  }
  return reached;
}

/** Checks the links between the entries of a document or message. */
export function checkEntryLinks(bundle: JsonObject, report: Report): void {
  const all: readonly unknown[] = Array.isArray(bundle['entry']) ? bundle['entry'] : [];
  const entries = all.filter(isObject);
  const [first] = entries;
  if (!first) return;
  checkBound(first, bundle, report);
  const reached = reachedFrom(entries, bundle, report);
  const document = bundle['type'] === 'document';
  all.forEach((entry, i) => {
    if (!isObject(entry) || !isObject(entry['resource']) || reached.has(entry)) return;
    atEntry(report, i, () =>
      addFinding(report, document ? 'error' : 'warning', 'informational', {
        en: `nothing in the ${document ? 'document' : 'message'} leads to this entry, nor it to anything there`,
        ja: `この${document ? '文書' : 'メッセージ'}のどこからも参照されていないエントリーです`,
      }),
    );
  });
}
