/**
 * composite: `[value]$[value]`: the components must be true of the same part of the resource. One row holds one tuple.
 * @see https://hl7.org/fhir/R4/search.html#composite
 */
import type { Resource } from '../../fhir/types.ts';
import type { TypeInfo } from '../../fhirpath/compile.ts';
import { hash47 } from '../../store/hash.ts';
import { join, list, raw, type Sql, sql } from '../../store/sql.ts';
import { allOf, anyOf, type Condition } from '../condition.ts';
import { fold } from '../fold.ts';
import { refuseValue } from '../refuse.ts';
import type { Rows } from '../rows.ts';
import type { Component, SearchParam, Source } from '../search-param.ts';
import { compositeTable } from '../tables.ts';
import { searchTypes } from './all.ts';
import { compareDates, dateInterval, parseDateValue } from './date.ts';
import { compareNumbers, parseNumberValue } from './number.ts';
import { parseQuantityValue, type QuantityValue, quantityForms, quantityWhere } from './quantity.ts';
import { referenceForms, targetHashes } from './reference.ts';
import { type Asked, type AskSettings, type SearchType, splitEscaped, unescapeValue } from './search-type.ts';
import { keptLength, prefixWhere } from './text.ts';
import { tokenForms, tokenValue } from './token.ts';

/** Most tuples of one value of the composite's expression. */
const maxTuples = 200;

/** The part of a row that one component fills. */
interface Cell {
  readonly hash?: bigint | number;
  readonly extra?: number;
  readonly lo?: number;
  readonly hi?: number;
  readonly text?: string;
}

function cellsOf(component: Component, value: unknown, type: TypeInfo, resource: Resource, rows: Rows): Cell[] {
  const cells: Cell[] = [];
  component
    .on(type)
    ?.evaluate(value, (found, foundType) => addCells(component, found, foundType, rows, cells), resource);
  return cells;
}

function addCells(component: Component, value: unknown, type: TypeInfo, rows: Rows, cells: Cell[]): void {
  switch (component.kind) {
    case 'token':
      tokenForms(value, type, (hash, extra) => cells.push({ hash, extra }));
      return;
    case 'reference':
      referenceForms(value, rows.settings.base, hash => cells.push({ hash }));
      return;
    case 'quantity':
      quantityForms(value, type, (hash, lo, hi) => cells.push({ hash, lo, hi }));
      return;
    case 'number':
      if (typeof value === 'number') cells.push({ lo: value, hi: value });
      return;
    case 'date': {
      const interval = dateInterval(value, type, rows.settings.zone);
      if (interval) cells.push({ lo: interval[0], hi: interval[1] });
      return;
    }
    default:
      if (typeof value === 'string')
        cells.push({ text: fold(value, rows.settings.variants).slice(0, keptLength), extra: hash47(value) });
  }
}

function entries(value: unknown, type: TypeInfo, rows: Rows, source: Source, resource: Resource): void {
  if (source.whole && value === resource) return;
  const [first, second, third] = source.components ?? [];
  if (!first || !second) return;
  const [firsts, seconds] = [cellsOf(first, value, type, resource, rows), cellsOf(second, value, type, resource, rows)];
  const thirds: Cell[] = third ? cellsOf(third, value, type, resource, rows) : [{}];
  let tuples = 0;
  for (const a of firsts) {
    for (const b of seconds) {
      for (const c of thirds) {
        if (tuples++ >= maxTuples) return;
        const second = [b.hash ?? 0, b.lo ?? 0, b.hi ?? 0, b.text ?? ''];
        rows.add(compositeTable, [
          rows.param,
          a.hash ?? 0,
          ...second,
          a.extra ?? 0,
          b.extra ?? 0,
          c.lo ?? 0,
          c.hi ?? 0,
          rows.moment,
        ]);
      }
    }
  }
}

const hashIs = (column: string, hashes: readonly (bigint | number)[]): Sql => {
  if (hashes.length === 0) return raw('1 = 0');
  return hashes.length === 1 ? sql`${raw(column)} = ${hashes[0]!}` : sql`${raw(column)} IN ${list(hashes)}`;
};

