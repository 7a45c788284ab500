/**
 * createServices: the one place where the parts are joined.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { openPolicy } from './access/readable.ts';
import type { Config } from './config.ts';
import { loadDefinitions } from './definitions/definitions.ts';
import { allInteractions } from './interactions/all.ts';
import type { Services } from './interactions/interaction.ts';
import { createRouter } from './interactions/router.ts';
import { allOperations } from './operations/all.ts';
import { createSearch } from './search/search.ts';
import { openPostgres } from './store/postgres.ts';
import { openSqlite } from './store/sqlite.ts';
import { openTermsFile } from './store/sqlite-terms-file.ts';
import { createTerminology } from './terminology/terminology.ts';
import { createValidator } from './validation/validator.ts';

/**
 * Joins the parts. Opens (or makes) the database.
 * @param overrides clock and ids for tests; `file` `:memory:` for a database that is gone afterwards
 */
export function createServices(
  config: Config,
  overrides: { now?: () => number; newId?: () => string; file?: string } = {},
): Services {
  const now = overrides.now ?? Date.now;
  const definitions = loadDefinitions();
  const search = createSearch({ definitions, config, codes: () => terminology });
  const store =
    config.database === ''
      ? openSqlite({ file: overrides.file ?? path.join(config.data, 'engawa.db'), tables: search.tables, now })
      : openPostgres({
          url: config.database,
          replicas: config.replicas.split(',').filter(Boolean),
          tables: search.tables,
          terms: openTermsFile(overrides.file ?? path.join(config.data, 'terms.db'), now),
          now,
        });
  const terminology = createTerminology({ definitions, store, now });
  // Before the first request: what clients have defined has to be indexed with the first write.
  // A database that cannot be reached yet is no reason to end: searches do it again.
  search.refresh(store).catch(() => {});
  const parts = { interactions: allInteractions, operations: allOperations, definitions };
  return {
    ...parts,
    config,
    search,
    store,
    terminology,
    validator: createValidator(definitions),
    access: openPolicy,
    route: createRouter(parts),
    startedAt: new Date(now()).toISOString(),
    now,
    newId: overrides.newId ?? randomUUID,
  };
}
