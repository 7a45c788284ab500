/**
 * Batch: the rows of a group of commits, gathered in memory column by column and written by one statement.
 */
import { KnownRows } from './known-rows.ts';
import type { AppliedVersion } from './postgres-commit.ts';
import { type Connection, query } from './postgres-connection.ts';
import type { SqlValue } from './sql.ts';
import type { Committed, IndexRow, IndexTable, Version } from './store.ts';

/** The current version of a resource, as far as a commit needs it. */
export interface Current {
  readonly type: string;
  readonly id: string;
  readonly seq: number;
  readonly versionId: number;
  readonly lastUpdated: number;
  readonly alive: boolean;
  /** It has index rows. */
  readonly indexed: boolean;
  readonly content: bigint;
  readonly place: bigint;
  readonly facts: Facts;
}

/** What access rules look at; persons, organisations are hashes. */
export interface Facts {
  /** Persons it belongs to. */
  readonly persons: readonly bigint[];
  readonly author: bigint | null;
  readonly informationClass: number;
  readonly releasedAt: number | null;
}

/** A version to be written. */
export interface NewVersion extends Facts {
  readonly type: string;
  readonly id: string;
  readonly h: bigint;
  readonly method: Version['method'];
  /** False for a deletion. */
  readonly live: boolean;
  readonly versionId: number;
  readonly lastUpdated: number;
  readonly content: bigint;
  readonly text: string;
  /** Index rows; absent for deletions and versions that are not searched any more. */
  readonly rows?: Iterable<IndexRow>;
}

/** Rows of one table, column by column. */
type Columns = SqlValue[][];

interface Target {
  readonly name: string;
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly onConflict: string;
}

const bigints = (names: string) => names.split(' ').map(name => [name, 'bigint'] as const);
const own: readonly Target[] = [
  {
    name: 'version',
    columns: [
      ...bigints('seq h version_id last_updated content_hash end_seq person author released_at place'),
      ['type', 'text'],
      ['id', 'text'],
      ['method', 'text'],
      ['deleted', 'integer'],
      ['class', 'integer'],
    ],
    onConflict: '',
  },
  {
    name: 'resource',
    columns: [...bigints('h seq version_id last_updated'), ['type', 'text'], ['id', 'text'], ['deleted', 'integer']],
    onConflict:
      ' ON CONFLICT (h) DO UPDATE SET seq = excluded.seq, version_id = excluded.version_id, last_updated = excluded.last_updated, deleted = excluded.deleted',
  },
  { name: 'body', columns: [...bigints('seq place'), ['text', 'text']], onConflict: '' },
  { name: 'resource_person', columns: bigints('h seq place'), onConflict: ' ON CONFLICT DO NOTHING' },
  { name: 'index_resource', columns: [...bigints('last_updated seq place'), ['type', 'text']], onConflict: '' },
  { name: 'stale', columns: bigints('seq end_seq since place'), onConflict: '' },
];

/** Types of index columns, as `unnest` is given them. */
export const columnTypes = { INTEGER: 'bigint', REAL: 'double precision', TEXT: 'text' } as const;

const indexTarget = (table: IndexTable): Target => ({
  name: table.name,
  columns: [
    ...table.columns.map(({ name, type }) => [name, columnTypes[type]] as const),
    ...bigints(table.shared ? 'place' : 'seq place'),
  ],
  onConflict: ' ON CONFLICT DO NOTHING',
});

/** Longest text an index row keeps, in bytes: a page of the database's B-tree holds three keys. */
const longestText = 2400;
/** A value as it is kept in an index table; absurdly long texts are cut. */
export const indexValue = (value: SqlValue): SqlValue =>
  typeof value === 'string' && value.length * 3 > longestText && Buffer.byteLength(value) > longestText
    ? Buffer.from(value)
        .subarray(0, longestText)
        .toString()
        .replace(/\uFFFD+$/, '')
    : value;

/** All tables of a database that commits write to, and the statement that inserts into all of them. */
export interface Targets {
  /** Names of index tables whose rows belong to no version. */
  readonly shared: ReadonlySet<string>;
  readonly tables: readonly Target[];
  readonly text: string;
}

/** One statement for all tables; tables without rows get empty columns, so that the text is always the same. */
export function createTargets(indexTables: readonly IndexTable[]): Targets {
  const tables = [...own, ...indexTables.map(indexTarget)];
  const inserts = tables.map(({ name, columns, onConflict }) => {
    const names = columns.map(([column]) => column).join(', ');
    return `w_${name} AS (INSERT INTO ${name} (${names}) SELECT * FROM unnest(${columns.map(([, type]) => `?::${type}[]`).join(', ')})${onConflict})`;
  });
  const shared = new Set(indexTables.filter(table => table.shared).map(table => table.name));
  return { tables, shared, text: `WITH ${inserts.join(', ')} SELECT 1` };
}

