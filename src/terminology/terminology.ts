/**
 * The door to terminology. Operations, bindings and searches come in here.
 * What is asked is answered at once, without waiting; only {@link Terminology.refresh} reads from the store.
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { OpenDefinitions } from '../definitions/overlay.ts';
import type { Resource } from '../fhir/types.ts';
import type { Store } from '../store/store.ts';
import { weightOf as weightOfConcept } from './concept.ts';
import { enumerate, newUsed } from './enumerate.ts';
import { ancestors, descendants } from './hierarchy.ts';
import { createLibrary, type Library } from './library.ts';
import { openMasters } from './masters/master-system.ts';
import { type Membership, memberOf, memberWithoutSystem } from './membership.ts';
import { openPackages, type Packages } from './packages.ts';
import { TerminologyError } from './problems.ts';
import { grammars } from './rules/all.ts';
import { noRules, Scope, type ScopeOptions } from './scope.ts';
import { openStored } from './stored.ts';
import { findValueSet, type ValueSetPlan } from './value-set.ts';

/** See the top of the file. */
export interface Terminology {
  /** Takes over what was written to the store, and imported, since. Cheap when nothing was; call it before asking. */
  refresh(): Promise<void>;
  /** Takes over masters that are there, without waiting: what every write does. */
  look(): void;
  /** What a request sees; the usual one when nothing special is asked. */
  scope(wish?: Partial<ScopeOptions>): Scope;
  /**
   * Whether a value set has a code, for bindings. Nothing is refused for what is not known here.
   * @param valueSet canonical, with or without `|version`
   * @param on the day whose editions are asked, and whether the code must be in force on it; absent = the editions of today
   */
  isMember(
    valueSet: string,
    system: string | undefined,
    code: string,
    on?: { readonly day: string; readonly inForce?: boolean },
  ): Membership;
  /** The codes of a value set, for `:in`; undefined when it is not known, cannot be listed, or has more than `limit`. */
  codesOf(valueSet: string, limit?: number): readonly { readonly system: string; readonly code: string }[] | undefined;
  /** A code and all codes above (or below) it, for `:above` and `:below`; undefined when the code system is not known. */
  familyOf(system: string, code: string, direction: 'above' | 'below'): readonly string[] | undefined;
  /** What a code counts for in a score: its property or extension itemWeight, or the older ordinalValue. */
  weightOf(system: string, code: string): number | undefined;
  /** True when a value set of this canonical is known. */
  knowsValueSet(canonical: string): boolean;
  readonly library: Library;
  /** A terminology resource by its id: of this server, else one that comes with the program. */
  stored(type: 'CodeSystem' | 'ValueSet' | 'ConceptMap', id: string): Resource | undefined;
}

/** What terminology is made of. */
export interface TerminologyParts {
  readonly definitions: Definitions & Partial<Pick<OpenDefinitions, 'packages'>>;
  readonly store: Pick<Store, 'state' | 'stream' | 'terms'>;
  /** UTC milliseconds. */
  readonly now: () => number;
  readonly packages?: Packages;
}

/** The day it is in Japan. */
export function japaneseDay(time: number): string {
  return new Date(time + 9 * 3_600_000).toISOString().slice(0, 10);
}

/** Tells the day it is in Japan, written out only when it changed. */
function dayTeller(now: () => number): () => string {
  let hour = -1;
  let day = '';
  return () => {
    const time = now();
    const current = Math.floor(time / 3_600_000);
    if (current !== hour) {
      hour = current;
      day = japaneseDay(time);
    }
    return day;
  };
}

/** Keys of scopes that are kept: those without resources of their own. */
function keyOf({ rules, day, dayGiven, supplements }: ScopeOptions): string {
  if (rules === noRules && supplements.length === 0) return dayGiven ? day : `today ${day}`;
  const pairs = [rules.usual, rules.demanded, rules.forced, rules.valueSets].map(rule => [...rule]);
  return JSON.stringify([pairs, day, dayGiven, supplements]);
}

