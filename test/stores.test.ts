/** The same questions to the same data on both databases: the answers, page by page, must be the same. */
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { report, startOn, stores } from './stores.ts';
import { casesFolder, type TestServer } from './support.ts';

const queries = JSON.parse(fs.readFileSync(path.join(casesFolder, 'stores/queries.json'), 'utf8')) as string[];
const put = (server: TestServer, resource: { resourceType: string; id: string }) =>
  server.app.inject({
    method: 'PUT',
    url: `/fhir/${resource.resourceType}/${resource.id}`,
    headers: { 'content-type': 'application/fhir+json' },
    payload: resource,
  });

/** Observations with dates of several lengths, codes, quantities, versions; patients, one with a rare character. */
async function fill(server: TestServer): Promise<void> {
  for (let i = 0; i < 6; i++)
    await put(server, {
      resourceType: 'Patient',
      id: `p${i}`,
      name: [{ text: `山田 花子${i}`, family: i === 5 ? '𠮷野' : '山田' }],
      birthDate: `193${i}-0${i + 1}`,
      ...(i > 0 && { gender: i % 2 ? 'male' : 'female' }),
    } as never);
  for (let i = 0; i < 60; i++)
    await put(server, {
      resourceType: 'Observation',
      id: `o${i % 40}`,
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: 'abc'[i % 3] }], text: `x${i}` },
      subject: { reference: `Patient/p${i % 5}` },
      effectiveDateTime: `20${10 + (i % 30)}${['', '-03', '-03-04', '-03-04T05:06:07Z'][i % 4]}`,
      valueQuantity: { value: i * 1.5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
    } as never);
  await server.app.inject({ method: 'DELETE', url: '/fhir/Observation/o7' });
}

interface Bundle {
  total?: number;
  entry?: { fullUrl: string; search?: { mode: string } }[];
  link?: { relation: string; url: string }[];
}

/** Status, total and ids of all pages of an answer. */
async function pages(server: TestServer, query: string): Promise<string[]> {
  const found: string[] = [];
  for (
    let url: string | undefined = `/fhir/${encodeURI(query).replace('%2500', '%00')}`;
    url !== undefined && found.length < 50;
  ) {
    const answer = await server.app.inject(url);
    const { total, entry = [], link = [] } = answer.json() as Bundle;
    found.push(
      `${answer.statusCode} ${total ?? ''} ${entry.map(one => `${one.search?.mode ?? ''} ${one.fullUrl.replace(/^.*\/fhir\//, '')}`).join(', ')}`,
    );
    url = link.find(one => one.relation === 'next')?.url.replace(/^https?:\/\/[^/]+/, '');
  }
  return found;
}

t.test('both databases answer alike', async t => {
  const [one, other] = await Promise.all(stores.map(async store => startOn(store)));
  await Promise.all([fill(one!), fill(other!)]);
  for (const query of queries) {
    const [expected, found] = [await pages(one!, query), await pages(other!, query)];
    t.same(found, expected, query);
    for (const store of stores)
      report('queries.json', query, store, JSON.stringify(found) === JSON.stringify(expected));
    t.notMatch(found[0], /^5/, `${query} is answered`);
  }
  const [logged] = [one, other].map(server => server!.logged.filter(line => line.includes('unexpected')));
  t.same(logged, []);
  await Promise.all([one!.close(), other!.close()]);
});
