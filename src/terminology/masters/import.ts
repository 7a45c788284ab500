/**
 * Imports a master: rows → concepts → tables, in batches so short that the server goes on answering. The new edition is
 * seen in one step, when it is complete; what it replaces is cleared away afterwards.
 */
import type { JsonObject } from '../../fhir/types.ts';
import type { TermRow, TermTables } from '../../store/terms.ts';
import type { SystemHead } from '../shapes.ts';
import { GramCollector } from './grams.ts';
import { type Column, type EndUnit, ImportError, type Layout } from './layout.ts';
import { searchTextOf } from './master-system.ts';
import { type FileRow, readRows } from './rows.ts';

/** What is to be imported. */
export interface ImportWish {
  readonly layout: Layout;
  readonly file: string;
  /** Version of the edition, such as `2026-04`. */
  readonly version: string;
  /** Days the edition as a whole is in force. */
  readonly validFrom?: string;
  readonly validTo?: string;
}

/** What came of it. */
export interface ImportResult {
  readonly edition: number;
  readonly concepts: number;
  /** Rows that were left out: without a code, or of another kind. */
  readonly skipped: number;
  /** Codes that came more than once; the first few of them. */
  readonly repeated: number;
  readonly examples: readonly string[];
}

const batchSize = 1000;
/** How many pieces of text are collected before they are written. */
const gramLimit = 1_500_000;
const postingBatch = 4000;

const pause = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

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

type Row = FileRow & { readonly headings: ReadonlyMap<string, number> };

/** Turns rows into concepts by a layout. */
class Mapper {
  private readonly layout: Layout;

  constructor(layout: Layout) {
    this.layout = layout;
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
    if (code === '') return undefined;
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

/** The head of an edition. */
export function headOfEdition({ layout, version, validFrom, validTo }: Omit<ImportWish, 'file'>): SystemHead {
  const own = (layout.properties ?? []).map(({ code, type, description }) => ({
    code,
    type: type ?? 'string',
    ...(description && { description }),
  }));
  const uri = (name: string) => `http://hl7.org/fhir/concept-properties#${name}`;
  return {
    url: layout.url,
    version,
    name: layout.name,
    title: layout.title.ja,
    ...(layout.language && { language: layout.language }),
    status: 'active',
    content: 'complete',
    caseSensitive: layout.caseSensitive !== false,
    properties: [
      ...own,
      { code: 'effectiveDate', uri: uri('effectiveDate'), type: 'dateTime' },
      { code: 'retirementDate', uri: uri('retirementDate'), type: 'dateTime' },
      { code: 'status', uri: uri('status'), type: 'code' },
    ],
    supplements: [],
    ...(validFrom !== undefined && { validFrom }),
    ...(validTo !== undefined && { validTo }),
  };
}

/** Writes concepts and the index of their texts, batch by batch. */
export class EditionWriter {
  private readonly tables: TermTables;
  readonly edition: number;
  private readonly grams = new GramCollector();
  private batch: TermRow[] = [];
  private block = 0;
  written = 0;
  repeated = 0;
  readonly examples: string[] = [];

  constructor(tables: TermTables, edition: number) {
    this.tables = tables;
    this.edition = edition;
  }

  async add(row: TermRow): Promise<void> {
    this.batch.push(row);
    if (this.batch.length >= batchSize) await this.flush();
  }

  private async flush(): Promise<void> {
    const { repeated } = this.tables.add(this.edition, this.batch);
    const again = new Set(repeated);
    for (const row of this.batch) {
      // The first row of a code counts: later ones are not in the tables and not in the index.
      if (!again.has(row.code)) this.grams.add(row.no, searchTextOf(row.code, row.display, row.detail));
    }
    this.written += this.batch.length - repeated.length;
    this.repeated += repeated.length;
    if (this.examples.length < 5) this.examples.push(...repeated.slice(0, 5 - this.examples.length));
    this.batch = [];
    if (this.grams.size >= gramLimit) await this.flushGrams();
    await pause();
  }

  private async flushGrams(): Promise<void> {
    const postings = this.grams.take();
    for (let i = 0; i < postings.length; i += postingBatch) {
      this.tables.addPostings(this.edition, this.block, postings.slice(i, i + postingBatch));
      await pause();
    }
    this.block++;
  }

  /** Writes what is left and brings the edition into use. */
  async finish(): Promise<void> {
    if (this.batch.length > 0) await this.flush();
    await this.flushGrams();
    this.tables.finish(this.edition, this.written);
  }
}

/** Clears away editions that are not in use. */
export async function clearLeftovers(tables: TermTables): Promise<void> {
  for (const edition of tables.leftovers()) while (tables.clear(edition, 2000)) await pause();
}

/**
 * Imports a file as an edition.
 * @param progress is told the number of concepts from time to time
 * @throws ImportError for a file that does not fit the layout; nothing of it is seen
 */
export async function importMaster(
  tables: TermTables,
  wish: ImportWish,
  progress: (concepts: number) => void = () => undefined,
): Promise<ImportResult> {
  const mapper = new Mapper(wish.layout);
  const writer = new EditionWriter(
    tables,
    tables.begin({ url: wish.layout.url, version: wish.version, head: JSON.stringify(headOfEdition(wish)) }),
  );
  let no = 0;
  let skipped = 0;
  try {
    for await (const row of readRows(wish.file, wish.layout)) {
      const concept = mapper.map(row, no + 1);
      if (!concept) {
        skipped++;
        continue;
      }
      no++;
      await writer.add(concept);
      if (no % 50_000 === 0) progress(no);
    }
    if (no === 0)
      throw new ImportError({
        en: `${wish.file} has no row of the kind ${wish.layout.kind}`,
        ja: `${wish.file} に ${wish.layout.kind} の行がありません`,
      });
    await writer.finish();
  } catch (error) {
    tables.withdraw(writer.edition);
    throw error;
  } finally {
    await clearLeftovers(tables);
  }
  return {
    edition: writer.edition,
    concepts: writer.written,
    skipped,
    repeated: writer.repeated,
    examples: writer.examples,
  };
}
