/**
 * What a patch may make of a resource: bounds of its size and depth, and the members only the server sets.
 * @see https://hl7.org/fhir/R4/http.html#patch
 */
import { DecimalLiteral } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject, Message, Resource } from '../../fhir/types.ts';

/** Bounds of one patch, so that a short request cannot make long work. */
export interface PatchLimits {
  /** Most operations of one patch. */
  readonly operations: number;
  /** Most characters of JSON in the resource together with everything the patch brings in. */
  readonly size: number;
  /** Deepest nesting of objects and arrays. */
  readonly depth: number;
}

/** Refuses the operation at hand; the message tells what was found and what was expected. */
export type Refuse = (message: Message) => never;

/** Used for the bounds a caller leaves out. */
export const defaultLimits: PatchLimits = { operations: 10_000, size: 20_000_000, depth: 100 };

/** True for a JSON object; false for arrays, null and decimals. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof DecimalLiteral);
}

/** A copy of a JSON tree that shares nothing that can change. */
export function cloneTree<T>(value: T): T {
  if (Array.isArray(value)) return value.map(cloneTree) as T;
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const name of Object.keys(value)) setMember(copy, name, cloneTree(value[name]));
  return copy as T;
}

/** Sets a member of an object, whatever its name: `__proto__` becomes an ordinary member too. */
export function setMember(holder: JsonObject, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });
  else holder[name] = value;
}

/**
 * The tree without empty arrays and objects; undefined when nothing is left. In the arrays of extensions beside primitive
 * values (`_given`), null keeps the place of an item.
 * @see https://hl7.org/fhir/R4/json.html#primitive
 */
export function withoutEmpty(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map(item => withoutEmpty(item));
    const kept = name.startsWith('_') ? items.map(item => item ?? null) : items.filter(item => item !== undefined);
    return kept.length === 0 || (name.startsWith('_') && kept.every(item => item === null)) ? undefined : kept;
  }
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [member, item] of Object.entries(value)) {
    const kept = withoutEmpty(item, member);
    if (kept !== undefined) setMember(result, member, kept);
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

/**
 * About how many characters of JSON a tree is.
 * @param level nesting above the tree
 * @throws FhirError 'too-costly' when the nesting goes below `depth`
 */
export function measure(value: unknown, depth: number, level = 0): number {
  if (value instanceof DecimalLiteral) return value.text.length + 1;
  if (typeof value !== 'object' || value === null) return String(value).length + 3;
  if (level >= depth) refuseDepth(depth);
  let size = 2;
  if (Array.isArray(value)) for (const item of value) size += measure(item, depth, level + 1);
  else for (const [name, item] of Object.entries(value)) size += name.length + 3 + measure(item, depth, level + 1);
  return size;
}

function refuseDepth(depth: number): never {
  throw new FhirError('too-costly', {
    en: `The patched resource would be nested deeper than ${depth} levels`,
    ja: `パッチ後のリソースの入れ子が上限の ${depth} 段を超えます`,
  });
}

/** @throws FhirError 'too-long' when `size` is above the bound */
export function checkSize(size: number, limits: PatchLimits): void {
  if (size <= limits.size) return;
  throw new FhirError('too-long', {
    en: `The patched resource would have more than ${limits.size} characters, the limit of a patch`,
    ja: `パッチ後のリソースが上限の ${limits.size} 文字を超えます`,
  });
}

/** @throws FhirError 'too-costly' when there are more operations than allowed */
export function checkCount(count: number, limits: PatchLimits): void {
  if (count <= limits.operations) return;
  throw new FhirError('too-costly', {
    en: `The patch has ${count} operations, expected at most ${limits.operations}`,
    ja: `パッチの操作が ${count} 個あります（上限は ${limits.operations} 個です）`,
  });
}

/**
 * Refuses a patch that changed what only the server sets: type, id, version and time of the version. The last two may be
 * dropped (with the whole meta, for instance), because the commit writes them anew.
 * @throws FhirError 'invalid', as an update with another id gets
 * @see https://hl7.org/fhir/R4/http.html#update
 */
export function checkImmutable(before: Resource, after: Resource): void {
  const type = before.resourceType;
  const old = isObject(before.meta) ? before.meta : {};
  const meta = isObject(after.meta) ? after.meta : {};
  if (after.resourceType !== type) refuseChange('resourceType', type);
  if (after.id !== before.id) refuseChange(`${type}.id`, before.id);
  if (meta.versionId !== undefined && meta.versionId !== old.versionId)
    refuseChange(`${type}.meta.versionId`, old.versionId);
  if (meta.lastUpdated !== undefined && meta.lastUpdated !== old.lastUpdated)
    refuseChange(`${type}.meta.lastUpdated`, old.lastUpdated);
}

function refuseChange(expression: string, value: string | undefined): never {
  const kept = value === undefined ? { en: 'to be absent', ja: '値なし' } : { en: `"${value}"`, ja: `「${value}」` };
  throw new FhirError(
    'invalid',
    {
      en: `The patch changes ${expression}, which is immutable; expected ${kept.en} to stay`.replace(
        'to be absent to stay',
        'it to stay absent',
      ),
      ja: `${expression} はパッチで変更できません（${kept.ja}のままにしてください）`,
    },
    { expression },
  );
}
