/**
 * token: codes, identifiers, booleans. `[code]`, `[system]|[code]`, `|[code]`, `[system]|`.
 * Codes are compared without regard to case, identifiers with.
 * @see https://hl7.org/fhir/R4/search.html#token
 */
import type { TypeInfo } from '../../fhirpath/compile.ts';
import { hash64 } from '../../store/hash.ts';
import { list, type Sql, sql } from '../../store/sql.ts';
import { anyOf, type Condition, not } from '../condition.ts';
import { refuseValue } from '../refuse.ts';
import type { Rows } from '../rows.ts';
import type { Source } from '../search-param.ts';
import { tokenTable, useTable, wordTable } from '../tables.ts';
import {
  type Asked,
  type AskSettings,
  extensionValue,
  isObject,
  type SearchType,
  type SortedByText,
  splitEscaped,
  unescapeValue,
} from './search-type.ts';
import { textCondition } from './text.ts';
import {
  besides,
  caseSensitiveSystems,
  codeHash,
  codeHashes,
  exactTypes,
  implied,
  isCoded,
  noSystem,
  systemHash,
  typesOf,
} from './token-hash.ts';
import { codedValues, codesCondition } from './token-set.ts';

/** The code system of true and false. */
const specialValues = 'http://hl7.org/fhir/special-values';

/** A code as a composite keeps it: hash of the code and of the system. */
export type AddToken = (code: bigint, system: number) => void;

/** The codes of a value of any coded type; `exact` ones are compared with regard to case. */
function eachCode(value: unknown, type: TypeInfo, add: (code: string, exact: boolean, system: string) => void): void {
  if (Array.isArray(value)) return;
  if (!isObject(value)) {
    if (value !== null && typeof value !== 'object') add(String(value), exactTypes.has(type.code), '');
  } else if (type.code === 'CodeableConcept') {
    for (const coding of Array.isArray(value['coding']) ? value['coding'] : [])
      eachCode(coding, { code: 'Coding' }, add);
  } else {
    const code = value['code'] ?? value['value'];
    const system = typeof value['system'] === 'string' ? value['system'] : '';
    if (typeof code === 'string') add(code, exactTypes.has(type.code) && !caseSensitiveSystems.has(system), system);
  }
}

/** The codes of a value of any coded type, for composites. */
export function tokenForms(value: unknown, type: TypeInfo, add: AddToken): void {
  eachCode(value, type, (code, exact, system) => add(codeHash(code, exact), systemHash(system)));
}

/** Codes are sorted as they are compared: those that differ only in case are one. */
const sorted: SortedByText = {
  table: tokenTable,
  column: 'code',
  manyRows: type => type === 'CodeableConcept',
  texts(value, type, source, base, add) {
    const inner = type.code === 'Extension' ? extensionValue(value) : undefined;
    if (inner) sorted.texts(inner[0], inner[1], source, base, add);
    else if (type.code !== 'Extension')
      eachCode(value, type, (code, exact) => add(exact ? code : code.toLowerCase(), codeHash(code, exact)));
  },
};

/** A search value of a composite's token component: its hashes, and its system unless any will do. */
export function tokenValue(
  asked: Asked,
  types: readonly string[],
  settings: AskSettings,
): { hashes: readonly bigint[]; systems?: readonly number[] } {
  const { system, code } = takeApart(asked);
  if (system === undefined) return { hashes: codeHashes(code, types) };
  const ofBoolean = system === specialValues && types.includes('boolean');
  const impliesSystem =
    ofBoolean || (types.some(type => implied.has(type)) && system !== '' && settings.inCodeSystem(system, code));
  return {
    hashes: codeHashes(code, types),
    systems: impliesSystem ? [systemHash(system), noSystem] : [systemHash(system)],
  };
}

