/**
 * What is indexed in a database: for each type the sources whose rows are there for all its versions, and how far a job is
 * that adds others. Kept as notes of the store, so that any program that opens the database knows.
 */
import type { Store } from '../store/store.ts';
import type { Source, TypeParams } from './search-param.ts';
import { type ExtractorVersions, extractorVersions, factsOf } from './sources.ts';

/** The index of one type. */
export interface TypeIndex {
  /** Sources (their params) that are indexed for all versions. */
  readonly done: readonly number[];
  /** A job under way. */
  readonly job?: IndexJob;
}

/** How far a job is. */
export interface IndexJob {
  readonly params: readonly number[];
  /** Position up to which versions are indexed. */
  readonly upTo: number;
  /** Who does it, and when it last said so (UTC milliseconds): another may go on when it is silent. */
  readonly by: string;
  readonly at: number;
}

const noteOf = (type: string): string => `index ${type}`;
const programNote = 'index versions';

/**
 * The versions of the extractors this database was last opened with. A database without a note is new; one that was there
 * before notes were got its note when it was brought to the layout that has them.
 */
export async function readVersions(store: Store): Promise<ExtractorVersions> {
  const text = await store.note(programNote);
  return text === undefined ? extractorVersions : (JSON.parse(text) as ExtractorVersions);
}

/** Notes the versions of this program, when others are noted. */
export const writeVersions = (store: Store): Promise<void> =>
  noteOnce(store, programNote, JSON.stringify(extractorVersions));

/** Writes a note that differs: a program that finds all as it left it starts, and searches, on a full disk too. */
async function noteOnce(store: Store, name: string, text: string): Promise<void> {
  if ((await store.note(name)) !== text) await store.setNote(name, text);
}

/**
 * The index of a type. Where nothing is noted, the type has come into being since the program that is noted was started:
 * what that program made is what its versions say.
 */
export async function readIndex(
  store: Store,
  { resourceType, sources, byCode }: TypeParams,
  versions: ExtractorVersions,
): Promise<TypeIndex> {
  const text = await store.note(noteOf(resourceType));
  if (text !== undefined) return JSON.parse(text) as TypeIndex;
  const core = new Set<Source>();
  for (const param of byCode.values()) if (param.isCore) for (const source of param.sources) core.add(source);
  const done = sources.filter(source => core.has(source)).map(source => source.paramAt(versions));
  return { done: [...done, factsOf(resourceType, [], versions)] };
}

/** All that is to be indexed of a type. */
export const paramsOf = ({ sources, facts }: TypeParams): readonly number[] => [
  ...sources.map(source => source.param),
  facts,
];

/** Notes the index of a type. */
export const writeIndex = (store: Store, type: string, index: TypeIndex): Promise<void> =>
  noteOnce(store, noteOf(type), JSON.stringify(index));
