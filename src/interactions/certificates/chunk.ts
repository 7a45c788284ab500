/**
 * A chunk of rows: read, checked, compared with what is stored, and committed as one. What is the same is not written; a
 * commit that another write came before is prepared again.
 */
import { type CertificateRecord, certificateKey, toCoverage } from '../../care/certificate-record.ts';
import { certificateSystems, insuredPerson } from '../../care/names.ts';
import { mergePatient, personKey, toPatient } from '../../care/person-record.ts';
import { findRecordIssues } from '../../care/record-rules.ts';
import { parseJson, stringifyJson } from '../../fhir/json.ts';
import type { Resource } from '../../fhir/types.ts';
import { certificateLayout } from '../../files/certificates/layout.ts';
import type { Finding } from '../../files/finding.ts';
import { type FindCodes, readRecord } from '../../files/layout.ts';
import type { Row } from '../../files/row.ts';
import type { Change, Committed, TextTemplate } from '../../store/store.ts';
import { sameVersion, writeChange } from '../intake/change.ts';
import type { FhirRequest, Services } from '../interaction.ts';
import { commitPrepared } from '../write.ts';
import type { Insurers } from './insurers.ts';
import { findByKeys } from './keys.ts';
import { placed, type Receipt } from './receipt.ts';
import { type Presence, presenceOf, templateOf } from './state.ts';

/** What chunks share. */
export interface Push {
  readonly services: Services;
  readonly request: FhirRequest;
  readonly codes: FindCodes;
  readonly idOf: (kind: string, key: string) => string;
  readonly insurers: Insurers;
}

/** A row that was read. */
export interface ReadEntry {
  readonly row: Row;
  readonly findings: readonly Finding[];
  /** Absent when the row is refused. */
  readonly record?: CertificateRecord;
  /** Kind and business key. */
  readonly key?: string;
}

/** Reads a row: its items, then the rules between them. */
export function readEntry({ services, codes }: Push, row: Row): ReadEntry {
  const { record, findings } = readRecord([certificateLayout], row, codes, false);
  if (!record || findings.some(one => one.severity === 'error')) return { row, findings };
  const rules = placed(row, certificateLayout.fields, record, findRecordIssues(record, services.terminology.library));
  const all = rules.length === 0 ? findings : [...findings, ...rules];
  if (rules.some(one => one.severity === 'error')) return { row, findings: all };
  return { row, findings: all, record, key: `${record['kind']} ${certificateKey(record)}` };
}

/** A person of a chunk: the Patient, and the row that speaks last of it. */
interface Person {
  readonly key: string;
  readonly record: CertificateRecord;
  id: string;
  presence: Presence;
  change?: Change;
}

interface Certificate {
  readonly entry: ReadEntry;
  readonly record: CertificateRecord;
  readonly person: Person;
  id: string;
  resource: Resource;
  template: TextTemplate;
  presence: Presence;
}

const isAbsent = ({ presence }: { readonly presence: Presence }): boolean =>
  presence === 'absent' || presence === 'deleted';

async function persons(push: Push, entries: readonly ReadEntry[]): Promise<Map<string, Person>> {
  const found = new Map<string, Person>();
  for (const { record } of entries) {
    if (!record) continue;
    const key = personKey(record);
    found.set(key, { key, record, id: push.idOf('Patient', key), presence: 'absent' });
  }
  const list = [...found.values()];
  const wanted = list.map(({ id, record }) => ({ type: 'Patient', id, template: templateOf(toPatient(record), id) }));
  const presence = await presenceOf(push.services.store, wanted);
  for (const [i, one] of list.entries()) one.presence = presence[i]!;
  const absent = list.filter(isAbsent);
  const keyed = await findByKeys(
    push,
    'Patient',
    insuredPerson,
    absent.map(one => one.key),
  );
  for (const one of absent) {
    const known = keyed.ids.get(one.key);
    if (known) Object.assign(one, { id: known, presence: 'other' });
  }
  for (const one of list) {
    if (one.presence === 'same') continue;
    const change = one.presence === 'other' ? await mergedPatient(push, one) : newPatient(push, one);
    if (change) one.change = change;
  }
  const first = list.find(one => one.change && isAbsent(one));
  if (first?.change && keyed.precondition)
    first.change = { ...first.change, preconditions: [...first.change.preconditions, keyed.precondition] };
  return found;
}

function newPatient({ services, request }: Push, { id, record, presence }: Person): Change {
  const resource = toPatient(record) as Resource;
  const template = templateOf(resource, id);
  const change = writeChange(services, request, { type: 'Patient', id, text: '', template, resource });
  return presence === 'absent' ? { ...change, mustBeNew: true } : change;
}

