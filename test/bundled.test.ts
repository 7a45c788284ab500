/** What comes with the program, where a case in a file cannot say it: rules of access, and a failure that passes. */
import t from 'tap';
import { systemCaller } from '../src/access/caller.ts';
import type { AccessPolicy } from '../src/access/readable.ts';
import type { OpenDefinitions } from '../src/definitions/overlay.ts';
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
