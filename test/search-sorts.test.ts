/** Sorting by more texts than are hopped through for each page: they are kept in memory, and learn from what is written since. */
import { testOnStores } from './stores.ts';
import type { TestServer } from './support.ts';

interface Page {
  readonly entry?: readonly {
    readonly resource: { readonly id: string; readonly issue?: { diagnostics: string }[] };
  }[];
  readonly link: readonly { readonly relation: string; readonly url: string }[];
}

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

async function write(server: TestServer, made: readonly { readonly resourceType: string; readonly id: string }[]) {
  const entry = made.map(resource => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  const headers = { 'content-type': 'application/fhir+json' };
  const payload = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
  const { statusCode } = await server.app.inject({ method: 'POST', url: '/fhir', headers, payload });
  if (statusCode !== 200) throw new Error(`HTTP ${statusCode}`);
}

/** The ids of all pages; `between` is called after each of them. */
async function read(server: TestServer, query: string, between: (page: number) => Promise<void>): Promise<string[]> {
  const found: string[] = [];
  let url: string | undefined = `/fhir/${query}`;
  for (let page = 0; url !== undefined; page++) {
    const body: Page = (await server.app.inject({ url })).json();
    found.push(...(body.entry ?? []).map(one => one.resource.id));
    await between(page);
    const next = body.link.find(link => link.relation === 'next')?.url;
    url = next === undefined ? undefined : new URL(next).pathname + new URL(next).search;
  }
  return found;
}

for (const { query, make } of kinds) {
  testOnStores(query, async (t, start) => {
    const server = await start({ settings: { validation: 'base' } });
    const all = new Map(numbers(resources).map(n => [`r${n}`, numbers(texts).map(i => textOf(n, i))]));
    await write(
      server,
      [...all].map(([id, own]) => make(id, own)),
    );
    const least = (id: string) => all.get(id)!.toSorted()[0]!;
    const inOrder = () => [...all.keys()].sort((a, b) => (least(a) < least(b) ? -1 : 1));
    const first = inOrder();
    const found = await read(server, `${query}&_count=7`, async page => {
      // One is new and would be the first, one that would be the last becomes the first.
      const changed = [`n${page}`, first.at(-1 - page)!].map((id, i) => [id, [`0000${page}${i}`]] as const);
      for (const [id, own] of changed) all.set(id, [...own]);
      await write(
        server,
        changed.map(([id, own]) => make(id, own)),
      );
    });
    t.same(found, first, 'the order of the first moment');
    t.same(await read(server, `${query}&_count=20`, async () => {}), inOrder(), 'what was written since');
    const explained: Page = (await server.app.inject({ url: `/fhir/${query}&_explain=true` })).json();
    const plan = explained.entry?.at(-1)?.resource.issue?.[0]?.diagnostics;
    t.match(plan, /walk all \(index_\w+, in the order asked for\); met/, 'walked');
    await server.close();
  });
}