/** A component as the parameter it is defined by, for reading its value. */
function askedOf(asked: Asked, place: number, value: string, source: Source): Asked {
  const param: SearchParam = asked.param.components[place] ?? asked.param;
  return { param: { ...param, targets: param.targets, sources: [source] }, name: asked.name, value };
}

/** The condition on the columns that hold a component. */
function componentWhere(component: Component, place: number, asked: Asked, settings: AskSettings): Sql {
  const [hash, extra] = place === 0 ? ['x.code', 'x.system'] : ['x.other', 'x.more'];
  switch (component.kind) {
    case 'token': {
      const { hashes, systems } = tokenValue(asked, component.types, settings);
      return systems ? sql`${hashIs(hash, hashes)} AND ${hashIs(extra, systems)}` : hashIs(hash, hashes);
    }
    case 'reference':
      return hashIs(hash, targetHashes(asked, settings));
    case 'quantity':
      return quantityWhere(quantityValue(asked), raw('x.other'));
    case 'number': {
      const [lo, hi] = place === 2 ? [raw('x.lo2'), raw('x.hi2')] : [raw('x.lo'), raw('x.hi')];
      return compareNumbers(parseNumberValue(asked.name, asked.value, '1'), undefined, lo, hi);
    }
    case 'date': {
      const [prefix, interval] = parseDateValue(asked.name, asked.value, settings.zone);
      return compareDates(prefix, interval, raw('x.lo'), raw('x.hi'), settings.now);
    }
    default:
      return prefixWhere('x.text', fold(unescapeValue(asked.value), settings.variants).slice(0, keptLength));
  }
}

/** A quantity within a tuple; a system without a code cannot be told from the tuple's row. */
function quantityValue(asked: Asked): QuantityValue {
  const value = parseQuantityValue(asked.name, asked.value);
  if (value.unit?.code !== '') return value;
  throw refuseValue(
    asked.name,
    asked.value,
    { en: 'a code behind the system', ja: ' system のあとにコード' },
    '8480-6$gt140|http://unitsofmeasure.org|mm[Hg]',
  );
}

const examples: Readonly<Record<string, string>> = {
  token: 'http://loinc.org|8480-6',
  quantity: 'gt140|http://unitsofmeasure.org|mm[Hg]',
  date: 'ge2026-04-01',
  number: '1',
  string: 'text',
  reference: 'Patient/1',
};

function sourceCondition(source: Source, asked: Asked, settings: AskSettings): Condition {
  const components = source.components ?? [];
  const values = splitEscaped(asked.value, '$');
  if (values.length !== components.length || values.some(value => value === '')) {
    const kinds = components.map(component => component.kind);
    const form = kinds.map(kind => `[${kind}]`).join('$');
    throw refuseValue(
      asked.name,
      asked.value,
      { en: form, ja: ` ${form} ` },
      kinds.map(kind => examples[kind] ?? '1').join('$'),
    );
  }
  const parts = components.map((component, i) =>
    componentWhere(component, i, askedOf(asked, i, values[i]!, source), settings),
  );
  const where = sql`x.param = ${source.param} AND ${join(parts, ' AND ')}`;
  const tuples: Condition = {
    op: 'range',
    range: { table: compositeTable, where, walk: [], probe: 'set', repeats: true, rank: 45 },
  };
  if (!source.whole) return tuples;
  const whole = wholeCondition(source.whole, asked, values, settings);
  return source.expressions.length === 1 ? whole : anyOf([whole, tuples]);
}

/** The components, each true of the resource as a whole. */
function wholeCondition(
  sources: readonly Source[],
  asked: Asked,
  values: readonly string[],
  settings: AskSettings,
): Condition {
  return allOf(
    sources.map((source, i) => {
      const component = askedOf(asked, i, values[i]!, source);
      return searchTypes.get(source.kind)!.condition(component, settings);
    }),
  );
}

/** Tuples of values. */
export const compositeType: SearchType = {
  type: 'composite',
  modifiers: [],
  tables: [compositeTable],
  entries,
  condition: (asked, settings) => anyOf(asked.param.sources.map(source => sourceCondition(source, asked, settings))),
};
