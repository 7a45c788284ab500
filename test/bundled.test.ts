/** What comes with the program, where a case in a file cannot say it: rules of access, and a failure that passes. */
import t from 'tap';
import { systemCaller } from '../src/access/caller.ts';
import type { AccessPolicy } from '../src/access/readable.ts';
import type { OpenDefinitions } from '../src/definitions/overlay.ts';
import { stampable } from '../src/fhir/json-text.ts';
import { openShelf } from '../src/interactions/bundled/shelf.ts';
import { createSearch } from '../src/search/search.ts';
import { raw } from '../src/store/sql.ts';
import type { Readable } from '../src/store/store.ts';
import { startServer } from './support.ts';

t.test('a stored one that the caller may not read covers none: search and read show the same', async t => {
  const server = startServer();
  const payload = { resourceType: 'ValueSet', id: 'care-level-care', status: 'draft' };
  const headers = { 'content-type': 'application/fhir+json' };
  await server.app.inject({ method: 'PUT', url: '/fhir/ValueSet/care-level-care', payload, headers });
  const hidden = raw("v.id <> 'care-level-care'") as Readable;
  const { access } = server.services;
  const condition: AccessPolicy['condition'] = caller => (caller === systemCaller ? access.condition(caller) : hidden);
  (server.services as { access: AccessPolicy }).access = { name: 'test', condition };
  const read = await server.app.inject({ url: '/fhir/ValueSet/care-level-care' });
  const found = await server.app.inject({ url: '/fhir/ValueSet?_id=care-level-care' });
  t.equal(read.json().status, 'active');
  t.equal(found.json().entry?.[0].resource.status, 'active');
  await server.close();
});

t.test('a type that could not be opened is opened when it is asked again', async t => {
  const server = startServer();
  const { definitions, config } = server.services;
  let asked = 0;
  const shelf = openShelf({
    definitions: definitions as OpenDefinitions,
    newSearch: () => {
      if (asked++ === 0) throw new Error('no memory');
      return createSearch({ definitions, config });
    },
  });
  await t.rejects(shelf.read('ValueSet', 'care-level-care'));
  t.match(await shelf.read('ValueSet', 'care-level-care'), 'care-level-care');
  await server.close();
});

for (const [sort, sign] of [
  ['date', 1],
  ['-date', -1],
] as const)
  t.test(`among more than a thousand stored ones, _sort=${sort} puts all into one order`, async t => {
    const server = startServer({ settings: { validation: 'base' } });
    const { store, search } = server.services;
    await search.refresh(store);
    // What comes with the program is dated between these, and before these; one has no date.
    const dates = ['2020-01-02', '2120-01-02', '1890', undefined];
    const stored = Array.from({ length: 1200 }, (_, n) => ({
      resourceType: 'ValueSet',
      id: `own-${n}`,
      status: 'active',
      ...(n < 1000 ? { date: dates[n % 2] } : dates[n % 4] && { date: dates[n % 4] }),
    }));
    await store.commit(
      stored.map(resource => ({
        type: 'ValueSet',
        id: resource.id,
        method: 'PUT' as const,
        template: stampable(JSON.stringify(resource), resource.id),
        rows: search.extract(resource),
        access: { persons: [], authorOrganization: null, informationClass: 0, releasedAt: null },
        preconditions: [],
      })),
    );
    for (const query of [
      `status=active`,
      `date=ge1800&status=active`,
      'status=active&date=ge1800',
      'status:not=draft',
    ]) {
      const found: { id: string; date?: string }[] = [];
      let url: string | undefined = `/fhir/ValueSet?${query}&_sort=${sort}&_count=150`;
      while (url !== undefined) {
        const page: {
          entry?: { resource: { id: string; date?: string } }[];
          link: { relation: string; url: string }[];
        } = (await server.app.inject({ url })).json();
        found.push(...(page.entry ?? []).map(one => one.resource));
        url = page.link.find(link => link.relation === 'next')?.url.replace(/^https?:\/\/[^/]*/, '');
      }
      const last = sign > 0 ? '9' : '';
      const order = found.map(one => one.date ?? last);
      t.same(
        order,
        order.toSorted((a, b) => (a === b ? 0 : a < b ? -sign : sign)),
        query,
      );
      t.equal(new Set(found.map(one => one.id)).size, found.length, 'each once');
      t.ok(found.some(one => !one.id.startsWith('own-') && one.date) && found.length > 1000, 'of both kinds');
    }
    await server.close();
  });
