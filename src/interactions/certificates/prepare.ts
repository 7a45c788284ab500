/**
 * Rows of a certificate file read, judged and made into resources, before anything is looked up: pure work, so that a thread beside the
 * writer can do it. A resource is made as if nothing were there but what earlier pushes made.
 */
import { type CertificateRecord, certificateKey, toCoverage } from '../../care/certificate-record.ts';
import { combineRows, personKey, toPatient } from '../../care/person-record.ts';
import { findRecordIssues } from '../../care/record-rules.ts';
import type { Resource } from '../../fhir/types.ts';
import { certificateLayout } from '../../files/certificates/layout.ts';
import type { Finding } from '../../files/finding.ts';
import { type FindCodes, readRecord } from '../../files/layout.ts';
import type { Row } from '../../files/row.ts';
import { contentHash, hashOnce } from '../../store/hash.ts';
import type { Change, TextTemplate } from '../../store/store.ts';
import type { Library } from '../../terminology/library.ts';
import { placed } from './receipt.ts';
import { SeenMarks } from './seen-marks.ts';
import { templateOf } from './state.ts';

/** A row that was read. */
export interface PreparedRow {
  readonly line: number;
  /** Its bytes in the file. */
  readonly from: number;
  readonly to: number;
  readonly findings: readonly Finding[];
  /** Both absent when the row is refused. */
  readonly keys?: RowKeys;
  readonly record?: CertificateRecord;
}

/** What the certificate of a row is known by. */
export interface RowKeys {
  readonly kind: string;
  /** Business keys of the certificate and of the person. */
  readonly certificate: string;
  readonly person: string;
  readonly insurer: string;
}

/** A resource that is to be there. */
export interface PreparedResource {
  readonly id: string;
  /** Hashes of the reference and of the content, as the store has them. */
  readonly ref: bigint;
  readonly content: bigint;
  /** What writes it when it is not there. */
  readonly change?: Change;
}

/** The person of some rows, by what the last of them says. */
export interface PreparedPerson extends PreparedResource {
  readonly key: string;
  readonly record: CertificateRecord;
}

/** Rows that are committed together, and what they become. */
export interface PreparedChunk {
  readonly rows: readonly PreparedRow[];
  /** By position of the row; undefined for a refused one. */
  readonly coverages: readonly (PreparedResource | undefined)[];
  readonly persons: readonly PreparedPerson[];
  /** Ids of the insurers the resources refer to, by number. */
  readonly payors: ReadonlyMap<string, string>;
}

/** What preparing needs. */
export interface Preparing {
  readonly library: Pick<Library, 'resources'>;
  readonly codes: FindCodes;
  readonly idOf: (kind: string, key: string) => string;
  /** Makes the Change of a resource. */
  readonly change: (type: string, id: string, resource: Resource, template: TextTemplate) => Change;
}

/** How a chunk is prepared. */
export interface PrepareOptions {
  /** Whether changes are made as well: worth it when most resources are new. */
  readonly withChanges: boolean;
  /** Rows of the chunk. */
  readonly rows: number;
  /** Ids of insurers that have other ids than a push gives. */
  readonly insurers: ReadonlyMap<string, string>;
}

/** Reads a row: its items, then the rules between them. */
function readEntry({ library, codes }: Preparing, row: Row): PreparedRow {
  const { record, findings } = readRecord([certificateLayout], row, codes, false);
  const { line, from, to } = row;
  if (!record || findings.some(one => one.severity === 'error')) return { line, from, to, findings };
  const rules = placed(row, certificateLayout.fields, record, findRecordIssues(record, library));
  const all = rules.length === 0 ? findings : [...findings, ...rules];
  if (rules.some(one => one.severity === 'error')) return { line, from, to, findings: all };
  const { kind = '', insurer = '' } = record;
  const keys = { kind, certificate: certificateKey(record), person: personKey(record), insurer };
  return { line, from, to, findings: all, record, keys };
}

const twice = (row: Row): Finding => {
  const at = certificateLayout.fields.findIndex(one => one.key === 'history');
  return {
    kind: 'duplicate',
    severity: 'error',
    ...row.place(at),
    item: at + 1,
    name: certificateLayout.fields[at]!.name,
    rule: {
      en: 'one row for each certificate (kind, insurer, insured number, 履歴番号); this one came before in the file',
      ja: '1つの証（種類・保険者番号・被保険者番号・履歴番号）は1行です。同じ証の行が前にあります',
    },
    mend: { en: 'Leave one of the rows', ja: 'どちらか1行だけにしてください' },
  };
};

/** Reads rows one after the other and notices keys that come twice. */
export class RowReader {
  private readonly seen = new SeenMarks();
  private readonly preparing: Preparing;

  constructor(preparing: Preparing) {
    this.preparing = preparing;
  }

  read(row: Row): PreparedRow {
    const entry = readEntry(this.preparing, row);
    const { keys, line, from, to, findings } = entry;
    if (!keys || this.seen.add(hashOnce(`${keys.kind} ${keys.certificate}`))) return entry;
    return { line, from, to, findings: [...findings, twice(row)] };
  }
}

function prepareResource(
  preparing: Preparing,
  type: string,
  id: string,
  resource: Resource,
  withChange: boolean,
): PreparedResource {
  const template = templateOf(resource, id);
  const made = { id, ref: hashOnce(`${type}/${id}`), content: contentHash(template) };
  return withChange
    ? { ...made, change: { ...preparing.change(type, id, resource, template), content: made.content } }
    : made;
}

/** The Coverage of a row. @param person,payor ids */
export function prepareCoverage(
  preparing: Preparing,
  record: CertificateRecord,
  { id, person, payor }: { readonly id: string; readonly person: string; readonly payor: string },
  withChange: boolean,
): PreparedResource {
  const resource = toCoverage(record, `Patient/${person}`, `Organization/${payor}`) as Resource;
  return prepareResource(preparing, 'Coverage', id, resource, withChange);
}

/** The Patient of a row. */
export const preparePatient = (
  preparing: Preparing,
  record: CertificateRecord,
  id: string,
  withChange: boolean,
): PreparedResource => prepareResource(preparing, 'Patient', id, toPatient(record) as Resource, withChange);

/** Id of the certificate of a row. */
export const coverageId = ({ idOf }: Preparing, record: CertificateRecord): string =>
  idOf('Coverage', `${record['kind']} ${certificateKey(record)}`);

/** Makes the resources of rows that were read. */
export function prepareChunk(
  preparing: Preparing,
  rows: readonly PreparedRow[],
  { withChanges, insurers }: PrepareOptions,
): PreparedChunk {
  const { idOf } = preparing;
  const last = new Map<string, CertificateRecord>();
  const payors = new Map<string, string>();
  const coverages = rows.map(({ record, keys }) => {
    if (!record || !keys) return undefined;
    const { person: key, insurer } = keys;
    last.set(key, combineRows(last.get(key), record));
    const payor = insurers.get(insurer) ?? idOf('Organization', insurer);
    payors.set(insurer, payor);
    const ids = { id: coverageId(preparing, record), person: idOf('Patient', key), payor };
    return prepareCoverage(preparing, record, ids, withChanges);
  });
  const persons = [...last].map(([key, record]) => ({
    key,
    record,
    ...preparePatient(preparing, record, idOf('Patient', key), withChanges),
  }));
  return { rows, coverages, persons, payors };
}
