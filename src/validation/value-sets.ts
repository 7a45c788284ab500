/**
 * The ValueSets among the definitions, each compiled to a test at its first use.
 * @see https://hl7.org/fhir/R4/valueset.html#compositions
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import { mayRunAway } from '../fhirpath/fhirpath.ts';
import { grammars } from './grammars.ts';
import { type Concept, type Systems, strip, type Test, type Verdict } from './systems.ts';

interface Filter {
  readonly property: string;
  readonly op: string;
  readonly value: string;
}
interface Include {
  readonly system?: string;
  readonly version?: string;
  readonly concept?: readonly Concept[];
  readonly filter?: readonly Filter[];
  readonly valueSet?: readonly string[];
  readonly extension?: readonly { readonly url: string }[];
}

const conceptsOmitted = 'https://w3id.org/engawa/fhir/StructureDefinition/concepts-omitted';
/** Value sets that include each other deeper than this go in circles. */
const maxDepth = 20;
const maxRegex = 200;

/** Whether a concept says of itself that it is not in use. @see https://hl7.org/fhir/R4/codesystem.html#status */
const isInactive = (concept: Concept | undefined): boolean =>
  (concept?.property ?? []).some(
    one =>
      (one['code'] === 'inactive' && one['valueBoolean'] === true) ||
      (one['code'] === 'status' && (one['valueCode'] === 'retired' || one['valueCode'] === 'inactive')),
  );

/** Tests of value sets; forgotten when definitions change. */
export class ValueSets {
  private readonly definitions: Definitions;
  private readonly systems: Systems;
  private readonly sets = new WeakMap<Resource, Test>();
  private readonly tests = new WeakMap<Resource, Map<string, Test>>();

  constructor(definitions: Definitions, systems: Systems) {
    this.definitions = definitions;
    this.systems = systems;
  }

  test(canonical: string, asker: Resource | undefined, depth = 0): Test {
    const quick = depth === 0 && asker ? this.tests.get(asker)?.get(canonical) : undefined;
    if (quick) return quick;
    const resource = this.find(canonical, asker);
    const made = resource && this.sets.get(resource);
    if (made && depth === 0) {
      this.keep(resource, canonical, asker, made);
      return made;
    }
    const test =
      resource && depth < maxDepth
        ? this.compile(resource, depth)
        : () => ({ reason: 'value-set' as const, what: canonical });
    if (depth === 0) this.keep(resource, canonical, asker, test);
    return test;
  }

  /** A value set by canonical, or by `#id` among those its asker contains. */
  private find(canonical: string, asker: Resource | undefined): Resource | undefined {
    if (!canonical.startsWith('#')) return this.definitions.byCanonical('ValueSet', canonical, asker);
    const contained = Array.isArray(asker?.['contained']) ? (asker['contained'] as Resource[]) : [];
    return contained.find(one => one?.resourceType === 'ValueSet' && one.id === canonical.slice(1));
  }

  /** What a value set calls a code, where it gives it names of its own. */
  displays(canonical: string, system: string, code: string, asker?: Resource): readonly string[] {
    const resource = this.find(canonical, asker);
    const compose = resource?.['compose'] as { include?: Include[] } | undefined;
    const listed = (compose?.include ?? []).filter(one => one.system === system).flatMap(one => one.concept ?? []);
    const expansion = resource?.['expansion'] as { contains?: (Concept & { system?: string })[] } | undefined;
    const expanded = (expansion?.contains ?? []).filter(one => one.system === system);
    return [...listed, ...expanded]
      .filter(one => one.code === code)
      .flatMap(({ display, designation = [] }) => [display, ...designation.map(one => one.value)])
      .filter(one => one !== undefined);
  }

  private keep(resource: Resource | undefined, canonical: string, asker: Resource | undefined, test: Test): void {
    if (resource) this.sets.set(resource, test);
    if (!asker) return;
    const known = this.tests.get(asker) ?? new Map<string, Test>();
    this.tests.set(asker, known.set(canonical, test));
  }

  private compile(valueSet: Resource, depth: number): Test {
    const compose = valueSet['compose'] as { include?: Include[]; exclude?: Include[]; inactive?: boolean } | undefined;
    if (!compose?.include?.length) return this.expansion(valueSet);
    const all = compose.include.map(one => this.include(one, valueSet, depth));
    const includes = compose.inactive === false ? all.map(test => this.active(test, valueSet)) : all;
    const excludes = (compose.exclude ?? []).map(one => this.include(one, valueSet, depth));
    return (system, code) => {
      const inside = anyOf(includes, system, code);
      if (inside === false || excludes.length === 0) return inside;
      const outside = anyOf(excludes, system, code);
      return outside === true ? false : outside === false ? inside : outside;
    };
  }

  /** A test without the codes that are no longer used. */
  private active(test: Test, asker: Resource): Test {
    return (system, code) => {
      const verdict = test(system, code);
      const concept = system === undefined ? undefined : this.systems.find(system, code, asker)?.concept;
      return verdict === true && isInactive(concept) ? false : verdict;
    };
  }

