/** Care-plan exchange: files → resources → files gives the same rows, and back. */
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { Resource } from '../src/fhir/types.ts';
import type { Draft } from '../src/files/convert.ts';
import { isRefusal } from '../src/files/finding.ts';
import { careplanLayouts } from '../src/files/forms/careplan/layouts/all.ts';
import { careplan } from '../src/files/forms/careplan/standard.ts';
import type { Unit } from '../src/files/forms/standard.ts';
import { damage } from './careplan-damage.ts';
import { type Delivery, delivery, type Fill, filesOf, findCodes, from, sets, stamp, to } from './careplan-data.ts';
import { judgeDamaged } from './damage-found.ts';
import { byUrn, filesFrom, foundIn, runRounds, unitsIn } from './file-units.ts';

/** How many seeds for each kind of set; the long run is `npm run conformance`. */
const variants = Number(process.env['ENGAWA_TEST_VARIANTS'] ?? 15);

/** How many damaged deliveries. */
const damages = Number(process.env['ENGAWA_TEST_DAMAGES'] ?? 260);

const making = { codes: findCodes, office: () => undefined };

const party = ({ office, serviceType }: { office: string; serviceType: string }) => `${office}_${serviceType}`;
const asSources = (files: readonly { name: string; bytes: Uint8Array }[]) =>
  files.map(({ name, bytes }) => ({ name, chunks: () => [bytes] }));
const unitsOf = (all: Delivery): Unit[] => unitsIn(careplan, asSources(filesOf(all)), findCodes);

function draftsOf(units: readonly Unit[]): Draft[] {
  return units.flatMap(unit => [...(unit.make?.({ codes: findCodes, office: () => undefined }).drafts ?? [])]);
}

/** What a store would find, over drafts that refer to each other by urn:uuid. */
const writtenFiles = (drafts: readonly Draft[], back: boolean) => {
  const options = { from: party(back ? to : from), to: party(back ? from : to), stamp };
  return filesFrom(careplan, foundIn(drafts), options, findCodes);
};

const decoder = new TextDecoder('shift_jis');
const texts = (files: readonly { name: string; bytes: Uint8Array }[]) =>
  Object.fromEntries(
    [...files].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, bytes }) => [name, decoder.decode(bytes)]),
  );
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
const resourcesOf = (drafts: readonly Draft[]): Record<string, Resource> => Object.fromEntries(byUrn(drafts));

/** Deletions have no resources: what they remove is named, and the same keys give the same files. */
async function deletionTrip(name: string, all: Delivery, units: readonly Unit[]): Promise<unknown> {
  const removals = units.flatMap(unit => [...(unit.make?.(making).removals ?? [])]);
  if (removals.length < units.length) return removals;
  const deletions = units.map(unit => unit.name.replace(' ', ':'));
  const back = name === 'DLTJSK';
  const options = { from: party(back ? to : from), to: party(back ? from : to), stamp, deletions };
  const written = await filesFrom(careplan, foundIn([]), options, findCodes);
  const [expected, found] = [texts(filesOf(all)), texts(written)];
  return same(expected, found) ? undefined : { expected, found };
}

