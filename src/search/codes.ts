/**
 * Codes: what search asks of terminology for :in, :not-in, :above and :below. This is the plain form, over the code systems
 * and value sets that are loaded; the terminology service can take its place (SearchParts.codes).
 * @see https://hl7.org/fhir/R4/valueset.html#compositions
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { Resource } from '../fhir/types.ts';

/** A code with its system. */
export interface CodedValue {
  readonly system: string;
  readonly code: string;
}

/** What search asks of terminology. */
export interface Codes {
  /** All codes of a value set; undefined when it is not known or cannot be listed. */
  codesOf(valueSet: string): readonly CodedValue[] | undefined;
  /** A code and all below (or above) it in its system; undefined when the system is not known. */
  familyOf(system: string, code: string, direction: 'above' | 'below'): readonly string[] | undefined;
}

interface Concept {
  code: string;
  concept?: Concept[];
  property?: { code: string; valueCode?: string }[];
}
interface Include {
  system?: string;
  concept?: { code: string }[];
  filter?: { property: string; op: string; value: string }[];
  valueSet?: string[];
}

/** Parents by code, in nested and `parent`-property hierarchies. */
type Hierarchy = ReadonlyMap<string, ReadonlySet<string>>;

function hierarchyOf(codeSystem: Resource): Hierarchy {
  const parents = new Map<string, Set<string>>();
  const walk = (concepts: readonly Concept[], parent: string | undefined) => {
    for (const { code, concept, property } of concepts) {
      const own = parents.get(code) ?? new Set<string>();
      if (parent !== undefined) own.add(parent);
      for (const { code: name, valueCode } of property ?? []) if ((name === 'parent' || name === 'subsumedBy') && valueCode) own.add(valueCode);
      parents.set(code, own);
      if (concept) walk(concept, code);
    }
  };
  walk((codeSystem['concept'] as Concept[] | undefined) ?? [], undefined);
  return parents;
}

function ancestors(hierarchy: Hierarchy, code: string, found = new Set<string>()): Set<string> {
  for (const parent of hierarchy.get(code) ?? []) {
    if (found.has(parent)) continue;
    found.add(parent);
    ancestors(hierarchy, parent, found);
  }
  return found;
}

/** Value sets inside value sets, at most this deep. */
const maxDepth = 20;

/** Codes from the loaded definitions. */
export function createCodes(definitions: Definitions): Codes {
  const hierarchies = new Map<string, Hierarchy | undefined>();
  const hierarchy = (system: string): Hierarchy | undefined => {
    if (!hierarchies.has(system)) {
      const codeSystem = definitions.byCanonical('CodeSystem', system);
      hierarchies.set(system, codeSystem?.['concept'] ? hierarchyOf(codeSystem) : undefined);
    }
    return hierarchies.get(system);
  };
  const familyOf: Codes['familyOf'] = (system, code, direction) => {
    const known = hierarchy(system);
    if (!known?.has(code)) return undefined;
    if (direction === 'above') return [code, ...ancestors(known, code)];
    return [...known.keys()].filter(one => one === code || ancestors(known, one).has(code));
  };
  const included = ({ system, concept, filter, valueSet }: Include, depth: number): readonly CodedValue[] | undefined => {
    const sets = (valueSet ?? []).map(url => listed(url, depth + 1));
    if (sets.includes(undefined)) return undefined;
    const own = system === undefined ? undefined : systemCodes(system, concept, filter);
    if (system !== undefined && own === undefined) return undefined;
    const all = [...(own ? [own] : []), ...(sets as (readonly CodedValue[])[])];
    const key = ({ system: of, code }: CodedValue) => `${of}|${code}`;
    const rest = all.slice(1).map(list => new Set(list.map(key)));
    return (all[0] ?? []).filter(one => rest.every(set => set.has(key(one))));
  };
  const systemCodes = (system: string, concept: Include['concept'], filter: Include['filter']): readonly CodedValue[] | undefined => {
    if (concept) return concept.map(({ code }) => ({ system, code }));
    const known = hierarchy(system);
    if (!known) return undefined;
    let codes = [...known.keys()];
    for (const { op, value, property } of filter ?? []) {
      if (property !== 'concept' && property !== 'code') return undefined;
      if (op !== 'is-a' && op !== 'descendent-of' && op !== 'is-not-a') return undefined;
      codes = codes.filter(code => {
        const below = ancestors(known, code).has(value);
        return op === 'is-not-a' ? !below && code !== value : below || (op === 'is-a' && code === value);
      });
    }
    return codes.map(code => ({ system, code }));
  };
  const listed = (url: string, depth: number): readonly CodedValue[] | undefined => {
    const valueSet = depth > maxDepth ? undefined : definitions.byCanonical('ValueSet', url);
    const compose = valueSet?.['compose'] as { include?: Include[]; exclude?: Include[] } | undefined;
    if (!compose?.include) return undefined;
    const [ins, outs] = [compose.include.map(one => included(one, depth)), (compose.exclude ?? []).map(one => included(one, depth))];
    if ([...ins, ...outs].includes(undefined)) return undefined;
    const out = new Set(outs.flatMap(list => list!.map(({ system, code }) => `${system}|${code}`)));
    const all = new Map(ins.flatMap(list => list!.map(one => [`${one.system}|${one.code}`, one] as const)));
    return [...all].filter(([key]) => !out.has(key)).map(([, one]) => one);
  };
  return { codesOf: url => listed(url, 0), familyOf };
}
