/**
 * TermTables on SQLite.
 */
import type Database from 'better-sqlite3';
import type { TermConcept, TermEdition, TermPosting, TermRow, TermTables, TermWish } from './terms.ts';

/** An edition has room for 16,777,216 concepts. */
const room = 16_777_216;

type Value = string | number | Uint8Array | null;
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
export class SqliteTerms implements TermTables {
  private readonly db: Database.Database;
  private readonly now: () => number;
  private readonly statements = new Map<string, Statement>();

  constructor(db: Database.Database, now: () => number) {
    this.db = db;
    this.now = now;
  }

  private statement(text: string): Statement {
    let statement = this.statements.get(text);
    if (!statement) {
      statement = this.db.prepare<Value[], unknown>(text);
      this.statements.set(text, statement);
    }
    return statement;
  }

  private one<T>(text: string, ...values: Value[]): T | undefined {
    return this.statement(text).get(...values) as T | undefined;
  }

  private all<T>(text: string, ...values: Value[]): T[] {
    return this.statement(text).all(...values) as T[];
  }

  private inTransaction(work: () => void): void {
    this.db.transaction(work).immediate();
  }

  /** What others wrote to the file is seen without it. */
  async refresh(): Promise<void> {}

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

  begin({ url, version, head }: { url: string; version: string; head: string }): number {
    const result = this.statement(
      'INSERT INTO term_edition (url, version, head, state, concepts, limited, imported_at) VALUES (?, ?, ?, 0, 0, 0, ?)',
    ).run(url, version, head, this.now());
    return Number(result.lastInsertRowid);
  }

  add(edition: number, rows: readonly TermRow[]): { repeated: string[] } {
    const concept = this.statement('INSERT INTO term_concept (id, code, display, detail) VALUES (?, ?, ?, ?)');
    const code = this.statement(
      'INSERT OR IGNORE INTO term_code (edition, code, no, inactive, valid_from, valid_until) VALUES (?, ?, ?, ?, ?, ?)',
    );
    const property = this.statement(
      'INSERT OR IGNORE INTO term_property (edition, property, value, no) VALUES (?, ?, ?, ?)',
    );
    const repeated: string[] = [];
    this.inTransaction(() => {
      for (const row of rows) {
        const added = code.run(edition, row.code, row.no, row.inactive ? 1 : 0, row.from, row.until);
        if (added.changes === 0) {
          repeated.push(row.code);
          continue;
        }
        concept.run(edition * room + row.no, row.code, row.display, row.detail);
        for (const above of row.parents) this.addParent(edition, row.code, above);
        for (const [name, value] of row.indexed) property.run(edition, name, value, row.no);
      }
    });
    return { repeated };
  }

  private addParent(edition: number, code: string, parent: string): void {
    this.statement('INSERT OR IGNORE INTO term_parent (edition, code, parent) VALUES (?, ?, ?)').run(
      edition,
      code,
      parent,
    );
    this.statement('INSERT OR IGNORE INTO term_child (edition, parent, code) VALUES (?, ?, ?)').run(
      edition,
      parent,
      code,
    );
  }

  addParents(edition: number, pairs: readonly (readonly [code: string, parent: string])[]): void {
    this.inTransaction(() => {
      for (const [code, parent] of pairs) this.addParent(edition, code, parent);
    });
  }

  stage(edition: number, rows: readonly (readonly [code: string, text: string])[]): void {
    const insert = this.statement(
      `INSERT INTO term_stage (edition, code, n, text)
        VALUES (?, ?, (SELECT coalesce(max(n), 0) + 1 FROM term_stage WHERE edition = ? AND code = ?), ?)`,
    );
    this.inTransaction(() => {
      for (const [code, text] of rows) insert.run(edition, code, edition, code, text);
    });
  }

  staged(edition: number, code: string, n: number, count: number): { code: string; n: number; text: string }[] {
    const text =
      'SELECT code, n, text FROM term_stage WHERE edition = ? AND (code, n) > (?, ?) ORDER BY code, n LIMIT ?';
    return this.all(text, edition, code, n, count);
  }

