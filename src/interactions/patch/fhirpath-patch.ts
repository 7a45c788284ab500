/**
 * FHIRPath Patch: a Parameters resource whose parameters are the operations add, insert, delete, replace and move.
 *
 * R4 names no status for a patch that is refused; every refusal is 400, as for any request whose content is wrong.
 * @see https://hl7.org/fhir/R4/fhirpatch.html
 */
import type { Definitions } from '../../definitions/definitions.ts';
import type { ElementSchema } from '../../definitions/element-schema.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import { type Place, placeAt } from './element-at.ts';
import { missing, numberOf, type Operation, operationsOf, partOf, readOperation } from './fhirpath-operation.ts';
import { type Location, locate } from './locate.ts';
import { existingName, findNamed, type NamedSlot, readValue, textOf, writeElement } from './patch-value.ts';
import {
  checkCount,
  checkImmutable,
  checkSize,
  cloneTree,
  defaultLimits,
  isObject,
  measure,
  type PatchLimits,
} from './result.ts';
import { besideOf, holderOf, readSlots, removeAt, replaceAt, valueAt, writeSlots } from './slots.ts';

/** Bounds of a FHIRPath Patch. */
export interface FhirPathPatchLimits extends PatchLimits {
  /** Milliseconds that evaluating all paths of the patch may take. */
  readonly evaluationMs: number;
}

const handlers: Readonly<Record<Operation['type'], (operation: Operation) => void>> = {
  add,
  insert,
  delete: remove,
  replace,
  move,
};

/**
 * Applies a FHIRPath Patch to a resource; the resource given stays as it is.
 * @param resource lossless tree, as `parseJson(text, {lossless: true})` reads it
 * @param parameters the patch, read the same way
 * @param definitions tell which elements are lists, and the types of values
 * @returns the patched resource, not yet validated
 * @throws FhirError 'invalid' (400) for a patch that is malformed or cannot be applied; 'too-costly' or 'too-long' beyond
 *   the limits
 */
export function applyFhirPathPatch(
  resource: Resource,
  parameters: Resource,
  definitions: Definitions,
  limits: Partial<FhirPathPatchLimits> = {},
): Resource {
  const bounds = { ...defaultLimits, evaluationMs: 1000, ...limits };
  const operations = operationsOf(parameters);
  checkCount(operations.length, bounds);
  const copy = cloneTree(resource);
  const work = { resource: copy, definitions, budget: { leftMs: bounds.evaluationMs } };
  for (const [index, parameter] of operations.entries()) {
    const operation = readOperation(parameter, index, work);
    handlers[operation.type](operation);
  }
  checkImmutable(resource, copy);
  checkSize(measure(copy, bounds.depth), bounds);
  return copy;
}

function locations(operation: Operation, path = operation.path): Location[] {
  return locate(operation.resource, path, operation.budget, operation.refuse);
}

/** The one place the path names, refused when there are none or several. */
function single(operation: Operation, found = locations(operation)): Location {
  const [location] = found;
  if (location && found.length === 1) return location;
  return operation.refuse(
    found.length === 0
      ? {
          en: 'No content found at the path, expected one element',
          ja: 'path に該当する要素がありません（1つ必要です）',
        }
      : {
          en: `the path matches ${found.length} elements, expected one`,
          ja: `path に該当する要素が ${found.length} 個あります（1つに絞ってください）`,
        },
  );
}

function place(operation: Operation, location: Location): Place {
  return (
    placeAt(operation.definitions, operation.resource, location) ??
    operation.refuse({
      en: 'the path leads to an element FHIR does not define',
      ja: 'path が FHIR に定義のない要素を指しています',
    })
  );
}

function add(operation: Operation): void {
  const { resource } = operation;
  const location = single(operation);
  const { children, primitive } = place(operation, location);
  const name = textOf(partOf(operation, 'name')) ?? missing(operation.refuse, 'name');
  const found = findNamed(children, name);
  if (!found)
    operation.refuse({
      en: `element ${name} not found at ${operation.path}; expected an element FHIR defines there`,
      ja: `${operation.path} に ${name} という要素は定義されていません`,
    });
  const slot = readValue(operation, partOf(operation, 'value'), found.element, found.type);
  const holder = valueAt(resource, primitive ? besideOf(resource, location) : location) as JsonObject;
  appendElement(operation, holder, found.element, slot);
}

