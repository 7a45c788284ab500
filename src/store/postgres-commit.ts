/**
 * Applies a group of commits inside one transaction that holds the feed's lock, so that all commits of all nodes have one
 * order: what a precondition sees is the state right before its commit, and `seq` has no gaps.
 * The group is worked out in memory from the rows it touches, then written by one statement for all tables.
 */
import { stamp } from '../fhir/json-text.ts';
import { FhirError } from '../fhir/outcome.ts';
import { contentHash, refHash } from './hash.ts';
import type { Batch, Current, Facts, NewVersion, Targets } from './postgres-batch.ts';
import { type Connection, query } from './postgres-connection.ts';
import { loadCurrents } from './postgres-currents.ts';
import { toVersion, type VersionRow, versionColumns } from './rows.ts';
import type { AccessFacts, Change, CommitResult, Committed, Conflict, Precondition, Version } from './store.ts';
import { isMatch, type MatchCondition, Written } from './written.ts';

/** A commit that waits for its answer. */
export interface Waiting {
  readonly changes: readonly Change[];
  resolve(result: CommitResult): void;
  reject(error: unknown): void;
}

/** What became of a group: the answers, to be given once the transaction is durable, and its last version. */
export interface Applied {
  readonly answers: readonly (() => void)[];
  readonly last: AppliedVersion | undefined;
}

/** Enough of a version to recognise it: by this a node finds out whether a commit whose answer was lost took place. */
export interface AppliedVersion {
  readonly seq: number;
  readonly h: bigint;
  readonly versionId: number;
  readonly lastUpdated: number;
  readonly content: bigint;
}

const hashOf = ({ type, id }: { type: string; id: string }): bigint => refHash(`${type}/${id}`);

/** What applying depends on. */
export interface ApplySettings {
  readonly targets: Targets;
  readonly now: () => number;
}

/** Applies a group on a connection that holds the lock; nothing is durable before the caller's COMMIT. */
export async function applyGroup(
  client: Connection,
  group: readonly Waiting[],
  { targets, now }: ApplySettings,
): Promise<Applied> {
  const answers: (() => void)[] = [];
  let last: AppliedVersion | undefined;
  let rest = group;
  while (rest.length > 0) {
    const size = roundSize(rest);
    const round = rest.slice(0, size);
    rest = rest.slice(size);
    const batch = await loadBatch(client, round, targets);
    const failing = await failingMatches(client, round);
    const ends = round.map(one => applyOne(one, batch, failing, now));
    await batch.write(client, targets);
    const texts = await versionsAt(client, batch.wanted);
    answers.push(...ends.map(end => () => end(texts)));
    last = batch.last ?? last;
  }
  return { answers, last };
}

/**
 * How many commits can be worked out together. A condition that is a search asks the database, so everything before it that
 * could change its answer has to be written first; conditions on single resources are looked up in memory.
 */
function roundSize(group: readonly Waiting[]): number {
  const written = new Written();
  for (const [i, { changes }] of group.entries()) {
    const conditions = changes.flatMap(change => change.preconditions.filter(isMatch));
    if (conditions.some(condition => written.mayConcern(condition))) return i;
    for (const change of changes) written.add(change);
  }
  return group.length;
}

async function loadBatch(client: Connection, round: readonly Waiting[], targets: Targets): Promise<Batch> {
  const hashes = new Set<bigint>();
  const deleted = new Set<bigint>();
  const types = new Set<string>();
  for (const { changes } of round)
    for (const change of changes) {
      hashes.add(hashOf(change));
      if (!change.template) deleted.add(hashOf(change));
      for (const precondition of change.preconditions)
        if (precondition.kind === 'newest') types.add(precondition.type);
        else if (!isMatch(precondition)) hashes.add(hashOf(precondition));
    }
  return loadCurrents(client, hashes, deleted, targets, [...types]);
}

/** The search conditions of a round that do not hold. */
async function failingMatches(client: Connection, round: readonly Waiting[]): Promise<ReadonlySet<Precondition>> {
  const failing = new Set<Precondition>();
  for (const { changes } of round)
    for (const { preconditions } of changes)
      for (const one of preconditions.filter(isMatch)) {
        const rows = await query<{ id: string }>(client, one.query);
        if (rows.length !== one.ids.length || !rows.every(row => one.ids.includes(row.id))) failing.add(one);
      }
  return failing;
}

