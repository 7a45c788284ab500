/**
 * A PostgreSQL database as one end of a move.
 */
import {
  assertFollows,
  type CopyRow,
  type CopySide,
  copyQuery,
  countsQuery,
  forgetIndexQuery,
  toCopied,
} from './copy.ts';
import { refHash } from './hash.ts';
import { createTargets } from './postgres-batch.ts';
import { openPool, query, withClient } from './postgres-connection.ts';
import { loadCurrents } from './postgres-currents.ts';
import { migrate } from './postgres-layout.ts';
import type { IndexTable } from './store.ts';

/** Opens a database for copying; makes its tables when they are not there. */
export async function openPostgresCopy(url: string, tables: readonly IndexTable[]): Promise<CopySide> {
  const pool = openPool(url, 2);
  await withClient(pool, client => migrate(client, tables));
  const targets = createTargets(tables);
  const rows = <T>(text: string, values: readonly (number | string)[] = []) =>
    withClient(pool, client => query<T>(client, { text, values }));
  return {
    async last() {
      return (await rows<{ last: number }>('SELECT coalesce(max(seq), 0) AS last FROM version'))[0]!.last;
    },
    async read(after, limit) {
      return (await rows<CopyRow>(copyQuery, [after, limit])).map(toCopied);
    },
    async forgetIndex() {
      await rows(forgetIndexQuery);
    },
    write: versions =>
      withClient(pool, async client => {
        await client.query('BEGIN; SELECT one FROM feed WHERE one = 1 FOR UPDATE');
        const hashes = versions.map(({ type, id }) => refHash(`${type}/${id}`));
        const deleted = hashes.filter((_, i) => versions[i]!.deleted);
        const batch = await loadCurrents(client, new Set(hashes), new Set(deleted), targets);
        assertFollows(versions, batch.lastSeq);
        for (const [i, version] of versions.entries()) {
          const h = hashes[i]!;
          const old = batch.currents.get(h);
          // A deletion has no text to find its persons in: they are those of the version before it.
          const persons = (version.deleted && old?.facts.persons) || version.persons;
          batch.add({ ...version, h, persons, live: !version.deleted }, old);
        }
        await batch.write(client, targets);
        await client.query('COMMIT');
      }),
    async counts(upTo) {
      const [row] = await rows<{ versions: number; resources: number }>(countsQuery, [upTo, upTo]);
      return { versions: row!.versions, resources: row!.resources };
    },
    async secrets() {
      return (await rows<{ name: string; value: Buffer }>('SELECT name, value FROM secret')).map(
        row => [row.name, row.value] as const,
      );
    },
    async writeSecrets(secrets) {
      for (const [name, value] of secrets)
        await rows(
          "INSERT INTO secret (name, value) VALUES (?, decode(?, 'hex')) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
          [name, Buffer.from(value).toString('hex')],
        );
    },
    close: () => pool.end(),
  };
}
