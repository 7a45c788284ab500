/**
 * SqliteWriter: applies prepared changes inside a transaction its owner has opened, with statements prepared once.
 */
import type Database from 'better-sqlite3';
import { stamp } from '../fhir/json-text.ts';
import { FhirError } from '../fhir/outcome.ts';
import { EncodedText } from './encoded-text.ts';
import { refHash } from './hash.ts';
import { KnownRows } from './known-rows.ts';
import { resourceTable } from './resource-table.ts';
import { toVersion, type VersionRow, versionColumns } from './rows.ts';
import { SqliteIndexRows } from './sqlite-index-rows.ts';
import type { Change, Committed, Conflict, IndexTable, Precondition, Version } from './store.ts';
import { Written } from './written.ts';

type Statement = Database.Statement<unknown[], unknown>;

interface ResourceRow {
  readonly type: string;
  readonly id: string;
  readonly seq: number;
  readonly version_id: number;
  readonly last_updated: number;
  readonly deleted: number;
}

/** Finds what speaks against a list of changes, and applies it. */
export class SqliteWriter {
  /** Position of the newest version, committed or being written. */
  lastSeq = 0;
  /** 0 when no superseded version has index rows. Not counted in full: every worker looks after every write of another. */
  staleSeen = 0;
  private readonly statement: (text: string) => Statement;
  private readonly now: () => number;
  private readonly rows: SqliteIndexRows;
  /** What was applied since its index rows were last written. */
  private readonly written = new Written();
  /** Rows of shared tables that need not be written again. */
  readonly known = new KnownRows();
  private readonly encoded = new EncodedText();
  private readonly statements: ReturnType<typeof prepareStatements>;

  /** @param statement gives a prepared statement, kept for the next time */
  constructor(
    db: Database.Database,
    tables: readonly IndexTable[],
    now: () => number,
    statement: (text: string) => Statement,
  ) {
    this.now = now;
    this.statement = statement;
    this.statements = prepareStatements(db);
    this.rows = new SqliteIndexRows(db, [resourceTable, ...tables], this.known);
    this.readPosition();
  }

  /** Looks where the database stands: at the start, and when another process wrote. */
  readPosition(): void {
    this.known.forget();
    this.lastSeq = (this.statement('SELECT max(seq) AS last FROM version').get() as { last: number | null }).last ?? 0;
    this.lookForStale();
  }

  /** Looks again whether there are stale versions, after a purge or a write of another process. */
  lookForStale(): void {
    this.staleSeen = this.statements.lookForStale.pluck().get() as number;
  }

  /**
   * What refuses a list of changes. Everything is looked at before the first write, so that a refusal leaves nothing to
   * undo.
   */
  findConflict(changes: readonly Change[]): Conflict | undefined {
    for (const [index, change] of changes.entries()) {
      for (const precondition of change.preconditions)
        if (!this.holds(precondition)) return { change: index, precondition };
      if (change.mustBeNew && this.current(change.type, change.id))
        return { change: index, precondition: { kind: 'new' } };
    }
    return undefined;
  }

  private holds(precondition: Precondition): boolean {
    if (precondition.kind === 'matches') {
      const { query, ids } = precondition;
      if (this.written.mayConcern(precondition)) this.finish();
      const rows = this.statement(query.text).all(...query.values) as { id: string }[];
      return rows.length === ids.length && rows.every(row => ids.includes(row.id));
    }
    if (precondition.kind === 'newest') return this.newestOf(precondition.type) === precondition.seq;
    const current = this.current(precondition.type, precondition.id);
    const versionId = current && !current.deleted ? current.version_id : 0;
    return precondition.kind === 'exists' ? versionId > 0 : versionId === precondition.versionId;
  }

  private newestOf(type: string): number {
    return this.statements.newest.pluck().get(type) as number;
  }

  private current(type: string, id: string): ResourceRow | undefined {
    const row = this.statements.current.get(refHash(`${type}/${id}`)) as ResourceRow | undefined;
    if (row && (row.type !== type || row.id !== id))
      throw new FhirError('conflict', {
        en: `The id ${id} cannot be used here; choose another one`,
        ja: `ID「${id}」は使えません。別の ID にしてください`,
      });
    return row;
  }

