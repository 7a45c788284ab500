/**
 * Editions in and out of an SQLite file of masters, and the file in which a node of a shared database keeps its copies.
 */
import type Database from 'better-sqlite3';
import { room, type Value } from './sqlite-term-reader.ts';
import { SqliteTerms } from './sqlite-terms.ts';
import type { TermEdition } from './terms.ts';
import type { PlacedEdition, TermPart, TermsPlace } from './terms-copy.ts';

/** Rows of a part. */
const partSize = 2000;

const pause = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** Pages of a query that goes on after the last row of the page before. */
function* pages<T extends readonly Value[]>(
  read: (after: T | undefined) => readonly T[],
): Generator<readonly T[], void, undefined> {
  for (let after: T | undefined; ; ) {
    const rows = read(after);
    if (rows.length > 0) yield rows;
    if (rows.length < partSize) return;
    after = rows.at(-1);
  }
}

/** All rows of an edition, in the order of keys. */
function* partsOf(db: Database.Database, edition: number): Generator<TermPart, void, undefined> {
  const all = <T>(text: string, ...values: Value[]): T[] =>
    db
      .prepare(text)
      .raw()
      .all(...values) as T[];
  type Concept = [number, string, string | null, string, number, number, number];
  const concepts = `SELECT c.id - ${edition * room}, c.code, c.display, c.detail, k.inactive, k.valid_from, k.valid_until
    FROM term_concept c CROSS JOIN term_code k ON k.edition = ? AND k.code = c.code WHERE c.id > ? AND c.id < ? ORDER BY c.id LIMIT ${partSize}`;
  const last = (edition + 1) * room;
  for (const rows of pages<Concept>(after => all(concepts, edition, edition * room + (after?.[0] ?? 0), last)))
    yield { concepts: rows };
  const parents = `SELECT code, parent FROM term_parent WHERE edition = ? AND (code, parent) > (?, ?) ORDER BY code, parent LIMIT ${partSize}`;
  for (const rows of pages<[string, string]>(after => all(parents, edition, ...(after ?? ['', '']))))
    yield { parents: rows };
  const properties = `SELECT property, value, no FROM term_property WHERE edition = ? AND (property, value, no) > (?, ?, ?)
    ORDER BY property, value, no LIMIT ${partSize}`;
  for (const rows of pages<[string, string, number]>(after => all(properties, edition, ...(after ?? ['', '', -1]))))
    yield { properties: rows };
  const grams = `SELECT gram, block, numbers FROM term_gram WHERE edition = ? AND (gram, block) > (?, ?) ORDER BY gram, block LIMIT ${partSize}`;
  const none = [Number.MIN_SAFE_INTEGER, 0] as const;
  for (const rows of pages<[number, number, Buffer]>(after => all(grams, edition, ...(after?.slice(0, 2) ?? none))))
    yield { grams: rows.map(([gram, block, numbers]) => [gram, block, numbers.toString('base64')] as const) };
}

/** Writes a part into an edition that nobody sees yet, in one transaction. */
function writePart(db: Database.Database, edition: number, part: TermPart): void {
  const insert = (text: string) => db.prepare<Value[]>(text);
  if ('concepts' in part) {
    const concept = insert('INSERT INTO term_concept (id, code, display, detail) VALUES (?, ?, ?, ?)');
    const place = insert(
      'INSERT INTO term_code (edition, code, no, inactive, valid_from, valid_until) VALUES (?, ?, ?, ?, ?, ?)',
    );
    for (const [no, code, display, detail, inactive, from, until] of part.concepts) {
      concept.run(edition * room + no, code, display, detail);
      place.run(edition, code, no, inactive, from, until);
    }
  } else if ('parents' in part) {
    const up = insert('INSERT INTO term_parent (edition, code, parent) VALUES (?, ?, ?)');
    const down = insert('INSERT INTO term_child (edition, parent, code) VALUES (?, ?, ?)');
    for (const [code, parent] of part.parents) {
      up.run(edition, code, parent);
      down.run(edition, parent, code);
    }
  } else if ('properties' in part) {
    const property = insert('INSERT INTO term_property (edition, property, value, no) VALUES (?, ?, ?, ?)');
    for (const row of part.properties) property.run(edition, ...row);
  } else {
    const gram = insert('INSERT INTO term_gram (edition, gram, block, numbers) VALUES (?, ?, ?, ?)');
    for (const [code, block, numbers] of part.grams) gram.run(edition, code, block, Buffer.from(numbers, 'base64'));
  }
}

/** Takes an edition out of use, and its rows away, some at a time. */
async function discard(terms: SqliteTerms, edition: number): Promise<void> {
  terms.withdraw(edition);
  while (terms.clear(edition, 2000)) await pause();
}

/** A file of masters as a place to move from or to. `key` is the number of an edition. */
export function sqliteTermsPlace(db: Database.Database, terms: SqliteTerms): TermsPlace {
  return {
    async editions() {
      return terms.editions().map(({ id, ...facts }) => ({ ...facts, key: String(id) }));
    },
    async *parts({ key }) {
      yield* partsOf(db, Number(key));
    },
    async put(facts, parts) {
      const edition = terms.begin(facts);
      try {
        for await (const part of parts) {
          db.transaction(() => writePart(db, edition, part)).immediate();
          await pause();
        }
        terms.finish(edition, facts.concepts);
        db.prepare('UPDATE term_edition SET imported_at = ? WHERE id = ?').run(facts.importedAt, edition);
      } catch (error) {
        await discard(terms, edition);
        throw error;
      }
      for (const old of terms.leftovers()) while (terms.clear(old, 2000)) await pause();
    },
    remove: ({ key }) => discard(terms, Number(key)),
    async close() {
      db.close();
    },
  };
}

