/**
 * A ValueSet resource as a plan: what it includes and excludes, read once.
 * @see https://hl7.org/fhir/R4/valueset.html#compositions
 */
import type { JsonObject, Resource } from '../fhir/types.ts';
import { implicitValueSet } from './implicit.ts';
import { extensionOf, objects, text, valueIn } from './json.ts';
import { finding, TerminologyError } from './problems.ts';
import type { Scope } from './scope.ts';
import { versioned } from './shapes.ts';

/** One ValueSet.compose.include or exclude. */
export interface Part {
  /** Place in the resource, such as `ValueSet.compose.include[0]`. */
  readonly at: string;
  readonly system?: string;
  /** The version the value set states. */
  readonly version?: string;
  /** The listed concepts by code; absent when none are listed. */
  readonly concepts?: ReadonlyMap<string, JsonObject>;
  readonly filters: readonly JsonObject[];
  /** Canonicals of value sets, all of which must have the code too. */
  readonly valueSets: readonly string[];
  /** How many listed concepts were left out of the definitions kept here (their licence forbids it). */
  readonly omitted?: number;
}

/** A value set, read. */
export interface ValueSetPlan {
  readonly resource: Resource;
  /** `url|version`, or a word for one without URL. */
  readonly name: string;
  readonly url?: string;
  readonly language?: string;
  readonly includes: readonly Part[];
  readonly excludes: readonly Part[];
  /** ValueSet.compose.inactive: false leaves inactive codes out. */
  readonly inactive?: boolean;
  /** Parameters the value set sets for its expansion (extension valueset-expansion-parameter). */
  readonly parameters: ReadonlyMap<string, unknown>;
  /** True when a code is the same in all versions of its code system. */
  readonly versionsMatch: boolean;
  readonly supplements: readonly string[];
  /** ValueSet.compose.lockedDate: the day whose editions are taken where no version is stated. */
  readonly lockedDate?: string;
  /** Value sets inside this one, by `#id`. */
  readonly contained: ReadonlyMap<string, Resource>;
}

const extensions = 'http://hl7.org/fhir/StructureDefinition/';
const omittedUrl = 'https://w3id.org/engawa/fhir/StructureDefinition/concepts-omitted';

function readPart(part: JsonObject, at: string): Part {
  const listed = objects(part['concept']);
  const omitted = valueIn(extensionOf(part, omittedUrl));
  const concepts = new Map<string, JsonObject>();
  for (const concept of listed) if (typeof concept['code'] === 'string') concepts.set(concept['code'], concept);
  const optional = {
    system: text(part['system']),
    version: text(part['version']),
    ...(listed.length > 0 && { concepts }),
  };
  return {
    at,
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Partial<Part>),
    filters: objects(part['filter']),
    valueSets: (Array.isArray(part['valueSet']) ? part['valueSet'] : []).filter(
      (one): one is string => typeof one === 'string',
    ),
    ...(typeof omitted === 'number' && { omitted }),
  };
}

/** A value set without a compose but with an expansion: the codes listed there. */
function partsOfExpansion(resource: Resource): Part[] {
  const bySystem = new Map<string, Map<string, JsonObject>>();
  const collect = (list: readonly JsonObject[]) => {
    for (const one of list) {
      const [system, code] = [text(one['system']), text(one['code'])];
      if (system !== undefined && code !== undefined && one['abstract'] !== true) {
        const concepts = bySystem.get(system) ?? new Map<string, JsonObject>();
        concepts.set(code, one);
        bySystem.set(system, concepts);
      }
      collect(objects(one['contains']));
    }
  };
  collect(objects((resource['expansion'] as JsonObject | undefined)?.['contains']));
  return [...bySystem].map(([system, concepts]) => ({
    at: 'ValueSet.expansion',
    system,
    concepts,
    filters: [],
    valueSets: [],
  }));
}

function readParameters(compose: JsonObject): Map<string, unknown> {
  const parameters = new Map<string, unknown>();
  for (const extension of objects(compose['extension'])) {
    if (extension['url'] !== `${extensions}valueset-expansion-parameter`) continue;
    const name = text(valueIn(extensionOf(extension, 'name')));
    if (name !== undefined) parameters.set(name, valueIn(extensionOf(extension, 'value')));
  }
  return parameters;
}

/**
 * True when a version is excluded that is not included. Codes that differ by their version would never be excluded so: what is
 * meant is the difference between versions.
 */
function isDifference(includes: readonly Part[], excludes: readonly Part[]): boolean {
  return excludes.some(({ system, version }) => {
    if (system === undefined || version === undefined) return false;
    const versions = includes.filter(part => part.system === system).map(part => part.version);
    return versions.length > 0 && !versions.includes(version) && !versions.includes(undefined);
  });
}

