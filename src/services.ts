/**
 * createServices: the one place where the parts are joined.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { openPolicy } from './access/readable.ts';
import type { Config } from './config.ts';
import { bundledPackages } from './definitions/bundled.ts';
import { loadDefinitions } from './definitions/definitions.ts';
import { installFolder } from './definitions/install-folder.ts';
import { openDefinitions } from './definitions/overlay.ts';
import { openPackages } from './definitions/package.ts';
import { allInteractions } from './interactions/all.ts';
import { openShelf } from './interactions/bundled/shelf.ts';
import type { Services } from './interactions/interaction.ts';
import { createRouter } from './interactions/router.ts';
import { openLargeInputs } from './large-inputs.ts';
import { allOperations } from './operations/all.ts';
import { drawHere, openPdfThread } from './pdf-thread.ts';
import { createSearch } from './search/search.ts';
import { openPostgres } from './store/postgres.ts';
import { openSqlite } from './store/sqlite.ts';
import { openTermsCopy } from './store/sqlite-terms-file.ts';
import { createTerminology } from './terminology/terminology.ts';
import { createCodeChecker } from './validation/codes.ts';
import { withTerminology } from './validation/membership.ts';
import type { RuleOptions } from './validation/profile.ts';
import { openStoredDefinitions } from './validation/stored.ts';
import { createValidator } from './validation/validator.ts';

/** What the settings say about findings. */
export function validatorOptions(config: Config, now: () => number): RuleOptions {
  return {
    displayIssues: config.displayIssues as RuleOptions['displayIssues'],
    bestPractice: config.bestPractice as RuleOptions['bestPractice'],
    embeddedHtml: config.embeddedHtml as RuleOptions['embeddedHtml'],
    unknownExtensions: config.unknownExtensions as RuleOptions['unknownExtensions'],
    now,
  };
}

/** What differs in tests: clock and ids; `file` `:memory:` for a database that is gone afterwards. */
export interface Overrides {
  /** The command writes millions of rows: see store/sqlite.ts. */
  readonly bulk?: boolean;
  readonly now?: () => number;
  readonly newId?: () => string;
  readonly file?: string;
}

/**
 * The parts that do not depend on requests. Opens (or makes) the database.
 * @throws what opening a database throws
 */
export function openParts(config: Config, overrides: Overrides = {}) {
  const now = overrides.now ?? Date.now;
  const installed = path.join(config.data, 'packages');
  installFolder(config.packages, installed);
  const definitions = openDefinitions(loadDefinitions());
  for (const one of bundledPackages()) definitions.addPackage(one);
  for (const one of openPackages(installed)) definitions.addPackage(one);
  const search = createSearch({ definitions, config, codes: () => terminology });
  const store =
    config.database === ''
      ? openSqlite({
          file: overrides.file ?? path.join(config.data, 'engawa.db'),
          tables: search.tables,
          now,
          bulk: overrides.bulk ?? false,
        })
      : openPostgres({
          url: config.database,
          replicas: config.replicas.split(',').filter(Boolean),
          tables: search.tables,
          terms: openTermsCopy(overrides.file ?? path.join(config.data, 'terms-copy.db')),
          now,
        });
  const terminology = createTerminology({ definitions, store, now });
  const codes = withTerminology(createCodeChecker(definitions), terminology);
  return {
    definitions,
    search,
    store,
    terminology,
    validator: createValidator(definitions, { codes, options: validatorOptions(config, now) }),
    storedDefinitions: openStoredDefinitions(store, definitions, now),
    now,
  };
}

/** A thread cannot see a database in memory, and is there in the built program only. */
const canHaveThread = (overrides: Overrides): boolean =>
  overrides.file !== ':memory:' && import.meta.url.endsWith('.js');

/** Joins the parts with what answers requests. */
export function createServices(config: Config, overrides: Overrides = {}): Services {
  const open = openParts(config, overrides);
  // Before the first request: what clients have defined has to be indexed with the first write.
  // A database that cannot be reached yet is no reason to end: searches do it again.
  open.search.refresh(open.store).catch(() => {});
  // Before clients' own definitions are among them: every node indexes what comes with the program by the same parameters.
  const loaded = open.definitions.all('SearchParameter');
  const parts = { interactions: allInteractions, operations: allOperations, definitions: open.definitions };
  return {
    ...open,
    ...parts,
    ...(canHaveThread(overrides) && { validateLarge: openLargeInputs(config) }),
    shelf: openShelf({
      definitions: open.definitions,
      newSearch: () =>
        createSearch({ definitions: open.definitions, config, parameters: loaded, codes: () => open.terminology }),
    }),
    renderPdf: canHaveThread(overrides) ? openPdfThread() : drawHere,
    config,
    access: openPolicy,
    route: createRouter(parts),
    startedAt: new Date(open.now()).toISOString(),
    newId: overrides.newId ?? randomUUID,
  };
}
