/** The end of a year as data that can be compared: resources by business key, without what every way of sending makes of its own. */
import type { JsonObject, Resource } from '../src/fhir/types.ts';
import type { TestServer } from './support.ts';

const types = [
  'Patient',
  'Organization',
  'Coverage',
  'Task',
  'CarePlan',
  'Goal',
  'Observation',
  'QuestionnaireResponse',
];

type Found = JsonObject & { readonly identifier?: unknown };

/** The code of a score; its Observation is known by whose it is, what and when: identifiers of extraction name the form it came from. */
function scoreOf(resource: Found): string | undefined {
  const { coding = [] } = (resource['code'] ?? {}) as { coding?: { system?: string; code?: string }[] };
  return coding.find(one => one.system?.endsWith('/scale-score'))?.code;
}

/** `Type system|value` of a resource. */
function keyOf(resource: Found, names: ReadonlyMap<string, string> = new Map()): string {
  const score = scoreOf(resource);
  const { reference = '' } = (resource['subject'] ?? {}) as { reference?: string };
  if (score !== undefined)
    return `Observation ${score}|${names.get(reference)} ${String(resource['effectiveDateTime'])}`;
  const first = [resource.identifier].flat()[0] as { system?: string; value?: string } | undefined;
  return `${String(resource['resourceType'])} ${first?.system?.split('/').at(-1)}|${first?.value}`;
}

interface Page {
  readonly entry?: readonly { readonly resource: Found }[];
  readonly link: readonly { readonly relation: string; readonly url: string }[];
}

async function everything(server: TestServer, type: string): Promise<Found[]> {
  const found: Found[] = [];
  let url: string | undefined = `/fhir/${type}?_count=500`;
  while (url !== undefined) {
    const page: Page = (await server.app.inject({ url })).json();
    const { entry = [], link } = page;
    found.push(...entry.map(one => one.resource));
    url = link.find(one => one.relation === 'next')?.url.replace(/^https?:\/\/[^/]+/, '');
  }
  return found;
}

/** Names of codes and of what is referred to; the server's own; how an identifier is used. */
const leftOut = new Set(['id', 'meta', 'text', 'display', 'use', 'assigner', 'title']);

/** A value in one spelling: members in order, references as business keys. */
function plain(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) {
    const list = value.map(one => plain(one, names));
    const isSet = list.every(one => typeof one === 'object' && one !== null && 'url' in one);
    return isSet ? list.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : list;
  }
  if (typeof value !== 'object' || value === null) return value;
  const all = value as JsonObject;
  if (typeof all['reference'] === 'string') return names.get(all['reference']) ?? all['reference'];
  return Object.fromEntries(
    Object.entries(all)
      .filter(([name, member]) => !leftOut.has(name) || (name === 'text' && typeof member === 'string'))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, plain(member, names)]),
  );
}

/** All resources by business key. */
export async function stateOf(server: TestServer): Promise<ReadonlyMap<string, JsonObject>> {
  const all: Found[] = [];
  for (const type of types) all.push(...(await everything(server, type)));
  const names = new Map(all.map(one => [`${String(one['resourceType'])}/${String(one['id'])}`, keyOf(one)]));
  return new Map(all.map(one => [keyOf(one, names), plain(one as unknown as Resource, names) as JsonObject]));
}

/** Places that differ, such as `Patient.address.line`. */
function differences(a: unknown, b: unknown, at: string): string[] {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return [at];
  const [one, other] = [a as JsonObject, b as JsonObject];
  const step = (name: string) => (Array.isArray(a) ? at : `${at}.${name}`);
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap(name =>
    differences(one[name], other[name], step(name)),
  );
}

/** What two states do not share: keys that only one has, and places that differ, each once with how often. */
export function compareStates(
  one: ReadonlyMap<string, JsonObject>,
  other: ReadonlyMap<string, JsonObject>,
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const kindOf = (key: string) => key.split('|')[0]!;
  for (const [key, resource] of one) {
    const twin = other.get(key);
    if (!twin) count(`only the first has ${kindOf(key)}`);
    else for (const place of new Set(differences(resource, twin, String(resource['resourceType'])))) count(place);
  }
  for (const key of other.keys()) if (!one.has(key)) count(`only the second has ${kindOf(key)}`);
  return counts;
}
