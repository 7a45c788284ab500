/** Claims to 国保連: files → resources → files gives the same rows, and back; damaged files are refused where they are damaged. */
import t from 'tap';
import type { Resource } from '../src/fhir/types.ts';
import type { Draft } from '../src/files/convert.ts';
import { isRefusal } from '../src/files/finding.ts';
import { claimRecords } from '../src/files/forms/claims/layouts/all.ts';
import { control } from '../src/files/forms/claims/layouts/management.ts';
import { claims } from '../src/files/forms/claims/standard.ts';
import type { Unit } from '../src/files/forms/standard.ts';
import { type Fill, findCodes } from './careplan-data.ts';
import { damageFile } from './claims-damage.ts';
import { deliveries, delivery, fileOf } from './claims-data.ts';
import { judgeDamaged } from './damage-found.ts';
import { byUrn, filesFrom, foundIn, runRounds, unitsIn } from './file-units.ts';

/** How many seeds for each kind of file; the long run is test/conformance/files.mjs. */
const variants = Number(process.env['ENGAWA_TEST_VARIANTS'] ?? 15);
/** How many damaged files. */
const damages = Number(process.env['ENGAWA_TEST_DAMAGES'] ?? 260);

const making = { codes: findCodes, office: () => undefined };
type File = { readonly name: string; readonly bytes: Uint8Array };
const unitsOf = ({ name, bytes }: File): Unit[] =>
  unitsIn(claims, [{ name, chunks: () => [bytes.subarray(0, 900), bytes.subarray(900)] }], findCodes);
const draftsOf = (units: readonly Unit[]): Draft[] => units.flatMap(one => [...(one.make?.(making).drafts ?? [])]);

async function written(drafts: readonly Draft[]): Promise<File[]> {
  const files = await filesFrom(claims, foundIn(drafts), { stamp: '20261101000000' }, findCodes);
  const problem = files.flatMap(one => one.findings).find(isRefusal);
  if (problem) throw new Error(JSON.stringify(problem));
  return files;
}

const decoder = new TextDecoder('shift_jis');
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
const resourcesOf = (drafts: readonly Draft[]): Record<string, Resource> => Object.fromEntries(byUrn(drafts));

/** What is different after a round trip both ways; undefined when nothing is. */
async function roundTrip(name: string, seed: number, fill: Fill): Promise<unknown> {
  const file = fileOf(delivery(name, seed, fill, seed % 2 === 0 ? '201903' : '202610', 1 + (seed % 4)));
  const units = unitsOf(file);
  const refused = units.flatMap(one => one.findings.filter(isRefusal));
  if (refused.length > 0) return refused[0];
  const drafts = draftsOf(units);
  const files = await written(drafts);
  const [expected, found] = [[decoder.decode(file.bytes)], files.map(one => decoder.decode(one.bytes))];
  if (!same(expected, found)) return { expected, found };
  if (!/^[0-9A-Z]{1,8}\.CSV$/.test(files[0]!.name)) return files[0]!.name;
  const again = draftsOf(files.flatMap(unitsOf));
  return same(resourcesOf(drafts), resourcesOf(again))
    ? undefined
    : { expected: resourcesOf(drafts), found: resourcesOf(again) };
}

t.test('12 records with all their items, and the control record', async t => {
  const items = [...claimRecords.values()].map(([known]) => known!.layout.fields.length);
  t.equal(items.length, 12);
  t.equal(
    items.reduce((sum, one) => sum + one, 0),
    335,
  );
  t.equal(control.fields.length, 12);
});

for (const name of Object.keys(deliveries))
  t.test(`${name}: there and back`, t => runRounds(t, variants, (seed, fill) => roundTrip(name, seed, fill)));

/** Units by name with what they would store. */
const storedBy = (units: readonly Unit[]) =>
  new Map(units.filter(one => one.make).map(one => [one.name, JSON.stringify(one.make!(making))]));