/** Scopes of one state of the library, the latest used last. */
class Scopes {
  private readonly kept = new Map<string, Scope>();
  private generation = -1;
  private readonly library: Library;

  constructor(library: Library) {
    this.library = library;
  }

  get(options: ScopeOptions): Scope {
    if (options.resources.length > 0) return new Scope(this.library, options);
    if (this.generation !== this.library.generation()) {
      this.kept.clear();
      this.generation = this.library.generation();
    }
    const key = keyOf(options);
    const scope = this.kept.get(key) ?? new Scope(this.library, options);
    this.kept.delete(key);
    this.kept.set(key, scope);
    if (this.kept.size > 50) this.kept.delete(this.kept.keys().next().value!);
    return scope;
  }
}

function planIn(scope: Scope, canonical: string): ValueSetPlan | undefined {
  return scope.remembered(canonical, () => findValueSet(scope, canonical));
}

/** What cannot be told is not wrong. */
function tolerant<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof TerminologyError) return otherwise;
    throw error;
  }
}

/** A resource of the profiles that come with the program: a code system there may only be named. */
function bundledById({ definitions }: TerminologyParts, type: string, id: string): Resource | undefined {
  for (const one of definitions.packages?.filter(({ bundled }) => bundled) ?? []) {
    const entry = one.entries.find(each => each.type === type && each.id === id);
    if (entry) return one.read(entry);
  }
  return undefined;
}

/** Joins the parts. Nothing is read before the first question. */
export function createTerminology(parts: TerminologyParts): Terminology {
  const stored = openStored(parts.store);
  const masters = openMasters(parts.store.terms);
  const packages = parts.packages ?? openPackages();
  const library = createLibrary({
    definitions: parts.definitions,
    packages,
    stored,
    sources: [masters, grammars],
    sourceGeneration: () => masters.generation(),
  });
  const scopes = new Scopes(library);
  const today = dayTeller(parts.now);
  const scope = (wish: Partial<ScopeOptions> = {}): Scope =>
    scopes.get({ rules: noRules, day: today(), dayGiven: false, resources: [], supplements: [], ...wish });
  return {
    library,
    async refresh() {
      await Promise.all([parts.store.terms.refresh(), stored.refresh()]);
      masters.refresh();
    },
    look: () => masters.refresh(),
    scope,
    isMember(valueSet, system, code, on) {
      const here = scope(on ? { day: on.day, dayGiven: on.inForce === true } : {});
      const plan = planIn(here, valueSet);
      if (!plan) return 'unknown';
      return tolerant(
        () => (system === undefined ? memberWithoutSystem(here, plan, code) : memberOf(here, plan, { system, code })),
        'unknown',
      );
    },
    codesOf(valueSet, limit = 100_000) {
      const here = scope();
      const plan = planIn(here, valueSet);
      if (!plan) return undefined;
      return tolerant(() => {
        const codes: { system: string; code: string }[] = [];
        for (const entry of enumerate(here, plan, { used: newUsed(), merge: true, narrowing: undefined })) {
          codes.push({ system: entry.url, code: entry.concept.code });
          if (codes.length > limit) return undefined;
        }
        return codes;
      }, undefined);
    },
    familyOf(system, code, direction) {
      const found = scope().system(system);
      const concept = found?.find(code);
      if (!found || !concept) return undefined;
      return [
        concept.code,
        ...(direction === 'above' ? ancestors(found, concept.code) : descendants(found, concept.code)),
      ];
    },
    weightOf(system, code) {
      const found = scope().system(system);
      const concept = found?.find(code);
      return found && concept ? weightOfConcept(found, concept) : undefined;
    },
    knowsValueSet: canonical => planIn(scope(), canonical) !== undefined,
    stored: (type, id) =>
      stored.byId(type, id) ?? packages.all(type).find(one => one.id === id) ?? bundledById(parts, type, id),
  };
}
