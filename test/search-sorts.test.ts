/** Sorting by more texts than are hopped through for each page: they are kept in memory, and learn from what is written since. */
import { type Page, putAll, readPages } from './pages.ts';
import { testOnStores } from './stores.ts';

/** As many resources, each with as many texts: together more than 5,000. */
const [resources, texts] = [60, 90];
const numbers = (length: number): readonly number[] => Array.from({ length }, (_, i) => i);
/** Numbers without an order, each once: 7919 is a prime. */
const textOf = (resource: number, i: number): string =>
  String(((resource * texts + i) * 7919) % 100_003).padStart(6, '0');

/** What is sorted, and the value that a text becomes. */
const kinds = [
  {
    query: 'Patient?_sort=identifier',
    make: (id: string, own: readonly string[]) => ({
      resourceType: 'Patient',
      id,
      identifier: own.map(value => ({ value })),
    }),
  },
  {
    query: 'List?_sort=item',
    make: (id: string, own: readonly string[]) => ({
      resourceType: 'List',
      id,
      status: 'current',
      mode: 'working',
      entry: own.map(value => ({ item: { reference: `Patient/${value}` } })),
    }),
  },
] as const;

for (const { query, make } of kinds) {
  testOnStores(query, async (t, start) => {
    const server = await start({ settings: { validation: 'base' } });
    const all = new Map(numbers(resources).map(n => [`r${n}`, numbers(texts).map(i => textOf(n, i))]));
    await putAll(
      server,
      [...all].map(([id, own]) => make(id, own)),
    );
    const least = (id: string) => all.get(id)!.toSorted()[0]!;
    const inOrder = () => [...all.keys()].sort((a, b) => (least(a) < least(b) ? -1 : 1));
    const first = inOrder();
    const found = await readPages(server, `${query}&_count=7`, async page => {
      // One is new and would be the first, one that would be the last becomes the first.
      const changed = [`n${page}`, first.at(-1 - page)!].map((id, i) => [id, [`0000${page}${i}`]] as const);
      for (const [id, own] of changed) all.set(id, [...own]);
      await putAll(
        server,
        changed.map(([id, own]) => make(id, own)),
      );
    });
    t.same(found, first, 'the order of the first moment');
    t.same(await readPages(server, `${query}&_count=20`), inOrder(), 'what was written since');
    const explained: Page = (await server.app.inject({ url: `/fhir/${query}&_explain=true` })).json();
    const plan = explained.entry?.at(-1)?.resource.issue?.[0]?.diagnostics;
    t.match(plan, /walk all \(index_\w+, in the order asked for\); met/, 'walked');
    await server.close();
  });
}
