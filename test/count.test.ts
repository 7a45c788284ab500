/**
 * Counts over many rows: what is counted by sets of positions equals what is counted one by one, on both databases, after updates
 * and deletions, and as of an earlier position.
 */
import t from 'tap';
import { stampable } from '../src/fhir/json-text.ts';
import { purgeOnce } from '../src/purge.ts';
import { Positions } from '../src/search/positions.ts';
import { testOnStores } from './stores.ts';
import type { TestServer } from './support.ts';

t.test('positions: sets of whole numbers', async t => {
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let round = 0; round < 50; round++) {
    const last = random(300);
    const lists = [0, 1].map(() => Array.from({ length: random(200) }, () => random(320)));
    const [a, b] = lists.map(list => {
      const set = new Positions(last);
      t.equal(set.add(list.join(',')), list.length, 'how many were read');
      return set;
    }) as [Positions, Positions];
    const inside = (list: number[]) => new Set(list.filter(value => value <= last));
    t.equal(a.size, inside(lists[0]!).size, 'size');
    const without = new Positions(last);
    without.add(lists[0]!.join(','));
    without.drop(b);
    t.equal(without.size, [...inside(lists[0]!)].filter(value => !inside(lists[1]!).has(value)).length, 'what one has');
    a.keep(b);
    t.equal(a.size, [...inside(lists[0]!)].filter(value => inside(lists[1]!).has(value)).length, 'what both have');
  }
});

/** More than a count looks up one by one. */
const many = 1400;
const ucum = 'http://unitsofmeasure.org';

interface Written {
  readonly resourceType: string;
  readonly id: string;
}

interface Given extends Written {
  readonly status: string;
  readonly code: { coding: { system: string; code: string }[] };
  readonly effectiveDateTime: string;
  readonly valueQuantity: { value: number; comparator?: string; unit: string; system?: string; code?: string };
  readonly component?: unknown;
}

/** The nth observation; another one for another `turn`. */
function observation(n: number, turn: number): Given {
  const value = ((n * 37 + turn * 11) % 400) / 2;
  return {
    resourceType: 'Observation',
    id: `o${n}`,
    status: n % 3 === turn ? 'preliminary' : 'final',
    code: { coding: [{ system: 'http://loinc.org', code: n % 20 === turn ? 'rare' : 'often' }] },
    effectiveDateTime: `20${10 + (n % 15)}-0${1 + (n % 9)}-11T09:00:00+09:00`,
    valueQuantity:
      n % 2
        ? { value, unit: 'g', system: ucum, code: 'g' }
        : { value: value * 1000, unit: 'mg', system: ucum, code: 'mg' },
  };
}

/** Writes (or, without a text, deletes) as an interaction would, without its checks. */
async function write(server: TestServer, resources: readonly Written[], deleted = false): Promise<void> {
  const { store, search } = server.services;
  const result = await store.commit(
    resources.map(resource => ({
      type: resource.resourceType,
      id: resource.id,
      method: deleted ? 'DELETE' : 'PUT',
      ...(!deleted && { template: stampable(JSON.stringify(resource), resource.id) }),
      rows: deleted ? [] : search.extract({ ...resource }),
      access: { persons: [], authorOrganization: null, informationClass: 0, releasedAt: null },
      preconditions: [],
    })),
  );
  if (!result.ok) throw new Error('not written');
}

/** Least and greatest value as written, and in grams. */
const ends = ({ valueQuantity: { value, comparator = '' } }: Given): readonly [number, number] => [
  comparator.startsWith('<') ? Number.NEGATIVE_INFINITY : value,
  comparator.startsWith('>') ? Number.POSITIVE_INFINITY : value,
];
const grams = (one: Given): readonly [number, number] => {
  const [low, high] = ends(one);
  return one.valueQuantity.code === 'mg' ? [low / 1000, high / 1000] : [low, high];
};
const above = (one: Given, value: number) => ends(one)[1] > value;
const often = (one: Given) => one.code.coding[0]!.code === 'often';

