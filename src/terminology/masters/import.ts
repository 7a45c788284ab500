/**
 * Imports a master: rows → concepts → tables, in batches so short that the server goes on answering. The new edition is
 * seen in one step, when it is complete; what it replaces is cleared away afterwards.
 */
import type { TermRow, TermTables } from '../../store/terms.ts';
import type { SystemHead } from '../shapes.ts';
import { GramCollector } from './grams.ts';
import { ImportError, type Layout } from './layout.ts';
import { Mapper } from './mapper.ts';
import { searchTextOf } from './master-system.ts';
import { readRows } from './rows.ts';

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
  /** Codes that came more than once though the layout has each once; the first few of them. */
  readonly repeated: number;
  readonly examples: readonly string[];
}

const batchSize = 1000;
/** How many pieces of text are collected before they are written. */
const gramLimit = 1_500_000;
const postingBatch = 4000;

const pause = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

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
        en: `${wish.file} has no row of the kind ${wish.layout.kind}; ${skipped} rows do not fit its layout`,
        ja: `${wish.file} に ${wish.layout.kind} の行がありません（レイアウトに合わない行 ${skipped}）`,
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
    repeated: wish.layout.repeats ? 0 : writer.repeated,
    examples: writer.examples,
  };
}
