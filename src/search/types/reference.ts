/**
 * reference: to resources of this server by type and id, elsewhere by URL, logical ones by identifier, canonicals by URL.
 * @see https://hl7.org/fhir/R4/search.html#reference
 */

import { parseCanonical, parseReference } from '../../fhir/reference.ts';
import { remember } from '../../fhir/remember.ts';
import type { Resource } from '../../fhir/types.ts';
import type { TypeInfo } from '../../fhirpath/compile.ts';
import { hash32, hash64, refHash } from '../../store/hash.ts';
import { join, list, sql } from '../../store/sql.ts';
import { anyOf, type Condition } from '../condition.ts';
import { addLink } from '../contained.ts';
import { refuseValue } from '../refuse.ts';
import type { Rows } from '../rows.ts';
import type { Source } from '../search-param.ts';
import { referenceTable, tokenTable, useTable, wordTable } from '../tables.ts';
import {
  type AddSorted,
  type Asked,
  type AskSettings,
  extensionValue,
  isObject,
  type SearchType,
  type SortedByText,
  unescapeValue,
} from './search-type.ts';
import { prefixWhere, textCondition, wordCondition } from './text.ts';
import { addIdentifier, tokenType } from './token.ts';
import { besides } from './token-hash.ts';
import { keptUri, uriType } from './uri.ts';

/** Hash of a target's type, three bytes; 0 = not known. */
export const kindHash = remember(type => hash32(type) & 0x7fffff, 512);

function addRow(rows: Rows, target: bigint, kind: number, type?: string): void {
  rows.addPresence(type);
  rows.add(referenceTable, [rows.param, target, rows.moment, kind]);
}

const addTarget = (rows: Rows, target: bigint, type?: string): void =>
  addRow(rows, target, type === undefined ? 0 : kindHash(type), type);

/** Longest reference that is remembered. */
const keptReference = 150;

/** What a reference without a server leads to; false for any other. The resources of a document name the same few. */
const leadsTo = remember((text: string): false | { target: bigint; kind: number; type: string } => {
  const parsed = parseReference(text);
  if (parsed.kind !== 'local') return false;
  const { type, id } = parsed;
  return { target: refHash(`${type}/${id}`), kind: kindHash(type), type };
});

function addLiteral(rows: Rows, text: string, type: unknown, resource: Resource): void {
  const local = text.length <= keptReference && leadsTo(text);
  if (local) {
    addRow(rows, local.target, local.kind, local.type);
    return;
  }
  const parsed = parseReference(text, rows.settings.base);
  switch (parsed.kind) {
    case 'local':
      addTarget(rows, refHash(`${parsed.type}/${parsed.id}`), parsed.type);
      return;
    case 'absolute':
      addTarget(rows, hash64(parsed.url), parsed.type);
      return;
    case 'urn':
      addTarget(rows, hash64(parsed.urn), typeof type === 'string' ? type : undefined);
      return;
    case 'uri':
      addCanonical(rows, text);
      return;
    case 'fragment':
      addLink(resource, parsed.id, rows);
      return;
  }
}

/** A canonical is found by its URL and, when it has a version, by both. */
function addCanonical(rows: Rows, text: string): void {
  const { uri, version } = parseCanonical(text);
  if (uri === '') return;
  addTarget(rows, hash64(uri));
  if (version !== undefined) addTarget(rows, hash64(`${uri}|${version}`));
  rows.addWord(rows.param, (version === undefined ? uri : `${uri}|${version}`).slice(0, keptUri));
}

/** A bare id stands for a resource of the one type the element allows. */
function typed(text: string, { soleTarget }: Source): string {
  return soleTarget !== undefined && /^[A-Za-z0-9\-.]{1,64}$/.test(text) ? `${soleTarget}/${text}` : text;
}

function entries(value: unknown, type: TypeInfo, rows: Rows, source: Source, resource: Resource): void {
  if (typeof value === 'string' && type.code === 'canonical') addCanonical(rows, value);
  else if (typeof value === 'string') addLiteral(rows, typed(value, source), undefined, resource);
  if (!isObject(value)) return;
  if (type.code === 'Extension') {
    const inner = extensionValue(value);
    if (inner) entries(inner[0], inner[1], rows, source, resource);
    return;
  }
  if (typeof value['resourceType'] === 'string') {
    if (typeof value['id'] === 'string')
      addTarget(rows, refHash(`${value['resourceType']}/${value['id']}`), value['resourceType']);
    return;
  }
  const identifier = type.code === 'Identifier' ? value : value['identifier'];
  if (typeof value['reference'] === 'string')
    addLiteral(rows, typed(value['reference'], source), value['type'], resource);
  else rows.addPresence();
  if (isObject(identifier)) rows.under(besides(rows.param, 'identifier'), () => addIdentifier(rows, identifier));
  rows.addText(value['display']);
}

