/**
 * The log of a slow search: which parameters were walked and tested, by which index, how many rows and how long, in words, and
 * no value of any of them. With `slow-search` 0 every search is a slow one, so that nothing waits on a clock.
 */
import { testOnStores } from './stores.ts';

const patient = {
  resourceType: 'Patient',
  id: 'slow-1',
  identifier: [{ system: 'http://acme.org/patient', value: 'K-482913' }],
  name: [{ family: '見本川', given: ['花子'] }],
  birthDate: '1931-07-09',
  generalPractitioner: [{ reference: 'Practitioner/slow-2' }],
};
const practitioner = { resourceType: 'Practitioner', id: 'slow-2', name: [{ family: '試験山' }] };

/** What is asked, what the plan must say, and what must not be in the log. */
const asked: readonly { method?: 'POST'; ask: string; says: readonly RegExp[] }[] = [
  {
    ask: 'Patient?family=見本川&birthdate=1931-07-09',
    says: [
      /^Plan: Patient: walk family \(index_string, 1 rows\), test birthdate \(index_date, 1 rows\); met 1 rows in [\d.]+ ms$/,
    ],
  },
  {
    ask: 'Patient?identifier=http://acme.org/patient|K-482913&general-practitioner:Practitioner.family=試験山',
    says: [
      /walk identifier \(index_token, 1 rows\)/,
      /test general-practitioner:Practitioner\.family \(index_reference/,
    ],
  },
  { ask: 'Patient?_filter=family eq "見本川" or given eq "花子"&_sort=birthdate', says: [/_filter \(index_string/] },
  { ask: 'Practitioner?_has:Patient:general-practitioner:identifier=K-482913', says: [/walk _has:Patient/] },
  { ask: 'Patient?_content=見本川', says: [/walk all \(index_resource\), test _content \(the resources themselves\)/] },
  { method: 'POST', ask: 'Patient/_search?family=見本川', says: [/walk family/] },
  { ask: 'Patient/slow-1/Patient?given=花子', says: [/compartment/, /given/] },
  { ask: '?_type=Patient,Practitioner&family=見本川', says: [/Patient: walk family .* \| Practitioner: walk family/] },
  { ask: 'Patient?identifier=K-482913&_summary=count', says: [/walk identifier .*met 0 rows/] },
];
const values = /見本川|花子|試験山|482913|1931|acme|%E8/i;

interface Line {
  readonly msg: string;
  readonly level: number;
  readonly interaction?: string;
  readonly type?: string;
  readonly plan?: string;
}

testOnStores('a slow search is logged with its plan in words, without values', async (t, start) => {
  const server = await start({ settings: { validation: 'base', 'slow-search': '0' } });
  for (const resource of [practitioner, patient])
    await server.app.inject({
      method: 'PUT',
      url: `/fhir/${resource.resourceType}/${resource.id}`,
      headers: { 'content-type': 'application/fhir+json' },
      payload: JSON.stringify(resource),
    });
  for (const { method = 'GET', ask, says } of asked) {
    server.logged.length = 0;
    const [path, query = ''] = ask.split('?');
    const encoded = query.replace(/[^\w=&:.,_-]/gu, encodeURIComponent);
    const answer = await server.app.inject(
      method === 'GET'
        ? { url: `/fhir/${path}?${encoded}` }
        : {
            method,
            url: `/fhir/${path}`,
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            payload: encoded,
          },
    );
    t.equal(answer.statusCode, 200, ask);
    const lines = server.logged.map(line => JSON.parse(line) as Line).filter(line => line.msg === 'slow search');
    t.equal(lines.length, 1, `${ask}: one line`);
    t.equal(lines[0]?.level, 40, 'a warning');
    t.match(lines[0]?.interaction, /^search/, 'which interaction');
    for (const one of says) t.match(lines[0]?.plan, one, ask);
    t.notMatch(server.logged.join('\n'), values, `${ask}: no values, in no line`);
  }
  await server.close();
});

testOnStores('a search that is not slow is not logged as one', async (t, start) => {
  const server = await start({ settings: { 'slow-search': '3600000' } });
  await server.app.inject({ url: '/fhir/Patient?family=x' });
  t.notMatch(server.logged.join('\n'), /slow search/);
  await server.close();
});
