/** A year in the life of insured persons, over HTTP, on both databases: what everybody sends, and what is true afterwards. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runOnStores } from './stores.ts';

type Send = (method: string, url: string, body?: object) => Promise<{ status: number; json: unknown }>;
const { playYear } = (await import(pathToFileURL(path.join(import.meta.dirname, '../examples/year.mjs')).href)) as {
  playYear(
    send: Send,
    options: { persons: number; seed?: number; clients?: number },
  ): Promise<{ wrong: readonly string[]; sent: number; unchanged: number }>;
};

const cases = [
  { name: 'one person, held against the profiles', persons: 1, seed: 7, settings: { validation: 'profiles' } },
  { name: 'twelve persons at once', persons: 12, seed: 1 },
];

runOnStores('year', cases, async ({ app }, { persons, seed }) => {
  const send: Send = async (method, url, body) => {
    const answer = await app.inject({
      method: method as 'GET',
      url: `/fhir${url}`,
      headers: { 'content-type': 'application/fhir+json' },
      ...(body && { payload: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, json: answer.json() };
  };
  const { wrong, sent, unchanged } = await playYear(send, { persons, seed, clients: 4 });
  // Of the nine steps of a certification only the last is sent again.
  if (wrong.length === 0 && unchanged !== sent - 8 * persons) return `${unchanged} of ${sent} unchanged`;
  return wrong.length > 0 ? wrong.slice(0, 10).join('\n') : undefined;
});