/** What is different after a round trip of a set both ways; undefined when nothing is. */
async function roundTrip(name: string, seed: number, fill: Fill): Promise<unknown> {
  const all = delivery(name, seed, fill, 2, 1 + (seed % 9));
  const units = unitsOf(all);
  const refused = units.flatMap(one => one.findings.filter(isRefusal));
  if (refused.length > 0) return refused[0];
  if (name.startsWith('DLT')) return deletionTrip(name, all, units);
  const drafts = draftsOf(units);
  const written = await writtenFiles(drafts, name === 'given');
  const [expected, found] = [texts(filesOf(all)), texts(written)];
  if (!same(expected, found)) return { expected, found };
  const again = draftsOf(unitsIn(careplan, asSources(written), findCodes));
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

t.test('editions before 4: their columns, and names without service types', async t => {
  for (const [name, version] of [
    ['plan', '202208'],
    ['month', '202003'],
    ['given', '201910'],
  ] as const)
    for (let seed = 1; seed <= 10; seed++) {
      const all = delivery(name, seed, 'full', 2, 3, version);
      const back = name === 'given';
      const units = unitsOf(all);
      t.same(
        units.flatMap(one => one.findings.filter(isRefusal)),
        [],
        `${name} ${version}`,
      );
      const written = await writtenFiles(draftsOf(units), back);
      const bare = (files: Record<string, string>) => Object.values(files);
      t.same(bare(texts(written)), bare(texts(filesOf(all))), `${name} ${version}, seed ${seed}`);
      t.ok(filesOf(all).every(one => !/_43_|_11_/.test(one.name)));
    }
});

for (const name of Object.keys(sets))
  t.test(`${name}: there and back`, t => runRounds(t, variants, (seed, fill) => roundTrip(name, seed, fill)));

/** Units by name with what they would store. */
const storedBy = (units: readonly Unit[]) =>
  new Map(units.filter(one => one.make).map(one => [one.name.replace(/^\S+ /, ''), JSON.stringify(one.make!(making))]));

/** What is wrong with how a damaged delivery was read; undefined when it is right. */
function readDamaged(seed: number): string | undefined {
  const name = ['plan', 'month', 'given', 'basic', 'preventive'][seed % 5]!;
  const all = delivery(name, seed, seed % 2 === 0 ? 'full' : 'random', 3, 1 + (seed % 4));
  const right = storedBy(unitsOf(all));
  const damaged = damage(all, seed);
  const units = unitsIn(careplan, asSources(damaged.files), findCodes);
  if (damaged.hidden) return undefined;
  return judgeDamaged(damaged, units, storedBy(units), right);
}

t.test('a picture goes with the interview it is named in', async t => {
  const name = 'UPKIHON_IMAGE_4970100014_43_4970100022_11_20260401093000_0001.jpg';
  const all = delivery('basic', 1, 'full', 2, 1);
  const [first, second] = all['UPKIHON']! as Record<string, string>[];
  first!['image'] = name;
  second!['image'] = '';
  const bytes = Buffer.from('ffd8ffe000104a464946', 'hex');
  const alone = unitsOf(all).flatMap(one => one.findings);
  t.match(alone, [{ kind: 'set', severity: 'warning', value: name }], 'missing');
  const units = unitsIn(careplan, asSources([...filesOf(all), { name, bytes }]), findCodes);
  t.same(
    units.flatMap(one => one.findings),
    [],
  );
  const written = await writtenFiles(draftsOf(units), false);
  t.same(texts(written.filter(one => one.name !== name)), texts(filesOf(all)));
  t.same(
    written.filter(one => one.name === name).map(one => Buffer.from(one.bytes)),
    [bytes],
  );
});

t.test('damaged files are read rightly or refused at the right place', async t => {
  const problems: string[] = [];
  for (let seed = 1; seed <= damages; seed++) {
    const problem = readDamaged(seed);
    if (problem) problems.push(`seed ${seed}: ${problem}`);
  }
  t.same(problems.slice(0, 20), [], `${damages} damaged deliveries`);
});

t.test('a line of 100 MB is passed over in bounded memory', async t => {
  const [file] = filesOf(delivery('given', 1, 'least', 2, 2));
  const piece = Buffer.alloc(1_000_000, 'x');
  const chunks = function* () {
    yield file!.bytes;
    for (let i = 0; i < 100; i++) yield piece;
    yield Buffer.from('\r\n');
  };
  const before = process.memoryUsage().rss;
  const units = unitsIn(careplan, [{ name: file!.name, chunks }], findCodes);
  const used = (process.memoryUsage().rss - before) / 1e6;
  t.match(
    units.flatMap(one => one.findings).map(one => [one.kind, one.line]),
    [['row-length', 5]],
  );
  t.ok(used < 100, `${Math.round(used)} MB more`);
});

t.test('every item of every interface has its row in the coverage table', async t => {
  const file = path.join(import.meta.dirname, '../docs/coverage/care-plan.json');
  const { rows } = JSON.parse(fs.readFileSync(file, 'utf8')) as { rows: { field: { ja: string } }[] };
  const items = [...careplanLayouts].flatMap(([id, [newest]]) =>
    newest!.fields.map(({ no, name }) => `${id} ${no} ${name}`),
  );
  t.same(
    rows.map(({ field }) => field.ja),
    items,
  );
});
