/**
 * Editions of imported masters on their way from one place to another: a node's own file, PostgreSQL, another database.
 * An edition travels as parts of some thousand rows, in one order, so that the same edition has the same parts and checksum
 * wherever it lies.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** What an edition is, apart from its rows. `head` is JSON the store does not look into. */
export interface EditionFacts {
  readonly url: string;
  readonly version: string;
  readonly head: string;
  readonly concepts: number;
  /** True when some concepts have days, or are inactive. */
  readonly limited: boolean;
  /** UTC milliseconds. */
  readonly importedAt: number;
}

/** An edition at a place; `key` names it there. */
export interface PlacedEdition extends EditionFacts {
  readonly key: string;
}

/** Some rows of an edition: one kind each. Days are numbers such as 20260401; 0 = none. */
export type TermPart =
  | {
      readonly concepts: readonly (readonly [
        no: number,
        code: string,
        display: string | null,
        detail: string,
        inactive: number,
        from: number,
        until: number,
      ])[];
    }
  | { readonly parents: readonly (readonly [code: string, parent: string])[] }
  | { readonly properties: readonly (readonly [property: string, value: string, no: number])[] }
  /** Numbers in base64. */
  | { readonly grams: readonly (readonly [gram: number, block: number, numbers: string])[] };

/** A place where editions are kept in use: it can give and take them. */
export interface TermsPlace {
  /** Editions in use, in the order in which they came. */
  editions(): Promise<readonly PlacedEdition[]>;
  parts(edition: PlacedEdition): AsyncIterable<TermPart>;
  /** Takes an edition; it is used, instead of another one of its URL and version, once it is complete. */
  put(facts: EditionFacts, parts: AsyncIterable<TermPart>): Promise<void>;
  /** Takes an edition out of use. */
  remove(edition: PlacedEdition): Promise<void>;
  close(): Promise<void>;
}

const [pack, unpack] = [promisify(gzip), promisify(gunzip)];

/** A part as bytes. */
export const packPart = (part: TermPart): Promise<Buffer> => pack(JSON.stringify(part), { level: 4 });

/** Bytes as a part. */
export async function unpackPart(bytes: Uint8Array): Promise<TermPart> {
  return JSON.parse((await unpack(bytes)).toString()) as TermPart;
}

/** SHA-256 over an edition's facts and all its rows. */
export async function checksumOf(place: TermsPlace, edition: PlacedEdition): Promise<string> {
  const { url, version, head, concepts, limited, importedAt } = edition;
  const hash = createHash('sha256').update(JSON.stringify([url, version, head, concepts, limited, importedAt]));
  for await (const part of place.parts(edition)) hash.update(`\n${JSON.stringify(part)}`);
  return hash.digest('hex');
}