function addCode(rows: Rows, system: string, code: string, exact: boolean): void {
  rows.add(tokenTable, [
    rows.param,
    codeHash(code, exact && !caseSensitiveSystems.has(system)),
    rows.moment,
    systemHash(system),
  ]);
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
  rows.addPresence();
  if (!isObject(value)) {
    if (value === null || typeof value === 'object') return;
    addCode(rows, '', String(value), exactTypes.has(type.code));
    const mime = typeof value === 'string' ? /^([\w.+-]+\/[\w.+-]+)\s*;/.exec(value)?.[1] : undefined;
    if (mime !== undefined)
      rows.add(tokenTable, [besides(rows.param, 'mime'), codeHash(mime, false), rows.moment, noSystem]);
    if (type.code === 'string') rows.addText(value);
  } else if (type.code === 'CodeableConcept') {
    for (const coding of Array.isArray(value['coding']) ? value['coding'] : []) addCoding(rows, coding);
    rows.addText(value['text']);
  } else if (type.code === 'Identifier') addIdentifier(rows, value);
  else if (type.code === 'ContactPoint') addContact(rows, value);
  else addCoding(rows, value);
}

function addContact(rows: Rows, value: Record<string, unknown>): void {
  if (typeof value['value'] === 'string')
    addCode(rows, typeof value['system'] === 'string' ? value['system'] : '', value['value'], true);
}

/** `Type|code` taken apart; undefined system = any. */
export function takeApart(asked: Asked): { system?: string; code: string } {
  const parts = splitEscaped(asked.value, '|').map(unescapeValue);
  if (parts.length > 2 || asked.value === '' || asked.value === '|')
    throw refuseValue(
      asked.name,
      asked.value,
      {
        en: '[code], [system]|[code], |[code] or [system]|',
        ja: ' [コード]、[system]|[コード]、|[コード]、[system]| のどれか',
      },
      'http://loinc.org|29463-7',
    );
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
  // Where the element implies the system, rows have none: they are all of the code.
  const all = systems?.includes(noSystem) && types.every(type => implied.has(type));
  return {
    op: 'range',
    range: {
      table: tokenTable,
      where,
      walk: hashes.length === 1 ? ['moment'] : [],
      probe: 'moment',
      repeats: hashes.length > 1 || (system === undefined && !types.every(type => implied.has(type))),
      rank: identifier ? 10 : 50,
      codes: { param, hashes, few: isCoded(source), ...(systems && !all && { systems }) },
    },
  };
}

/** `:of-type`: `[type system]|[type code]|[value]`. */
function ofType(source: Source, asked: Asked): Condition {
  const parts = splitEscaped(asked.value, '|').map(unescapeValue);
  if (parts.length !== 3 || parts.some(part => part === ''))
    throw refuseValue(
      asked.name,
      asked.value,
      { en: '[type system]|[type code]|[value]', ja: ' [種別のsystem]|[種別のコード]|[値]' },
      'http://terminology.hl7.org/CodeSystem/v2-0203|MR|446053',
    );
  const [system, code, value] = parts as [string, string, string];
  const where = sql`x.param = ${besides(source.param, 'of-type')} AND x.code = ${hash64(`${code}|${value}`)} AND x.system = ${systemHash(system)}`;
  return {
    op: 'range',
    range: { table: tokenTable, where, walk: ['moment'], probe: 'moment', repeats: false, rank: 10 },
  };
}

/**
 * A MIME type with any parameters.
 * @see https://hl7.org/fhir/R4/search.html#mimetype
 */
function belowMime(source: Source, asked: Asked, settings: AskSettings): Condition {
  const where = sql`x.param = ${besides(source.param, 'mime')} AND x.code = ${codeHash(asked.value, false)}`;
  return anyOf([
    sourceCondition(source, asked, settings),
    { op: 'range', range: { table: tokenTable, where, walk: ['moment'], probe: 'moment', repeats: false, rank: 50 } },
  ]);
}

/** Codes, identifiers, booleans. */
export const tokenType: SearchType = {
  type: 'token',
  modifiers: ['not', 'text', 'of-type', 'in', 'not-in', 'above', 'below'],
  tables: [tokenTable, wordTable, useTable],
  entries,
  sorted,
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
        if (asked.modifier === 'below' && /^[\w.+-]+\/[\w.+-]+$/.test(asked.value))
          return each(source => belowMime(source, asked, settings));
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
