/** Interactions through the whole server, on both databases: each case is a file entry in test/cases/interactions. */
import { runOnStores } from './stores.ts';
import { type InteractionCase, readCases, runSteps } from './support.ts';

for (const { file, cases } of readCases<InteractionCase>('interactions'))
  runOnStores(file, cases, (server, one) => runSteps(server.app, one.steps));
