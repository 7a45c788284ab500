/** A year in the life of insured persons, over HTTP, on both databases: what everybody sends, and what is true afterwards; over REST and by files. */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { encodeMs932, normalizeForMs932 } from '../src/files/ms932.ts';
import { readPdf } from './pdf-text.ts';
import { runOnStores } from './stores.ts';
import { casesFolder, startServer, type TestServer } from './support.ts';
import { compareStates, stateOf } from './year-state.ts';

type Send = (method: string, url: string, body?: object) => Promise<{ status: number; json: unknown }>;
type SendText = (url: string, contentType: string, text: string) => Promise<{ status: number; text: string }>;
const { playYear } = (await import(pathToFileURL(path.join(import.meta.dirname, '../examples/year.mjs')).href)) as {
  playYear(
    send: Send,
    options: { persons: number; seed?: number; clients?: number; sendText?: SendText },
  ): Promise<{ wrong: readonly string[]; sent: number; unchanged: number }>;
};

interface Year {
  readonly name: string;
  readonly persons: number;
  readonly seed: number;
  readonly settings?: Record<string, string>;
  /** What files can carry goes as files. */
  readonly files?: boolean;
}

const sender =
  ({ app }: TestServer): Send =>
  async (method, url, body) => {
    const answer = await app.inject({
      method: method as 'GET',
      url: `/fhir${url}`,
      headers: { 'content-type': 'application/fhir+json' },
      ...(body && { payload: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, json: answer.json() };
  };

/** Care-plan files go in MS932, as the standard has them. */
const textSender =
  ({ app }: TestServer): SendText =>
  async (url, contentType, text) => {
    const payload = /UP/.test(url) ? Buffer.from(encodeMs932(normalizeForMs932(text)).bytes) : text;
    const answer = await app.inject({
      method: 'POST',
      url: `/fhir${url}`,
      headers: { 'content-type': contentType },
      payload,
    });
    return { status: answer.statusCode, text: answer.payload };
  };

/** The paper of an opinion, where its DocumentReference says that it is; what is wrong. */
async function opinionOnPaper({ app }: TestServer): Promise<string | undefined> {
  const found = (await app.inject({ url: '/fhir/DocumentReference?type=physician-opinion' })).json() as {
    entry: { resource: { content: { attachment: { url: string } }[] } }[];
  };
  const { url } = found.entry[0]!.resource.content[0]!.attachment;
  const paper = await app.inject({ url: `/fhir/${url}`, headers: { 'accept-language': 'ja' } });
  if (paper.headers['content-type'] !== 'application/pdf') return `${paper.statusCode} ${paper.payload.slice(0, 300)}`;
  const text = readPdf(paper.rawPayload).pages.join('\n');
  return /主治医意見書.*診断名.*障害高齢者の日常生活自立度/s.test(text) ? undefined : text;
}

/** Plays a year; what is wrong. */
async function play(server: TestServer, { persons, seed, files }: Year): Promise<string | undefined> {
  const options = { persons, seed, clients: 4, ...(files && { sendText: textSender(server) }) };
  const { wrong, sent, unchanged } = await playYear(sender(server), options);
  // Of the nine steps of a certification only the last is sent again.
  if (wrong.length === 0 && unchanged !== sent - 8 * persons) return `${unchanged} of ${sent} unchanged`;
  return wrong.length > 0 ? wrong.slice(0, 10).join('\n') : opinionOnPaper(server);
}

/** What files do not carry, or carry otherwise: places that differ with how often. */
const known = JSON.parse(fs.readFileSync(path.join(casesFolder, 'year/files.json'), 'utf8')) as {
  readonly differs: Readonly<
    Record<string, { readonly perPerson?: number; readonly once?: number; readonly why: string }>
  >;
};

let overRest: Promise<ReadonlyMap<string, object>> | undefined;

/** The end of the same year over REST. */
async function restState(one: Year): Promise<ReadonlyMap<string, object>> {
  const server = startServer();
  try {
    const problem = await play(server, { ...one, files: false });
    if (problem) throw new Error(problem);
    return await stateOf(server);
  } finally {
    await server.close();
  }
}

const cases: readonly Year[] = [
  { name: 'one person, held against the profiles', persons: 1, seed: 7, settings: { validation: 'profiles' } },
  { name: 'twelve persons at once', persons: 12, seed: 1 },
  { name: 'twelve persons, by files: the same end state', persons: 12, seed: 1, files: true },
];

runOnStores('year', cases, async (server, one) => {
  const problem = await play(server, one);
  if (problem || !one.files) return problem;
  overRest ??= restState(one);
  const found = compareStates((await overRest) as Parameters<typeof compareStates>[0], await stateOf(server));
  const expected = Object.fromEntries(
    Object.entries(known.differs).map(([place, { perPerson = 0, once = 0 }]) => [
      place,
      perPerson * one.persons + once,
    ]),
  );
  const sorted = (all: object) => JSON.stringify(Object.entries(all).sort());
  return sorted(found) === sorted(expected) ? undefined : JSON.stringify(found, undefined, 1);
});

t.test('what files do not carry has its reason', async t => {
  for (const [place, { why }] of Object.entries(known.differs)) t.ok(why.length > 20, place);
});