/** What is asked, and the same told by the resources. */
const asked: readonly (readonly [query: string, fulfilled: (one: Given) => boolean])[] = [
  ['code=often&value-quantity=gt50', one => often(one) && above(one, 50)],
  ['code=often&value-quantity=ge50', one => often(one) && ends(one)[1] >= 50],
  ['code=often&value-quantity=ap50', one => often(one) && ends(one)[0] <= 55 && ends(one)[1] >= 45],
  [`code=often&value-quantity=gt50|${ucum}|g`, one => often(one) && grams(one)[1] > 50],
  [`code=often&value-quantity=ap50|${ucum}|g`, one => often(one) && grams(one)[0] <= 55 && grams(one)[1] >= 45],
  ['code=often&value-quantity=gt50||g', one => often(one) && one.valueQuantity.code === 'g' && above(one, 50)],
  [`code=http://loinc.org|often&value-quantity=le50000|${ucum}|mg`, one => often(one) && grams(one)[0] <= 50],
  ['code=often&status=final', one => often(one) && one.status === 'final'],
  [
    'code=often&status=final&value-quantity=lt100||g',
    one => often(one) && one.status === 'final' && one.valueQuantity.code === 'g' && ends(one)[0] < 100,
  ],
  [
    'code=often&date=ge2015&value-quantity=gt50',
    one => often(one) && one.effectiveDateTime >= '2015' && above(one, 50),
  ],
  ['code=often&status:not=final&value-quantity=gt50', one => often(one) && one.status !== 'final' && above(one, 50)],
  ['code=often,rare&value-quantity=gt50,lt10', one => above(one, 50) || ends(one)[0] < 10],
  ['code=often&combo-value-quantity=gt50', one => often(one) && above(one, 50)],
  [
    'code=often&_filter=value-quantity gt 50 and status eq final',
    one => often(one) && one.status === 'final' && above(one, 50),
  ],
  ['code=rare&value-quantity=gt50', one => !often(one) && above(one, 50)],
];

testOnStores('counts of large conditions', async (t, start) => {
  const server = await start({ settings: { validation: 'base' } });
  const all = new Map(Array.from({ length: many }, (_, n) => [n, observation(n, 0)] as const));
  await write(server, [...all.values()]);
  const check = async (when: string) => {
    for (const [query, fulfilled] of asked) {
      const url = `/fhir/Observation?${query.replaceAll('|', '%7C').replaceAll(' ', '%20')}&_summary=count`;
      const { total } = (await server.app.inject({ url })).json() as { total: number };
      t.equal(total, [...all.values()].filter(fulfilled).length, `${when}: ${query}`);
    }
  };
  await check('new');
  const open = [...all.keys()].filter(n => n % 9 < 2);
  for (const n of open) {
    const one = all.get(n)!;
    all.set(n, { ...one, valueQuantity: { ...one.valueQuantity, comparator: n % 9 ? '<=' : '>' } });
  }
  await write(
    server,
    open.map(n => all.get(n)!),
  );
  await check('with values open at an end');
  for (let n = 0; n < many; n += 7) all.set(n, observation(n, 1));
  await write(
    server,
    [...all.values()].filter((_, n) => n % 7 === 0),
  );
  await check('after updates');
  const gone = [...all.keys()].filter(n => n % 11 === 0);
  await write(
    server,
    gone.map(n => all.get(n)!),
    true,
  );
  for (const n of gone) all.delete(n);
  await check('after deletions');
  await server.close();
});

const total = async (server: TestServer, url: string): Promise<unknown> =>
  ((await server.app.inject({ url: `/fhir/${url}&_summary=count` })).json() as { total: unknown }).total;

testOnStores('what _has leads to is current as well', async (t, start) => {
  const server = await start({ settings: { validation: 'base' } });
  const ids = Array.from({ length: many }, (_, n) => n);
  const seenAs = (n: number, status: string) => ({
    resourceType: 'Observation',
    id: `o${n}`,
    status,
    subject: { reference: `Patient/p${n}` },
  });
  await write(
    server,
    ids.map(n => ({ resourceType: 'Patient', id: `p${n}`, gender: 'female', active: true })),
  );
  await write(
    server,
    ids.map(n => seenAs(n, 'final')),
  );
  const url = 'Patient?gender=female&active=true&_has:Observation:patient:status=final';
  t.equal(await total(server, url), many);
  await write(
    server,
    ids.filter(n => n % 2).map(n => seenAs(n, 'preliminary')),
  );
  t.equal(await total(server, url), many / 2);
  await server.close();
});

testOnStores('a purge in the middle of a count changes nothing', async (t, start) => {
  const server = await start({ settings: { validation: 'base' } });
  const { store, search, config } = server.services;
  const all = Array.from({ length: many }, (_, n) => observation(n, 0));
  await write(server, all);
  await write(
    server,
    all.filter(often).map(one => ({ ...one, status: 'amended' })),
  );
  const select = store.select.bind(store);
  let purged = 0;
  store.select = async (query, options) => {
    const late = () => Date.now() + 10 * config.pageLifetime;
    if (/group_concat.*FROM stale/s.test(query.text))
      for (let n = -1; n !== 0; purged += n) n = await purgeOnce({ store, search, config, now: late });
    return select(query, options);
  };
  const fulfilled = all.filter(one => often(one) && above(one, 50));
  t.equal(await total(server, 'Observation?code=often&value-quantity=gt50'), fulfilled.length);
  t.equal(purged, all.filter(often).length, 'the purge came in between');
  await server.close();
});
