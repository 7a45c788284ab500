/**
 * Lists of thousands of resources crossed with each other and put in order, page by page while others create, change and delete:
 * what is found, in which order, and how it is told to be found. What is right is told from the resources themselves.
 */

import { stampable } from '../src/fhir/json-text.ts';
import type { Resource } from '../src/fhir/types.ts';
import type { Change } from '../src/store/store.ts';
import { type Page, readPages } from './pages.ts';
import { testOnStores } from './stores.ts';
import type { TestServer } from './support.ts';

interface Person extends Resource {
  readonly id: string;
  readonly gender: string;
  readonly birthDate?: string;
  readonly name: readonly { readonly family: string }[];
}

const people = 7000;
const numbers = (length: number): readonly number[] => Array.from({ length }, (_, i) => i);
/** Numbers without an order, each once: 7919 is a prime. */
const scattered = (n: number): number => (n * 7919) % 100_003;
const padded = (n: number, digits = 2): string => String(n).padStart(digits, '0');

/** The nth person: most are female, one in fifty is born in May 1940, one in ten tells no birth date. */
function person(n: number, born = scattered(n)): Person {
  const birthDate =
    n % 50 === 0 ? `1940-05-${padded(1 + (born % 28))}` : `19${50 + (born % 50)}-0${1 + (born % 9)}-1${born % 10}`;
  return {
    resourceType: 'Patient',
    id: `p${padded(scattered(n), 6)}`,
    gender: n % 20 === 7 ? 'male' : 'female',
    ...(n % 10 !== 3 && { birthDate }),
    name: [{ family: `${'あかさたなはまやらわ'[n % 10]}${scattered(n + 1)}` }],
  };
}

const facts = { persons: [], authorOrganization: null, informationClass: 0, releasedAt: null };

async function write(
  { services: { store, search } }: TestServer,
  written: readonly (Person | string)[],
): Promise<void> {
  const changes = written.map(
    (one): Change =>
      typeof one === 'string'
        ? { type: 'Patient', id: one, method: 'DELETE', rows: [], access: facts, preconditions: [] }
        : {
            type: 'Patient',
            id: one.id,
            method: 'PUT',
            template: stampable(JSON.stringify(one), one.id),
            rows: search.extract(one),
            access: facts,
            preconditions: [],
          },
  );
  for (let i = 0; i < changes.length; i += 1000) await store.commit(changes.slice(i, i + 1000));
}

/** What is asked, and how it is told to be found. */
const crossed: readonly (readonly [query: string, plan: RegExp, isFound: (one: Person) => boolean])[] = [
  [
    'Patient?gender=female&birthdate=1940-05',
    /walk birthdate \(index_date, \d+ rows\), test gender/,
    one => one.gender === 'female' && one.birthDate?.startsWith('1940-05') === true,
  ],
  [
    'Patient?birthdate=ge1950&gender=male',
    /walk gender \(index_token, \d+ rows\), test birthdate/,
    one => one.gender === 'male' && (one.birthDate ?? '') >= '1950',
  ],
];

testOnStores('of large and small lists the small one is walked', async (t, start) => {
  const server = await start({ settings: { validation: 'base' } });
  await server.services.search.refresh(server.services.store);
  const all = numbers(people).map(n => person(n));
  await write(server, all);
  for (const [query, plan, isFound] of crossed) {
    const found: Page = (await server.app.inject({ url: `/fhir/${query}&_count=1000&_explain=true` })).json();
    t.match(found.entry?.at(-1)?.resource.issue?.[0]?.diagnostics, plan, query);
    const ids = found.entry?.slice(0, -1).map(one => one.resource.id);
    const right = all.filter(isFound).map(one => one.id);
    t.same(ids?.toSorted(), right.toSorted(), query);
  }
  await server.close();
});

/** Sorted by id: with a size of page, and what is found. */
const byId: readonly (readonly [query: string, isFound: (one: Person) => boolean])[] = [
  ['Patient?_sort=_id&_count=900', () => true],
  ['Patient?_sort=-_id&_count=900', () => true],
  ['Patient?_sort=_id&_count=2&_content=1940-05-03', one => one.birthDate === '1940-05-03'],
  ['Patient?_sort=-_id&_count=400&gender=female', one => one.gender === 'female'],
];