  /** Applies one change whose preconditions hold. */
  apply(change: Change): Committed {
    const { type, id, template } = change;
    const current = this.current(type, id);
    const alive = current !== undefined && current.deleted === 0;
    if (!template && !alive) return { outcome: 'absent', ...(current && { version: this.versionAt(current.seq) }) };
    if (template) this.encoded.encode(template);
    const content = template ? (change.content ?? this.encoded.hash()) : 0n;
    if (alive && template && !change.always && this.statements.sameContent.get(current.seq, content))
      return { outcome: 'unchanged', version: this.versionAt(current.seq) };

    const versionId = (current?.version_id ?? 0) + 1;
    // A clock that was set back must not let lastUpdated go back along the versions of a resource.
    const lastUpdated = Math.max(this.now(), current?.last_updated ?? 0);
    const seq = ++this.lastSeq;
    const text = template ? stamp(template, versionId, new Date(lastUpdated).toISOString()) : '';
    if (current) this.supersede(current.seq, seq, alive, lastUpdated);
    const version: Version = { type, id, versionId, lastUpdated, deleted: !template, seq, method: change.method, text };
    this.insert(change, version, content);
    this.written.add(change);
    return { outcome: template ? (alive ? 'updated' : 'created') : 'deleted', version };
  }

  /** Writes what {@link apply} has gathered; to be called before COMMIT. */
  finish(): void {
    this.rows.write();
    this.written.clear();
  }

  /** Forgets what was gathered and remembered for a transaction that failed. */
  abandon(): void {
    this.rows.forget();
    this.written.clear();
    this.known.forget();
  }

  private insert({ access, rows }: Change, version: Version, content: bigint): void {
    const { type, id, versionId, lastUpdated, seq, method } = version;
    const h = refHash(`${type}/${id}`);
    const persons = [...new Set(access.persons.map(refHash))];
    const author = access.authorOrganization === null ? null : refHash(access.authorOrganization);
    const { statements } = this;
    if (version.deleted) {
      this.insertDeletion(version, h);
      return;
    }
    statements.version.run(
      seq,
      h,
      type,
      id,
      versionId,
      lastUpdated,
      0,
      method,
      content,
      persons[0] ?? null,
      author,
      access.informationClass,
      access.releasedAt,
    );
    if (persons.length > 1) for (const person of persons) statements.person.run(person, seq);
    statements.body.run(seq, this.encoded.stamped(versionId, new Date(lastUpdated).toISOString()));
    this.rows.add([{ table: resourceTable.name, values: [type, lastUpdated] }], seq);
    this.rows.add(rows, seq);
  }

  /** A deletion belongs to whom the version before it belonged to: access rules hold for it too. */
  private insertDeletion({ versionId, lastUpdated, seq, method }: Version, h: bigint): void {
    const { statements } = this;
    statements.deletion.run(seq, versionId, lastUpdated, method, h, versionId - 1);
    statements.deletionPersons.run(seq, h, versionId - 1);
  }

  /** The old version keeps its index rows until it is purged; until then searches exclude it by the table `stale`. */
  private supersede(oldSeq: number, seq: number, hadRows: boolean, since: number): void {
    this.statements.end.run(seq, oldSeq);
    if (!hadRows) return;
    this.statements.stale.run(oldSeq, seq, since);
    this.staleSeen++;
  }

  private versionAt(seq: number): Version {
    return toVersion(this.statements.versionAt.get(seq) as VersionRow);
  }
}

function prepareStatements(db: Database.Database) {
  return {
    current: db.prepare(
      'SELECT type, id, seq, version_id, last_updated, deleted FROM version WHERE h = ? ORDER BY version_id DESC LIMIT 1',
    ),
    newest: db.prepare('SELECT coalesce(max(seq), 0) FROM version WHERE type = ?'),
    sameContent: db.prepare('SELECT 1 FROM version WHERE seq = ? AND content_hash = ?'),
    versionAt: db.prepare(`SELECT ${versionColumns} FROM version v LEFT JOIN body b ON b.seq = v.seq WHERE v.seq = ?`),
    version: db.prepare(
      `INSERT INTO version (seq, h, type, id, version_id, last_updated, deleted, method, content_hash, person, author, class, released_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    deletion: db.prepare(
      `INSERT INTO version (seq, h, type, id, version_id, last_updated, deleted, method, content_hash, person, author, class, released_at)
        SELECT ?, h, type, id, ?, ?, 1, ?, 0, person, author, class, released_at FROM version WHERE h = ? AND version_id = ?`,
    ),
    deletionPersons: db.prepare(
      `INSERT INTO resource_person (h, seq)
        SELECT p.h, ? FROM version v JOIN resource_person p ON p.seq = v.seq WHERE v.h = ? AND v.version_id = ?`,
    ),
    person: db.prepare('INSERT INTO resource_person (h, seq) VALUES (?, ?)'),
    body: db.prepare('INSERT INTO body (seq, text) VALUES (?, CAST(? AS TEXT))'),
    end: db.prepare('UPDATE version SET end_seq = ? WHERE seq = ?'),
    stale: db.prepare('INSERT INTO stale (seq, end_seq, since) VALUES (?, ?, ?)'),
    lookForStale: db.prepare('SELECT count(*) FROM (SELECT 1 FROM stale LIMIT 1)'),
  };
}
