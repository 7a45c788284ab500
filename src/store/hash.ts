/**
 * Hashes that stand for references, codes and parameters in the database: short, the same on every machine and store.
 * A 64-bit hash is a signed integer, bound as BigInt; it is compared, never read back.
 */
import { hash } from 'node:crypto';
import { remember } from '../fhir/remember.ts';

const compute = (text: string | Uint8Array): bigint =>
  BigInt.asIntN(64, BigInt(`0x${hash('sha1', text).slice(0, 16)}`));

/** As {@link hash64}, for a text that hardly comes again: remembering it would only drive out those that do. */
export const hashOnce = (text: string): bigint => compute(text);

/** The first 8 bytes of the SHA-1 of a text as a signed integer. Frequent texts (codes, patients) are remembered. */
export const hash64: (text: string) => bigint = remember(compute, 32_768);

/** A hash of 47 bits as a plain number, six bytes in the database; for values of which there are few (systems, units). */
export function hash47(text: string): number {
  return Number(BigInt.asUintN(47, hash64(text)));
}

/** A hash of 32 bits as a signed number, four bytes in the database; for search parameters. */
export function hash32(text: string): number {
  return Number(BigInt.asIntN(32, hash64(text)));
}

/** Key of a resource: the hash of `Type/id`. */
export function refHash(reference: string): bigint {
  return hash64(reference);
}

/** Fingerprint of a resource's content, apart from its version and time: tells whether a write changes anything. */
export function contentHash({ before, after }: { before: string; after: string }): bigint {
  return compute(`${before}\u0000${after}`);
}

/** The hash of a text that is UTF-8 already. */
export const hashOfBytes = (bytes: Uint8Array): bigint => compute(bytes);
