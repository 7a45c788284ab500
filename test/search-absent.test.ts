/**
 * Searches for what is not there (`:missing`, `:not`), page by page while others create, change and delete: each page sequence shows
 * the state of its first page, each resource once. What is right is told from the resources themselves.
 */
import type { Test } from 'tap';
import { testOnStores } from './stores.ts';
import { readCases, type TestServer } from './support.ts';

interface AbsentCase {
  readonly ask: string;
  /** Elements that what is found has, and has not. */
  readonly with?: readonly string[];
  readonly without?: readonly string[];
  /** Whether it refers to a patient. */
  readonly patient?: boolean;
  /** `element|code` or `element|system|code` that what is found has not. */
  readonly not?: readonly string[];
  /** The date is none that begins with this; the value lies outside of [from, to). */
  readonly date?: string;
  readonly value?: readonly [from: number, to: number];
  /** What has no such element is found as well. */
  readonly orNone?: boolean;
  /** Newest date first, those without a date last. */
  readonly sorted?: boolean;
}

interface Observation extends Record<string, unknown> {
  readonly resourceType: 'Observation';
  readonly id: string;
}

const headers = { 'content-type': 'application/fhir+json' };
const of = <T>(list: readonly T[], n: number): T => list[n % list.length]!;
const example = 'http://example.org/';

/** The nth resource: what it has differs with n, in more sets than are walked one by one. */
function observation(n: number): Observation {
  const lab = { system: `${example}a`, code: 'lab' };
  const categories: readonly unknown[] = [
    [{ coding: [lab] }],
    [{ coding: [lab, { system: `${example}b`, code: 'vital' }] }],
    [{ coding: [{ ...lab, system: `${example}b` }] }],
    [{ coding: [{ code: 'lab' }] }],
    [{ text: 'lab' }],
    undefined,
  ];
  const subjects = [{ reference: 'Patient/p' }, { reference: 'Group/g' }, { display: 'somebody' }, undefined];
  const when = [`2024-0${1 + (n % 9)}-1${n % 7}`, undefined, `2024-0${1 + (n % 5)}`];
  const made = {
    resourceType: 'Observation',
    id: `o${n}`,
    status: n % 11 === 0 ? 'amended' : n % 13 === 0 ? 'registered' : 'final',
    code: { coding: [{ system: example, code: `c${n % 12}` }] },
    category: of(categories, n),
    subject: of(subjects, n),
    effectiveDateTime: of(when, n),
    encounter: n % 2 === 0 ? { reference: 'Encounter/e' } : undefined,
    performer: n % 3 === 0 ? [{ reference: 'Practitioner/d' }] : undefined,
    valueQuantity: n % 5 < 3 ? { value: n, unit: 'g' } : undefined,
    device: n === 40 ? { reference: 'Device/d' } : undefined,
    identifier: n % 9 === 0 ? [{ system: `${example}i`, value: String(n % 2) }] : undefined,
  };
  return JSON.parse(JSON.stringify(made)) as Observation;
}

interface Coded {
  readonly coding?: readonly { readonly system?: string; readonly code: string }[];
  readonly system?: string;
  readonly value?: string;
}

/** The codes of an element as `system|code`. */
function codesOf(value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === 'string') return [`|${value}`];
  if (Array.isArray(value)) return value.flatMap(codesOf);
  const { coding = [], system = '', value: own } = value as Coded;
  return own === undefined ? coding.map(one => `${one.system ?? ''}|${one.code}`) : [`${system}|${own}`];
}