/** A canonical with a version is also found by its URL alone, but sorted by both. */
function sortedCanonical(text: string, add: AddSorted): void {
  const { uri, version } = parseCanonical(text);
  if (uri === '') return;
  add(uri, hash64(uri), version === undefined);
  if (version !== undefined) add(`${uri}|${version}`, hash64(`${uri}|${version}`));
}

function sortedLiteral(text: string, type: unknown, base: string, add: AddSorted): void {
  const parsed = parseReference(text, base);
  if (parsed.kind === 'local')
    add(`${parsed.type}/${parsed.id}`, refHash(`${parsed.type}/${parsed.id}`), true, parsed.type);
  else if (parsed.kind === 'absolute') add(parsed.url, hash64(parsed.url), true, parsed.type);
  else if (parsed.kind === 'urn')
    add(parsed.urn, hash64(parsed.urn), true, typeof type === 'string' ? type : undefined);
  else if (parsed.kind === 'uri') sortedCanonical(text, add);
}

const sorted: SortedByText = {
  table: referenceTable,
  column: 'target',
  // One with a version or a fragment has a row beside its own, which looks like one of another reference.
  manyRows: () => true,
  target: {
    of(text) {
      const parsed = parseReference(text);
      return parsed.kind === 'urn' ? undefined : 'type' in parsed ? parsed.type : '';
    },
    rows: type => sql`x.kind = ${kindHash(type)}`,
  },
  texts(value, type, source, base, add) {
    if (type.code === 'Extension') {
      const inner = extensionValue(value);
      if (inner) sorted.texts(inner[0], inner[1], source, base, add);
    } else if (typeof value === 'string') {
      if (type.code === 'canonical') sortedCanonical(value, add);
      else sortedLiteral(typed(value, source), undefined, base, add);
    } else if (isObject(value)) {
      const { resourceType, id, reference } = value;
      if (typeof resourceType === 'string') {
        if (typeof id === 'string') add(`${resourceType}/${id}`, refHash(`${resourceType}/${id}`), true, resourceType);
      } else if (typeof reference === 'string') sortedLiteral(typed(reference, source), value['type'], base, add);
    }
  },
};

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

function paramCondition(param: number, hashes: readonly bigint[]): Condition {
  const one = hashes.length === 1;
  const where = one
    ? sql`x.param = ${param} AND x.target = ${hashes[0]!}`
    : sql`x.param = ${param} AND x.target IN ${list(hashes)}`;
  const walk = one ? ['moment'] : ['target', 'moment'];
  return {
    op: 'range',
    range: { table: referenceTable, where, walk, probe: one ? 'moment' : 'seq', repeats: !one, rank: 20 },
  };
}

/** A reference to a known set of targets: one range each while they are few, so that each can be walked by moment. */
export function targetsCondition(params: readonly number[], hashes: readonly bigint[]): Condition {
  const few = hashes.length <= 8;
  return anyOf(
    params.flatMap(param =>
      few ? hashes.map(hash => paramCondition(param, [hash])) : [paramCondition(param, hashes)],
    ),
  );
}

/** The same for the sources of a parameter. */
export const referenceCondition = (sources: readonly Source[], hashes: readonly bigint[]): Condition =>
  targetsCondition(
    sources.map(source => source.param),
    hashes,
  );

/** A canonical with any version, or with those that begin with the one asked for: `|1` finds `|1` and `|1.2`. */
function canonicalBelow(param: number, asked: Asked): Condition {
  const text = unescapeValue(asked.value);
  const further = text.includes('|') ? ['.', '-'] : ['|', '/'];
  const words = [
    sql`y.text IN ${list([text, `${text}/`])}`,
    ...further.map(mark => prefixWhere('y.text', `${text.replace(/\/$/, '')}${mark}`)),
  ];
  return wordCondition(param, sql`(${join(words, ' OR ')})`, 35);
}

/** References. */
export const referenceType: SearchType = {
  type: 'reference',
  modifiers: ['identifier', 'text', 'above', 'below'],
  tables: [referenceTable, tokenTable, wordTable, useTable],
  entries,
  sorted,
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
