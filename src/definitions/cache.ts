/**
 * The files of the definitions cache: one group each, brotli over lines of JSON.
 * The first line lists the heads (canonical, version, id), each further line is one entry in the same order,
 * so that a server start parses only the entries it asks for.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';

/** Where the build puts the cache: the same from src/ and from dist/. */
export const cacheFolder = fileURLToPath(new URL('../../dist/definitions/', import.meta.url));

/** A group is a type of conformance resource, or the schemas made from StructureDefinitions. */
export type Group =
  | 'TypeSchema'
  | 'SearchParameter'
  | 'CompartmentDefinition'
  | 'StructureDefinition'
  | 'OperationDefinition'
  | 'ValueSet'
  | 'CodeSystem'
  | 'ConceptMap';

/** What an entry is found by: canonical (or type name), version (or empty), id. */
export type Head = readonly [key: string, version: string, id: string];

/** A group in memory; entries are parsed when asked for. */
export interface Entries {
  readonly heads: readonly Head[];
  /** Unparsed JSON of each entry, same order. */
  readonly texts: readonly string[];
}

/** File of a group within the cache folder. */
export function groupFile(folder: string, group: Group): string {
  return path.join(folder, `${group}.ndjson.br`);
}

/** Writes a group; entries are anything JSON can hold. Returns the bytes written. */
export function writeGroup(folder: string, group: Group, entries: readonly { head: Head; value: unknown }[]): number {
  const lines = [
    JSON.stringify(entries.map(entry => entry.head)),
    ...entries.map(entry => JSON.stringify(entry.value)),
  ];
  const packed = zlib.brotliCompressSync(lines.join('\n'), {
    params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 9, [zlib.constants.BROTLI_PARAM_LGWIN]: 24 },
  });
  fs.writeFileSync(groupFile(folder, group), packed);
  return packed.length;
}

/** Reads a group. @throws Error (ENOENT) when the cache was not built */
export function readGroup(folder: string, group: Group): Entries {
  const [heads, ...texts] = zlib
    .brotliDecompressSync(fs.readFileSync(groupFile(folder, group)))
    .toString()
    .split('\n');
  return { heads: JSON.parse(heads ?? '[]'), texts };
}