function isRight(resource: Observation, one: AbsentCase): boolean {
  const reference = String((resource['subject'] as { reference?: string } | undefined)?.reference);
  const has = (told: string) => {
    const [element = '', ...rest] = told.split('|');
    const codes = codesOf(resource[element]);
    return rest.length > 1 ? codes.includes(rest.join('|')) : codes.some(code => code.endsWith(`|${rest[0]}`));
  };
  const date = resource['effectiveDateTime'] as string | undefined;
  const value = (resource['valueQuantity'] as { value: number } | undefined)?.value;
  const [from, to] = one.value ?? [0, 0];
  return (
    (one.date === undefined || (date === undefined ? one.orNone === true : !date.startsWith(one.date))) &&
    (one.value === undefined || (value === undefined ? one.orNone === true : value < from || value >= to)) &&
    (one.with ?? []).every(element => resource[element] !== undefined) &&
    (one.without ?? []).every(element => resource[element] === undefined) &&
    (one.patient === undefined || reference.startsWith('Patient/') === one.patient) &&
    !(one.not ?? []).some(has)
  );
}

/** Sends changes as one transaction. */
async function send(server: TestServer, t: Test, method: string, resources: readonly Observation[]): Promise<void> {
  const entry = resources.map(resource => ({
    ...(method === 'PUT' && { resource }),
    request: { method, url: `Observation/${resource.id}` },
  }));
  const payload = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
  const answer = await server.app.inject({ method: 'POST', url: '/fhir', headers, payload });
  if (answer.statusCode !== 200) t.fail(answer.payload.slice(0, 500));
}

interface Page {
  readonly total?: number;
  readonly link: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly { readonly resource: Observation }[];
}

/** All pages of a search; between two of them something is done. */
async function pages(server: TestServer, ask: string, between: () => Promise<void>): Promise<readonly Page[]> {
  const found: Page[] = [];
  let url: string | undefined = `/fhir/${ask.replace(/[ |]/g, encodeURIComponent)}&_count=7`;
  while (url !== undefined) {
    const answer = await server.app.inject({ url });
    if (answer.statusCode !== 200) throw new Error(`${ask}: ${answer.payload.slice(0, 500)}`);
    const page = answer.json() as Page;
    found.push(page);
    url = page.link.find(link => link.relation === 'next')?.url.replace(/^http:\/\/[^/]+/, '');
    if (url !== undefined) await between();
  }
  return found;
}

const dateOf = (resource: Observation): string => String(resource['effectiveDateTime'] ?? '');
/** True when a date begins no later than the one before it; those without come last. */
const isSorted = (dates: readonly string[]): boolean =>
  dates.every((date, i) => i === 0 || date.padEnd(10, '-01') <= dates[i - 1]!.padEnd(10, '-01') || date === '');

testOnStores('what is not there is found once, as it was when the first page was asked for', async (t, start) => {
  const server = await start({ settings: { validation: 'base' } });
  const there = new Map(Array.from({ length: 160 }, (_, n) => observation(n)).map(one => [one.id, one]));
  await send(server, t, 'PUT', [...there.values()]);
  let turn = 0;
  /** One becomes another, one goes, one comes. */
  const change = async () => {
    turn++;
    const ids = [...there.keys()];
    const changed = { ...observation(turn * 7), id: of(ids, turn * 5) };
    const gone = of(ids, turn * 3 + 1);
    const come = { ...observation(turn), id: `n${turn}` };
    for (const one of [changed, come]) there.set(one.id, one);
    await send(server, t, 'PUT', [changed, come]);
    if (gone === changed.id) return;
    await send(server, t, 'DELETE', [there.get(gone)!]);
    there.delete(gone);
  };
  for (const { cases } of readCases<AbsentCase>('search-absent'))
    for (const one of cases) {
      const right = [...there.values()].filter(resource => isRight(resource, one)).map(({ id }) => id);
      const found = await pages(server, one.ask, change);
      const entries = found.flatMap(page => page.entry ?? []);
      const ids = entries.map(({ resource }) => resource.id);
      t.same(ids.toSorted(), right.toSorted(), one.ask);
      if (one.sorted) t.ok(isSorted(entries.map(({ resource }) => dateOf(resource))), `${one.ask}: in order`);
      if (one.ask.includes('_total')) t.equal(found[0]!.total, right.length, `${one.ask}: total`);
    }
  await server.close();
});
