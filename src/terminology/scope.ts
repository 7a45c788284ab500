/**
 * A scope: the library as one request sees it, with the resources it brought along, the versions it asks for, the day it
 * asks about and the supplements it uses. Requests that ask for nothing special share one scope and what was computed in it.
 */
import type { Resource } from '../fhir/types.ts';
import { compareVersions, isLater, matchesVersion, splitCanonical } from './canonical.ts';
import { text } from './json.ts';
import { type Library, resourceEntry, type SystemEntry } from './library.ts';
import { finding, TerminologyError } from './problems.ts';
import { type CodeSystem, versioned } from './shapes.ts';
import { withSupplements } from './supplement.ts';

/** What a request says about versions: by URL, the version to take. */
export interface VersionRules {
  /** system-version: where nothing else says which. */
  readonly usual: ReadonlyMap<string, string>;
  /** check-system-version: refuse any other. */
  readonly demanded: ReadonlyMap<string, string>;
  /** force-system-version: whatever is said elsewhere. */
  readonly forced: ReadonlyMap<string, string>;
  /** default-valueset-version: for value sets that are taken in without a version. */
  readonly valueSets: ReadonlyMap<string, string>;
}

/** No rules. */
export const noRules: VersionRules = { usual: new Map(), demanded: new Map(), forced: new Map(), valueSets: new Map() };

/** What makes a scope differ from the usual one. */
export interface ScopeOptions {
  readonly rules: VersionRules;
  /** The day asked about, such as `2026-04-01`. */
  readonly day: string;
  /** True when the request named the day. */
  readonly dayGiven: boolean;
  /** Resources the request brought along. */
  readonly resources: readonly Resource[];
  /** Supplements to use, as canonicals. */
  readonly supplements: readonly string[];
}

/** Which version of a code system is to be taken, and who said so. */
export interface WantedVersion {
  readonly version: string | undefined;
  /** The rule that was used instead of what the value set says. */
  readonly rule?: 'usual' | 'demanded' | 'forced';
}

const inForceOn = (entry: SystemEntry, day: string): boolean =>
  (entry.head.validFrom === undefined || entry.head.validFrom <= day) &&
  (entry.head.validTo === undefined || day <= entry.head.validTo);

/** What is in force comes before what is not, then all of a code system before a part of it: packages bring parts of masters. */
const rankOn = (entry: SystemEntry, day: string): number =>
  (inForceOn(entry, day) ? 2 : 0) + (entry.head.content === 'complete' ? 1 : 0);

/** True for a code system whose codes are held here. */
const isUsable = ({ head }: SystemEntry): boolean => head.content !== 'not-present' && head.content !== 'supplement';

/** A scope serves many requests; what they named is forgotten when there is too much of it. */
const mostRemembered = 5000;

/** See the top of the file. */
export class Scope {
  readonly library: Library;
  readonly options: ScopeOptions;
  private readonly memory = new Map<string, unknown>();
  private readonly systems = new Map<string, CodeSystem | undefined>();
  private readonly laidOver = new Map<CodeSystem, CodeSystem>();
  private readonly below = new Map<string, Scope>();
  private supplementResources: readonly Resource[] | undefined;

  constructor(library: Library, options: ScopeOptions) {
    this.library = library;
    this.options = options;
  }

  /** What was computed in this scope, by whoever computes it. */
  remembered<T>(key: string, compute: () => T): T {
    if (this.memory.has(key)) return this.memory.get(key) as T;
    const value = compute();
    if (this.memory.size >= mostRemembered) this.memory.clear();
    this.memory.set(key, value);
    return value;
  }

  /**
   * This scope as a value set sees it: with its supplements, and on its locked date if the request names no day.
   * @throws TerminologyError when a supplement is not known
   */
  within({
    supplements,
    lockedDate,
  }: {
    readonly supplements: readonly string[];
    readonly lockedDate?: string;
  }): Scope {
    if (supplements.length === 0 && lockedDate === undefined) return this;
    const more = supplements.filter(one => !this.options.supplements.includes(one));
    const day = this.options.dayGiven || lockedDate === undefined ? this.options.day : lockedDate;
    if (more.length === 0 && day === this.options.day) return this;
    const key = [day, ...more].join(' ');
    let scope = this.below.get(key);
    if (!scope) {
      scope = new Scope(this.library, { ...this.options, day, supplements: [...this.options.supplements, ...more] });
      scope.checkSupplements();
      this.below.set(key, scope);
    }
    return scope;
  }

  /** @throws TerminologyError when a supplement in use is not known */
  checkSupplements(): readonly Resource[] {
    this.supplementResources ??= [...new Set(this.options.supplements.map(canonical => this.supplement(canonical)))];
    return this.supplementResources;
  }

  private supplement(canonical: string): Resource {
    const found = this.resource('CodeSystem', canonical);
    if (found?.['content'] !== 'supplement')
      throw new TerminologyError(finding('supplement-missing', { supplement: canonical }), 404);
    return found;
  }

