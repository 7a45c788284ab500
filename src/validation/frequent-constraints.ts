/**
 * Invariants that nearly every resource meets, written out as functions; the rest is compiled by src/fhirpath.
 * @see https://hl7.org/fhir/R4/fhirpath.html
 */
import type { JsonObject } from '../fhir/types.ts';
import type { Evaluate } from './constraint.ts';
import { type Presence, presenceOf } from './constraint-guard.ts';
import { resolve } from './scope.ts';

const object = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null ? (value as JsonObject) : {};
const hasAnswer = presenceOf('answer');
const hasClinicalStatus = presenceOf('clinicalStatus');
const hasFullUrl = presenceOf('fullUrl');
const hasIdentifier = presenceOf('identifier');
const hasItem = presenceOf('item');
const hasName = presenceOf('name');
const hasSearch = presenceOf('search');
const hasSystem = presenceOf('system');
const hasTotal = presenceOf('total');
const hasValue = presenceOf('value');
const coded = (concept: unknown, codes: readonly string[], system: string): boolean => {
  const list = object(concept)['coding'];
  return (
    Array.isArray(list) &&
    list.some(one => object(one)['system'] === system && codes.includes(String(object(one)['code'])))
  );
};

function periodInOrder(value: unknown): boolean | undefined {
  const { start, end } = object(value);
  if (typeof start !== 'string' || typeof end !== 'string') return true;
  if (start.length <= 10 || end.length <= 10) {
    const length = Math.min(start.length, end.length, 10);
    const [a, b] = [start.slice(0, length), end.slice(0, length)];
    // Equal as far as both go, but not as exact as each other: FHIRPath cannot say which comes first, and the rule fails.
    return a !== b ? a < b : start.length === end.length;
  }
  return Date.parse(start) <= Date.parse(end);
}

const allergy = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification';
const condition = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';

const entriesOf = (bundle: unknown): readonly unknown[] => {
  const { entry } = object(bundle);
  return Array.isArray(entry) ? entry : [];
};

/** Whether the entries of a Bundle have an element if it is of certain types, and lack it if it is of others. */
const inEntries =
  (there: Presence, types: readonly unknown[]): Evaluate =>
  (bundle, report) => {
    const wanted = types.includes(report.scope.resource['type']);
    return entriesOf(bundle).every(entry => there(entry) === wanted);
  };

/** `type = 'x' implies …`, which fails also where there is no type to tell. */
const ofType =
  (type: string, holds: (bundle: JsonObject) => boolean): Evaluate =>
  bundle => {
    const own = object(bundle);
    return holds(own) || (own['type'] !== undefined && own['type'] !== type);
  };

const beginsWith = (type: string) => (bundle: JsonObject) =>
  object(object(entriesOf(bundle)[0])['resource'])['resourceType'] === type;

/** Entries with the same fullUrl are of other versions. */
function distinctEntries(bundle: unknown): boolean {
  const named = entriesOf(bundle).filter(entry => hasFullUrl(entry));
  const keys = named.map(entry => {
    const { fullUrl = '', resource } = object(entry);
    return `${String(fullUrl)}${String(object(object(resource)['meta'])['versionId'] ?? '')}`;
  });
  return object(bundle)['type'] === 'history' || new Set(keys).size === keys.length;
}

const lastVersion = "fullUrl.exists() implies fullUrl.contains('/_history/').not()";

/** Invariants of Bundle, which every entry would be walked for. */
const ofBundles: readonly (readonly [string, Evaluate])[] = [
  [
    "total.empty() or (type = 'searchset') or (type = 'history')",
    bundle => !hasTotal(bundle) || ['searchset', 'history'].includes(String(object(bundle)['type'])),
  ],
  [
    "entry.search.empty() or (type = 'searchset')",
    bundle => object(bundle)['type'] === 'searchset' || !entriesOf(bundle).some(entry => hasSearch(entry)),
  ],
  [
    "entry.all(request.exists() = (%resource.type = 'batch' or %resource.type = 'transaction' or %resource.type = 'history'))",
    inEntries(presenceOf('request'), ['batch', 'transaction', 'history']),
  ],
  [
    "entry.all(response.exists() = (%resource.type = 'batch-response' or %resource.type = 'transaction-response' or %resource.type = 'history'))",
    inEntries(presenceOf('response'), ['batch-response', 'transaction-response', 'history']),
  ],
  [
    "(type = 'history') or entry.where(fullUrl.exists()).select(fullUrl&resource.meta.versionId).isDistinct()",
    distinctEntries,
  ],
  ["type = 'document' implies (timestamp.hasValue())", ofType('document', ({ timestamp }) => timestamp !== undefined)],
  ["type = 'document' implies entry.first().resource.is(Composition)", ofType('document', beginsWith('Composition'))],
  ["type = 'message' implies entry.first().resource.is(MessageHeader)", ofType('message', beginsWith('MessageHeader'))],
  [
    lastVersion,
    entry => {
      const { fullUrl } = object(entry);
      return typeof fullUrl === 'string' ? !fullUrl.includes('/_history/') : !hasFullUrl(entry);
    },
  ],
];

/** eld-19 asks for a match anywhere in the path: one character that may stand in a name makes it. */
const nameCharacter = /[^\s.,:;'"/|?!@#$%&*()[\]{}]/;
const elementNames = String.raw`path.matches('[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}(\\.[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}(\\[x\\])?(\\:[^\\s\\.]+)?)*')`;

/** Frequent invariants of R4, by their expression. */
export const frequent: ReadonlyMap<string, Evaluate> = new Map<string, Evaluate>([
  ...ofBundles,
  [
    "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))",
    (value, report) => {
      const reference = object(value)['reference'];
      return (
        typeof reference !== 'string' ||
        !reference.startsWith('#') ||
        reference === '#' ||
        resolve(reference, report.scope) !== undefined
      );
    },
  ],
  ['start.hasValue().not() or end.hasValue().not() or (start <= end)', periodInOrder],
  [
    `verificationStatus.coding.where(system = '${allergy}' and code = 'entered-in-error').exists() or clinicalStatus.exists()`,
    value => hasClinicalStatus(value) || coded(object(value)['verificationStatus'], ['entered-in-error'], allergy),
  ],
  [
    `verificationStatus.coding.where(system = '${allergy}' and code = 'entered-in-error').empty() or clinicalStatus.empty()`,
    value => !hasClinicalStatus(value) || !coded(object(value)['verificationStatus'], ['entered-in-error'], allergy),
  ],
  [
    `verificationStatus.coding.where(system='${condition}' and code='entered-in-error').empty() or clinicalStatus.empty()`,
    value => !hasClinicalStatus(value) || !coded(object(value)['verificationStatus'], ['entered-in-error'], condition),
  ],
  ['(identifier.count() + name.count()) > 0', value => hasIdentifier(value) || hasName(value)],
  [
    "type = 'document' implies (identifier.system.exists() and identifier.value.exists())",
    value =>
      object(value)['type'] !== 'document' ||
      (hasSystem(object(value)['identifier']) && hasValue(object(value)['identifier'])),
  ],
  [
    elementNames,
    value => {
      const { path } = object(value);
      return typeof path === 'string' && nameCharacter.test(path);
    },
  ],
  ["where(use = 'home').empty()", value => object(value)['use'] !== 'home'],
  ['(answer.exists() and item.exists()).not()', value => !(hasAnswer(value) && hasItem(value))],
]);
