/**
 * The little of terminology that validation needs, as an interface, and an implementation over the CodeSystems and ValueSets
 * among the definitions. What cannot be decided (a system that is not here, or only a fragment of it) is "unchecked", never wrong.
 * @see https://hl7.org/fhir/R4/valueset.html#compositions
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';

/** A code as it stands in data. */
export interface Code {
  readonly system?: string;
  readonly code: string;
  readonly display?: string;
}

/** Whether a code is in a value set or system. `unchecked` says why in `reason`. */
export type Membership =
  | { readonly result: 'in' }
  | { readonly result: 'out' }
  | { readonly result: 'unchecked'; readonly reason: 'value-set' | 'code-system' | 'fragment'; readonly what: string };

/** What the validator asks of terminology. */
export interface CodeChecker {
  /** Whether a code is in a value set; without system, in any of its systems. `asker` names the value set. */
  member(valueSet: string, code: Code, asker?: Resource): Membership;
  /** Whether a code is one of its system. */
  inSystem(code: Code): Membership;
  /** Displays of a code, the main one first; none when the system is not known here. */
  displays(system: string, code: string): readonly string[];
  /** False when the system is one of ours and complete, so that codes outside of it are wrong. */
  knowsSystem(system: string): boolean;
  /** All codes of a value set, when they are few and known; for messages. */
  list(valueSet: string, asker?: Resource): readonly string[];
}

interface Concept {
  readonly code: string;
  readonly display?: string;
  readonly designation?: readonly { readonly value?: string }[];
  readonly concept?: readonly Concept[];
  readonly property?: readonly JsonObject[];
}
interface Known {
  readonly concept: Concept;
  readonly parents: string[];
}
interface System {
  readonly url: string;
  readonly complete: boolean;
  readonly fragment: boolean;
  readonly caseless: boolean;
  readonly concepts: ReadonlyMap<string, Known>;
}
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

/** True in, false out, otherwise what is not known. */
type Verdict = boolean | { readonly reason: 'value-set' | 'code-system' | 'fragment'; readonly what: string };
type Test = (system: string | undefined, code: string) => Verdict;

const conceptsOmitted = 'https://w3id.org/engawa/fhir/StructureDefinition/concepts-omitted';
/** Value sets that include each other deeper than this go in circles. */
const maxDepth = 20;
const maxRegex = 200;