  /** The resource of a canonical: the version named (or fitting), else the latest. What the request brought along wins. */
  resource(kind: 'CodeSystem' | 'ValueSet' | 'ConceptMap', canonical: string): Resource | undefined {
    const { url, version } = splitCanonical(canonical);
    const own = this.options.resources.filter(one => one.resourceType === kind && one['url'] === url);
    return this.latest(own, version) ?? this.latest(this.library.resources(kind, url), version);
  }

  private latest(resources: readonly Resource[], version: string | undefined): Resource | undefined {
    let best: Resource | undefined;
    for (const one of resources) {
      if (version !== undefined && !matchesVersion(version, text(one['version']))) continue;
      if (!best || isLater(text(best['version']), text(one['version']))) best = one;
    }
    return best;
  }

  /** The canonical of a value set that is taken in: with the version the request names for it, if it names none itself. */
  pinned(canonical: string): { canonical: string; byRequest: boolean } {
    const version = canonical.includes('|') ? undefined : this.options.rules.valueSets.get(canonical);
    return version === undefined
      ? { canonical, byRequest: false }
      : { canonical: versioned(canonical, version), byRequest: true };
  }

  /** True when two names stand for the same code system. */
  same(a: string, b: string): boolean {
    return a === b || this.library.preferred(a) === this.library.preferred(b);
  }

  /** All code systems of a URL: those the request brought along, those that are known. */
  private places(url: string): readonly (readonly SystemEntry[])[] {
    const name = this.library.preferred(url);
    const own = this.options.resources.filter(
      one => one.resourceType === 'CodeSystem' && (one['url'] === url || one['url'] === name),
    );
    return [own.map(resourceEntry), this.library.systems(name)];
  }

  private entries(url: string): readonly SystemEntry[] {
    return this.places(url).flat();
  }

  /** Versions of a code system that have content, latest first. */
  versions(url: string): string[] {
    const known = this.entries(url)
      .filter(isUsable)
      .flatMap(entry => entry.head.version ?? []);
    return [...new Set(known)].sort((a, b) => compareVersions(b, a));
  }

  /** What is known of a URL: nothing, a supplement only, a name without codes, or a code system. */
  knows(url: string): 'nothing' | 'supplement' | 'name' | 'system' {
    const entries = this.entries(url);
    if (entries.some(isUsable)) return 'system';
    if (entries.length === 0) return 'nothing';
    return entries.some(entry => entry.head.content === 'supplement') ? 'supplement' : 'name';
  }

  /** The supplement of a URL, as `url|version`. */
  supplementName(url: string): string {
    const entry = this.entries(url).find(one => one.head.content === 'supplement');
    return versioned(url, entry?.head.version);
  }

  /** Which version of a code system is to be taken where a value set (or a coding) says `stated`. */
  wanted(url: string, stated: string | undefined): WantedVersion {
    const { forced, usual, demanded } = this.options.rules;
    const name = this.library.preferred(url);
    const look = (rules: ReadonlyMap<string, string>) => rules.get(url) ?? rules.get(name);
    const force = look(forced);
    if (force !== undefined) return { version: force, rule: 'forced' };
    if (stated !== undefined) return { version: stated };
    const byUsual = look(usual);
    if (byUsual !== undefined) return { version: byUsual, rule: 'usual' };
    const byDemand = look(demanded);
    return byDemand === undefined ? { version: undefined } : { version: byDemand, rule: 'demanded' };
  }

  /** The version a request demands, when the one taken is another. */
  demandedInstead(url: string, version: string | undefined): string | undefined {
    const { demanded } = this.options.rules;
    const asked = demanded.get(url) ?? demanded.get(this.library.preferred(url));
    return asked === undefined || matchesVersion(asked, version) ? undefined : asked;
  }

  /**
   * The code system of a URL: of the version asked for (or fitting); without one, the edition in force on the scope's
   * day, the latest of several. Undefined when there is none with content.
   */
  system(url: string, version?: string): CodeSystem | undefined {
    const key = version === undefined ? url : `${url}|${version}`;
    if (this.systems.has(key)) return this.systems.get(key);
    const found = this.choose(url, version);
    if (this.systems.size >= mostRemembered) this.systems.clear();
    this.systems.set(key, found);
    return found;
  }

  private choose(url: string, version: string | undefined): CodeSystem | undefined {
    for (const entries of this.places(url)) {
      const best = this.best(entries, version);
      if (best) return this.overlay(best.open());
    }
    return undefined;
  }

  private best(entries: readonly SystemEntry[], version: string | undefined): SystemEntry | undefined {
    let best: SystemEntry | undefined;
    let bestRank = -1;
    for (const entry of entries) {
      if (!isUsable(entry) || (version !== undefined && !matchesVersion(version, entry.head.version))) continue;
      const rank = rankOn(entry, this.options.day);
      if (best && (rank < bestRank || (rank === bestRank && !isLater(best.head.version, entry.head.version)))) continue;
      best = entry;
      bestRank = rank;
    }
    return best;
  }

  private overlay(system: CodeSystem): CodeSystem {
    if (this.options.supplements.length === 0) return system;
    let over = this.laidOver.get(system);
    if (!over) {
      const mine = this.checkSupplements().filter(
        one => splitCanonical(text(one['supplements']) ?? '').url === system.head.url,
      );
      over = withSupplements(system, mine);
      this.laidOver.set(system, over);
    }
    return over;
  }
}
