/**
 * token: codes, identifiers, booleans. `[code]`, `[system]|[code]`, `|[code]`, `[system]|`.
 * Codes are compared without regard to case, identifiers with.
 * @see https://hl7.org/fhir/R4/search.html#token
 */
import type { TypeInfo } from '../../fhirpath/compile.ts';
import { hash32, hash47, hash64 } from '../../store/hash.ts';
import { type Sql, list, sql } from '../../store/sql.ts';
import { anyOf, type Condition, not } from '../condition.ts';
import type { CodedValue } from '../codes.ts';
import { refuse, refuseValue, shorten } from '../refuse.ts';
import { remember } from '../remember.ts';
import type { Rows } from '../rows.ts';
import type { Source } from '../search-param.ts';
import { presentTable, textTable, tokenTable } from '../tables.ts';
import { type Asked, type AskSettings, extensionValue, isObject, type SearchType, splitEscaped, unescapeValue } from './search-type.ts';
import { textCondition } from './text.ts';

/** System of values that have none, or whose element implies it. */
const noSystem = 0;
/** Types whose values are compared exactly. */
const exactTypes = new Set(['Identifier', 'ContactPoint', 'id', 'uri', 'url', 'canonical', 'uuid', 'oid']);
const caseSensitiveSystems = new Set(['http://unitsofmeasure.org']);

const systemHash = remember(system => (system === '' ? noSystem : hash47(system)));
/** Codes that differ only in case share a hash; exact ones have a hash of their own. */
export const codeHash = (code: string, exact: boolean): bigint => (exact ? exactHash(code) : looseHash(code));
const exactHash = remember(code => hash64(`=${code}`));
const looseHash = remember(code => hash64(`~${code.toLowerCase()}`));
/** Source of texts, of identifier types and of logical references beside a source. */
export function besides(param: number, what: 'text' | 'of-type' | 'identifier'): number {
  const known = asides[what].get(param);
  if (known !== undefined) return known;
  const made = hash32(`${param} ${what}`);
  asides[what].set(param, made);
  return made;
}
const asides = { text: new Map<number, number>(), 'of-type': new Map<number, number>(), identifier: new Map<number, number>() };

/** A code as a composite keeps it: hash of the code and of the system. */
export type AddToken = (code: bigint, system: number) => void;

/** The codes of a value of any coded type, for composites. */
export function tokenForms(value: unknown, type: TypeInfo, add: AddToken): void {
  if (Array.isArray(value)) return;
  if (!isObject(value)) {
    if (value !== null && typeof value !== 'object') add(codeHash(String(value), exactTypes.has(type.code)), noSystem);
  } else if (type.code === 'CodeableConcept') {
    for (const coding of Array.isArray(value['coding']) ? value['coding'] : []) tokenForms(coding, { code: 'Coding' }, add);
  } else {
    const code = value['code'] ?? value['value'];
    const system = typeof value['system'] === 'string' ? value['system'] : '';
    if (typeof code === 'string') add(codeHash(code, exactTypes.has(type.code) && !caseSensitiveSystems.has(system)), systemHash(system));
  }
}

/** A search value of a composite's token component: its hashes, and its system unless any will do. */
export function tokenValue(asked: Asked, types: readonly string[], settings: AskSettings): { hashes: readonly bigint[]; systems?: readonly number[] } {
  const { system, code } = takeApart(asked);
  if (system === undefined) return { hashes: codeHashes(code, types) };
  const impliesSystem = types.some(type => implied.has(type)) && system !== '' && settings.inCodeSystem(system, code);
  return { hashes: codeHashes(code, types), systems: impliesSystem ? [systemHash(system), noSystem] : [systemHash(system)] };
}

function addCode(rows: Rows, system: string, code: string, exact: boolean): void {
  rows.add(tokenTable, [rows.param, codeHash(code, exact && !caseSensitiveSystems.has(system)), rows.moment, systemHash(system)]);
}

function addCoding(rows: Rows, coding: unknown): void {
  if (!isObject(coding)) return;
  const { system, code, display } = coding;
  if (typeof code === 'string') addCode(rows, typeof system === 'string' ? system : '', code, false);
  rows.addText(display);
}

