/** Care-plan exchange: files → resources → files gives the same rows, and back. */
import t from 'tap';
import type { Resource } from '../src/fhir/types.ts';
import { type Draft, urnOf } from '../src/files/convert.ts';
import { isRefusal } from '../src/files/finding.ts';
import { careplanLayouts } from '../src/files/forms/careplan/layouts/all.ts';
import { careplan } from '../src/files/forms/careplan/standard.ts';
import type { Found, Unit } from '../src/files/forms/standard.ts';
import { type Delivery, delivery, type Fill, filesOf, findCodes, from, sets, stamp, to } from './careplan-data.ts';

/** How many seeds for each kind of set; the long run is `npm run conformance`. */
const variants = Number(process.env['ENGAWA_TEST_VARIANTS'] ?? 15);

const party = ({ office, serviceType }: { office: string; serviceType: string }) => `${office}_${serviceType}`;
const asSources = (files: readonly { name: string; bytes: Uint8Array }[]) =>
  files.map(({ name, bytes }) => ({ name, chunks: () => [bytes] }));
const unitsOf = (all: Delivery): Unit[] => [...careplan.units(asSources(filesOf(all)), findCodes)];

function draftsOf(units: readonly Unit[]): Draft[] {
  return units.flatMap(unit => [...(unit.make?.({ codes: findCodes, office: () => undefined }).drafts ?? [])]);
}

/** What a store would find, over drafts that refer to each other by urn:uuid. */
function foundIn(drafts: readonly Draft[]): Found {
  const byUrn = new Map(drafts.map(one => [urnOf(one.resource.resourceType, one.key), one.resource]));
  return {
    all: async function* (type, system) {
      yield* drafts
        .filter(one => one.resource.resourceType === type && one.key.system === system)
        .map(one => one.resource);
    },
    read: async reference => byUrn.get(reference),
    byKey: async (type, key) => byUrn.get(urnOf(type, key)),
  };
}

async function writtenFiles(drafts: readonly Draft[], back: boolean) {
  const written = [];
  const options = { from: party(back ? to : from), to: party(back ? from : to), stamp };
  for await (const one of careplan.write!(foundIn(drafts), options, findCodes)) written.push(one);
  return written;
}

const decoder = new TextDecoder('shift_jis');
const texts = (files: readonly { name: string; bytes: Uint8Array }[]) =>
  Object.fromEntries(
    [...files].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, bytes }) => [name, decoder.decode(bytes)]),
  );
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
const resourcesOf = (drafts: readonly Draft[]): Record<string, Resource> =>
  Object.fromEntries(drafts.map(one => [urnOf(one.resource.resourceType, one.key), one.resource]));

/** What is different after a round trip of a set both ways; undefined when nothing is. */
async function roundTrip(name: string, seed: number, fill: Fill): Promise<unknown> {
  const all = delivery(name, seed, fill, 2, 1 + (seed % 9));
  const units = unitsOf(all);
  const refused = units.flatMap(one => one.findings.filter(isRefusal));
  if (refused.length > 0) return refused[0];
  if (name.startsWith('DLT'))
    return units.every(one => one.make?.({ codes: findCodes, office: () => undefined }).removals.length)
      ? undefined
      : units;
  const drafts = draftsOf(units);
  const written = await writtenFiles(drafts, name === 'given');
  const [expected, found] = [texts(filesOf(all)), texts(written)];
  if (!same(expected, found)) return { expected, found };
  const again = draftsOf([...careplan.units(asSources(written), findCodes)]);
  return same(resourcesOf(drafts), resourcesOf(again))
    ? undefined
    : { expected: resourcesOf(drafts), found: resourcesOf(again) };
}

t.test('17 interfaces with all their items', async t => {
  const items = [...careplanLayouts.values()].map(([newest]) => newest!.fields.length);
  t.equal(items.length, 17);
  t.equal(
    items.reduce((sum, one) => sum + one, 0),
    398,
  );
});

for (const name of Object.keys(sets))
  t.test(`${name}: there and back`, async t => {
    for (const fill of ['full', 'least', 'random'] as const)
      for (let seed = 1; seed <= variants; seed++) {
        const found = await roundTrip(name, seed, fill);
        if (found !== undefined) return t.same(found, undefined, `${name}, ${fill}, seed ${seed}`);
      }
    t.pass(`${variants * 3} variants`);
  });