/** A copy that nobody used for this long may go, in milliseconds. */
const unusedMs = 7 * 86_400_000;
/** Whoever copies an edition tells it at least this often; after that another process takes over. */
const copyingMs = 10_000;

/**
 * A node's copies of the editions that a shared database has. They are looked up as on SQLite; which of them are in use, and in
 * which order, is what the database says. Processes on one data folder share the file, and databases may: copies go by the keys
 * of editions, which are never the same twice.
 */
export class CopiedTerms extends SqliteTerms {
  private readonly file: Database.Database;
  private used: readonly TermEdition[] = [];
  private keys: readonly string[] = [];
  private changes = 0;
  private touched = 0;
  private take: () => Promise<void> = async () => {};

  constructor(file: Database.Database) {
    super(file, Date.now);
    this.file = file;
    file.exec(
      'CREATE TABLE IF NOT EXISTS term_copy (key TEXT PRIMARY KEY, edition INTEGER NOT NULL, complete INTEGER NOT NULL, seen INTEGER NOT NULL)',
    );
  }

  /** Says how the copies are brought up to date. */
  takeFrom(take: () => Promise<void>): void {
    this.take = take;
  }

  override refresh(): Promise<void> {
    return this.take();
  }

  override generation(): number {
    return this.changes;
  }

  override editions(): readonly TermEdition[] {
    return this.used;
  }

  private run(text: string, ...values: Value[]): number {
    return this.file.prepare<Value[]>(text).run(...values).changes;
  }

  private idOf(key: string): number | undefined {
    const found = this.file.prepare('SELECT edition FROM term_copy WHERE key = ? AND complete = 1').pluck();
    return found.get(key) as number | undefined;
  }

  /** True when an edition is here whole. */
  has(key: string): boolean {
    return this.idOf(key) !== undefined;
  }

  /** Begins to copy an edition; undefined when it is here, or while another process copies it. */
  claim({ key, ...facts }: PlacedEdition): number | undefined {
    const claimed = this.file.transaction(() => {
      const busy = this.file.prepare('SELECT 1 FROM term_copy WHERE key = ? AND (complete = 1 OR seen > ?)');
      if (busy.get(key, Date.now() - copyingMs)) return undefined;
      const edition = this.begin(facts);
      this.run(
        'INSERT OR REPLACE INTO term_copy (key, edition, complete, seen) VALUES (?, ?, 0, ?)',
        key,
        edition,
        Date.now(),
      );
      return edition;
    });
    return claimed.immediate();
  }

  /** Adds a part to a copy; false when another process took over. */
  addPart(key: string, edition: number, part: TermPart): boolean {
    const added = this.file.transaction(() => {
      const text = 'UPDATE term_copy SET seen = ? WHERE key = ? AND edition = ? AND complete = 0';
      if (this.run(text, Date.now(), key, edition) === 0) return false;
      writePart(this.file, edition, part);
      return true;
    });
    return added.immediate();
  }

  /** Ends a copy; from now on it can be used. */
  finishCopy({ key, concepts, limited, importedAt }: PlacedEdition, edition: number): void {
    const finish = this.file.transaction(() => {
      const text = 'UPDATE term_edition SET state = 1, concepts = ?, limited = ?, imported_at = ? WHERE id = ?';
      this.run(text, concepts, limited ? 1 : 0, importedAt, edition);
      this.run('UPDATE term_copy SET complete = 1 WHERE key = ? AND edition = ?', key, edition);
    });
    finish.immediate();
  }

  /** Gives a copy up that could not be ended. */
  async giveUp(key: string, edition: number): Promise<void> {
    this.run('DELETE FROM term_copy WHERE key = ? AND edition = ? AND complete = 0', key, edition);
    await discard(this, edition);
  }

  /** Uses these editions, all of which are here, and no others. */
  use(editions: readonly PlacedEdition[]): void {
    this.used = editions.map(({ key, ...facts }) => ({ ...facts, id: this.idOf(key)! }));
    this.keys = editions.map(({ key }) => key);
    this.changes++;
    this.touched = 0;
    this.keep();
  }

  /** Notes from time to time that the copies are in use. */
  keep(): void {
    if (Date.now() - this.touched < 3_600_000) return;
    this.touched = Date.now();
    for (const key of this.keys) this.run('UPDATE term_copy SET seen = ? WHERE key = ?', this.touched, key);
  }

  /** Clears away copies that no process used for days, and what was left half done. */
  async clearUnused(): Promise<void> {
    const text = 'SELECT key, edition FROM term_copy WHERE complete = 1 AND seen < ?';
    const unused = this.file.prepare(text).all(Date.now() - unusedMs) as { key: string; edition: number }[];
    for (const { key, edition } of unused) {
      this.run('DELETE FROM term_copy WHERE key = ?', key);
      await discard(this, edition);
    }
    for (const edition of this.leftovers()) while (this.clear(edition, 2000)) await pause();
  }
}
