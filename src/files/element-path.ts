/**
 * Places in a FHIR resource as text, for mappings that are data: `period.start`, `address[0].line[1]`,
 * `ext(kaigo-plan-date).valueDate`, `ext(kaigo-plan-certification).sub(careLevel).valueCoding`, and in a list the member of a category of
 * ours, `adjudication(claim-item#units).value`.
 * One place is written and read by the same text, so the two directions cannot differ.
 */
import type { JsonObject } from '../fhir/types.ts';

/** Where our own extensions are defined. */
export const structures = 'https://w3id.org/engawa/fhir/StructureDefinition/';
const codeSystems = 'https://w3id.org/engawa/fhir/CodeSystem/';
const absentReason = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

/** A value that is said not to exist, such as the date 00000000. @see https://hl7.org/fhir/R4/extension-data-absent-reason.html */
export const notApplicable = Symbol('not applicable');

type Step =
  | { readonly kind: 'member'; readonly name: string; readonly index: number | undefined }
  | { readonly kind: 'extension'; readonly url: string }
  | { readonly kind: 'category'; readonly name: string; readonly system: string; readonly code: string };

const compiled = new Map<string, readonly Step[]>();

function readSteps(path: string): readonly Step[] {
  const known = compiled.get(path);
  if (known) return known;
  const steps = path.split('.').map((text): Step => {
    const call = /^(ext|sub)\((.+)\)$/.exec(text);
    if (call) return { kind: 'extension', url: call[1] === 'ext' ? structures + call[2]! : call[2]! };
    const [, list, system, code] = /^(\w+)\(([\w-]+)#([\w-]+)\)$/.exec(text) ?? [];
    if (list) return { kind: 'category', name: list, system: codeSystems + system!, code: code! };
    const [, name = text, index] = /^(\w+)\[(\d+)\]$/.exec(text) ?? [];
    return { kind: 'member', name, index: index === undefined ? undefined : Number(index) };
  });
  compiled.set(path, steps);
  return steps;
}

const reason = (code: string): JsonObject => ({ extension: [{ url: absentReason, valueCode: code }] });

function extensionOf(parent: JsonObject, url: string, make: boolean): JsonObject | undefined {
  const list = (parent['extension'] ?? []) as JsonObject[];
  const found = list.find(one => one['url'] === url);
  if (found || !make) return found;
  const made = { url };
  parent['extension'] = [...list, made];
  return made;
}

/** Where members of a list say what they are. */
const categoryOf = (list: string): string => (list === 'priceComponent' ? 'code' : 'category');

interface Categorized {
  readonly coding?: readonly { readonly system?: string; readonly code?: string }[];
}

function memberOf(
  parent: JsonObject,
  { name, system, code }: Extract<Step, { kind: 'category' }>,
  make: boolean,
): JsonObject | undefined {
  const list = (parent[name] ?? []) as JsonObject[];
  const element = categoryOf(name);
  const found = list.find(one =>
    (one[element] as Categorized | undefined)?.coding?.some(each => each.system === system && each.code === code),
  );
  if (found || !make) return found;
  const made = { [element]: { coding: [{ system, code }] } };
  parent[name] = [...list, made];
  return made;
}

function enter(parent: JsonObject, step: Step, make: boolean): JsonObject | undefined {
  if (step.kind === 'extension') return extensionOf(parent, step.url, make);
  if (step.kind === 'category') return memberOf(parent, step, make);
  const { name, index } = step;
  if (index === undefined) {
    if (make) parent[name] ??= {};
    return parent[name] as JsonObject | undefined;
  }
  if (make) parent[name] ??= [];
  const list = parent[name] as JsonObject[] | undefined;
  if (make) for (let i = list!.length; i <= index; i++) list!.push({});
  return list?.[index];
}

/** Puts a primitive into an array, with a reason where those before it are not there. */
function putIntoArray(parent: JsonObject, name: string, index: number, value: unknown): void {
  parent[name] ??= [];
  const list = parent[name] as unknown[];
  const beside = (parent[`_${name}`] ?? []) as unknown[];
  for (let i = list.length; i <= index; i++) list.push(null);
  list[index] = value === notApplicable ? null : value;
  const about = list.map((one, i) => {
    if (one !== null) return beside[i] ?? null;
    return i === index && value === notApplicable ? reason('not-applicable') : (beside[i] ?? reason('unknown'));
  });
  if (about.some(one => one !== null)) parent[`_${name}`] = about;
}

/**
 * Puts a value at a place, making what leads there.
 * @param value a JSON value, or `notApplicable` for a primitive that is said not to exist
 */
export function setAt(root: JsonObject, path: string, value: unknown): void {
  const steps = readSteps(path);
  let parent = root;
  for (const step of steps.slice(0, -1)) parent = enter(parent, step, true)!;
  const last = steps.at(-1)!;
  if (last.kind !== 'member') throw new Error(`${path} ends in an extension or a member of a list, not in its value`);
  const { name, index } = last;
  const primitive = typeof value !== 'object';
  if (index !== undefined && primitive) putIntoArray(parent, name, index, value);
  else if (index !== undefined) {
    enter(parent, last, true);
    (parent[name] as unknown[])[index] = value;
  } else if (value === notApplicable) parent[`_${name}`] = reason('not-applicable');
  else parent[name] = value;
}

const saysNotApplicable = (about: unknown): boolean =>
  ((about as JsonObject | undefined)?.['extension'] as JsonObject[] | undefined)?.some(
    one => one['url'] === absentReason && one['valueCode'] === 'not-applicable',
  ) ?? false;

/** The value at a place: undefined when there is none, `notApplicable` when it is said not to exist. */
export function getAt(root: JsonObject, path: string): unknown {
  const steps = readSteps(path);
  let parent: JsonObject | undefined = root;
  for (const step of steps.slice(0, -1)) {
    parent = enter(parent, step, false);
    if (!parent) return undefined;
  }
  const last = steps.at(-1)!;
  if (last.kind !== 'member') return undefined;
  const { name, index } = last;
  const value = index === undefined ? parent[name] : (parent[name] as unknown[] | undefined)?.[index];
  if (value !== undefined && value !== null) return value;
  const about = index === undefined ? parent[`_${name}`] : (parent[`_${name}`] as unknown[] | undefined)?.[index];
  return saysNotApplicable(about) ? notApplicable : undefined;
}