/** What is wrong with how a damaged file was read; undefined when it is right. */
function readDamaged(seed: number): string | undefined {
  const name = Object.keys(deliveries)[seed % 3]!;
  const one = delivery(name, seed, seed % 2 === 0 ? 'full' : 'random', '201903', 1 + (seed % 3));
  const right = storedBy(unitsOf(fileOf(one)));
  const damaged = damageFile(one, seed);
  const units = unitsOf({ name: 'S2611001.CSV', bytes: damaged.bytes });
  return judgeDamaged(damaged, units, storedBy(units), right);
}

t.test('damaged files are read rightly or refused at the right place', async t => {
  const problems: string[] = [];
  for (let seed = 1; seed <= damages; seed++) {
    const problem = readDamaged(seed);
    if (problem) problems.push(`seed ${seed}: ${problem}`);
  }
  t.same(problems.slice(0, 20), [], `${damages} damaged files`);
});

t.test('a line of 100 MB is passed over in bounded memory', async t => {
  const file = fileOf(delivery('slip', 1, 'least', '201903', 1));
  const piece = Buffer.alloc(1_000_000, 'x');
  const chunks = function* () {
    yield file.bytes;
    for (let i = 0; i < 100; i++) yield piece;
    yield Buffer.from('\r\n');
  };
  const before = process.memoryUsage().rss;
  const units = unitsIn(claims, [{ name: file.name, chunks }], findCodes);
  const used = (process.memoryUsage().rss - before) / 1e6;
  t.equal(units.filter(one => one.make).length, 0, 'the whole file is refused');
  t.ok(units.flatMap(one => one.findings).some(one => one.kind === 'row-length'));
  t.ok(used < 100, `${Math.round(used)} MB more`);
});

const neighboursIn = (units: readonly Unit[]) =>
  units.flatMap(one => one.findings).filter(one => one.rule.en.includes('may be, of the same claim'));

/** A file of the basics of claims; a number that is none makes a row without a key. */
function basicsOf(insured: readonly string[]): File {
  const one = delivery('detail', 1, 'full', '201903', 1);
  const [base] = one.claims[2]!;
  return fileOf({
    ...one,
    claims: insured.map(number => [{ ...base!, record: { ...base!.record, insured: number } }]),
  });
}

t.test('rows without a key refuse the claims they may belong to, and each is told of one of them', async t => {
  const numbers = Array.from({ length: 100 }, (_, i) => String(i + 1).padStart(10, '0'));
  const beside = unitsOf(basicsOf([numbers[0]!, 'x', 'y', numbers[1]!, numbers[2]!]));
  t.equal(neighboursIn(beside).length, 2);
  t.same(
    beside.filter(one => one.make).map(one => one.name.includes(numbers[2]!)),
    [true],
    'only the claims beside them',
  );
  const mixed = unitsOf(basicsOf([...numbers, ...numbers.map(() => 'x'), numbers[0]!]));
  t.equal(neighboursIn(mixed).length, numbers.length, 'not rows times claims');
  t.same(
    mixed.filter(one => one.make),
    [],
  );
});

t.test('what was entered in error or taken back is not handed in', async t => {
  for (const name of ['detail', 'fee'])
    for (const status of ['entered-in-error', 'cancelled']) {
      const drafts = draftsOf(unitsOf(fileOf(delivery(name, 1, 'full', '201903', 1))));
      t.same(
        await written(drafts.map(one => ({ ...one, resource: { ...one.resource, status } }))),
        [],
        `${name}, ${status}`,
      );
    }
});

t.test('another extension of an insurance does not change which 公費 it is', async t => {
  const file = fileOf(delivery('detail', 1, 'full', '201903', 1));
  const other = { url: 'https://example.org/other', valueString: 'x' };
  const drafts = draftsOf(unitsOf(file)).map(one => {
    const insurance = one.resource['insurance'] as { extension?: unknown[] }[] | undefined;
    const more = insurance?.map(each => ({ ...each, extension: [other, ...(each.extension ?? [])] }));
    return { ...one, resource: { ...one.resource, ...(more && { insurance: more }) } };
  });
  t.same(
    (await written(drafts)).map(one => decoder.decode(one.bytes)),
    [decoder.decode(file.bytes)],
  );
});
