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

/** Code systems, read when first asked for. */
export class Systems {
  private readonly definitions: Definitions;
  private readonly systems = new Map<string, System | undefined>();
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
}