  /** A value set that has nothing but an expansion. */
  private expansion(valueSet: Resource): Test {
    const url = String(valueSet['url']);
    const codes = new Set<string>();
    const visit = (list: unknown): void => {
      for (const one of (list ?? []) as JsonObject[]) {
        codes.add(`${this.systems.plain(String(one['system']))} ${one['code']}`).add(` ${one['code']}`);
        if (one['contains']) visit(one['contains']);
      }
    };
    visit((valueSet['expansion'] as JsonObject | undefined)?.['contains']);
    if (codes.size === 0) return () => ({ reason: 'value-set', what: url });
    return (system, code) => codes.has(`${system === undefined ? '' : this.systems.plain(system)} ${code}`);
  }

  private include(include: Include, valueSet: Resource, depth: number): Test {
    const tests: Test[] = (include.valueSet ?? []).map(url => this.test(url, valueSet, depth + 1));
    if (include.system !== undefined) tests.push(this.systemTest(include, valueSet));
    return (system, code) => {
      let verdict: Verdict = tests.length > 0;
      for (const test of tests) {
        const one = test(system, code);
        if (one === false) return false;
        if (one !== true) verdict = one;
      }
      return verdict;
    };
  }

  private systemTest(include: Include, valueSet: Resource): Test {
    const own = this.systems.plain(include.system!);
    const ours = (system: string | undefined): boolean =>
      system === undefined || system === own || this.systems.plain(system) === own;
    const canonical = include.version ? `${include.system}|${include.version}` : include.system!;
    if (include.concept?.length) {
      const codes = new Set(include.concept.map(one => one.code));
      const caseless = this.systems.system(canonical, valueSet)?.caseless
        ? new Set([...codes].map(one => String(one).toLowerCase()))
        : undefined;
      return (system, code) => ours(system) && (codes.has(code) || (caseless?.has(code.toLowerCase()) ?? false));
    }
    if (grammars.has(own)) return (system, code) => ours(system) && grammars.get(own)!(code);
    if (include.extension?.some(one => one.url === conceptsOmitted))
      return system => (ours(system) ? { reason: 'code-system', what: own } : false);
    const filters = (include.filter ?? []).map(filter => this.filter(filter, canonical, valueSet));
    return (system, code) => {
      if (!ours(system)) return false;
      const inside = this.systems.inSystem(canonical, code, valueSet);
      if (inside !== true) return inside;
      for (const filter of filters) {
        const verdict = filter(code);
        if (verdict !== true) return verdict;
      }
      return true;
    };
  }

  private filter({ property, op, value }: Filter, system: string, asker: Resource): (code: string) => Verdict {
    const unknown = { reason: 'code-system' as const, what: strip(system) };
    const known = (code: string) => this.systems.find(system, code, asker);
    const below = (code: string, seen = new Set<string>()): boolean => {
      if (seen.has(code)) return false;
      seen.add(code);
      return (known(code)?.parents ?? []).some(parent => parent === value || below(parent, seen));
    };
    const valuesOf = (code: string): string[] => {
      const concept = known(code)?.concept;
      if (property === 'code' || property === 'concept') return [code];
      if (property === 'display') return [String(concept?.display ?? '')];
      if (property === 'parent') return known(code)?.parents ?? [];
      return (concept?.property ?? [])
        .filter(one => one['code'] === property)
        .map(one => String(Object.entries(one).find(([key]) => key.startsWith('value'))?.[1]));
    };
    const grammar = grammars.has(strip(system));
    if (grammar) return () => true;
    switch (op) {
      case 'is-a':
        return code => code === value || below(code);
      case 'descendent-of':
        return code => below(code);
      case 'is-not-a':
        return code => code !== value && !below(code);
      case '=':
        return code => valuesOf(code).includes(value);
      case 'in':
        return code => value.split(',').some(one => valuesOf(code).includes(one.trim()));
      case 'not-in':
        return code => !value.split(',').some(one => valuesOf(code).includes(one.trim()));
      case 'exists':
        return code => valuesOf(code).length > 0 === (value === 'true');
      case 'regex': {
        const pattern = safeRegex(value);
        return pattern ? code => valuesOf(code).some(one => pattern.test(one)) : () => unknown;
      }
      default:
        return () => unknown;
    }
  }

  /** Codes a value set lists by name or takes from small systems. */
  list(canonical: string, asker?: Resource): readonly string[] {
    const resource = this.find(canonical, asker);
    const includes = ((resource?.['compose'] as { include?: Include[] } | undefined)?.include ?? []) as Include[];
    return includes.flatMap(include => {
      if (include.concept?.length) return include.concept.map(one => one.code);
      const system = include.system && !include.filter ? this.systems.system(include.system, resource) : undefined;
      return system?.complete ? [...system.concepts.keys()] : [];
    });
  }
}

/** Anchored, short, and nothing that could run away. */
export function safeRegex(source: string): RegExp | undefined {
  if (source.length > maxRegex || mayRunAway(source)) return undefined;
  try {
    return new RegExp(`^(?:${source})$`, 'u');
  } catch {
    return undefined;
  }
}

function anyOf(tests: readonly Test[], system: string | undefined, code: string): Verdict {
  let verdict: Verdict = false;
  for (const test of tests) {
    const one = test(system, code);
    if (one === true) return true;
    if (one !== false) verdict = one;
  }
  return verdict;
}
