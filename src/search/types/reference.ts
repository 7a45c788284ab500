/**
 * reference: to resources of this server by type and id, elsewhere by URL, logical ones by identifier, canonicals by URL.
 * @see https://hl7.org/fhir/R4/search.html#reference
 */

import { parseCanonical, parseReference } from '../../fhir/reference.ts';
import type { TypeInfo } from '../../fhirpath/compile.ts';
import { hash32, hash64, refHash } from '../../store/hash.ts';
import { list, type Sql, sql } from '../../store/sql.ts';
import { anyOf, type Condition } from '../condition.ts';
import { refuseValue } from '../refuse.ts';
import { remember } from '../remember.ts';
import type { Rows } from '../rows.ts';
import type { Source } from '../search-param.ts';
import { presentTable, referenceTable, textTable, tokenTable, uriTable } from '../tables.ts';
import {
  type Asked,
  type AskSettings,
  extensionValue,
  isObject,
  type SearchType,
  unescapeValue,
} from './search-type.ts';
import { prefixWhere, textCondition } from './text.ts';
import { addIdentifier, tokenType } from './token.ts';
import { besides } from './token-hash.ts';
import { uriType } from './uri.ts';

/** Hash of a target's type, three bytes; 0 = not known. */
export const kindHash = remember(type => hash32(type) & 0x7fffff, 500);

function addTarget(rows: Rows, target: bigint, kind: number): void {
  rows.add(referenceTable, [rows.param, target, rows.moment, kind]);
}

function addLiteral(rows: Rows, text: string, type: unknown): void {
  const parsed = parseReference(text, rows.settings.base);
  switch (parsed.kind) {
    case 'local':
      addTarget(rows, refHash(`${parsed.type}/${parsed.id}`), kindHash(parsed.type));
      return;
    case 'absolute':
      addTarget(rows, hash64(parsed.url), kindHash(parsed.type));
      return;
    case 'urn':
      addTarget(rows, hash64(parsed.urn), typeof type === 'string' ? kindHash(type) : 0);
      return;
    case 'uri':
      addCanonical(rows, text);
      return;
    case 'fragment':
      return;
  }
}

/** A canonical is found by its URL and, when it has a version, by both. */
function addCanonical(rows: Rows, text: string): void {
  const { uri, version } = parseCanonical(text);
  if (uri === '') return;
  addTarget(rows, hash64(uri), 0);
  if (version !== undefined) addTarget(rows, hash64(`${uri}|${version}`), 0);
  rows.add(uriTable, [rows.param, version === undefined ? uri : `${uri}|${version}`, rows.moment]);
}

/** A bare id stands for a resource of the one type the element allows. */
function typed(text: string, { soleTarget }: Source): string {
  return soleTarget !== undefined && /^[A-Za-z0-9\-.]{1,64}$/.test(text) ? `${soleTarget}/${text}` : text;
}

function entries(value: unknown, type: TypeInfo, rows: Rows, source: Source): void {
  if (typeof value === 'string' && type.code === 'canonical') addCanonical(rows, value);
  else if (typeof value === 'string') addLiteral(rows, typed(value, source), undefined);
  if (!isObject(value)) return;
  if (type.code === 'Extension') {
    const inner = extensionValue(value);
    if (inner) entries(inner[0], inner[1], rows, source);
    return;
  }
  if (typeof value['resourceType'] === 'string') {
    if (typeof value['id'] === 'string')
      addTarget(rows, refHash(`${value['resourceType']}/${value['id']}`), kindHash(value['resourceType']));
    return;
  }
  const identifier = type.code === 'Identifier' ? value : value['identifier'];
  if (typeof value['reference'] === 'string') addLiteral(rows, typed(value['reference'], source), value['type']);
  else rows.add(presentTable, [rows.param]);
  if (isObject(identifier)) rows.under(besides(rows.param, 'identifier'), () => addIdentifier(rows, identifier));
  rows.addText(value['display']);
}

/** The targets of a value of any reference type, for composites. */
export function referenceForms(value: unknown, base: string, add: (target: bigint) => void): void {
  const text = isObject(value) ? value['reference'] : value;
  if (typeof text !== 'string') return;
  const parsed = parseReference(text, base);
  if (parsed.kind === 'local') add(refHash(`${parsed.type}/${parsed.id}`));
  else if (parsed.kind === 'absolute') add(hash64(parsed.url));
  else if (parsed.kind === 'urn') add(hash64(parsed.urn));
  else if (parsed.kind === 'uri') add(hash64(parsed.uri));
}

