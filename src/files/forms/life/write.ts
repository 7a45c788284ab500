/**
 * Stored records → LIFE files: one for each data type, edition and office. UTF-8 with a byte order mark, CRLF; a value that is not there is an
 * empty cell, one that was deleted a half-width space.
 */
import type { Resource } from '../../../fhir/types.ts';
import type { Key } from '../../convert.ts';
import type { Finding } from '../../finding.ts';
import type { FileRecord, FindCodes } from '../../layout.ts';
import type { Found, WriteOptions, WrittenFile } from '../standard.ts';
import { allForms, type Form, users } from './all.ts';
import { checkValue, methodOf } from './column.ts';
import { toRecord } from './response.ts';
import { isFilled } from './set.ts';
import { questionnaire, type RecordKey, readKey, systems } from './systems.ts';

interface OutRecord {
  readonly form: Form;
  readonly key: RecordKey;
  readonly name: string;
  readonly day: string;
  readonly record: FileRecord;
}

/** The edition a response is of: they share a Questionnaire where only the version column was added. */
function formOf(response: Resource): Form | undefined {
  const url = String(response['questionnaire'] ?? '').split('|')[0];
  const editions = allForms.filter(one => questionnaire(one.questionnaire) === url);
  return (
    editions.find(one => {
      const { version } = toRecord(one, response);
      return version === undefined ? editions.length === 1 : isFilled(version);
    }) ?? editions[0]
  );
}

/** insurer:insured of a response: as it came, or of the person. */
async function ownerOf(response: Resource, found: Found): Promise<string> {
  const { identifier, reference } = (response['subject'] ?? {}) as { identifier?: Partial<Key>; reference?: string };
  if (identifier?.system === systems.insured && identifier.value !== undefined) return identifier.value;
  const person = reference === undefined ? undefined : await found.read(reference);
  const all = (person?.['identifier'] ?? []) as Partial<Key>[];
  return all.find(one => one.system === systems.insured)?.value ?? '';
}

async function outRecord(response: Resource, found: Found): Promise<OutRecord | undefined> {
  const name = (response['identifier'] as Partial<Key> | undefined)?.value ?? '';
  const key = readKey(name);
  const form = formOf(response);
  if (!key || !form || response['status'] === 'entered-in-error') return undefined;
  const [insurer = '', insured = ''] = (await ownerOf(response, found)).split(':');
  return {
    form,
    key,
    name,
    day: String(response['authored'] ?? ''),
    record: {
      ...toRecord(form, response),
      care_facility_id: key.office,
      service_code: key.service,
      insurer_no: insurer,
      insured_no: insured,
      external_system_management_number: key.number,
    },
  };
}

const cellText = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** A file's bytes, and what is wrong with its values. */
export function writeLifeFile(
  form: Form,
  records: readonly FileRecord[],
  codes: FindCodes,
): { bytes: Uint8Array; findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const lines = [form.id, form.columns.map(({ key }) => key).join(',')];
  let line = 3;
  for (const record of records) {
    for (const column of form.columns) {
      const value = record[column.key] ?? '';
      const problem = checkValue(value, column, codes, methodOf(record));
      if (problem) findings.push({ ...problem, line, item: column.no, name: column.name, value });
    }
    const text = form.columns.map(({ key }) => cellText(record[key] ?? '')).join(',');
    line += text.split('\n').length;
    lines.push(text);
  }
  return { bytes: Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`), findings };
}

/** The records an export asks for. A detail goes with its parent, whose day it has. */
function asked(all: readonly OutRecord[], { kinds, from, month }: WriteOptions): OutRecord[] {
  const [office, service] = (from ?? '').split('_');
  const numberOf = ({ key }: OutRecord, dataType: string) =>
    [dataType, key.office, key.service, key.number].join('\u0000');
  const inMonth = ({ day }: OutRecord) => month === undefined || day.replace('-', '').startsWith(month);
  const parents = new Set(all.filter(inMonth).map(one => numberOf(one, one.form.id)));
  return all.filter(
    one =>
      (kinds?.includes(one.form.id) ?? true) &&
      (!office || one.key.office === office) &&
      (!service || one.key.service === service) &&
      (one.form.id === users || (one.form.parent ? parents.has(numberOf(one, one.form.parent)) : inMonth(one))),
  );
}

/**
 * Writes what is stored as files.
 * @param options `kinds` by data type, `from` the office, `month` of the day a record is about; there is no receiver but LIFE
 */
export async function* writeLifeFiles(
  found: Found,
  options: WriteOptions,
  codes: FindCodes,
): AsyncGenerator<WrittenFile> {
  const all: OutRecord[] = [];
  for await (const response of found.all('QuestionnaireResponse', systems.record)) {
    const one = await outRecord(response, found);
    if (one) all.push(one);
  }
  const files = new Map<string, OutRecord[]>();
  for (const one of asked(all, options)) {
    const name = [allForms.indexOf(one.form), one.key.office, one.key.service].join(' ');
    files.set(name, [...(files.get(name) ?? []), one]);
  }
  const sorted = [...files.values()].sort((a, b) => allForms.indexOf(a[0]!.form) - allForms.indexOf(b[0]!.form));
  const counts = new Map<string, number>();
  for (const records of sorted) {
    const { form, key } = records[0]!;
    const count = (counts.get(form.id) ?? 0) + 1;
    counts.set(form.id, count);
    const name = `${form.id}_${count}_${key.office}_${key.service}_${options.stamp}.csv`;
    records.sort((a, b) => (a.name < b.name ? -1 : 1));
    const { bytes, findings } = writeLifeFile(
      form,
      records.map(one => one.record),
      codes,
    );
    yield { name, bytes, findings: findings.map(one => ({ ...one, file: name })) };
  }
}
