/**
 * Rows of a master's file → concepts, by a layout.
 */
import type { JsonObject } from '../../fhir/types.ts';
import type { TermRow } from '../../store/terms.ts';
import { compilePattern, PatternError } from '../regex.ts';
import { type Column, type EndUnit, ImportError, type Layout } from './layout.ts';
import type { FileRow } from './rows.ts';

/** `20260401`, `2026/4/1`, `202604`, `2026-04`: the first day meant, as a number; 0 for open and unreadable. */
export function readDay(text: string): number {
  const plain = text.trim();
  const found = /^(\d{4})[-/.]?(\d{1,2})(?:[-/.]?(\d{1,2}))?$/.exec(plain);
  if (!found || /^(0+|9+)$/.test(plain)) return 0;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 1)];
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? year * 10_000 + month * 100 + day : 0;
}

const isoDay = (day: number): string =>
  `${Math.floor(day / 10_000)}-${String(Math.floor(day / 100) % 100).padStart(2, '0')}-${String(day % 100).padStart(2, '0')}`;

function addDays(day: number, days: number): number {
  const date = new Date(Date.UTC(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, (day % 100) + days));
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

/** The first day no longer in force. */
function endDay(text: string, unit: EndUnit): number {
  const day = readDay(text);
  if (day === 0 || unit === 'first-day-after') return day;
  if (unit === 'last-day') return addDays(day, 1);
  const [year, month] = [Math.floor(day / 10_000), Math.floor(day / 100) % 100];
  return month === 12 ? (year + 1) * 10_000 + 101 : year * 10_000 + (month + 1) * 100 + 1;
}

function readPattern(pattern: string): (code: string) => boolean {
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new ImportError({
      en: `codePattern: "${pattern}" cannot be used: ${error.message}`,
      ja: `codePattern「${pattern}」は使えません: ${error.message}`,
    });
  }
}

type Row = FileRow & { readonly headings: ReadonlyMap<string, number> };

/** Turns rows into concepts by a layout. */
export class Mapper {
  private readonly layout: Layout;

  private readonly isCode: (code: string) => boolean;

  constructor(layout: Layout) {
    this.layout = layout;
    this.isCode = layout.codePattern === undefined ? code => code !== '' : readPattern(layout.codePattern);
  }

  private cell(row: Row, column: Column): string {
    const at = typeof column === 'number' ? column - 1 : row.headings.get(column);
    if (at === undefined) {
      const known = [...row.headings.keys()].join(', ');
      throw new ImportError({
        en: `the file has no column "${String(column)}"; it has: ${known}`,
        ja: `ファイルに「${String(column)}」という列がありません（ある列: ${known}）`,
      });
    }
    return row.cells[at]?.trim() ?? '';
  }

  private is(row: Row, choice: Layout['skip']): boolean {
    return choice ? choice.values.includes(this.cell(row, choice.column)) : false;
  }

  private properties(row: Row, from: number, until: number): JsonObject[] {
    const found: JsonObject[] = [];
    for (const { column, code, type = 'string' } of this.layout.properties ?? []) {
      const value = this.cell(row, column);
      if (value === '') continue;
      const number = Number(value);
      if (type === 'integer' || type === 'decimal') {
        if (Number.isFinite(number))
          found.push({ code, [type === 'integer' ? 'valueInteger' : 'valueDecimal']: number });
      } else found.push({ code, [type === 'code' ? 'valueCode' : 'valueString']: value });
    }
    if (from > 0) found.push({ code: 'effectiveDate', valueDateTime: isoDay(from) });
    if (until > 0) found.push({ code: 'retirementDate', valueDateTime: isoDay(until) });
    if (this.is(row, this.layout.inactive)) found.push({ code: 'status', valueCode: 'retired' });
    else if (this.is(row, this.layout.deprecated)) found.push({ code: 'status', valueCode: 'deprecated' });
    return found;
  }

  private detail(row: Row, property: readonly JsonObject[]): string {
    const { names = [], definition } = this.layout;
    const designation = names.flatMap(({ column, language, use }) => {
      const value = this.cell(row, column);
      if (value === '') return [];
      return [{ ...(language && { language }), ...(use && { use: { system: this.layout.url, code: use } }), value }];
    });
    const text = definition === undefined ? '' : this.cell(row, definition);
    if (designation.length === 0 && property.length === 0 && text === '') return '';
    return JSON.stringify({
      ...(text !== '' && { definition: text }),
      ...(designation.length > 0 && { designation }),
      ...(property.length > 0 && { property }),
    });
  }

  /** The concept of a row; undefined for rows that are left out. */
  map(row: Row, no: number): TermRow | undefined {
    const { layout } = this;
    if (this.is(row, layout.skip) || (layout.take && !this.is(row, layout.take))) return undefined;
    const columns = (Array.isArray(layout.code) ? layout.code : [layout.code]) as readonly Column[];
    const code = columns.map(column => this.cell(row, column)).join('');
    if (!this.isCode(code)) return undefined;
    const display = this.cell(row, layout.display);
    const from = layout.validFrom === undefined ? 0 : readDay(this.cell(row, layout.validFrom));
    const until =
      layout.validUntil === undefined ? 0 : endDay(this.cell(row, layout.validUntil.column), layout.validUntil.unit);
    const above = layout.parent === undefined ? '' : this.cell(row, layout.parent);
    return {
      no,
      code,
      display: display === '' ? null : display,
      detail: this.detail(row, this.properties(row, from, until)),
      inactive: this.is(row, layout.inactive),
      from,
      until,
      parents: above === '' || above === code ? [] : [above],
      indexed: (layout.properties ?? []).flatMap(({ column, code: name, indexed }) => {
        const value = indexed ? this.cell(row, column) : '';
        return value === '' ? [] : [[name, value] as const];
      }),
    };
  }
}
