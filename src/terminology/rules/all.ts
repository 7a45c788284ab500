/**
 * The rule-based code systems. Adding one is a Grammar and a line here.
 */
import type { SystemEntry, SystemSource } from '../library.ts';
import { grammarSystem } from './grammar.ts';
import { international } from './international.ts';
import { kaigoNumbers } from './kaigo-numbers.ts';
import { ucum } from './ucum.ts';

const all: ReadonlyMap<string, readonly SystemEntry[]> = new Map(
  [ucum, ...international, ...kaigoNumbers].map(grammar => [grammar.url, [grammarSystem(grammar)]]),
);

/** The rule-based code systems as a source of the library. */
export const grammars: SystemSource = {
  systems: url => all.get(url) ?? [],
  urls: () => all.keys(),
};
