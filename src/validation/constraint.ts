/**
 * Invariants: the one door to FHIRPath for the validator. An expression becomes a function once; the most frequent of R4 are
 * written out, the rest is compiled by src/fhirpath.
 * @see https://hl7.org/fhir/R4/fhirpath.html
 */
import type { Definitions } from '../definitions/definitions.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject } from '../fhir/types.ts';
import { type Constraint, compileConstraint, type Environment } from '../fhirpath/fhirpath.ts';
import type { CodeChecker } from './codes.ts';
import { absenceOf, choicePresenceOf, guardsOf, type Presence, presenceOf } from './constraint-guard.ts';
import { frequent } from './frequent-constraints.ts';
import type { Report } from './report.ts';
import { resolve } from './scope.ts';

/** True, false, or undefined when the expression could not be evaluated. */
export type Evaluate = (value: unknown, report: Report, type?: string, sibling?: JsonObject) => boolean | undefined;

/** What expressions may ask for beside the data. */
export interface ConstraintServices {
  readonly definitions: Definitions;
  readonly codes: CodeChecker;
  /** Whether an object conforms to a profile. */
  conforms(value: JsonObject, profile: string, report: Report): boolean;
}

const object = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null ? (value as JsonObject) : {};

/** `a.exists() or b.exists()…`, `a.empty() or b.exists()`: presence of children joined by one operator. */
function presence(expression: string): Evaluate | undefined {
  const operator = / or /.test(expression) ? ' or ' : ' and ';
  const parts = expression
    .split(operator)
    .map(part => /^\s*([a-z][A-Za-z]*)\.(exists|empty)\(\)(\.not\(\))?\s*$/.exec(part));
  const tests: { there: Presence; wanted: boolean }[] = [];
  for (const part of parts) {
    if (!part) return undefined;
    const name = part[1]!;
    const there = choiceNames.has(name) ? choicePresenceOf(name) : presenceOf(name);
    tests.push({ there, wanted: (part[2] === 'exists') !== (part[3] !== undefined) });
  }
  const any = operator === ' or ';
  return value => {
    for (const { there, wanted } of tests) if ((there(value) === wanted) === any) return any;
    return !any;
  };
}

const choiceNames: ReadonlySet<string> = new Set([
  'value',
  'abatement',
  'age',
  'born',
  'dose',
  'rate',
  'defaultValue',
  'fixed',
  'pattern',
  'minValue',
  'maxValue',
  'answer',
  'offset',
  'timing',
  'onset',
  'effective',
  'deceased',
]);

/** Steps one evaluation may take. */
const maxSteps = 2_000_000;

/** The evaluation under way; `unchecked` when a code could not be checked, so that a failure proves nothing. */
interface Running {
  unchecked: boolean;
}

/** What an expression may ask for; few ask for more than the resource, so that the rest is made when it is asked for. */
class Surroundings implements Environment {
  readonly steps = maxSteps;
  readonly resource: JsonObject;
  readonly rootResource: JsonObject;
  readonly sibling: JsonObject | undefined;
  private readonly report: Report;
  private readonly services: ConstraintServices;
  private readonly running: Running;
  constructor(report: Report, services: ConstraintServices, running: Running, sibling: JsonObject | undefined) {
    this.resource = report.scope.resource;
    this.rootResource = report.scope.container;
    this.sibling = sibling;
    this.report = report;
    this.services = services;
    this.running = running;
  }

  get resolve(): NonNullable<Environment['resolve']> {
    const { scope } = this.report;
    return reference => (resolve(reference, scope) ?? anyContained(reference, scope.resource))?.resource;
  }

  get memberOf(): NonNullable<Environment['memberOf']> {
    return (value, _type, valueSet) => {
      const member = isMember(this.services.codes, value, valueSet, this.resource);
      if (member === undefined) this.running.unchecked = true;
      return member ?? true;
    };
  }