/** The rows of a group of commits. */
export class Batch {
  /** What is current, with what the batch has changed so far. */
  readonly currents = new Map<bigint, Current>();
  /** Position of the newest version of types that conditions name. */
  readonly newest = new Map<string, number>();
  /** Versions this batch made, by position. */
  readonly made = new Map<number, Version>();
  /** Positions of older versions that answers need. */
  readonly wanted: number[] = [];
  last: AppliedVersion | undefined;
  private readonly ended: [bigint[], bigint[]] = [[], []];
  private readonly versions = new Map<number, Record<string, SqlValue>>();
  private readonly resources = new Map<bigint, Record<string, SqlValue>>();
  private readonly rows = new Map<string, Columns>();
  /** Rows that many versions of the batch share. */
  private readonly known = new KnownRows();

  /** @param shared names of index tables whose rows belong to no version */
  constructor(
    public lastSeq: number,
    private readonly shared: ReadonlySet<string>,
  ) {}

  /** An answer that needs a version which is there already. */
  later(seq: number, outcome: Committed['outcome']): (texts: ReadonlyMap<number, Version>) => Committed {
    const made = this.made.get(seq);
    if (made) return () => ({ outcome, version: made });
    this.wanted.push(seq);
    return texts => ({ outcome, version: texts.get(seq)! });
  }

  /** Adds a version; returns its position. */
  add(version: NewVersion, current: Current | undefined): number {
    const { type, id, h, method, live, versionId, lastUpdated, content, persons } = version;
    const seq = ++this.lastSeq;
    const place = persons[0] ?? h;
    if (this.newest.has(type)) this.newest.set(type, seq);
    if (current) this.supersede(current, seq, lastUpdated);
    const shared = { seq, h, type, id, version_id: versionId, last_updated: lastUpdated, deleted: live ? 0 : 1 };
    const { author, informationClass, releasedAt } = version;
    this.resources.set(h, shared);
    const columns = { person: persons[0] ?? null, author, class: informationClass, released_at: releasedAt, place };
    this.versions.set(seq, { ...shared, method, content_hash: content, end_seq: null, ...columns });
    if (persons.length > 1) for (const person of persons) this.push('resource_person', [person, seq, place]);
    if (live) this.push('body', [seq, place, version.text]);
    if (version.rows) {
      this.push('index_resource', [lastUpdated, seq, place, type]);
      for (const row of version.rows) {
        const ofVersions = !this.shared.has(row.table);
        if (ofVersions) this.push(row.table, [...row.values.map(indexValue), seq, place]);
        else if (!this.known.has(row.table, row.values)) this.push(row.table, [...row.values.map(indexValue), 0]);
      }
    }
    const indexed = version.rows !== undefined;
    const facts: Facts = { persons, author, informationClass, releasedAt };
    this.currents.set(h, { type, id, seq, versionId, lastUpdated, alive: live, indexed, content, place, facts });
    this.last = { seq, h, versionId, lastUpdated, content };
    return seq;
  }

  private push(table: string, values: readonly SqlValue[]): void {
    const columns = this.rows.get(table) ?? values.map(() => []);
    this.rows.set(table, columns);
    for (const [i, value] of values.entries()) columns[i]!.push(value);
  }

  /** The old version keeps its index rows until it is purged; until then searches exclude it by the table `stale`. */
  private supersede(old: Current, seq: number, since: number): void {
    const pending = this.versions.get(old.seq);
    if (pending) pending['end_seq'] = seq;
    else {
      this.ended[0].push(BigInt(old.seq));
      this.ended[1].push(BigInt(seq));
    }
    if (old.indexed) this.push('stale', [old.seq, seq, since, old.place]);
  }

  /** Writes all rows. */
  async write(client: Connection, targets: Targets): Promise<void> {
    if (this.versions.size === 0) return;
    if (this.ended[0].length > 0)
      await query(client, {
        text: 'UPDATE version v SET end_seq = n.seq FROM unnest(?::bigint[], ?::bigint[]) n(old, seq) WHERE v.seq = n.old',
        values: this.ended,
      });
    const values = targets.tables.flatMap(target => this.columnsOf(target));
    await query(client, { text: targets.text, values });
  }

  private columnsOf({ name, columns }: Target): Columns {
    const records = name === 'version' ? this.versions : name === 'resource' ? this.resources : undefined;
    if (records) return columns.map(([column]) => [...records.values()].map(record => record[column]!));
    return this.rows.get(name) ?? columns.map(() => []);
  }
}