function read(resource: Resource): ValueSetPlan {
  const compose = (resource['compose'] ?? {}) as JsonObject;
  const includes = objects(compose['include']).map((part, i) => readPart(part, `ValueSet.compose.include[${i}]`));
  const excludes = objects(compose['exclude']).map((part, i) => readPart(part, `ValueSet.compose.exclude[${i}]`));
  const parameters = readParameters(compose);
  const versionsMatch = parameters.get('versionsMatch') ?? isDifference(includes, excludes);
  const supplements = objects(resource['extension']).filter(one => one['url'] === `${extensions}valueset-supplement`);
  const url = text(resource['url']);
  const language = text(resource['language']);
  const lockedDate = text(compose['lockedDate']);
  return {
    resource,
    name: url === undefined ? '(without url)' : versioned(url, text(resource['version'])),
    ...(url !== undefined && { url }),
    ...(language !== undefined && { language }),
    ...(lockedDate !== undefined && { lockedDate: lockedDate.padEnd(7, '-01').padEnd(10, '-01') }),
    includes: includes.length > 0 ? includes : partsOfExpansion(resource),
    excludes,
    ...(typeof compose['inactive'] === 'boolean' && { inactive: compose['inactive'] }),
    parameters,
    versionsMatch: versionsMatch === true || versionsMatch === 'true',
    supplements: supplements.flatMap(one => text(valueIn(one)) ?? []),
    contained: new Map(objects(resource['contained']).map(one => [`#${String(one['id'])}`, one as Resource])),
  };
}

const plans = new WeakMap<Resource, ValueSetPlan>();

/** The plan of a ValueSet resource, read once. */
export function planOf(resource: Resource): ValueSetPlan {
  let plan = plans.get(resource);
  if (!plan) {
    plan = read(resource);
    plans.set(resource, plan);
  }
  return plan;
}

/** A value set that a code system stands for. */
function implicitPlan(scope: Scope, canonical: string): ValueSetPlan | undefined {
  return scope.remembered(`implicit ${canonical}`, () => {
    const resource = implicitValueSet(scope, canonical);
    return resource && planOf(resource);
  });
}

/** The value set of a canonical; undefined when it is not known. */
export function findValueSet(scope: Scope, canonical: string): ValueSetPlan | undefined {
  const resource = scope.resource('ValueSet', canonical);
  return resource ? planOf(resource) : implicitPlan(scope, canonical);
}

/**
 * The value set that a part takes in.
 * @param from the value set it is taken into, whose contained value sets are seen
 * @throws TerminologyError when it is not known
 */
export function takenIn(scope: Scope, from: ValueSetPlan, canonical: string): ValueSetPlan {
  const contained = from.contained.get(canonical);
  if (contained) return planOf(contained);
  const { canonical: pinned, byRequest } = scope.pinned(canonical);
  const plan = findValueSet(scope, pinned);
  if (plan) return plan;
  throw new TerminologyError(
    finding(byRequest ? 'unknown-pinned-import' : 'unknown-import', { valueSet: pinned }),
    404,
  );
}

/** True when a value set takes, or excludes, more than one version of a code system. */
export function severalVersions(plan: ValueSetPlan, url: string): boolean {
  const parts = [...plan.includes, ...plan.excludes].filter(part => part.system === url);
  return new Set(parts.map(part => part.version)).size > 1;
}

/** @throws TerminologyError when a value set takes itself in */
export function checkCircle(path: readonly ValueSetPlan[], plan: ValueSetPlan): void {
  if (!path.includes(plan)) return;
  const names = [...path.slice(path.indexOf(plan)), plan].map(one => one.name);
  throw new TerminologyError(finding('circular-value-set', { valueSet: plan.name, path: names.join(' → ') }), 422);
}

/**
 * Looks for circles among all value sets a value set takes in, before any question is answered from one that has them.
 * @throws TerminologyError for a circle; value sets that are not known are left to whoever needs them
 */
export function checkCircles(scope: Scope, plan: ValueSetPlan): void {
  const checked = scope.remembered('without circles', () => new WeakSet<ValueSetPlan>());
  const visit = (one: ValueSetPlan, path: readonly ValueSetPlan[]) => {
    checkCircle(path, one);
    if (checked.has(one)) return;
    for (const part of [...one.includes, ...one.excludes]) {
      for (const canonical of part.valueSets) {
        const contained = one.contained.get(canonical);
        const next = contained ? planOf(contained) : findValueSet(scope, scope.pinned(canonical).canonical);
        if (next) visit(next, [...path, one]);
      }
    }
    checked.add(one);
  };
  visit(plan, []);
}
