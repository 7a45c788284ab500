/**
 * TermTables on SQLite: the tables are read as {@link SqliteTermReader} does; here editions are written, put to use, withdrawn
 * and cleared away.
 */
import type Database from 'better-sqlite3';
import { room, SqliteTermReader, type Value } from './sqlite-term-reader.ts';
import type { TermPosting, TermRow, TermTables } from './terms.ts';

/** See the top of the file. */
export class SqliteTerms extends SqliteTermReader implements TermTables {
  private readonly now: () => number;

  constructor(db: Database.Database, now: () => number) {
    super(db);
    this.now = now;
  }

  /** What others wrote to the file is seen without it. */
  async refresh(): Promise<void> {}

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
