/**
 * How codes, systems and what lies beside a token's rows are hashed.
 */

import { remember } from '../../fhir/remember.ts';
import { hash32, hash47, hashOnce } from '../../store/hash.ts';
import type { Source } from '../search-param.ts';

/** System of values that have none, or whose element implies it. */
export const noSystem = 0;
/** Types whose values are compared exactly. */
export const exactTypes = new Set(['Identifier', 'ContactPoint', 'id', 'uri', 'url', 'canonical', 'uuid', 'oid']);
export const caseSensitiveSystems = new Set(['http://unitsofmeasure.org']);

/** A system, or none. */
export const systemHash = remember(system => (system === '' ? noSystem : hash47(system)));
/** Codes that differ only in case share a hash; exact ones have a hash of their own. */
export const codeHash = (code: string, exact: boolean): bigint => (exact ? exactHash(code) : looseHash(code));
const exactHash = remember(code => hashOnce(`=${code}`));
const looseHash = remember(code => hashOnce(`~${code.toLowerCase()}`));
/** Source of texts, of identifier types and of logical references beside a source. */
export function besides(param: number, what: 'text' | 'of-type' | 'identifier' | 'mime'): number {
  const known = asides[what].get(param);
  if (known !== undefined) return known;
  const made = hash32(`${param} ${what}`);
  asides[what].set(param, made);
  return made;
}
const asides = {
  text: new Map<number, number>(),
  'of-type': new Map<number, number>(),
  identifier: new Map<number, number>(),
  mime: new Map<number, number>(),
};

/** All that lies beside a source. */
export const asidesOf = (param: number): readonly number[] =>
  (['text', 'of-type', 'identifier', 'mime'] as const).map(what => besides(param, what));

/** Where a source has both exact and other types, or unknown ones, both hashes are looked for. */
export function codeHashes(code: string, types: readonly string[]): bigint[] {
  const exact = types.length === 0 || types.some(type => exactTypes.has(type) || type === 'Extension');
  const other = types.length === 0 || types.some(type => !exactTypes.has(type));
  return [...(other ? [codeHash(code, false)] : []), ...(exact ? [codeHash(code, true)] : [])];
}

/** Types whose element implies the system. */
export const implied = new Set(['code', 'boolean', 'string', 'id']);

/** The types a source's values can have. */
export const typesOf = (source: Source): string[] =>
  source.expressions.flatMap(expression => expression.types.map(type => type.code));

/** True for codes of few systems; of identifiers there are as many systems as those who give them. */
export function isCoded(source: Source): boolean {
  const known = coded.get(source);
  if (known !== undefined) return known;
  const types = typesOf(source);
  const is = source.kind === 'token' && types.length > 0 && !types.some(type => ownSystems.has(type));
  coded.set(source, is);
  return is;
}
const coded = new WeakMap<Source, boolean>();
/** Types with values, or values inside, that have systems of their own. */
const ownSystems = new Set(['Identifier', 'ContactPoint', 'Extension']);
