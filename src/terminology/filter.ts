/**
 * Filters of a value set: each becomes a test of one concept, and where it can, a short list to look at.
 * @see https://hl7.org/fhir/R4/valueset-filter-operator.html
 */
import type { JsonObject } from '../fhir/types.ts';
import { ancestors, descendants } from './hierarchy.ts';
import { objects, text, valueIn, valueText } from './json.ts';
import { finding, TerminologyError } from './problems.ts';
import { compilePattern, PatternError } from './regex.ts';
import type { CodeSystem, Concept } from './shapes.ts';

/** A filter made for one code system. */
export interface Filter {
  test(concept: Concept): boolean;
  /** Concepts that can pass, when they are few and known. */
  candidates?(): Iterable<Concept>;
}

interface Asked {
  readonly property: string;
  readonly op: string;
  readonly value: string;
}

function* found(system: CodeSystem, codes: Iterable<string>): Generator<Concept> {
  for (const code of codes) {
    const concept = system.find(code);
    if (concept) yield concept;
  }
}

function codesFilter(system: CodeSystem, codes: () => Iterable<string>): Filter {
  let set: ReadonlySet<string> | undefined;
  const get = () => {
    set ??= new Set(codes());
    return set;
  };
  return { test: concept => get().has(concept.code), candidates: () => found(system, get()) };
}

const not = (filter: Filter): Filter => ({ test: concept => !filter.test(concept) });

/** Filters on the place of a concept in the hierarchy (properties `concept` and `code`). */
function hierarchyFilter(system: CodeSystem, { op, value }: Asked): Filter | undefined {
  const code = system.find(value)?.code;
  const self = code === undefined ? [] : [code];
  const below = () => (code === undefined ? [] : descendants(system, code));
  switch (op) {
    case 'is-a':
      return codesFilter(system, () => [...self, ...below()]);
    case 'descendent-of':
      return codesFilter(system, below);
    case 'is-not-a':
      return not(codesFilter(system, () => [...self, ...below()]));
    case 'generalizes':
      return codesFilter(system, () => (code === undefined ? [] : [...self, ...ancestors(system, code)]));
    case 'child-of':
      return codesFilter(system, () => (code === undefined ? [] : system.children(code)));
    case 'descendent-leaf':
      return codesFilter(system, () => [...below()].filter(one => system.children(one).length === 0));
    default:
      return undefined;
  }
}

/** The values a concept has for a property of a filter. */
function valuesOf(system: CodeSystem, property: string): (concept: Concept) => readonly string[] {
  if (property === 'code' || property === 'concept') return concept => [concept.code];
  if (property === 'display') return concept => (concept.display === undefined ? [] : [concept.display]);
  if (property === 'definition') return concept => (concept.definition === undefined ? [] : [concept.definition]);
  const own = (concept: Concept) =>
    objects(concept.property)
      .filter(one => one['code'] === property)
      .map(one => valueText(valueIn(one)));
  if (property === 'parent') return concept => [...new Set([...own(concept), ...system.parents(concept.code)])];
  if (property === 'child') return concept => [...new Set([...own(concept), ...system.children(concept.code)])];
  return own;
}

/** A boolean is the same in capitals; anything else is as it is written. */
const spellings = (value: string): string[] => (/^(true|false)$/i.test(value) ? [value, value.toLowerCase()] : [value]);

/** The values a filter looks for. */
const wantedBy = ({ op, value }: Asked): ReadonlySet<string> =>
  new Set((op === '=' ? [value] : value.split(',').map(one => one.trim())).flatMap(spellings));

function valueFilter(system: CodeSystem, asked: Asked): Filter | undefined {
  const { property, op, value } = asked;
  const values = valuesOf(system, property);
  const wanted = wantedBy(asked);
  switch (op) {
    case '=':
    case 'in': {
      const test = (concept: Concept) => values(concept).some(one => wanted.has(one));
      if (property === 'code' || property === 'concept')
        return codesFilter(system, () => [...found(system, wanted)].map(one => one.code));
      const indexed = system.withProperty?.(property, value) !== undefined;
      // Asked anew each time: what an index hands out can be gone through once.
      return indexed ? { test, candidates: () => withAny(system, property, wanted) } : { test };
    }
    case 'not-in':
      return { test: concept => !values(concept).some(one => wanted.has(one)) };
    case 'exists':
      return { test: concept => values(concept).length > 0 === wanted.has('true') };
    case 'regex': {
      const matches = pattern(value);
      return { test: concept => values(concept).some(matches) };
    }
    default:
      return undefined;
  }
}

/** Concepts that have any of the values, by index, once each. */
function* withAny(system: CodeSystem, property: string, values: Iterable<string>): Generator<Concept> {
  const seen = new Set<string>();
  for (const value of values) {
    for (const concept of system.withProperty!(property, value) ?? []) {
      if (seen.has(concept.code)) continue;
      seen.add(concept.code);
      yield concept;
    }
  }
}

const patterns = new Map<string, (value: string) => boolean>();

function pattern(value: string): (value: string) => boolean {
  let compiled = patterns.get(value);
  if (!compiled) {
    try {
      compiled = compilePattern(value);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      throw new TerminologyError(finding('bad-pattern', { value, reason: error.message }));
    }
    if (patterns.size < 200) patterns.set(value, compiled);
  }
  return compiled;
}

/** Filters that mean the hierarchy when they are on the code itself. */
const onCode: ReadonlySet<string> = new Set(['concept', 'code']);

/**
 * Makes a filter for a code system.
 * @param at place of the filter in the value set
 * @throws TerminologyError for a filter without value, or one that is not offered
 */
export function makeFilter(system: CodeSystem, filter: JsonObject, at: string): Filter {
  const [property, op, value] = [text(filter['property']), text(filter['op']), text(filter['value'])];
  const words = { system: system.head.url, property: property ?? '', op: op ?? '', value: value ?? '' };
  if (value === undefined) throw new TerminologyError(finding('filter-without-value', words, at));
  if (property === undefined || op === undefined)
    throw new TerminologyError(finding('filter-not-supported', words, at));
  const asked = { property, op, value };
  const made =
    system.filter?.(property, op, value) ??
    (onCode.has(property) ? hierarchyFilter(system, asked) : undefined) ??
    valueFilter(system, asked);
  if (!made) throw new TerminologyError(finding('filter-not-supported', words, at));
  return made;
}

/** All filters of a part as one: every one has to pass; the first short list is the one to look at. */
export function makeFilters(system: CodeSystem, filters: readonly JsonObject[], at: string): Filter | undefined {
  if (filters.length === 0) return undefined;
  const made = filters.map((filter, i) => makeFilter(system, filter, `${at}.filter[${i}]`));
  const short = made.find(one => one.candidates);
  return {
    test: concept => made.every(one => one.test(concept)),
    ...(short && { candidates: () => short.candidates!() }),
  };
}
