/**
 * Reading imported masters on SQLite: which editions there are, and their concepts by code, hierarchy, property and text.
 */
import type Database from 'better-sqlite3';
import type { TermConcept, TermEdition, TermWish } from './terms.ts';

/** An edition has room for 16,777,216 concepts. */
export const room = 16_777_216;

/** What is bound to a statement. */
export type Value = string | number | Uint8Array | null;
type Statement = Database.Statement<Value[], unknown>;

interface EditionRow {
  readonly id: number;
  readonly url: string;
  readonly version: string;
  readonly head: string;
  readonly concepts: number;
  readonly limited: number;
  readonly imported_at: number;
}

const wanted = `(? = 0 OR inactive = 0) AND (? = 0 OR (valid_from <= ? AND (valid_until = 0 OR valid_until > ?)))`;
const wishValues = ({ activeOnly, day }: TermWish): number[] => [activeOnly ? 1 : 0, day, day, day];

/** See the top of the file. */
export class SqliteTermReader {
  private readonly db: Database.Database;
  private readonly statements = new Map<string, Statement>();

  constructor(db: Database.Database) {
    this.db = db;
  }

  protected statement(text: string): Statement {
    let statement = this.statements.get(text);
    if (!statement) {
      statement = this.db.prepare<Value[], unknown>(text);
      this.statements.set(text, statement);
    }
    return statement;
  }

  protected one<T>(text: string, ...values: Value[]): T | undefined {
    return this.statement(text).get(...values) as T | undefined;
  }

  protected all<T>(text: string, ...values: Value[]): T[] {
    return this.statement(text).all(...values) as T[];
  }

  protected inTransaction(work: () => void): void {
    this.db.transaction(work).immediate();
  }

  generation(): number {
    return this.one<{ n: number }>('SELECT n FROM term_generation')!.n;
  }

  editions(): readonly TermEdition[] {
    return this.all<EditionRow>('SELECT * FROM term_edition WHERE state = 1 ORDER BY id').map(row => ({
      id: row.id,
      url: row.url,
      version: row.version,
      head: row.head,
      concepts: row.concepts,
      limited: row.limited === 1,
      importedAt: row.imported_at,
    }));
  }

  find(edition: number, code: string): TermConcept | undefined {
    return this.one(
      `SELECT c.code, c.display, c.detail FROM term_code k CROSS JOIN term_concept c ON c.id = k.edition * ${room} + k.no
        WHERE k.edition = ? AND k.code = ?`,
      edition,
      code,
    );
  }

  byNumber(edition: number, no: number): TermConcept | undefined {
    return this.one('SELECT code, display, detail FROM term_concept WHERE id = ?', edition * room + no);
  }

  private concepts(edition: number, numbers: readonly { readonly no: number }[]): TermConcept[] {
    return numbers.flatMap(({ no }) => this.byNumber(edition, no) ?? []);
  }

  page(edition: number, wish: TermWish, offset: number, count: number): readonly TermConcept[] {
    const text = `SELECT no FROM term_code WHERE edition = ? AND ${wanted} ORDER BY code LIMIT ? OFFSET ?`;
    return this.concepts(edition, this.all(text, edition, ...wishValues(wish), count, offset));
  }

  count(edition: number, wish: TermWish): number {
    const text = `SELECT count(*) AS n FROM term_code WHERE edition = ? AND ${wanted}`;
    return this.one<{ n: number }>(text, edition, ...wishValues(wish))!.n;
  }

  fits(edition: number, no: number, wish: TermWish): boolean {
    const code = this.byNumber(edition, no)?.code;
    if (code === undefined) return false;
    const text = `SELECT 1 FROM term_code WHERE edition = ? AND code = ? AND ${wanted}`;
    return this.one(text, edition, code, ...wishValues(wish)) !== undefined;
  }

  after(edition: number, code: string, count: number): readonly TermConcept[] {
    const text = 'SELECT no FROM term_code WHERE edition = ? AND code > ? ORDER BY code LIMIT ?';
    return this.concepts(edition, this.all(text, edition, code, count));
  }

  private codes(text: string, ...values: Value[]): readonly string[] {
    return this.all<{ code: string }>(text, ...values).map(row => row.code);
  }

  parents(edition: number, code: string): readonly string[] {
    return this.codes('SELECT parent AS code FROM term_parent WHERE edition = ? AND code = ?', edition, code);
  }

  children(edition: number, code: string): readonly string[] {
    return this.codes('SELECT code FROM term_child WHERE edition = ? AND parent = ?', edition, code);
  }

  roots(edition: number): readonly string[] {
    return this.codes(
      `SELECT code FROM term_code c WHERE edition = ?
        AND NOT EXISTS (SELECT 1 FROM term_parent p WHERE p.edition = c.edition AND p.code = c.code) ORDER BY code`,
      edition,
    );
  }

  hasHierarchy(edition: number): boolean {
    return this.one('SELECT 1 FROM term_parent WHERE edition = ? LIMIT 1', edition) !== undefined;
  }

  withProperty(edition: number, property: string, value: string): readonly number[] {
    const text = 'SELECT no FROM term_property WHERE edition = ? AND property = ? AND value = ?';
    return this.all<{ no: number }>(text, edition, property, value).map(row => row.no);
  }

  isIndexed(edition: number, property: string): boolean {
    const text = 'SELECT 1 FROM term_property WHERE edition = ? AND property = ? LIMIT 1';
    return this.one(text, edition, property) !== undefined;
  }

  postings(edition: number, gram: number): readonly Uint8Array[] {
    const text = 'SELECT numbers FROM term_gram WHERE edition = ? AND gram = ? ORDER BY block';
    return this.all<{ numbers: Uint8Array }>(text, edition, gram).map(row => row.numbers);
  }
}