  unstage(edition: number, rows: number): boolean {
    const text =
      'DELETE FROM term_stage WHERE edition = ? AND (code, n) IN (SELECT code, n FROM term_stage WHERE edition = ? LIMIT ?)';
    return this.statement(text).run(edition, edition, rows).changes > 0;
  }

  addPostings(edition: number, block: number, postings: readonly TermPosting[]): void {
    const insert = this.statement('INSERT INTO term_gram (edition, gram, block, numbers) VALUES (?, ?, ?, ?)');
    this.inTransaction(() => {
      for (const { gram, numbers } of postings) insert.run(edition, gram, block, numbers);
    });
  }

  finish(edition: number, concepts: number): void {
    const text =
      'SELECT 1 FROM term_code WHERE edition = ? AND (inactive = 1 OR valid_from > 0 OR valid_until > 0) LIMIT 1';
    const limited = this.one(text, edition) === undefined ? 0 : 1;
    this.inTransaction(() => {
      this.statement(
        `UPDATE term_edition SET state = 2 WHERE state = 1 AND id <> ?
          AND (url, version) IN (SELECT url, version FROM term_edition WHERE id = ?)`,
      ).run(edition, edition);
      this.statement('UPDATE term_edition SET state = 1, concepts = ?, limited = ? WHERE id = ?').run(
        concepts,
        limited,
        edition,
      );
      this.statement('UPDATE term_generation SET n = n + 1').run();
    });
  }

  leftovers(): readonly number[] {
    // What is being written may be another process at work: only after a day it is taken for abandoned.
    const text = 'SELECT id FROM term_edition WHERE state = 2 OR (state = 0 AND imported_at < ?)';
    return this.all<{ id: number }>(text, this.now() - 86_400_000).map(row => row.id);
  }

  withdraw(edition: number): void {
    this.inTransaction(() => {
      this.statement('UPDATE term_edition SET state = 2 WHERE id = ?').run(edition);
      this.statement('UPDATE term_generation SET n = n + 1').run();
    });
  }

  clear(edition: number, rows: number): boolean {
    const [first, last] = [edition * room, (edition + 1) * room - 1];
    const removals: readonly (readonly [text: string, values: Value[]])[] = [
      [
        'DELETE FROM term_concept WHERE id IN (SELECT id FROM term_concept WHERE id BETWEEN ? AND ? LIMIT ?)',
        [first, last, rows],
      ],
      [
        'DELETE FROM term_code WHERE edition = ? AND code IN (SELECT code FROM term_code WHERE edition = ? LIMIT ?)',
        [edition, edition, rows],
      ],
      [
        'DELETE FROM term_parent WHERE edition = ? AND code IN (SELECT code FROM term_parent WHERE edition = ? LIMIT ?)',
        [edition, edition, rows],
      ],
      [
        'DELETE FROM term_child WHERE edition = ? AND parent IN (SELECT parent FROM term_child WHERE edition = ? LIMIT ?)',
        [edition, edition, rows],
      ],
      [
        'DELETE FROM term_property WHERE edition = ? AND (property, value) IN (SELECT property, value FROM term_property WHERE edition = ? LIMIT ?)',
        [edition, edition, rows],
      ],
      [
        'DELETE FROM term_stage WHERE edition = ? AND code IN (SELECT code FROM term_stage WHERE edition = ? LIMIT ?)',
        [edition, edition, rows],
      ],
      [
        'DELETE FROM term_gram WHERE edition = ? AND gram IN (SELECT gram FROM term_gram WHERE edition = ? LIMIT ?)',
        [edition, edition, rows],
      ],
    ];
    for (const [text, values] of removals) {
      let removed = 0;
      this.inTransaction(() => {
        removed = this.statement(text).run(...values).changes;
      });
      if (removed > 0) return true;
    }
    this.inTransaction(() => void this.statement('DELETE FROM term_edition WHERE id = ? AND state <> 1').run(edition));
    return false;
  }
}
