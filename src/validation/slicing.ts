/**
 * Slices: which slice an item belongs to, by the discriminators of the slicing.
 * @see https://hl7.org/fhir/R4/profiling.html#discriminator
 */
import type { JsonObject } from '../fhir/types.ts';
import type { CodeChecker } from './codes.ts';
import { newMemory, rememberVerdict, type Verdicts } from './passed.ts';
import type { ProfileElement, ProfileSchema, SlicingSchema } from './profile-schema.ts';
import type { Report } from './report.ts';
import { along, argument, type Criterion, stepsOf } from './slice-path.ts';
import { equalsFixed, fixedTest, matchesPattern, patternTest } from './value.ts';

/** What slicing needs of the compiler. */
export interface SliceServices {
  readonly codes: CodeChecker;
  readonly asker: import('../fhir/types.ts').Resource;
  /** Elements of a type or profile, for steps the slice does not spell out. */
  schema(canonical: string): ProfileSchema | undefined;
  /** The test whether an object conforms to a profile. */
  conformance(profile: string): (value: JsonObject, report: Report) => boolean;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const typeRoot = 'http://hl7.org/fhir/StructureDefinition/';

/**
 * One step over the definition: what the slice itself says first, then what the profiles of its type say, then the type.
 */
export function walkElement(step: string, element: ProfileElement, services: SliceServices): readonly ProfileElement[] {
  if (step === '$this') return [element];
  if (step === 'resolve()') {
    const targets = element.types.flatMap(type => type.targetProfile ?? []);
    return [{ ...element, types: [{ code: 'Resource', profile: targets }], children: [], slices: [] }];
  }
  if (step.startsWith('ofType(') || step.startsWith('as(')) {
    const type = argument(step);
    return [
      element.slices.find(slice => slice.types.some(one => one.code === type)) ?? {
        ...element,
        types: element.types.filter(one => one.code === type),
      },
    ];
  }
  if (step.startsWith('extension(')) {
    const found = extensionElement(argument(step), element, services);
    return found ? [found] : [];
  }
  const name = step.replace('[x]', '');
  const childOf = (canonical: string): ProfileElement[] =>
    services.schema(canonical)?.root.children.filter(child => child.name === name) ?? [];
  const own = element.children.filter(child => child.name === name).flatMap(withNeeded);
  const profiled = element.types.flatMap(type => type.profile ?? []).flatMap(childOf);
  if (own.length + profiled.length > 0) return [...own, ...profiled];
  return element.types.flatMap(({ code }) => childOf(code.includes('/') ? code : typeRoot + code)).slice(0, 1);
}

/** An element, and the slices of it that must be there: `code.coding` of a component is told by its slice. */
const withNeeded = (element: ProfileElement): readonly ProfileElement[] => [
  element,
  ...element.slices.filter(slice => slice.min > 0),
];

function extensionElement(url: string, element: ProfileElement, services: SliceServices): ProfileElement | undefined {
  const list = element.children.find(child => child.name === 'extension');
  const slice = list?.slices.find(one =>
    one.types.some(type => type.profile?.some(profile => profile.split('|')[0] === url)),
  );
  if (slice) return slice;
  return services.schema(url)?.root;
}

/** What the data must be, as far as the slice's element says it in itself or below. */
export function valueCriterion(element: ProfileElement, services: SliceServices): Criterion | undefined {
  const { fixed, pattern, binding } = element;
  if (fixed) return fixedTest(fixed.value);
  if (pattern) return patternTest(pattern.value);
  const parts = element.children.flatMap(child => {
    const test = valueCriterion(child, services);
    return test ? [along([child.name], [child.choice], test)] : [];
  });
  if (parts.length > 0) return (value, type, report) => parts.every(part => part(value, type, report));
  if (binding?.strength === 'required' || binding?.strength === 'extensible')
    return boundCriterion(binding.valueSet, services);
  const profiles = element.types.flatMap(type => type.profile ?? []);
  const conforms = conformsToAny(profiles, services);
  return conforms && ((value, _type, report) => isObject(value) && conforms(value, report));
}

/** The test whether an object conforms to one of some profiles; undefined when there is none. */
function conformsToAny(
  profiles: readonly string[],
  services: SliceServices,
): ((value: JsonObject, report: Report) => boolean) | undefined {
  const tests = profiles.map(services.conformance);
  if (tests.length <= 1) return tests[0];
  return (value, report) => {
    for (const test of tests) if (test(value, report)) return true;
    return false;
  };
}

/** Whether a value has a code of a value set. */
function boundCriterion(valueSet: string, { codes, asker }: SliceServices): Criterion {
  const memory = newMemory<Verdicts>(codes);
  const isIn = (system: string | undefined, code: string): boolean => {
    const known = memory();
    const verdict = known.get(system)?.get(code);
    if (verdict !== undefined) return verdict;
    const found = codes.member(valueSet, system === undefined ? { code } : { system, code }, asker).result === 'in';
    rememberVerdict(known, system, code, found);
    return found;
  };
  const holds = (coding: unknown): boolean => {
    if (!isObject(coding)) return false;
    const { system, code } = coding;
    return typeof code === 'string' && isIn(typeof system === 'string' ? system : undefined, code);
  };
  return value => {
    if (typeof value === 'string') return isIn(undefined, value);
    if (!isObject(value)) return false;
    return Array.isArray(value['coding']) ? value['coding'].some(holds) : holds(value);
  };
}

function typeCriterion(element: ProfileElement, services: SliceServices): Criterion {
  const codes = new Set(element.types.map(type => type.code));
  const profiles = element.types.flatMap(type => type.profile ?? []);
  const resources = new Set(profiles.map(profile => services.schema(profile)?.type));
  const anyResource = codes.has('Resource') && profiles.length > 0;
  return (value, type) => {
    const found = isObject(value) && typeof value['resourceType'] === 'string' ? value['resourceType'] : type;
    return anyResource ? resources.has(found) || resources.has('Resource') : codes.has(found) || codes.has('Resource');
  };
}

export function profileCriterion(element: ProfileElement, services: SliceServices): Criterion | undefined {
  const profiles = element.types.flatMap(type => type.profile ?? []);
  const conforms = conformsToAny(profiles, services);
  if (!conforms) return undefined;
  return (value, _type, report) =>
    isObject(value) ? conforms(value, report) : profiles.some(profile => meets(value, services.schema(profile)?.root));
}

/** Whether a primitive is what a profile of its type fixes. */
const meets = (value: unknown, root: ProfileElement | undefined): boolean =>
  root !== undefined &&
  [root, ...root.children].every(
    ({ fixed, pattern }) =>
      (!fixed || equalsFixed(value, fixed.value)) && (!pattern || matchesPattern(value, pattern.value)),
  );

/** The URL that tells extensions apart: of the profile of the slice's type, or fixed. */
function urlCriterion(slice: ProfileElement): Criterion | undefined {
  const urls = new Set(slice.types.flatMap(type => type.profile ?? []).map(profile => profile.split('|')[0]));
  return urls.size === 0 ? undefined : value => isObject(value) && urls.has(String(value['url']));
}

/** The first of several elements of the definition that tells values apart. */
function testOf(type: string, found: readonly ProfileElement[], services: SliceServices): Criterion | undefined {
  const [element] = found;
  if (type === 'type') return typeCriterion(element!, services);
  const criterion = type === 'profile' ? profileCriterion : valueCriterion;
  return found.map(one => criterion(one, services)).find(one => one !== undefined);
}

function criterionOf(
  slice: ProfileElement,
  { type, path }: SlicingSchema['discriminators'][number],
  services: SliceServices,
): Criterion | undefined {
  if (path === 'url' && (slice.name === 'extension' || slice.name === 'modifierExtension')) {
    const test = urlCriterion(slice);
    if (test) return test;
  }
  const steps = stepsOf(path);
  let found: readonly ProfileElement[] = [slice];
  for (const step of steps) found = found.flatMap(one => walkElement(step, one, services));
  const [element] = found;
  if (!element) return undefined;
  const test = type === 'exists' ? undefined : testOf(type, found, services);
  const choices = choicesOf(slice, steps, services);
  if (type === 'exists' || !test) {
    const there = along(steps, choices, () => true);
    if (element.max === 0) return (value, own, report) => !there(value, own, report);
    return type === 'exists' || element.min > 0 ? there : undefined;
  }
  return along(steps, choices, test);
}

/** Whether each step of a path may lead to a choice; one the definition does not know may. */
function choicesOf(slice: ProfileElement, steps: readonly string[], services: SliceServices): boolean[] {
  let found: readonly ProfileElement[] = [slice];
  return steps.map(step => {
    found = found.flatMap(one => walkElement(step, one, services));
    return found.length === 0 || found.some(one => one.choice);
  });
}

/** How far an item meets a slice: all of its discriminators, some, or none. */
export type Match = 'all' | 'some' | 'none';

/** Says how far an item meets a slice; `complete` when every discriminator of the slicing has its part in it. */
export type SliceTest = ((value: unknown, type: string, report: Report) => Match) & { readonly complete: boolean };

/**
 * The test of a slice.
 * @returns undefined when no discriminator says anything, so that nothing can be told to belong to it
 */
export function sliceTest(
  slice: ProfileElement,
  slicing: SlicingSchema,
  services: SliceServices,
): SliceTest | undefined {
  const discriminators =
    slicing.discriminators.length > 0
      ? slicing.discriminators
      : [{ type: slice.choice ? 'type' : 'value', path: '$this' }];
  const criteria = discriminators.map(one => criterionOf(slice, one, services)).filter(one => one !== undefined);
  if (criteria.length === 0) return undefined;
  const [only] = criteria;
  const complete = { complete: criteria.length === discriminators.length };
  if (criteria.length === 1)
    return Object.assign(
      (value: unknown, type: string, report: Report): Match => (only!(value, type, report) ? 'all' : 'none'),
      complete,
    );
  return Object.assign((value: unknown, type: string, report: Report): Match => {
    if (!only!(value, type, report)) return 'none';
    for (let i = 1; i < criteria.length; i++) if (!criteria[i]!(value, type, report)) return 'some';
    return 'all';
  }, complete);
}