/** The versions at positions, with their text. */
async function versionsAt(client: Connection, seqs: readonly number[]): Promise<ReadonlyMap<number, Version>> {
  if (seqs.length === 0) return new Map();
  const rows = await query<VersionRow>(client, {
    text: `SELECT ${versionColumns} FROM version v LEFT JOIN body b ON b.seq = v.seq WHERE v.seq = ANY (?::bigint[])`,
    values: [seqs],
  });
  return new Map(rows.map(row => [row.seq, toVersion(row)]));
}

type Answer = (texts: ReadonlyMap<number, Version>) => void;

/** Applies one list of changes to the batch, all or nothing; what to tell its sender afterwards. */
function applyOne(
  { changes, resolve, reject }: Waiting,
  batch: Batch,
  failing: ReadonlySet<Precondition>,
  now: () => number,
): Answer {
  try {
    const conflict = findConflict(changes, batch, failing);
    if (conflict) return () => resolve({ ok: false, conflict });
  } catch (error) {
    return () => reject(error);
  }
  const committed = changes.map(change => apply(change, batch, now));
  const position = batch.lastSeq;
  return texts =>
    resolve({ ok: true, position, committed: committed.map(one => (typeof one === 'function' ? one(texts) : one)) });
}

function findConflict(
  changes: readonly Change[],
  batch: Batch,
  failing: ReadonlySet<Precondition>,
): Conflict | undefined {
  for (const [index, change] of changes.entries())
    for (const precondition of change.preconditions)
      if (!(isMatch(precondition) ? !failing.has(precondition) : holds(precondition, batch)))
        return { change: index, precondition };
  for (const [index, change] of changes.entries())
    if (currentOf(change, batch) && change.mustBeNew) return { change: index, precondition: { kind: 'new' } };
  return undefined;
}

function holds(precondition: Exclude<Precondition, MatchCondition>, batch: Batch): boolean {
  if (precondition.kind === 'newest') return batch.newest.get(precondition.type) === precondition.seq;
  const current = currentOf(precondition, batch);
  const versionId = current?.alive ? current.versionId : 0;
  return precondition.kind === 'exists' ? versionId > 0 : versionId === precondition.versionId;
}

function currentOf(named: { type: string; id: string }, batch: Batch): Current | undefined {
  const current = batch.currents.get(hashOf(named));
  if (current && (current.type !== named.type || current.id !== named.id))
    throw new FhirError('conflict', {
      en: `The id ${named.id} cannot be used here; choose another one`,
      ja: `ID「${named.id}」は使えません。別の ID にしてください`,
    });
  return current;
}

function apply(
  change: Change,
  batch: Batch,
  now: () => number,
): Committed | ((texts: ReadonlyMap<number, Version>) => Committed) {
  const { type, id, template } = change;
  const current = currentOf(change, batch);
  if (!template && !current?.alive) return current ? batch.later(current.seq, 'absent') : { outcome: 'absent' };
  const content = template ? (change.content ?? contentHash(template)) : 0n;
  if (template && current?.alive && !change.always && current.content === content)
    return batch.later(current.seq, 'unchanged');
  const versionId = (current?.versionId ?? 0) + 1;
  // A clock that was set back, or another node's, must not let lastUpdated go back along the versions of a resource.
  const lastUpdated = Math.max(now(), current?.lastUpdated ?? 0);
  const text = template ? stamp(template, versionId, new Date(lastUpdated).toISOString()) : '';
  // A deletion belongs to whom the version before it belonged to: access rules hold for it too.
  const facts = template ? factsOf(change.access) : current!.facts;
  const seq = batch.add({ ...newVersion(change, { versionId, lastUpdated, content, text }), ...facts }, current);
  const version: Version = { type, id, versionId, lastUpdated, deleted: !template, seq, method: change.method, text };
  batch.made.set(seq, version);
  return { outcome: template ? (current?.alive ? 'updated' : 'created') : 'deleted', version };
}

function newVersion(
  change: Change,
  at: Pick<NewVersion, 'versionId' | 'lastUpdated' | 'content' | 'text'>,
): Omit<NewVersion, keyof Facts> {
  const { type, id, method, template, rows } = change;
  return { ...at, type, id, h: hashOf(change), method, live: template !== undefined, ...(template && { rows }) };
}

const factsOf = ({ persons, authorOrganization, informationClass, releasedAt }: AccessFacts): Facts => ({
  persons: [...new Set(persons.map(refHash))],
  author: authorOrganization === null ? null : refHash(authorOrganization),
  informationClass,
  releasedAt,
});
