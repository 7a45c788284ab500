/** Sorting by quantities in units that are only written: superseded versions are not counted among the few that are kept. */
import { testOnStores } from './stores.ts';
import type { TestServer } from './support.ts';

const headers = { 'content-type': 'application/fhir+json' };
/** More than the resources that are walked. */
const updates = 550;
const query = '/fhir/Observation?_sort=value-quantity';

async function put(server: TestServer, id: string, valueQuantity: object): Promise<void> {
  const payload = JSON.stringify({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { text: 'x' },
    valueQuantity,
  });
  const { statusCode } = await server.app.inject({
    method: 'PUT',
    url: `/fhir/Observation/${id}`,
    headers,
    payload,
  });
  if (statusCode > 201) throw new Error(`HTTP ${statusCode}`);
}

/** Writes one again and again, some at once; the last values are the least. */
async function update(server: TestServer): Promise<void> {
  for (let i = 0; i < updates; i += 50)
    await Promise.all(
      Array.from({ length: 50 }, (_, at) => put(server, 'a', { value: 1000 - i - at, unit: 'scoops' })),
    );
}

testOnStores('many updates of one', async (t, start) => {
  const server = await start({ settings: { validation: 'base' } });
  const read = async (url: string) => (await server.app.inject({ url })).json();
  const idsOf = (page: { entry?: { resource: { id: string } }[] }) => page.entry?.map(one => one.resource.id);
  await put(server, 'a', { value: 5, unit: 'scoops' });
  await put(server, 'b', { value: 7, unit: 'g', system: 'http://unitsofmeasure.org', code: 'g' });
  await put(server, 'c', { value: 9, unit: 'cups' });
  const before = await read(`${query}&_count=1`);
  t.same(idsOf(before), ['a']);
  await update(server);
  const explained = await read(`${query}&_explain=true`);
  const plan = explained.entry.at(-1).resource.issue[0].diagnostics;
  t.same(idsOf(explained)?.slice(0, 3), ['b', 'c', 'a']);
  t.match(plan, /walk all \(index_quantity, in the order asked for\)/);
  const next: string = before.link.find((link: { relation: string }) => link.relation === 'next').url;
  const second = await read(new URL(next).pathname + new URL(next).search);
  t.same(idsOf(second), ['b'], 'a page of the earlier moment');
  await server.close();
});

testOnStores('one search drops versions that are superseded while another adds one', async (t, start) => {
  const server = await start({ settings: { validation: 'base' } });
  const { store } = server.services;
  const read = async () => (await server.app.inject({ url: query })).json();
  await put(server, 'b', { value: 7, unit: 'g', system: 'http://unitsofmeasure.org', code: 'g' });
  await update(server);
  const select = store.select.bind(store);
  const held = new Map<string, { reached: () => void; go: Promise<void> }>();
  const hold = (text: string) => {
    let [reached, release] = [() => {}, () => {}];
    const isReached = new Promise<void>(resolve => (reached = resolve));
    held.set(text, { reached, go: new Promise(resolve => (release = resolve)) });
    return { isReached, release: () => release() };
  };
  t.intercept(store, 'select', {
    async value(...input: Parameters<typeof select>) {
      const rows = await select(...input);
      const [text, gate] = [...held].find(([text]) => JSON.stringify(input[0]).includes(text)) ?? [];
      if (!gate) return rows;
      held.delete(text!);
      gate.reached();
      await gate.go;
      return rows;
    },
  });
  const dropping = hold('AS asked');
  const first = read();
  await dropping.isReached;
  await put(server, 'c', { value: 9, unit: 'cups' });
  const adding = hold('HAVING max');
  const second = read();
  await adding.isReached;
  adding.release();
  dropping.release();
  await first;
  const idsOf = (page: { entry: { resource: { id: string } }[] }) => page.entry.map(one => one.resource.id);
  t.same(idsOf(await second).sort(), ['a', 'b', 'c']);
  t.same(idsOf(await read()).sort(), ['a', 'b', 'c'], 'nothing is forgotten');
  await server.close();
});
