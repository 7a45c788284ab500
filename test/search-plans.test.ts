/** How SQLite finds the rows of a search: by a key or index that leads to them, never by reading a whole parameter. */
import t from 'tap';
import type { Sql } from '../src/store/sql.ts';
import { startServer } from './support.ts';

/** Reading all versions of a type. */
const allVersions = /index_resource|version_of_type|SCAN [xv]\b/;

/** Searches, and how the steps of their plans must not look. */
const asked: readonly (readonly [query: string, not: RegExp])[] = [
  ['Observation?code=a&_include=Observation:patient', /PRIMARY KEY \(param=\?\)/],
  ['Observation?code=a&_include=Observation:encounter&_include=Observation:subject', /PRIMARY KEY \(param=\?\)/],
  ['Patient?_id=p&_revinclude=Observation:patient', /PRIMARY KEY \(param=\?\)/],
  ['Observation?code=a&value-quantity=gt5', /index_quantity\w* \(param=\?\)|SCAN x/],
  ['Observation?patient.family=a', /PRIMARY KEY \(param=\?\)/],
  ['Patient/p/$everything', /PRIMARY KEY \(param=\?\)/],
  [
    'Observation?date=gt2020&date=lt2030&_sort=-date',
    /USE TEMP B-TREE FOR ORDER BY|index_date\w* \(param=\?\)|PRIMARY KEY \(param=\?\)/,
  ],
  // Walked in the order asked for: nothing is gathered and sorted, as far as there are values.
  ...[
    'Observation?_sort=code',
    'Observation?_sort=-code,-date',
    'Observation?_id:not=x&_sort=code',
    'Observation?_sort=subject',
    'Observation?_sort=-date,_id',
    'Observation?code=a&_sort=date',
    'Patient?_sort=name,birthdate',
    'Observation?_sort=value-quantity',
  ].map((query): readonly [string, RegExp] => [`${query}&_count=1`, /USE TEMP B-TREE FOR ORDER BY/]),
  // The shapes of a type, `y`, are few.
  ['Observation?code=a&patient:missing=false', /\b[^y] USING PRIMARY KEY \(param=\?\)/],
  ...[
    'Observation?patient:missing=false',
    'Observation?performer:missing=true&_sort=-date',
    'Observation?status:not=amended',
    'Observation?status:not=amended&_sort=-date',
    'Observation?category:not=lab',
    'Observation?code:not=http://example.org/s|b',
    'Patient?_has:Observation:patient:status:not=amended',
  ].map(query => [query, allVersions] as const),
];

/** How what is not there is told to be found: by ranges of an index, whether there is any or none. */
const told: readonly (readonly [query: string, plan: RegExp])[] = [
  ['Observation?encounter:missing=true', /walk encounter:missing \(nothing\)/],
  ['Observation?performer:missing=true', /walk performer:missing \(index_facts, 2 rows\)/],
  ['Observation?status:not=final', /walk status:not \(nothing\)/],
  ['Observation?status:not=amended', /walk status:not \(index_token, 2 rows\)/],
  ['Observation?category:not=lab', /walk category:not \(index_facts, 2 rows\)/],
  ['Observation?code=a&status:not=amended', /walk code \(index_token, 2 rows\), test status:not/],
];

t.test('plans', async t => {
  const server = startServer({ settings: { validation: 'base' } });
  const { store } = server.services;
  const patient = { resourceType: 'Patient', id: 'p', name: [{ family: 'a' }] };
  const observation = {
    resourceType: 'Observation',
    id: 'o',
    status: 'final',
    code: { coding: [{ code: 'a' }] },
    subject: { reference: 'Patient/p' },
    encounter: { reference: 'Encounter/e' },
    effectiveDateTime: '2024-01-01',
    valueQuantity: { value: 7, unit: 'g', system: 'http://unitsofmeasure.org', code: 'g' },
  };
  const entry = [
    patient,
    { ...patient, id: 'p2' },
    observation,
    { ...observation, id: 'o2', effectiveDateTime: '2024-01-02' },
  ].map(resource => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } }));
  const headers = { 'content-type': 'application/fhir+json' };
  const payload = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
  t.equal((await server.app.inject({ method: 'POST', url: '/fhir', headers, payload })).statusCode, 200);
  const select = store.select.bind(store);
  const statements: Sql[] = [];
  store.select = (query, options) => {
    statements.push(query);
    return select(query, options);
  };
  for (const [query, not] of asked) {
    statements.length = 0;
    const answer = await server.app.inject({ url: `/fhir/${query.replace('|', '%7C')}` });
    t.ok((answer.json() as { entry?: unknown[] }).entry?.length, `${query} finds`);
    const steps: string[] = [];
    for (const { text, values } of [...statements]) {
      const plan = await select({ text: `EXPLAIN QUERY PLAN ${text}`, values });
      steps.push(...plan.map(row => String(row['detail'])));
    }
    t.ok(steps.length > 0, 'plans were read');
    t.same(
      steps.filter(step => not.test(step)),
      [],
      query,
    );
  }
  for (const [query, plan] of told) {
    const answer = await server.app.inject({ url: `/fhir/${query.replace('|', '%7C')}&_explain=true` });
    t.match(answer.payload, plan, query);
  }
  await server.close();
});
