/**
 * Stored records → LIFE files: one for each data type, edition and office. UTF-8 with a byte order mark, CRLF; a value that is not there is an
 * empty cell, one that was deleted a half-width space.
 */
import type { Resource } from '../../../fhir/types.ts';
import type { Key } from '../../convert.ts';
import type { Finding } from '../../finding.ts';
import type { FileRecord, FindCodes } from '../../layout.ts';
import { OutFiles, type OutPiece } from '../../out-files.ts';
import type { Spool } from '../../spool.ts';
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

/** A record as a row, and what is wrong with its values. */
function writeRow(form: Form, record: FileRecord, codes: FindCodes): { bytes: Uint8Array; findings: Finding[] } {
  const findings: Finding[] = [];
  for (const column of form.columns) {
    const value = record[column.key] ?? '';
    const problem = checkValue(value, column, codes, methodOf(record));
    if (problem) findings.push({ ...problem, line: 1, item: column.no, name: column.name, value });
  }
  const text = form.columns.map(({ key }) => cellText(record[key] ?? '')).join(',');
  return { bytes: Buffer.from(`${text}\r\n`), findings };
}

/** What a file is: one for each form, office and service. */
interface About {
  readonly form: Form;
  readonly key: RecordKey;
}

/** The number of a record in a form: a detail has that of its parent. */
const numberOf = ({ key }: OutRecord, dataType: string): string =>
  [dataType, key.office, key.service, key.number].join('\u0000');

/** Records that an export asks for, sorted into files. A detail goes with its parent, whose day it has. */
class Records {
  private readonly options: WriteOptions;
  private readonly files: OutFiles<About>;
  /** Numbers of records of the month. */
  private readonly parents = new Set<string>();
  /** Details of a month whose parents may still come. */
  private readonly details: {
    readonly parent: string;
    readonly name: string;
    readonly about: About;
    piece: OutPiece;
  }[] = [];

  constructor(options: WriteOptions, spool: Spool) {
    this.options = options;
    this.files = new OutFiles(spool);
  }

  add(one: OutRecord, codes: FindCodes): void {
    const { form, key, day, record } = one;
    const { kinds, from, month } = this.options;
    const inMonth = month === undefined || day.replace('-', '').startsWith(month);
    if (inMonth && month !== undefined && !form.parent) this.parents.add(numberOf(one, form.id));
    const [office, service] = (from ?? '').split('_');
    if ((office && key.office !== office) || (service && key.service !== service)) return;
    if (!(kinds?.includes(form.id) ?? true)) return;
    const isDetail = form.parent !== undefined && month !== undefined;
    if (form.id !== users && !isDetail && !inMonth) return;
    const name = [String(allForms.indexOf(form)).padStart(3, '0'), key.office, key.service].join(' ');
    const piece = this.files.put(one.name, 1, writeRow(form, record, codes));
    if (isDetail) this.details.push({ parent: numberOf(one, form.parent!), name, about: { form, key }, piece });
    else this.files.add(name, { form, key }, piece);
  }

  *write(): Generator<WrittenFile> {
    for (const { parent, name, about, piece } of this.details)
      if (this.parents.has(parent)) this.files.add(name, about, piece);
    const counts = new Map<string, number>();
    for (const file of this.files.list()) {
      const { form, key } = file.about;
      const count = (counts.get(form.id) ?? 0) + 1;
      counts.set(form.id, count);
      const name = `${form.id}_${count}_${key.office}_${key.service}_${this.options.stamp}.csv`;
      const { files } = this;
      const pieces = function* (): Generator<Uint8Array> {
        yield Buffer.from(`\ufeff${form.id}\r\n${form.columns.map(one => one.key).join(',')}\r\n`);
        yield* files.readAll(file);
      };
      yield { name, size: files.size(file), pieces, findings: files.findings(file, name, 3) };
    }
  }
}

/**
 * Writes what is stored as files.
 * @param options `kinds` by data type, `from` the office, `month` of the day a record is about; there is no receiver but LIFE
 */
export async function* writeLifeFiles(
  found: Found,
  options: WriteOptions,
  codes: FindCodes,
  spool: Spool,
): AsyncGenerator<WrittenFile> {
  const records = new Records(options, spool);
  for await (const response of found.all('QuestionnaireResponse', systems.record)) {
    const one = await outRecord(response, found);
    if (one) records.add(one, codes);
  }
  yield* records.write();
}