/** Another content is there: what the row says is put into it; none when the row says nothing new. */
async function mergedPatient({ services, request }: Push, { id, record }: Person): Promise<Change | undefined> {
  const version = await services.store.read('Patient', id, services.access.condition(request.caller));
  if (!version || version.deleted) return undefined;
  const stored = parseJson(version.text, { lossless: true }) as Resource;
  const resource = mergePatient(stored, record);
  if (resource === stored) return undefined;
  const preconditions = [sameVersion('Patient', id, version.versionId)];
  return writeChange(services, request, {
    type: 'Patient',
    id,
    text: stringifyJson(resource),
    resource,
    preconditions,
  });
}

async function certificates(
  push: Push,
  entries: readonly ReadEntry[],
  people: ReadonlyMap<string, Person>,
): Promise<{ list: readonly Certificate[]; changes: readonly Change[] }> {
  const list: Certificate[] = [];
  for (const entry of entries) {
    const { record, key } = entry;
    if (!record || key === undefined) continue;
    const person = people.get(personKey(record))!;
    const id = push.idOf('Coverage', key);
    const payor = `Organization/${await push.insurers.find(record)}`;
    const resource = toCoverage(record, `Patient/${person.id}`, payor) as Resource;
    list.push({ entry, record, person, id, resource, template: templateOf(resource, id), presence: 'absent' });
  }
  const presence = await presenceOf(
    push.services.store,
    list.map(({ id, template }) => ({ type: 'Coverage', id, template })),
  );
  for (const [i, one] of list.entries()) one.presence = presence[i]!;
  return { list, changes: await certificateChanges(push, list) };
}

async function certificateChanges(push: Push, list: readonly Certificate[]): Promise<Change[]> {
  const changes: Change[] = [];
  for (const [kind, system] of certificateSystems) {
    const absent = list.filter(one => isAbsent(one) && one.record['kind'] === kind);
    const keyed = await findByKeys(
      push,
      'Coverage',
      system,
      absent.map(one => certificateKey(one.record)),
    );
    for (const [i, one] of absent.entries()) {
      const known = keyed.ids.get(certificateKey(one.record));
      if (known) Object.assign(one, { id: known, presence: 'other', template: templateOf(one.resource, known) });
      const own = coverageChange(push, one);
      const guarded = i === 0 && keyed.precondition ? [...own.preconditions, keyed.precondition] : own.preconditions;
      changes.push({ ...own, preconditions: guarded });
    }
  }
  const other = list.filter(one => one.presence === 'other' && !changes.some(change => change.id === one.id));
  return [...changes, ...other.map(one => coverageChange(push, one))];
}

function coverageChange({ services, request }: Push, { id, resource, template, presence }: Certificate): Change {
  const change = writeChange(services, request, { type: 'Coverage', id, text: '', template, resource });
  return presence === 'absent' ? { ...change, mustBeNew: true } : change;
}

const outcomes = { created: 'created', updated: 'changed', unchanged: 'unchanged' } as const;

function receiptOf(one: Certificate, done: ReadonlyMap<string, Committed['outcome']>): Receipt {
  const coverage = `Coverage/${one.id}`;
  const outcome = outcomes[(done.get(coverage) ?? 'unchanged') as keyof typeof outcomes];
  const person = outcomes[(done.get(`Patient/${one.person.id}`) ?? 'unchanged') as keyof typeof outcomes];
  return {
    line: one.entry.row.line,
    outcome,
    coverage,
    ...(person !== 'unchanged' && { person }),
    findings: one.entry.findings,
  };
}

/**
 * Applies a chunk of rows that were read; all that is not refused is committed as one.
 * @returns a receipt for each row, in their order
 */
export async function pushChunk(push: Push, entries: readonly ReadEntry[]): Promise<readonly Receipt[]> {
  let list: readonly Certificate[] = [];
  const { committed, changes } = await commitPrepared(push.services, async () => {
    const people = await persons(push, entries);
    const made = await certificates(push, entries, people);
    list = made.list;
    return [...[...people.values()].flatMap(one => one.change ?? []), ...made.changes];
  });
  const done = new Map(changes.map(({ type, id }, i) => [`${type}/${id}`, committed[i]!.outcome]));
  const receipts = new Map(list.map(one => [one.entry, receiptOf(one, done)]));
  return entries.map(
    entry => receipts.get(entry) ?? { line: entry.row.line, outcome: 'refused', findings: entry.findings },
  );
}
