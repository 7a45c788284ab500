/** What large criteria leave, in the order of values: walked in blocks, also where few pass or none has a value, while others write. */
import type { Test } from 'tap';
import { type Page, putAll, readPages } from './pages.ts';
import { testOnStores } from './stores.ts';
import type { TestServer } from './support.ts';

/** More than are gathered and sorted. */
const resources = 4900;
const ucum = 'http://unitsofmeasure.org';
const units = ['g', 'mg', 'kg'];

interface Made {
  readonly id: string;
  readonly code: 'common' | 'other';
  /** In grams, as it is compared; none, or without a beginning. */
  readonly grams: number | undefined;
  readonly day: string;
}

const idOf = (n: number): string => `o${String(n).padStart(4, '0')}`;
/** Numbers without an order, of which several are the same. */
const scattered = (n: number): number => (n * 7919) % 1009;

/** The greatest are of those that have the other code, in a unit of their own. */
function make(n: number, isAgain = false) {
  const code = n % 6 === 0 ? 'other' : 'common';
  const [unit, value] = code === 'other' ? ['kg', scattered(n)] : [units[n % 2]!, scattered(n) + 1];
  const hasValue = n % 7 !== 0 && !isAgain;
  const day = `2024-0${1 + (n % 9)}-1${n % 10}`;
  const grams = { g: value, mg: value / 1000, kg: value * 1000 }[unit]!;
  const resource = {
    resourceType: 'Observation',
    id: idOf(n),
    status: 'final',
    code: { coding: [{ code }] },
    effectiveDateTime: day,
    ...(hasValue && { valueQuantity: { value, unit, system: ucum, code: unit } }),
  };
  return { resource, made: { id: resource.id, code, grams: hasValue ? grams : undefined, day } as Made };
}

/** The ids of so many pages. @param between is called after one of them, the first unless told */
const read = (server: TestServer, query: string, pages: number, between = async () => {}, which = 0) =>
  readPages(server, `Observation?${query}`, async page => (page === which ? between() : undefined), pages);

/** In the order of the value, then of further keys, then as they were written; what has none comes last. */
function inOrder(all: readonly Made[], sign: 1 | -1, further: (a: Made, b: Made) => number): string[] {
  const byValue = (a: Made, b: Made): number => {
    if (a.grams === b.grams) return 0;
    if (a.grams === undefined || b.grams === undefined) return a.grams === undefined ? 1 : -1;
    return sign * (a.grams - b.grams);
  };
  return all.toSorted((a, b) => byValue(a, b) || further(a, b)).map(one => one.id);
}

const byId = (sign: number) => (a: Made, b: Made) => sign * (a.id < b.id ? -1 : 1);
const byDay = (a: Made, b: Made) => (a.day === b.day ? byId(-1)(a, b) : a.day < b.day ? 1 : -1);

/** Searches, and the order of what is found. */
const asked: readonly (readonly [sort: string, order: (all: readonly Made[]) => string[]])[] = [
  ['value-quantity', all => inOrder(all, 1, byId(1))],
  ['-value-quantity', all => inOrder(all, -1, byId(-1))],
  ['value-quantity,-date', all => inOrder(all, 1, byDay)],
  ['-value-quantity,-date', all => inOrder(all, -1, byDay)],
];

/** The same within a text that very many share. */
const within: typeof asked = [
  ['status,value-quantity', all => inOrder(all, 1, byId(1))],
  ['-status,-value-quantity,-date', all => inOrder(all, -1, byDay)],
  [
    'status,-_id',
    all =>
      all
        .map(one => one.id)
        .toSorted()
        .toReversed(),
  ],
];

async function readAll(t: Test, server: TestServer, all: readonly Made[]): Promise<void> {
  for (const code of ['common', 'common,other'])
    for (const [sort, order] of asked) {
      const query = `code=${code}&_sort=${sort}&_count=700`;
      const expected = order(all.filter(made => code.includes(made.code)));
      t.same(await read(server, query, 99), expected, query);
    }
  for (const [sort, order] of within) t.same(await read(server, `_sort=${sort}&_count=900`, 99), order(all), sort);
  // What is excluded comes first among the codes.
  const others = all.filter(made => made.code === 'other');
  const query = 'code:not=common&_sort=code,value-quantity&_count=300';
  t.same(await read(server, query, 99), inOrder(others, 1, byId(1)), query);
}

testOnStores('large criteria in the order of values', async (t, start) => {
  const server = await start({ settings: { validation: 'base' } });
  const made = Array.from({ length: resources }, (_, n) => make(n));
  for (let i = 0; i < resources; i += 700)
    await putAll(
      server,
      made.slice(i, i + 700).map(one => one.resource),
    );
  const all = made.map(one => one.made);
  await readAll(t, server, all);
  const explained: Page = (
    await server.app.inject({ url: '/fhir/Observation?code=common&_sort=value-quantity&_explain=true' })
  ).json();
  t.match(
    explained.entry?.at(-1)?.resource.issue?.[0]?.diagnostics,
    /walk all \(index_quantity, in the order asked for\)/,
  );

  // Written again without their values, and with one that no other has of this code, after the first of the pages.
  const common = all.filter(one => one.code === 'common');
  const query = 'code=common&_sort=-value-quantity&_count=3';
  const expected = inOrder(common, -1, byId(-1));
  const again = expected.slice(0, 9).map(id => make(Number(id.slice(1)), true).resource);
  const greatest = {
    ...make(1).resource,
    id: 'o9999',
    valueQuantity: { value: 5, unit: 't', system: ucum, code: 't' },
  };
  t.same(
    await read(server, query, 4, () => putAll(server, [...again, greatest])),
    expected.slice(0, 12),
    'all pages are of one moment',
  );
  t.same(await read(server, query, 1), ['o9999', ...expected.slice(9, 11)], 'a new one shows what was written');

  // Among those that have no value, more units are written than are walked: what is left is gathered.
  const byValue = 'code=common&_sort=value-quantity,-date&_count=900';
  const whole = await read(server, byValue, 99);
  const manyUnits = Array.from({ length: 70 }, (_, n) => ({
    ...make(1).resource,
    id: `unit${n}`,
    valueQuantity: { value: n, unit: `u${n}`, system: 'http://example.org/units', code: `u${n}` },
  }));
  t.same(await read(server, byValue, 99, () => putAll(server, manyUnits), 3), whole, 'all pages are of one order');
  await server.close();
});
