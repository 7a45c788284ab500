/** Values without a beginning (`<5`) keep their place, whatever way a page is found and whatever is written between the pages. */
import { putAll, readPages } from './pages.ts';
import { testOnStores } from './stores.ts';

type Made = { readonly resourceType: string; readonly id: string };

/** A measurement; without a beginning where it has a comparator. */
const measured = (id: string, value: number | undefined, unit = 'g', comparator?: '<') => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  ...(value !== undefined && {
    valueQuantity: { value, unit, system: 'http://example.org/units', code: unit, ...(comparator && { comparator }) },
  }),
});

const numbers = (length: number): readonly number[] => Array.from({ length }, (_, i) => i);
/** More units than are walked together. */
const manyUnits = numbers(70).map(n => measured(`unit${n}`, n, `u${n}`));

testOnStores('more units than are walked come between two pages', async (t, start) => {
  for (const sort of ['value-quantity', '-value-quantity']) {
    const server = await start({ settings: { validation: 'base' } });
    await putAll(server, [
      ...numbers(5).map(n => measured(`below${n}`, n + 1, 'g', '<')),
      ...numbers(3).map(n => measured(`point${n}`, n - 1)),
      ...numbers(4).map(n => measured(`none${n}`, undefined)),
    ]);
    const below = numbers(5).map(n => `below${n}`);
    const none = numbers(4).map(n => `none${n}`);
    const points = numbers(3).map(n => `point${n}`);
    const ascending = [...below, ...points, ...none];
    const descending = [...points.toReversed(), ...below.toReversed(), ...none.toReversed()];
    const expected = sort === 'value-quantity' ? ascending : descending;
    const query = `Observation?_sort=${sort}&_count=`;
    t.same(await readPages(server, `${query}2`), expected, `${sort}, nothing written`);
    t.same(
      await readPages(server, `${query}5`, page => (page === 0 ? putAll(server, manyUnits) : Promise.resolve()), 60),
      expected,
      `${sort}, written`,
    );
    await server.close();
  }
});

testOnStores('several types, of which one has values without a beginning and the other none', async (t, start) => {
  const server = await start({ settings: { validation: 'base' } });
  const range = (high?: number, low?: number) => ({
    useContext: [
      {
        code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: 'age' },
        valueRange: {
          ...(low !== undefined && { low: { value: low, unit: 'a' } }),
          ...(high !== undefined && { high: { value: high, unit: 'a' } }),
        },
      },
    ],
  });
  const type = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'logic-library' }] };
  await putAll(server, [
    ...numbers(3).map(n => ({ resourceType: 'Library', id: `open${n}`, status: 'draft', type, ...range(n + 1) })),
    { resourceType: 'Library', id: 'last', status: 'draft', type } as Made,
    ...numbers(3).map(n => ({ resourceType: 'Measure', id: `without${n}`, status: 'draft' })),
    { resourceType: 'Measure', id: 'five', status: 'draft', ...range(9, 5) } as Made,
    { resourceType: 'Measure', id: 'half', status: 'draft', ...range(7) } as Made,
  ]);
  const [open, without] = [
    ['open0', 'open1', 'open2', 'half'],
    ['last', 'without0', 'without1', 'without2'],
  ];
  for (const count of [1, 2, 3, 20]) {
    const up = await readPages(server, `?_type=Library,Measure&_sort=context-quantity&_count=${count}`);
    t.same(up, [...open, 'five', ...without], `ascending by ${count}`);
    const down = await readPages(server, `?_type=Library,Measure&_sort=-context-quantity&_count=${count}`);
    t.same(down, ['five', ...open.toReversed(), ...without.toReversed()], `descending by ${count}`);
  }
  await server.close();
});