/** The hashes a value can stand for; a bare id may be of any target type. */
export function targetHashes(asked: Asked, settings: AskSettings): bigint[] {
  const text = unescapeValue(asked.value);
  const types = asked.modifier !== undefined ? [asked.modifier] : asked.param.targets;
  if (/^[A-Za-z0-9\-.]{1,64}$/.test(text)) {
    const hashes = types.filter(type => settings.isResourceType(type)).map(type => refHash(`${type}/${text}`));
    if (hashes.length > 1) settings.bareIds?.push({ name: asked.name, value: text, hashes });
    return hashes;
  }
  const parsed = parseReference(text, settings.base);
  if (parsed.kind === 'local') {
    const only = asked.modifier ?? asked.param.onlyTarget;
    return only !== undefined && only !== parsed.type ? [] : [refHash(`${parsed.type}/${parsed.id}`)];
  }
  if (parsed.kind === 'absolute') return [hash64(parsed.url)];
  if (parsed.kind === 'urn') return [hash64(parsed.urn)];
  if (parsed.kind === 'uri' && parsed.uri.includes(':'))
    return [hash64(parsed.version === undefined ? parsed.uri : `${parsed.uri}|${parsed.version}`)];
  throw refuseValue(
    asked.name,
    asked.value,
    { en: '[type]/[id], [id], or a URL', ja: ' [type]/[id]、[id]、または URL' },
    `${types[0] ?? 'Patient'}/123`,
  );
}

function sourceCondition(source: Source, hashes: readonly bigint[]): Condition {
  const one = hashes.length === 1;
  const where = one
    ? sql`x.param = ${source.param} AND x.target = ${hashes[0]!}`
    : sql`x.param = ${source.param} AND x.target IN ${list(hashes)}`;
  return {
    op: 'range',
    range: { table: referenceTable, where, walk: one ? ['moment'] : [], probe: 'moment', repeats: !one, rank: 20 },
  };
}

/** A reference to a known set of targets: one range each while they are few, so that each can be walked by moment. */
export function referenceCondition(sources: readonly Source[], hashes: readonly bigint[]): Condition {
  const few = hashes.length <= 8;
  return anyOf(
    sources.flatMap(source =>
      few ? hashes.map(hash => sourceCondition(source, [hash])) : [sourceCondition(source, hashes)],
    ),
  );
}

/** A canonical with any version, or with those that begin with the one asked for: `|1` finds `|1` and `|1.2`. */
function canonicalBelow(param: number, asked: Asked): Condition {
  const text = unescapeValue(asked.value);
  const range = (where: Sql): Condition => ({
    op: 'range',
    range: {
      table: uriTable,
      where: sql`x.param = ${param} AND ${where}`,
      walk: [],
      probe: 'set',
      repeats: true,
      rank: 35,
    },
  });
  const further = text.includes('|') ? ['.', '-'] : ['|', '/'];
  return anyOf([
    range(sql`x.value IN ${list([text, `${text}/`])}`),
    ...further.map(mark => range(prefixWhere('value', `${text.replace(/\/$/, '')}${mark}`))),
  ]);
}

/** References. */
export const referenceType: SearchType = {
  type: 'reference',
  modifiers: ['identifier', 'text', 'above', 'below'],
  tables: [referenceTable, tokenTable, textTable, uriTable, presentTable],
  entries,
  condition(asked, settings) {
    if (asked.modifier === 'identifier') {
      const sources = asked.param.sources.map(source => ({
        ...source,
        param: besides(source.param, 'identifier'),
        expressions: [identifierExpression],
      }));
      return tokenType.condition(
        { ...asked, modifier: undefined, param: { ...asked.param, sources } } as Asked,
        settings,
      );
    }
    if (asked.modifier === 'text')
      return anyOf(asked.param.sources.map(source => textCondition(besides(source.param, 'text'), asked, settings)));
    if (asked.modifier === 'below')
      return anyOf(asked.param.sources.map(source => canonicalBelow(source.param, asked)));
    if (asked.modifier === 'above') return uriType.condition(asked, settings);
    return referenceCondition(asked.param.sources, targetHashes(asked, settings));
  },
};

/** What `:identifier` rows hold. */
const identifierExpression = { evaluate: () => {}, types: [{ code: 'Identifier' }], single: false };