  get conformsTo(): NonNullable<Environment['conformsTo']> {
    return (value, _type, profile) => this.services.conforms(object(value), profile, this.report);
  }
}

/** `#id` seen from a Bundle: in whichever entry holds it. */
function anyContained(reference: string, bundle: JsonObject): { resource: JsonObject } | undefined {
  const entries = bundle['entry'];
  if (!reference.startsWith('#') || !Array.isArray(entries)) return undefined;
  for (const entry of entries) {
    const contained = object(object(entry)['resource'])['contained'];
    const found = Array.isArray(contained)
      ? contained.find(one => object(one)['id'] === reference.slice(1))
      : undefined;
    if (found) return { resource: object(found) };
  }
  return undefined;
}

/** Whether a code, Coding or CodeableConcept is in a value set; undefined when that cannot be known. */
function isMember(codes: CodeChecker, value: unknown, valueSet: string, holder: JsonObject): boolean | undefined {
  const list =
    typeof value === 'string'
      ? [{ code: value }]
      : Array.isArray(object(value)['coding'])
        ? (object(value)['coding'] as unknown[])
        : [value];
  const found = list.map(one => {
    const { system, code } = object(one);
    const held = { code: String(code), ...(typeof system === 'string' && { system }) };
    return codes.member(valueSet, held, undefined, holder).result;
  });
  return found.includes('in') ? true : found.includes('unchecked') ? undefined : false;
}

/** What expressions that look at nothing but their input are given. */
const alone: Environment = { steps: maxSteps };
/** Names by which an expression asks for more than its input. */
const outward = /%|resolve|memberOf|conformsTo|subsumes|trace|weight/;

/** The expression compiled for a type, once for each. */
function compilerOf(
  expression: string,
  types: readonly string[],
  definitions: Definitions,
): (type: string | undefined) => Constraint | undefined {
  const compiled = new Map<string, Constraint | undefined>();
  const compile = (type: string): Constraint | undefined => {
    const known = compiled.get(type);
    if (known !== undefined || compiled.has(type)) return known;
    const made = compileTolerant(expression, type, definitions);
    compiled.set(type, made);
    return made;
  };
  let only: { constraint: Constraint | undefined } | undefined;
  if (types.length !== 1) return type => compile(type ?? types[0] ?? 'Element');
  return () => {
    only ??= { constraint: compile(types[0]!) };
    return only.constraint;
  };
}

/** Expressions longer than this are not evaluated. */
const maxLength = 20_000;

/**
 * Compiles an invariant.
 * @param types of the element, or the path of an inline structure such as `Observation.component`
 */
export function evaluateConstraint(
  expression: string,
  types: readonly string[],
  services: ConstraintServices,
): Evaluate {
  const own = frequent.get(expression) ?? presence(expression);
  if (own) return own;
  if (expression.length > maxLength) return () => undefined;
  const running: Running = { unchecked: false };
  const constraintFor = compilerOf(expression, types, services.definitions);
  const asks = outward.test(expression);
  const guards = guardsOf(expression).map(absenceOf);
  return (value, report, type, sibling) => {
    if (sibling === undefined) for (const absent of guards) if (absent(value)) return true;
    const constraint = constraintFor(type);
    if (!constraint || report.costly.has(expression)) return undefined;
    running.unchecked = false;
    try {
      const environment = asks
        ? new Surroundings(report, services, running, sibling)
        : sibling
          ? { sibling, steps: maxSteps }
          : alone;
      const holds = constraint(value, environment) ?? false;
      return holds || !running.unchecked ? holds : undefined;
    } catch (error) {
      if (!(error instanceof FhirError)) throw error;
      if (error.problem === 'too-costly') report.costly.add(expression);
      return undefined;
    }
  };
}

function compileTolerant(expression: string, type: string, definitions: Definitions): Constraint | undefined {
  try {
    return compileConstraint(expression, type, { definitions });
  } catch (error) {
    if (error instanceof FhirError) return undefined;
    throw error;
  }
}
