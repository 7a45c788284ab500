/**
 * The CodeSystems among the definitions: their concepts by code, their hierarchy, their other names.
 * @see https://hl7.org/fhir/R4/codesystem.html
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import { grammars } from './grammars.ts';

/** A concept as it stands in a CodeSystem. */
export interface Concept {
  readonly code: string;
  readonly display?: string;
  readonly designation?: readonly { readonly value?: string }[];
  readonly concept?: readonly Concept[];
  readonly property?: readonly JsonObject[];
}
/** A concept and the codes above it. */
export interface Known {
  readonly concept: Concept;
  readonly parents: string[];
}
/** A CodeSystem read once. */
export interface System {
  readonly url: string;
  readonly version: unknown;
  readonly complete: boolean;
  readonly fragment: boolean;
  readonly caseless: boolean;
  readonly concepts: ReadonlyMap<string, Known>;
}

/** True in, false out, otherwise what is not known. */
export type Verdict = boolean | { readonly reason: 'value-set' | 'code-system' | 'fragment'; readonly what: string };
/** Whether a code is in something. */
export type Test = (system: string | undefined, code: string) => Verdict;

export const strip = (canonical: string): string => canonical.split('|')[0]!;

/** Names clients make up are not all kept. */
const mostNames = 20_000;

/** Code systems, read when first asked for. */
export class Systems {
  private readonly definitions: Definitions;
  private readonly read = new WeakMap<Resource, System>();
  private readonly byUrl = new Map<string, System | undefined>();
  private readonly byAsker = new WeakMap<Resource, Map<string, System | undefined>>();
  private readonly byEdition = new Map<string, readonly System[]>();
  private aliases: Map<string, string> | undefined;

  constructor(definitions: Definitions) {
    this.definitions = definitions;
  }

  /** One spelling for systems that have a URL and an OID. */
  plain(system: string): string {
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
    let known = this.byUrl;
    if (asker) {
      known = this.byAsker.get(asker) ?? new Map<string, System | undefined>();
      this.byAsker.set(asker, known);
    }
    const found = known.get(canonical);
    if (found !== undefined || known.has(canonical)) return found;
    const url = this.plain(strip(canonical));
    const resource =
      this.definitions.byCanonical('CodeSystem', canonical.includes('|') ? canonical : url, asker) ??
      this.definitions.byCanonical('CodeSystem', canonical, asker);
    const system = resource && this.systemOf(resource);
    if (known.size < mostNames) known.set(canonical, system);
    return system;
  }

  /** Each resource is read once, whoever asks for it and by which name. */
  private systemOf(resource: Resource): System {
    const known = this.read.get(resource) ?? this.readSystem(resource);
    this.read.set(resource, known);
    return known;
  }

  /** The system as every package has it: two may list other codes under one URL. */
  editions(canonical: string): readonly System[] {
    const known = this.byEdition.get(canonical);
    if (known) return known;
    const url = strip(canonical);
    const names = new Set([url, this.plain(url)]);
    const made = [...names].flatMap(name =>
      this.definitions.editions('CodeSystem', name).map(one => this.systemOf(one)),
    );
    if (this.byEdition.size < mostNames) this.byEdition.set(canonical, made);
    return made;
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
      version: resource['version'],
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

  /**
   * Whether any edition has a code; wrong only when all are complete and none has it.
   * @param version asks that edition alone, where it is here
   */
  inAnyEdition(system: string, code: string, version?: string): Verdict {
    const grammar = grammars.get(system);
    if (grammar) return grammar(code);
    const all = this.editions(system);
    const asked = version === undefined ? [] : all.filter(one => one.version === version);
    const editions = asked.length > 0 ? asked : all;
    if (editions.some(one => one.concepts.has(one.caseless ? code.toLowerCase() : code))) return true;
    if (editions.length === 0) return { reason: 'code-system', what: system };
    // Another spelling of the system may stand for another edition of it.
    const certain = editions.every(one => one.complete && one.url === strip(system));
    if (certain) return false;
    return { reason: editions.some(one => one.fragment) ? 'fragment' : 'code-system', what: system };
  }

  /** The concepts of a code in all editions. */
  concepts(system: string, code: string): readonly Concept[] {
    return this.editions(system)
      .map(one => one.concepts.get(one.caseless ? code.toLowerCase() : code)?.concept)
      .filter(one => one !== undefined);
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
}