/** Adds the rows of an Identifier: value with system, its type for `:of-type`. */
export function addIdentifier(rows: Rows, value: Record<string, unknown>): void {
  const text = value['value'];
  if (typeof text !== 'string') return;
  addCode(rows, typeof value['system'] === 'string' ? value['system'] : '', text, true);
  const type = value['type'];
  if (!isObject(type)) return;
  rows.addText(type['text']);
  for (const coding of Array.isArray(type['coding']) ? type['coding'] : []) {
    if (!isObject(coding) || typeof coding['code'] !== 'string') continue;
    const kind = hash64(`${coding['code']}|${text}`);
    const system = typeof coding['system'] === 'string' ? coding['system'] : '';
    rows.add(tokenTable, [besides(rows.param, 'of-type'), kind, rows.moment, systemHash(system)]);
    rows.addText(coding['display']);
  }
}

function entries(value: unknown, type: TypeInfo, rows: Rows): void {
  if (type.code === 'Extension') {
    const inner = extensionValue(value);
    if (inner) entries(inner[0], inner[1], rows);
    return;
  }
  rows.add(presentTable, [rows.param]);
  if (!isObject(value)) {
    if (value === null || typeof value === 'object') return;
    addCode(rows, '', String(value), exactTypes.has(type.code));
    if (type.code === 'string') rows.addText(value);
  } else if (type.code === 'CodeableConcept') {
    for (const coding of Array.isArray(value['coding']) ? value['coding'] : []) addCoding(rows, coding);
    rows.addText(value['text']);
  } else if (type.code === 'Identifier') addIdentifier(rows, value);
  else if (type.code === 'ContactPoint') addContact(rows, value);
  else addCoding(rows, value);
}

function addContact(rows: Rows, value: Record<string, unknown>): void {
  if (typeof value['value'] === 'string') addCode(rows, typeof value['system'] === 'string' ? value['system'] : '', value['value'], true);
}

/** `Type|code` taken apart; undefined system = any. */
function takeApart(asked: Asked): { system?: string; code: string } {
  const parts = splitEscaped(asked.value, '|').map(unescapeValue);
  if (parts.length > 2 || asked.value === '' || asked.value === '|')
    throw refuseValue(asked.name, asked.value, { en: '[code], [system]|[code], |[code] or [system]|', ja: ' [コード]、[system]|[コード]、|[コード]、[system]| のどれか' }, 'http://loinc.org|29463-7');
  return parts.length === 1 ? { code: parts[0]! } : { system: parts[0]!, code: parts[1]! };
}

function sourceCondition(source: Source, asked: Asked, settings: AskSettings): Condition {
  const { system, code } = takeApart(asked);
  const param = source.param;
  if (code === '' && system !== undefined) {
    const where = sql`x.param = ${param} AND x.system = ${systemHash(system)}`;
    return { op: 'range', range: { table: tokenTable, where, walk: [], probe: 'set', repeats: true, rank: 60 } };
  }
  const types = typesOf(source);
  const { hashes, systems } = tokenValue(asked, types, settings);
  const ofSystem = systems ? sql` AND x.system IN ${list(systems)}` : sql``;
  const match = hashes.length === 1 ? sql`x.code = ${hashes[0]!}` : sql`x.code IN ${list(hashes)}`;
  const where: Sql = sql`x.param = ${param} AND ${match}${ofSystem}`;
  const identifier = types.includes('Identifier');
  return {
    op: 'range',
    range: { table: tokenTable, where, walk: hashes.length === 1 ? ['moment'] : [], probe: 'moment', repeats: system === undefined || hashes.length > 1, rank: identifier ? 10 : 50 },
  };
}

/** Where a source has both exact and other types, or unknown ones, both hashes are looked for. */
function codeHashes(code: string, types: readonly string[]): bigint[] {
  const exact = types.length === 0 || types.some(type => exactTypes.has(type) || type === 'Extension');
  const other = types.length === 0 || types.some(type => !exactTypes.has(type));
  return [...(other ? [codeHash(code, false)] : []), ...(exact ? [codeHash(code, true)] : [])];
}

const implied = new Set(['code', 'boolean', 'string', 'id']);

/** Most codes a value set or a hierarchy may bring into a search. */
const maxCodes = 20_000;

