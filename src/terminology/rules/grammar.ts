/**
 * Code systems whose codes follow a rule instead of a list.
 */
import type { SystemEntry } from '../library.ts';
import type { CodeSystem, Concept, Explanation, PropertyDefinition } from '../shapes.ts';

/** What a rule-based code system says of itself. */
export interface Grammar {
  readonly url: string;
  readonly version?: string;
  readonly name: string;
  readonly title: string;
  readonly language?: string;
  /** False when upper and lower case are the same. */
  readonly caseSensitive?: boolean;
  readonly properties?: readonly PropertyDefinition[];
  /** A value set with the usual codes, shown where all of them cannot be. */
  readonly usual?: string;
  /** The concept of a code; undefined when the rule does not allow it. */
  find(code: string): Concept | undefined;
  /** All codes, when they are few enough to list. */
  list?(): Iterable<string>;
  explain?(code: string): Explanation | undefined;
  filter?: CodeSystem['filter'];
}

const none: readonly string[] = [];

/** The code system of a rule. */
export function grammarSystem(grammar: Grammar): SystemEntry {
  const head: CodeSystem['head'] = {
    url: grammar.url,
    ...(grammar.version !== undefined && { version: grammar.version }),
    name: grammar.name,
    title: grammar.title,
    ...(grammar.language !== undefined && { language: grammar.language }),
    content: 'complete',
    caseSensitive: grammar.caseSensitive !== false,
    properties: grammar.properties ?? [],
    supplements: [],
  };
  let codes: readonly string[] | undefined;
  const listed = () => {
    codes ??= grammar.list ? [...grammar.list()] : none;
    return codes;
  };
  const system: CodeSystem = {
    head,
    get size() {
      return grammar.list ? listed().length : undefined;
    },
    hierarchical: false,
    find: code => grammar.find(code),
    *concepts() {
      for (const code of listed()) {
        const concept = grammar.find(code);
        if (concept) yield concept;
      }
    },
    parents: () => none,
    children: () => none,
    roots: () => listed(),
    ...(grammar.usual !== undefined && { usual: grammar.usual }),
    ...(grammar.explain && { explain: (code: string) => grammar.explain!(code) }),
    ...(grammar.filter && { filter: grammar.filter }),
  };
  return { head, open: () => system };
}