const languageForm = /^[a-zA-Z]{2,8}(?:-[a-zA-Z0-9]{1,8})*$/;
const mimeForm = /^[A-Za-z0-9!#$&^_.+-]+\/[A-Za-z0-9!#$&^_.+-]+(?:\s*;\s*[^;=\s]+=(?:"[^"]*"|[^;"\s]+))*$/;

let currencies: ReadonlySet<string> | undefined;

/** ISO 4217 as the platform's own data has it. */
function isCurrency(code: string): boolean {
  currencies ??= new Set(Intl.supportedValuesOf('currency'));
  return currencies.has(code) || /^X(?:[ABD][A-Z]|DR|PT|TS|XX|SU|UA)$/.test(code);
}

let regions: Intl.DisplayNames | undefined;

/** ISO 3166-1: two letters, as the platform's own data has them; three letters and numbers by their form. */
function isRegion(code: string): boolean {
  if (/^(?:[A-Z]{3}|\d{3}|[A-Z]{2}-[A-Z0-9]{1,3})$/.test(code)) return true;
  if (!/^[A-Z]{2}$/.test(code)) return false;
  regions ??= new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  return regions.of(code) !== undefined;
}

/** Systems that are a grammar, not a list. */
const grammars: ReadonlyMap<string, (code: string) => boolean> = new Map([
  ['urn:iso:std:iso:4217', isCurrency],
  ['urn:iso:std:iso:3166', isRegion],
  ['urn:ietf:bcp:47', (code: string) => languageForm.test(code)],
  ['urn:ietf:bcp:13', (code: string) => mimeForm.test(code) || /^[a-z]+$/.test(code)],
]);

const strip = (canonical: string): string => canonical.split('|')[0]!;

/** Lists and trees of codes, made when first asked for; forgotten when definitions change. */
class Codes {
  private readonly definitions: Definitions;
  private readonly systems = new Map<string, System | undefined>();
  private readonly sets = new WeakMap<Resource, Test>();
  private readonly tests = new WeakMap<Resource, Map<string, Test>>();
  private aliases: Map<string, string> | undefined;

  constructor(definitions: Definitions) {
    this.definitions = definitions;
  }

  /** One spelling for systems that have a URL and an OID. */
  private plain(system: string): string {
    if (!this.aliases) {
      this.aliases = new Map();
      for (const naming of this.definitions.all('NamingSystem')) this.addAliases(naming);
    }
    return this.aliases.get(system) ?? system;
  }

  private addAliases(naming: Resource): void {
    const ids = (naming['uniqueId'] ?? []) as { type?: string; value?: string; preferred?: boolean }[];
    const url =
      ids.find(one => one.type === 'uri' && one.preferred)?.value ?? ids.find(one => one.type === 'uri')?.value;
    if (!url || naming['kind'] !== 'codesystem') return;
    for (const { type, value } of ids)
      if (value && value !== url)
        this.aliases!.set(type === 'oid' && !value.startsWith('urn:') ? `urn:oid:${value}` : value, url);
  }

  system(canonical: string, asker?: Resource): System | undefined {
    const url = this.plain(strip(canonical));
    const key = canonical === url ? url : canonical;
    if (this.systems.has(key)) return this.systems.get(key);
    const resource =
      this.definitions.byCanonical('CodeSystem', canonical.includes('|') ? canonical : url, asker) ??
      this.definitions.byCanonical('CodeSystem', canonical);
    const system = resource && this.readSystem(resource);
    this.systems.set(key, system);
    return system;
  }

  private readSystem(resource: Resource): System {
    const concepts = new Map<string, Known>();
    const caseless = resource['caseSensitive'] === false;
    const visit = (list: readonly Concept[], parents: string[]): void => {
      for (const concept of list) {
        if (typeof concept?.code !== 'string') continue;
        const named = (concept.property ?? [])
          .filter(one => one['code'] === 'parent' || one['code'] === 'subsumedBy')
          .map(one => String(one['valueCode']));
        concepts.set(caseless ? concept.code.toLowerCase() : concept.code, {
          concept,
          parents: [...parents, ...named],
        });
        if (Array.isArray(concept.concept)) visit(concept.concept, [concept.code]);
      }
    };
    visit((resource['concept'] ?? []) as Concept[], []);
    for (const [code, { concept }] of concepts)
      for (const child of concept.property ?? [])
        if (child['code'] === 'child') concepts.get(String(child['valueCode']))?.parents.push(code);
    return {
      url: String(resource['url']),
      complete: resource['content'] === 'complete' && concepts.size > 0,
      fragment: resource['content'] === 'fragment' || resource['content'] === 'example',
      caseless,
      concepts,
    };
  }

  find(system: string, code: string, asker?: Resource): Known | undefined {
    const known = this.system(system, asker);
    return known?.concepts.get(known.caseless ? code.toLowerCase() : code);
  }

  inSystem(system: string, code: string, asker?: Resource): Verdict {
    const grammar = grammars.get(system);
    if (grammar) return grammar(code);
    const known = this.system(system, asker);
    if (!known) return { reason: 'code-system', what: system };
    if (known.concepts.has(known.caseless ? code.toLowerCase() : code)) return true;
    // Another spelling of the system may stand for another edition of it.
    const own = known.url === strip(system);
    return known.complete && own ? false : { reason: known.fragment ? 'fragment' : 'code-system', what: system };
  }

  test(canonical: string, asker: Resource | undefined, depth = 0): Test {
    const quick = depth === 0 && asker ? this.tests.get(asker)?.get(canonical) : undefined;
    if (quick) return quick;
    const resource = this.definitions.byCanonical('ValueSet', canonical, asker);
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

  private keep(resource: Resource | undefined, canonical: string, asker: Resource | undefined, test: Test): void {
    if (resource) this.sets.set(resource, test);
    if (!asker) return;
    const known = this.tests.get(asker) ?? new Map<string, Test>();
    this.tests.set(asker, known.set(canonical, test));
  }

  private compile(valueSet: Resource, depth: number): Test {
    const compose = valueSet['compose'] as { include?: Include[]; exclude?: Include[] } | undefined;
    if (!compose?.include?.length) return this.expansion(valueSet);
    const includes = compose.include.map(one => this.include(one, valueSet, depth));
    const excludes = (compose.exclude ?? []).map(one => this.include(one, valueSet, depth));
    return (system, code) => {
      const inside = anyOf(includes, system, code);
      if (inside === false || excludes.length === 0) return inside;
      const outside = anyOf(excludes, system, code);
      return outside === true ? false : outside === false ? inside : outside;
    };
  }

  /** A value set that has nothing but an expansion. */
  private expansion(valueSet: Resource): Test {
    const url = String(valueSet['url']);
    const codes = new Set<string>();
    const visit = (list: unknown): void => {
      for (const one of (list ?? []) as JsonObject[]) {
        codes.add(`${this.plain(String(one['system']))} ${one['code']}`).add(` ${one['code']}`);
        if (one['contains']) visit(one['contains']);
      }
    };
    visit((valueSet['expansion'] as JsonObject | undefined)?.['contains']);
    if (codes.size === 0) return () => ({ reason: 'value-set', what: url });
    return (system, code) => codes.has(`${system === undefined ? '' : this.plain(system)} ${code}`);
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
    const own = this.plain(include.system!);
    const ours = (system: string | undefined): boolean =>
      system === undefined || system === own || this.plain(system) === own;
    const canonical = include.version ? `${include.system}|${include.version}` : include.system!;
    if (include.concept?.length) {
      const codes = new Set(include.concept.map(one => one.code));
      const caseless = this.system(canonical, valueSet)?.caseless
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
      const inside = this.inSystem(canonical, code, valueSet);
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
    const known = (code: string) => this.find(system, code, asker);
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
    const resource = this.definitions.byCanonical('ValueSet', canonical, asker);
    const includes = ((resource?.['compose'] as { include?: Include[] } | undefined)?.include ?? []) as Include[];
    return includes.flatMap(include => {
      if (include.concept?.length) return include.concept.map(one => one.code);
      const system = include.system && !include.filter ? this.system(include.system, resource) : undefined;
      return system?.complete ? [...system.concepts.keys()] : [];
    });
  }
}

/** Anchored, and short enough not to run away; nested repetition is refused. */
function safeRegex(source: string): RegExp | undefined {
  if (source.length > maxRegex || /[+*}]\)*[+*{]/.test(source)) return undefined;
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

const asMembership = (verdict: Verdict): Membership =>
  verdict === true ? { result: 'in' } : verdict === false ? { result: 'out' } : { result: 'unchecked', ...verdict };

/** Membership over the definitions' own CodeSystems and ValueSets. */
export function createCodeChecker(definitions: Definitions): CodeChecker {
  let generation = -1;
  let codes = new Codes(definitions);
  const current = (): Codes => {
    if (generation !== definitions.generation) {
      codes = new Codes(definitions);
      generation = definitions.generation;
    }
    return codes;
  };
  return {
    member: (valueSet, { system, code }, asker) => asMembership(current().test(valueSet, asker)(system, code)),
    inSystem: ({ system, code }) => asMembership(system === undefined ? false : current().inSystem(system, code)),
    displays(system, code) {
      const concept = current().find(system, code)?.concept;
      const others = (concept?.designation ?? []).map(one => one.value);
      return [concept?.display, ...others].filter(one => one !== undefined);
    },
    knowsSystem: system => current().system(system)?.complete ?? false,
    list: (valueSet, asker) => current().list(valueSet, asker),
  };
}