/** Adds to a list, or sets an element that must be absent. */
function appendElement({ refuse }: Operation, holder: JsonObject, element: ElementSchema, slot: NamedSlot): void {
  if (!element.array && existingName(holder, element) !== undefined)
    refuse({
      en: `Existing element ${element.name} found; add expects it to be absent, use replace`,
      ja: `${element.name} はすでにあります（add ではなく replace を使ってください）`,
    });
  writeElement(holder, element, slot);
}

function remove(operation: Operation): void {
  const found = locations(operation);
  if (found.length === 0) return;
  removeAt(operation.resource, notWhole(operation, single(operation, found)));
}

function replace(operation: Operation): void {
  const location = notWhole(operation, single(operation));
  const { field } = place(operation, location);
  if (!field) return;
  const slot = readValue(operation, partOf(operation, 'value'), field.element);
  replaceAt(operation.resource, location, slot.name, slot);
}

function notWhole(operation: Operation, location: Location): Location {
  if (location.length > 0) return location;
  return operation.refuse({
    en: 'the path is the whole resource, expected an element of it',
    ja: 'path がリソース全体を指しています（要素を指してください）',
  });
}

function insert(operation: Operation): void {
  const list = listAt(operation);
  const index = numberOf(operation, 'index');
  const slots = readSlots(list.holder, list.name);
  if (index > slots.length) outside(operation, 'index', index, slots.length);
  const slot = readValue(operation, partOf(operation, 'value'), list.element);
  writeSlots(list.holder, list.name, slots.toSpliced(index, 0, slot));
}

function move(operation: Operation): void {
  const { holder, name } = listAt(operation);
  const slots = readSlots(holder, name);
  const source = numberOf(operation, 'source');
  const destination = numberOf(operation, 'destination');
  if (source >= slots.length) outside(operation, 'source', source, slots.length - 1);
  if (destination >= slots.length) outside(operation, 'destination', destination, slots.length - 1);
  writeSlots(holder, name, slots.toSpliced(source, 1).toSpliced(destination, 0, ...slots.slice(source, source + 1)));
}

function outside({ refuse }: Operation, name: string, index: number, last: number): never {
  return refuse({
    en: `found ${name} ${index}, expected ${last < 0 ? 'a list that is not empty' : `0 to ${last}`}`,
    ja: `${name} の ${index} は範囲外です（${last < 0 ? 'リストが空です' : `0〜${last} が必要です`}）`,
  });
}

/** The whole list a path names: its items are all the items of one array, or there are none yet. */
function listAt(operation: Operation): { holder: JsonObject; name: string; element: ElementSchema } {
  const { resource, refuse } = operation;
  const found = locations(operation);
  const [first] = found;
  const empty = first ? undefined : emptyListAt(operation);
  const location = first ?? empty;
  const field = location && place(operation, location).field;
  if (!location || !field)
    return operation.refuse({
      en: 'No content found at the path, expected a list',
      ja: 'path に該当するリストがありません',
    });
  const list = { holder: holderOf(resource, location), name: location.at(-1)?.name ?? '', element: field.element };
  const above = JSON.stringify(location.slice(0, -1));
  const same = found.every(other => other.at(-1)?.name === list.name && JSON.stringify(other.slice(0, -1)) === above);
  if (!list.element.array || !same || (first && found.length !== readSlots(list.holder, list.name).length))
    refuse({ en: 'the path does not name one whole list', ja: 'path が1つのリスト全体を指していません' });
  return list;
}

/** The place of a list that has no items yet: a path that ends in the name of a list, below one element. */
function emptyListAt(operation: Operation): Location | undefined {
  const [, path, name] = /^(.*)\.([A-Za-z]\w*)$/s.exec(operation.path) ?? [];
  const above = path ? locations(operation, path) : [];
  const [location] = above;
  if (!name || !location || above.length !== 1 || !isObject(valueAt(operation.resource, location))) return undefined;
  return findNamed(place(operation, location).children, name) && [...location, { name }];
}