testOnStores('ids in order, kept in memory, while others write', async (t, start) => {
  const server = await start({ settings: { validation: 'base' } });
  await server.services.search.refresh(server.services.store);
  const all = new Map(numbers(people).map(n => [`p${padded(scattered(n), 6)}`, person(n)]));
  await write(server, [...all.values()]);
  let written = people;
  /** One is new, one is changed so that it is found or not, one is gone; of the ids last shown, of the first and of the last. */
  const change = async (): Promise<void> => {
    const ids = [...all.keys()].sort();
    const [changed, gone] = [ids[written % 900]!, ids.at(-1 - (written % 700))!];
    const made = [person(written), { ...all.get(changed)!, gender: written % 2 ? 'male' : 'female' }];
    for (const one of made) all.set(one.id, one);
    if (!made.some(one => one.id === gone)) all.delete(gone);
    await write(server, [...made, ...(all.has(gone) ? [] : [gone])]);
    written++;
  };
  const right = (isFound: (one: Person) => boolean, descending: boolean) => {
    const ids = [...all.values()]
      .filter(isFound)
      .map(one => one.id)
      .sort();
    return descending ? ids.reverse() : ids;
  };
  for (const [query, isFound] of byId) {
    const first = right(isFound, query.includes('-_id'));
    t.same(await readPages(server, query, change), first, `${query}: the order of the first moment`);
    t.same(await readPages(server, query), right(isFound, query.includes('-_id')), `${query}: what was written since`);
  }
  const explained: Page = (await server.app.inject({ url: '/fhir/Patient?_sort=_id&_explain=true' })).json();
  t.match(explained.entry?.at(-1)?.resource.issue?.[0]?.diagnostics, /walk all \(ids, in the order asked for\); met/);
  await server.close();
});

/** What is asked for an estimate, and what it is of: told by stretches, by testing some, exactly where there is little. */
const estimated: readonly (readonly [query: string, isFound: (one: Person) => boolean, isExact?: boolean])[] = [
  ['gender=female&birthdate=ge1950', one => one.gender === 'female' && (one.birthDate ?? '') >= '1950'],
  [
    'gender=female&birthdate=ge1950-01&birthdate=lt1990',
    one => one.gender === 'female' && (one.birthDate ?? '') >= '1950' && one.birthDate! < '1990',
  ],
  ['gender=female,male&birthdate:missing=true', one => one.birthDate === undefined],
  ['birthdate=lt1980&gender:not=male', one => one.gender === 'female' && (one.birthDate ?? '9') < '1980'],
  ['name=あ,か,さ,た&gender=female', one => /^[あかさた]/.test(one.name[0]!.family) && one.gender === 'female'],
  ['_content=female', one => one.gender === 'female'],
  ['', () => true],
  ['gender=male&name=や', one => one.gender === 'male' && one.name[0]!.family.startsWith('や'), true],
  [
    'gender=female&birthdate=1940-05',
    one => one.gender === 'female' && one.birthDate?.startsWith('1940-05') === true,
    true,
  ],
];

testOnStores('estimates are within a quarter, exact where there is little', async (t, start) => {
  const server = await start({ settings: { validation: 'base' } });
  await server.services.search.refresh(server.services.store);
  let all = numbers(people).map(n => person(n));
  await write(server, all);
  for (let round = 0; round < 2; round++) {
    for (const [query, isFound, isExact] of estimated) {
      const page: Page = (await server.app.inject({ url: `/fhir/Patient?${query}&_total=estimate&_count=1` })).json();
      const right = all.filter(isFound).length;
      const [total, most] = [page.total ?? 0, isExact ? 0 : right / 4];
      t.ok(right > 1 && Math.abs(total - right) <= most, `${query}: ${total} for ${right}`);
    }
    // Much has changed: two in five are gone, many of the others were born at another time.
    const gone = all.filter((_, i) => i % 5 === 1 || i % 5 === 4);
    all = all
      .filter((_, i) => i % 5 !== 1 && i % 5 !== 4)
      .map((one, i) => (i % 4 ? one : { ...one, birthDate: '1999-09-09' }));
    await write(server, [...gone.map(one => one.id), ...all]);
  }
  await server.close();
});
