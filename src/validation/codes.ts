/**
 * The little of terminology that validation needs, as an interface, and an implementation over the CodeSystems and ValueSets
 * among the definitions. What cannot be decided (a system that is not here, or only a fragment of it) is "unchecked", never wrong.
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import { Systems, type Verdict } from './systems.ts';
import { ValueSets } from './value-sets.ts';

/** A code as it stands in data. */
export interface Code {
  readonly system?: string;
  readonly code: string;
  readonly display?: string;
  /** Version of the system. */
  readonly version?: string;
}

/** Whether a code is in a value set or system. `unchecked` says why in `reason`. */
export type Membership =
  | { readonly result: 'in' }
  | { readonly result: 'out' }
  | { readonly result: 'unchecked'; readonly reason: 'value-set' | 'code-system' | 'fragment'; readonly what: string };

/** What the validator asks of terminology. */
export interface CodeChecker {
  /** Notices what changed since; asked once before each document. */
  refresh(): void;
  /** Changes with what {@link refresh} notices: what was remembered before is out of date then. */
  readonly epoch: number;
  /**
   * Whether a code is in a value set; without system, in any of its systems.
   * @param asker names the value set
   * @param holder the resource that holds the code: its day counts
   */
  member(valueSet: string, code: Code, asker?: Resource, holder?: JsonObject): Membership;
  /** Whether a code is one of its system. */
  inSystem(code: Code): Membership;
  /** Displays of a code, the main one first; none when the system is not known here. */
  displays(system: string, code: string): readonly string[];
  /** Names a value set gives a code of its own. */
  displaysIn(valueSet: string, system: string, code: string, asker?: Resource): readonly string[];
  /** What a code counts for in a score; undefined when it has no weight or terminology is not at hand. */
  weight(system: string, code: string): number | undefined;
  /** False when the system is one of ours and complete, so that codes outside of it are wrong. */
  knowsSystem(system: string): boolean;
  /** All codes of a value set, when they are few and known; for messages. */
  list(valueSet: string, asker?: Resource): readonly string[];
}

const asMembership = (verdict: Verdict): Membership =>
  verdict === true ? { result: 'in' } : verdict === false ? { result: 'out' } : { result: 'unchecked', ...verdict };

/** Membership over the definitions' own CodeSystems and ValueSets. */
export function createCodeChecker(definitions: Definitions): CodeChecker {
  let generation = -1;
  let systems = new Systems(definitions);
  let valueSets = new ValueSets(definitions, systems);
  const current = (): { systems: Systems; valueSets: ValueSets } => {
    if (generation !== definitions.generation) {
      systems = new Systems(definitions);
      valueSets = new ValueSets(definitions, systems);
      generation = definitions.generation;
    }
    return { systems, valueSets };
  };
  return {
    refresh: () => void current(),
    get epoch() {
      return generation;
    },
    member: (valueSet, { system, code }, asker) =>
      asMembership(current().valueSets.test(valueSet, asker)(system, code)),
    inSystem: ({ system, code, version }) =>
      asMembership(system === undefined ? false : current().systems.inAnyEdition(system, code, version)),
    weight: () => undefined,
    displaysIn: (valueSet, system, code, asker) => current().valueSets.displays(valueSet, system, code, asker),
    displays(system, code) {
      return current()
        .systems.concepts(system, code)
        .flatMap(({ display, designation = [] }) => [display, ...designation.map(one => one.value)])
        .filter(one => one !== undefined);
    },
    knowsSystem: system => current().systems.system(system)?.complete ?? false,
    list: (valueSet, asker) => current().valueSets.list(valueSet, asker),
  };
}
