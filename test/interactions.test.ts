/** Interactions through the whole server: each case is a file entry in test/cases/interactions. */
import t from 'tap';
import { type InteractionCase, readCases, runSteps, startServer } from './support.ts';

for (const { file, cases } of readCases<InteractionCase>('interactions')) {
  t.test(file, async t => {
    for (const one of cases) {
      const server = startServer({ settings: one.settings ?? {} });
      t.equal(await runSteps(server.app, one.steps), undefined, one.name);
      await server.close();
    }
  });
}