/** The codes a modifier stands for. */
function codedValues(asked: Asked, modifier: 'in' | 'not-in' | 'above' | 'below', { codes }: AskSettings): readonly CodedValue[] {
  const inSet = modifier === 'in' || modifier === 'not-in';
  const { system, code } = inSet ? { system: '', code: unescapeValue(asked.value) } : takeApart(asked);
  if (!inSet && !system) throw refuseValue(asked.name, asked.value, { en: '[system]|[code]: a code has relatives only within its system', ja: ' [system]|[コード]（上位・下位はコード体系の中で決まる）' }, 'http://snomed.info/sct|73211009');
  const found = inSet ? codes.codesOf(code) : codes.familyOf(system!, code, modifier)?.map(one => ({ system: system!, code: one }));
  if (!found)
    throw inSet
      ? refuse(asked.name, `the value set ${shorten(code)} is not known here or cannot be listed`, `値セット ${shorten(code)} はここにないか、列挙できません`)
      : refuse(asked.name, `the code ${shorten(asked.value)} is not in a code system known here`, `コード ${shorten(asked.value)} を含むコード体系がここにありません`);
  if (found.length > maxCodes) throw refuse(asked.name, `this stands for ${found.length} codes, at most ${maxCodes} can be searched`, `${found.length} 個のコードになります（上限 ${maxCodes}）`);
  return found;
}

/** Any of many codes, system by system. */
function codesCondition(source: Source, wanted: readonly CodedValue[]): Condition {
  const types = typesOf(source);
  const bySystem = new Map<string, string[]>();
  for (const { system, code } of wanted) bySystem.set(system, [...(bySystem.get(system) ?? []), code]);
  return anyOf(
    [...bySystem].map(([system, codes]): Condition => {
      const systems = types.some(type => implied.has(type)) ? [systemHash(system), noSystem] : [systemHash(system)];
      const where = sql`x.param = ${source.param} AND x.code IN ${list(codes.flatMap(code => codeHashes(code, types)))} AND x.system IN ${list(systems)}`;
      return { op: 'range', range: { table: tokenTable, where, walk: [], probe: codes.length > 100 ? 'set' : 'moment', repeats: true, rank: 70 } };
    }),
  );
}

const typesOf = (source: Source): string[] => source.expressions.flatMap(expression => expression.types.map(type => type.code));

/** `:of-type`: `[type system]|[type code]|[value]`. */
function ofType(source: Source, asked: Asked): Condition {
  const parts = splitEscaped(asked.value, '|').map(unescapeValue);
  if (parts.length !== 3 || parts.some(part => part === ''))
    throw refuseValue(asked.name, asked.value, { en: '[type system]|[type code]|[value]', ja: ' [種別のsystem]|[種別のコード]|[値]' }, 'http://terminology.hl7.org/CodeSystem/v2-0203|MR|446053');
  const [system, code, value] = parts as [string, string, string];
  const where = sql`x.param = ${besides(source.param, 'of-type')} AND x.code = ${hash64(`${code}|${value}`)} AND x.system = ${systemHash(system)}`;
  return { op: 'range', range: { table: tokenTable, where, walk: ['moment'], probe: 'moment', repeats: false, rank: 10 } };
}

/** Codes, identifiers, booleans. */
export const tokenType: SearchType = {
  type: 'token',
  modifiers: ['not', 'text', 'of-type', 'in', 'not-in', 'above', 'below'],
  tables: [tokenTable, presentTable, textTable],
  entries,
  condition(asked, settings) {
    const each = (make: (source: Source) => Condition) => anyOf(asked.param.sources.map(make));
    switch (asked.modifier) {
      case 'text':
        return each(source => textCondition(besides(source.param, 'text'), asked, settings));
      case 'of-type':
        return each(source => ofType(source, asked));
      case 'in':
      case 'not-in':
      case 'above':
      case 'below': {
        const wanted = codedValues(asked, asked.modifier, settings);
        const within = each(source => codesCondition(source, wanted));
        return asked.modifier === 'not-in' ? not(within) : within;
      }
      case 'not':
        return not(each(source => sourceCondition(source, asked, settings)));
      default:
        return each(source => sourceCondition(source, asked, settings));
    }
  },
};
