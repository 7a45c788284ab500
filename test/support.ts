/**
 * What the test files share: a server without a port, cases from files, comparing an answer with what a case expects.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { type Config, readConfig } from '../src/config.ts';
import { buildApp } from '../src/http/app.ts';
import type { Services } from '../src/interactions/interaction.ts';
import { createServices } from '../src/services.ts';

/** The folder of the cases. */
export const casesFolder = path.join(import.meta.dirname, 'cases');

/** All cases of an area, file by file. */
export function readCases<T>(area: string): { file: string; cases: T[] }[] {
  const folder = path.join(casesFolder, area);
  return fs
    .readdirSync(folder)
    .filter(file => file.endsWith('.json'))
    .sort()
    .map(file => ({ file, cases: JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) as T[] }));
}

/** A server with an empty database; the clock moves one second with every reading. */
export interface TestServer {
  readonly app: FastifyInstance;
  readonly services: Services;
  /** Lines the server logged. */
  readonly logged: string[];
  close(): Promise<void>;
}

/** Options: settings by flag name, and the database file (in memory when absent). */
export function startServer(
  options: { settings?: Record<string, string>; file?: string; now?: () => number } = {},
): TestServer {
  const logged: string[] = [];
  const config: Config = readConfig(new Map(Object.entries(options.settings ?? {})), {});
  let time = Date.UTC(2026, 3, 1);
  const services = createServices(config, {
    file: options.file ?? ':memory:',
    now: options.now ?? (() => (time += 1000)),
  });
  const log = pino({ level: 'info', base: null }, { write: line => void logged.push(line) });
  const app = buildApp(services, log);
  return {
    app,
    services,
    logged,
    async close() {
      await app.close();
      await services.store.close();
    },
  };
}

/** One request of a case and what must come back. */
export interface Step {
  /** Such as `POST Patient` or `GET Patient/{{id}}?_summary=true`. */
  readonly do: string;
  readonly headers?: Record<string, string>;
  /** A resource, or text sent as it is. */
  readonly body?: unknown;
  readonly expect: Expectation;
  /** Names for values of the answer: a path such as `id`, or `header:etag`. */
  readonly save?: Record<string, string>;
}

/** What an answer must be. A text that begins with `~` is a regular expression; null means absent. */
export interface Expectation {
  readonly status: number;
  readonly headers?: Record<string, string | null>;
  readonly body?: unknown;
  /** The text of the body, whole, or a regular expression. */
  readonly text?: string;
}

/** A case: requests one after the other. */
export interface InteractionCase {
  readonly name: string;
  /** Section of the specification. */
  readonly spec?: string;
  readonly settings?: Record<string, string>;
  readonly steps: readonly Step[];
}

const matchesText = (expected: string, found: string): boolean =>
  expected.startsWith('~') ? new RegExp(expected.slice(1), 's').test(found) : expected === found;

/** Where an answer differs from what is expected; undefined when it does not. Objects may hold more, arrays may not. */
export function difference(expected: unknown, found: unknown, at = ''): string | undefined {
  if (expected === null)
    return found === undefined ? undefined : `${at}: found ${JSON.stringify(found)}, expected nothing`;
  if (typeof expected === 'string')
    return typeof found === 'string' && matchesText(expected, found)
      ? undefined
      : `${at}: found ${JSON.stringify(found)}, expected ${expected}`;
  if (Array.isArray(expected)) {
    if (!Array.isArray(found) || found.length !== expected.length)
      return `${at}: found ${JSON.stringify(found)?.slice(0, 300)}, expected ${expected.length} items`;
    return expected.map((item, i) => difference(item, found[i], `${at}[${i}]`)).find(Boolean);
  }
  if (typeof expected === 'object') {
    if (typeof found !== 'object' || found === null) return `${at}: found ${JSON.stringify(found)}, expected an object`;
    return Object.entries(expected as object)
      .map(([key, value]) => difference(value, (found as Record<string, unknown>)[key], `${at}.${key}`))
      .find(Boolean);
  }
  return expected === found ? undefined : `${at}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`;
}

const valueAt = (body: unknown, where: string): unknown =>
  where.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], body);

/** Runs the steps of a case; the first difference, or undefined. */
export async function runSteps(app: FastifyInstance, steps: readonly Step[]): Promise<string | undefined> {
  const saved = new Map<string, string>();
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => saved.get(name) ?? whole);
  for (const step of steps) {
    const [method = '', url = ''] = fill(step.do).split(/ (.*)/s);
    const payload =
      step.body === undefined ? undefined : fill(typeof step.body === 'string' ? step.body : JSON.stringify(step.body));
    const headers = Object.fromEntries(Object.entries(step.headers ?? {}).map(([name, value]) => [name, fill(value)]));
    const answer = await app.inject({
      method: method as 'GET',
      url: /^(\/|http:)/.test(url) ? url : `/fhir/${url}`,
      headers: { ...(payload !== undefined && { 'content-type': 'application/fhir+json' }), ...headers },
      ...(payload !== undefined && { payload }),
    });
    const problem = checkAnswer(step.expect, answer, fill);
    if (problem) return `${step.do}: ${problem} (HTTP ${answer.statusCode} ${answer.payload.slice(0, 400)})`;
    for (const [name, where] of Object.entries(step.save ?? {})) {
      const value = where.startsWith('header:') ? answer.headers[where.slice(7)] : valueAt(answer.json(), where);
      saved.set(name, String(value));
    }
  }
  return undefined;
}

function checkAnswer(
  expect: Expectation,
  answer: { statusCode: number; headers: object; payload: string },
  fill: (text: string) => string,
): string | undefined {
  if (answer.statusCode !== expect.status) return `found status ${answer.statusCode}, expected ${expect.status}`;
  const headers = difference(JSON.parse(fill(JSON.stringify(expect.headers ?? {}))), answer.headers, 'header');
  if (headers) return headers;
  if (expect.text !== undefined && !matchesText(fill(expect.text), answer.payload))
    return `found the text ${answer.payload.slice(0, 300)}, expected ${expect.text}`;
  if (expect.body === undefined) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(answer.payload);
  } catch {
    return 'the body is no JSON';
  }
  return difference(JSON.parse(fill(JSON.stringify(expect.body))), body, 'body');
}
