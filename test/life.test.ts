/** LIFE: files → answers → files gives the same rows, and back; what is refused, and where. Cases are in cases/life/. */
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { JsonObject, Resource } from '../src/fhir/types.ts';
import type { Draft } from '../src/files/convert.ts';
import { isRefusal } from '../src/files/finding.ts';
import { allForms, type Form } from '../src/files/forms/life/all.ts';
import { elementOf } from '../src/files/forms/life/column.ts';
import { answerColumns } from '../src/files/forms/life/response.ts';
import { life } from '../src/files/forms/life/standard.ts';
import type { Unit } from '../src/files/forms/standard.ts';
import type { Fill } from './careplan-data.ts';
import { byUrn, filesFrom, foundIn, unitsIn } from './file-units.ts';
import { type Delivery, delivery, encode, encodings, findCodes, textOf } from './life-data.ts';

/** Rows of each form and fill; the long run is test/conformance/files.mjs. */
const variants = Number(process.env['ENGAWA_TEST_VARIANTS'] ?? 15);

/** Rows in a file. */
const together = 25;

const stamp = '20260401093000';
const making = { codes: findCodes, office: () => undefined };
const profiles = path.join(import.meta.dirname, '../profiles/engawa-kaigo');

type Files = readonly { readonly name: string; readonly bytes: Uint8Array }[];
const unitsOf = (files: Files): Unit[] =>
  unitsIn(
    life,
    files.map(({ name, bytes }) => ({ name, chunks: () => [bytes.subarray(0, 700), bytes.subarray(700)] })),
    findCodes,
  );
const draftsOf = (units: readonly Unit[]): Draft[] => units.flatMap(one => [...(one.make?.(making).drafts ?? [])]);

async function written(drafts: readonly Draft[]): Promise<{ name: string; bytes: Uint8Array }[]> {
  const files = await filesFrom(life, foundIn(drafts), { stamp }, findCodes);
  const problem = files.flatMap(one => one.findings)[0];
  if (problem) throw new Error(JSON.stringify(problem));
  return files;
}

const filesOf = (rows: Delivery, encoding: (typeof encodings)[number]): Files =>
  [...rows].map(([form, records]) => ({ name: `${form.id}_1.csv`, bytes: encode(textOf(form, records), encoding) }));

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
const resourcesOf = (drafts: readonly Draft[]): Record<string, Resource> => Object.fromEntries(byUrn(drafts));

/** What is different after a round trip both ways; undefined when nothing is. */
async function roundTrip(form: Form, first: number, count: number, fill: Fill): Promise<unknown> {
  const rows = delivery(form, first, count, fill);
  const units = unitsOf(filesOf(rows, encodings[first % encodings.length]!));
  const refused = units.flatMap(one => one.findings.filter(isRefusal));
  if (refused.length > 0) return refused[0];
  const drafts = draftsOf(units);
  const files = await written(drafts);
  const texts = Object.fromEntries(
    files.map(one => [one.name.split(`_1_4970100014`)[0], Buffer.from(one.bytes).toString()]),
  );
  const expected = Object.fromEntries([...rows].map(([one, records]) => [one.id, `\ufeff${textOf(one, records)}`]));
  const sorted = (all: Record<string, string>) => Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  if (!same(sorted(texts), sorted(expected))) return { expected, found: texts };
  const again = draftsOf(unitsOf(files));
  return same(resourcesOf(drafts), resourcesOf(again)) ? undefined : { expected: drafts, found: again };
}

for (const form of allForms) {
  const version = form.columns.some(({ key }) => key === 'version') ? ', 3.10' : '';
  t.test(`${form.id}${version}: there and back`, async t => {
    const codes = form.columns.flatMap(one =>
      (one.codes ?? []).map(({ system, methods }) => findCodes(system)!.size * (methods ? 6 : 1)),
    );
    // Full rows in turn have every code.
    const counts = { full: Math.max(variants, ...codes), least: variants, random: variants };
    for (const [fill, count] of Object.entries(counts) as [Fill, number][])
      for (let first = 1; first <= count; first += together) {
        const found = await roundTrip(form, first, Math.min(together, count - first + 1), fill);
        if (found !== undefined) return t.same(found, undefined, `${form.id}, ${fill}, from seed ${first}`);
      }
    t.pass(`${counts.full + counts.least + counts.random} rows`);
  });
}

t.test('22 forms of 1.0 and 3 of 3.10, with all their columns', async t => {
  const older = allForms.filter(one => !one.columns.some(({ key }) => key === 'version'));
  const count = (forms: readonly Form[]) => forms.reduce((sum, one) => sum + one.columns.length, 0);
  t.same([older.length, count(older)], [22, 1941]);
  t.same([allForms.length - older.length, count(allForms) - count(older)], [3, 223]);
});

interface Item extends JsonObject {
  readonly linkId: string;
  readonly text: string;
  readonly type: string;
  readonly item?: readonly Item[];
}

const answerTypes: Readonly<Record<string, string>> = {
  choice: 'valueCoding',
  date: 'valueDate',
  integer: 'valueInteger',
  decimal: 'valueDecimal',
  string: 'valueString',
};

/** The code systems of a question: of its value set, or of its options. */
function codeSystemsOf(item: Item): string[] {
  const options = (item['answerOption'] ?? []) as { valueCoding: { system: string } }[];
  if (options.length > 0) return [...new Set(options.map(one => one.valueCoding.system))];
  const set = item['answerValueSet'] as string | undefined;
  return set === undefined ? [] : [set.replace('ValueSet', 'CodeSystem')];
}

t.test('columns and questionnaires say the same', async t => {
  for (const form of allForms) {
    const file = path.join(profiles, `Questionnaire-${form.questionnaire}.json`);
    const { item } = JSON.parse(fs.readFileSync(file, 'utf8')) as { item: Item[] };
    const items = item.flatMap(one => (one.item ?? [one]).map(each => ({ ...each, group: one.item && one.linkId })));
    for (const column of answerColumns(form)) {
      const one = items.find(({ linkId }) => linkId === column.key);
      const told = one && {
        text: one.text,
        element: answerTypes[one.type],
        codes: codeSystemsOf(one),
        group: one.group,
      };
      const { name, codes = [], group } = column;
      const systems = codes.map(({ system }) => system);
      const expected = { text: name, element: elementOf(column), codes: systems, group: group?.linkId };
      if (!same(told, expected)) t.same(told, expected, `${form.id}.${column.key}`);
    }
  }
});

interface Refusal {
  readonly name: string;
  readonly files: Readonly<Record<string, readonly string[]>>;
  readonly expect: readonly string[];
}

t.test('what is refused, and where', async t => {
  const file = path.join(import.meta.dirname, 'cases/life/refusals.json');
  for (const { name, files, expect } of JSON.parse(fs.readFileSync(file, 'utf8')) as Refusal[]) {
    const sources = Object.entries(files).map(([file, lines]) => ({
      name: file,
      bytes: new Uint8Array(Buffer.from(lines.join('\r\n'))),
    }));
    const found = unitsOf(sources).flatMap(one => one.findings);
    const told = found.map(one =>
      [one.kind, one.file, one.line, one.column, one.item, one.name, one.value].join(' | '),
    );
    t.same(told, expect, name);
    t.ok(
      found.every(one => one.rule.ja !== '' && one.mend.ja !== '' && one.rule.en !== '' && one.mend.en !== ''),
      `${name}: rule and mend in both languages`,
    );
  }
});
