/** What sorting and searching for words read whole: each resource once, in pieces between which others get their turn, within one budget. */
import { testOnStores } from './stores.ts';
import type { TestServer } from './support.ts';

const headers = { 'content-type': 'application/fhir+json' };
const numbers = (length: number): readonly number[] => Array.from({ length }, (_, i) => i);
/** Numbers without an order, each once: 7919 is a prime. Other ones in each test, as texts are remembered. */
const textOf = (n: number): string => `${tests}-${String((n * 7919) % 100_003).padStart(6, '0')}`;
let tests = 0;

interface Kind {
  readonly name: string;
  readonly query: string;
  readonly resources: number;
  /** The texts of each resource. */
  readonly texts: number;
  /** Characters that a resource has besides. */
  readonly padding: number;
  readonly make: (id: string, own: readonly string[], padding: string) => Resource;
}
interface Resource {
  readonly resourceType: string;
  readonly id: string;
}

const patient: Kind['make'] = (id, own, padding) => ({
  resourceType: 'Patient',
  id,
  identifier: own.map(value => ({ value })),
  contact: [{ name: { text: padding } }],
});
const list: Kind['make'] = (id, own, padding) => ({
  resourceType: 'List',
  id,
  status: 'current',
  mode: 'working',
  title: padding,
  entry: own.map(value => ({ item: { reference: `Patient/${value}` } })),
});

/** Hopped to, read from resources, and read from rows: more than 5,000 texts are kept in memory. */
const kinds: readonly Kind[] = [
  { name: 'few', query: 'Patient?_sort=identifier', resources: 60, texts: 40, padding: 30_000, make: patient },
  { name: 'resources', query: 'Patient?_sort=identifier', resources: 60, texts: 90, padding: 30_000, make: patient },
  { name: 'rows', query: 'List?_sort=item', resources: 130, texts: 90, padding: 30_000, make: list },
];

/** Writes the resources; returns their ids in order. */
async function write(server: TestServer, { make, resources, texts, padding }: Kind): Promise<readonly string[]> {
  tests++;
  const all = numbers(resources).map(n => ({
    id: `r${n}`,
    own: numbers(texts).map(i => textOf(n * texts + i)),
  }));
  const entry = all.map(({ id, own }) => {
    const resource = make(id, own, 'x'.repeat(padding));
    return { resource, request: { method: 'PUT', url: `${resource.resourceType}/${id}` } };
  });
  const payload = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
  const { statusCode } = await server.app.inject({ method: 'POST', url: '/fhir', headers, payload });
  if (statusCode !== 200) throw new Error(`HTTP ${statusCode}`);
  const least = ({ own }: (typeof all)[number]) => own.toSorted()[0]!;
  return all.toSorted((a, b) => (least(a) < least(b) ? -1 : 1)).map(one => one.id);
}

/** Sees each reading of resources; `after` is called when one has been done. */
function watch({ services: { store } }: TestServer, after: (seqs: readonly number[]) => void): void {
  const select = store.select.bind(store);
  store.select = async (query, options) => {
    const rows = await select(query, options);
    if (/\bbody\b/.test(query.text)) after(rows.map(row => Number(row['seq'])));
    return rows;
  };
}

/** Lets time go by at once, without waiting. */
function clock(): { pass(): void; restore(): void } {
  const real = performance.now;
  let passed = 0;
  performance.now = () => real.call(performance) + passed;
  return {
    pass() {
      passed += 3_600_000;
    },
    restore() {
      performance.now = real;
    },
  };
}

const first = (server: TestServer, { query }: Kind) =>
  server.app.inject({ url: `/fhir/${query}&_count=1&_elements=id` });

for (const kind of kinds) {
  testOnStores(`${kind.name}: each resource once, in pieces`, async (t, start) => {
    const server = await start({ settings: { validation: 'base' } });
    const order = await write(server, kind);
    const read: number[] = [];
    const turns: number[] = [];
    let turn = 0;
    let isOver = false;
    watch(server, seqs => {
      read.push(...seqs);
      turns.push(turn);
    });
    const others = () => {
      turn++;
      if (!isOver) setImmediate(others);
    };
    setImmediate(others);
    const found = await first(server, kind);
    isOver = true;
    t.equal(found.json().entry[0].resource.id, order[0]);
    // Those of the page and the next are read once more, to see that they are at their first text, and to be written.
    t.ok(read.length <= kind.resources + 4, `${read.length} resources were read`);
    t.ok(turns.length > 2, `${turns.length} pieces`);
    const learned = turns.slice(0, -2);
    t.ok(
      learned.every((one, i) => i === 0 || one > learned[i - 1]!),
      `others had their turn: ${turns.join(' ')}`,
    );
    await server.close();
  });

  testOnStores(`${kind.name}: one budget for all, and for those who wait`, async (t, start) => {
    const server = await start({ settings: { validation: 'base' } });
    const order = await write(server, kind);
    const time = clock();
    t.teardown(time.restore);
    const read: number[] = [];
    let isSlow = true;
    watch(server, seqs => {
      read.push(...seqs);
      if (isSlow) time.pass();
    });
    const statuses = (await Promise.all([first(server, kind), first(server, kind)])).map(one => one.statusCode);
    t.same(statuses, [503, 503]);
    t.ok(read.length < kind.resources, `${read.length} resources were read`);
    const before = read.length;
    t.equal((await first(server, kind)).statusCode, 503);
    isSlow = false;
    const found = await first(server, kind);
    t.equal(found.json().entry[0].resource.id, order[0]);
    t.ok(before > 0 && read.length <= kind.resources + 23, `${read.length} resources were read: it went on`);
    await server.close();
  });
}

/** What is tested on whole resources, in whatever order they come. */
for (const query of [
  'Patient?_text=nothing',
  'Patient?_content=nothing&_sort=birthdate',
  'Patient?_content=nothing&_sort=_id',
])
  testOnStores(`${query}: in pieces, within the budget`, async (t, start) => {
    const server = await start({ settings: { validation: 'base' } });
    const kind = { ...kinds[0]!, query };
    await write(server, kind);
    const read: number[] = [];
    watch(server, seqs => void read.push(...seqs));
    t.equal((await first(server, kind)).json().entry, undefined, 'nothing is found');
    const all = read.length;
    const time = clock();
    t.teardown(time.restore);
    read.length = 0;
    watch(server, seqs => seqs.length > 0 && time.pass());
    t.equal((await first(server, kind)).statusCode, 503);
    t.ok(all >= kind.resources && read.length < kind.resources, `${read.length} of ${all} resources were read`);
    await server.close();
  });
