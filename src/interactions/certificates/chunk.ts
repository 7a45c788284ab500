/**
 * A chunk of prepared rows: compared with what is stored, and committed as one. What is the same is not written; a commit that
 * another write came before is prepared again.
 */
import { certificateSystems, insuredPerson } from '../../care/names.ts';
import { mergePatient } from '../../care/person-record.ts';
import { parseJson, stringifyJson } from '../../fhir/json.ts';
import type { Resource } from '../../fhir/types.ts';
import { certificateLayout } from '../../files/certificates/layout.ts';
import type { Finding } from '../../files/finding.ts';
import type { Change, Committed, Precondition } from '../../store/store.ts';
import { sameVersion, writeChange } from '../intake/change.ts';
import type { FhirRequest, Services } from '../interaction.ts';
import { commitPrepared } from '../write.ts';
import type { Insurers } from './insurers.ts';
import { findByKeys } from './keys.ts';
import {
  type PreparedChunk,
  type PreparedPerson,
  type PreparedResource,
  type PreparedRow,
  type Preparing,
  prepareCoverage,
  preparePatient,
  type RowKeys,
} from './prepare.ts';
import type { Receipt } from './receipt.ts';
import { type Presence, presenceOf } from './state.ts';

/** What chunks share. */
export interface Push extends Preparing {
  readonly services: Services;
  readonly request: FhirRequest;
  readonly insurers: Insurers;
}

/** A person of a chunk. */
interface Person {
  readonly prepared: PreparedPerson;
  id: string;
  presence: Presence;
  /** Several records have the number: none can be chosen. */
  doubled: boolean;
  change?: Change;
}

interface Certificate {
  readonly row: PreparedRow;
  readonly keys: RowKeys;
  readonly person: Person;
  readonly payor: string;
  prepared: PreparedResource;
  presence: Presence;
  /** Why it cannot be stored. */
  refused?: Finding;
}

/** What a chunk becomes, and what its commit depends on: that no other has come with these keys. */
interface Made<T> {
  readonly list: readonly T[];
  readonly preconditions: readonly Precondition[];
}

const isAbsent = ({ presence }: { readonly presence: Presence }): boolean =>
  presence === 'absent' || presence === 'deleted';

async function findPersons(push: Push, { persons }: PreparedChunk): Promise<Made<Person>> {
  const presence = await presenceOf(push.services.store, persons);
  const list = persons.map(
    (prepared, i): Person => ({
      prepared,
      id: prepared.id,
      presence: presence[i]!,
      doubled: false,
    }),
  );
  const absent = list.filter(isAbsent);
  const keyed = await findByKeys(
    push,
    'Patient',
    insuredPerson,
    absent.map(one => one.prepared.key),
  );
  for (const one of absent) {
    const known = keyed.ids.get(one.prepared.key);
    if (known) Object.assign(one, { id: known, presence: 'other', doubled: keyed.doubled.has(one.prepared.key) });
  }
  for (const one of list) {
    if (one.presence === 'same' || one.doubled) continue;
    const change = one.presence === 'other' ? await mergedPatient(push, one) : newPatient(push, one);
    if (change) one.change = change;
  }
  return { list, preconditions: keyed.preconditions };
}

/**
 * The change as it was made beforehand. A thread beside does not know SearchParameters that clients have stored: where there are any, index
 * rows are made here.
 */
function changeBefore({ services }: Push, { change }: PreparedResource): Change | undefined {
  const known = services.search.asExtracted();
  return known?.kind === 'newest' && known.seq === 0 ? change : undefined;
}

function newPatient(push: Push, { prepared, id, presence }: Person): Change {
  const change = changeBefore(push, prepared) ?? preparePatient(push, prepared.record, id, true).change!;
  return presence === 'absent' ? { ...change, mustBeNew: true } : change;
}

/** Another content is there: what the row says is put into it; none when the row says nothing new. */
async function mergedPatient({ services, request }: Push, { id, prepared }: Person): Promise<Change | undefined> {
  const version = await services.store.read('Patient', id, services.access.condition(request.caller));
  if (!version || version.deleted) return undefined;
  const stored = parseJson(version.text, { lossless: true }) as Resource;
  const resource = mergePatient(stored, prepared.record);
  if (resource === stored) return undefined;
  const preconditions = [sameVersion('Patient', id, version.versionId)];
  const text = stringifyJson(resource);
  return writeChange(services, request, { type: 'Patient', id, text, resource, preconditions });
}

/** The certificates of a chunk; those whose person or insurer has another id than was thought are made again. */
async function findCertificates(
  push: Push,
  { rows, coverages, payors }: PreparedChunk,
  persons: readonly Person[],
): Promise<Made<Certificate>> {
  const people = new Map(persons.map(one => [one.prepared.key, one]));
  const list: Certificate[] = [];
  for (const [i, row] of rows.entries()) {
    const { keys } = row;
    const thought = coverages[i];
    if (!keys || !thought) continue;
    const person = people.get(keys.person)!;
    const payor = push.insurers.ids.get(keys.insurer) ?? (await push.insurers.find(row.record!));
    const isRight = person.id === person.prepared.id && payor === payors.get(keys.insurer);
    const ids = { id: thought.id, person: person.id, payor };
    const prepared = isRight ? thought : prepareCoverage(push, row.record!, ids, false);
    const refused = person.doubled && doubled(row, 'Patient');
    list.push({ row, keys, person, payor, prepared, presence: 'absent', ...(refused && { refused }) });
  }
  const presence = await presenceOf(
    push.services.store,
    list.map(one => one.prepared),
  );
  for (const [i, one] of list.entries()) one.presence = presence[i]!;
  return { list, preconditions: await findOthers(push, list) };
}

/** Certificates that came in another way keep the ids they have. */
async function findOthers(push: Push, list: readonly Certificate[]): Promise<readonly Precondition[]> {
  const preconditions: Precondition[] = [];
  for (const [kind, system] of certificateSystems) {
    const absent = list.filter(one => isAbsent(one) && one.keys.kind === kind && !one.refused);
    const keyed = await findByKeys(
      push,
      'Coverage',
      system,
      absent.map(one => one.keys.certificate),
    );
    preconditions.push(...keyed.preconditions);
    for (const one of absent) {
      const known = keyed.ids.get(one.keys.certificate);
      if (keyed.doubled.has(one.keys.certificate)) one.refused = doubled(one.row, 'Coverage');
      else if (known) Object.assign(one, { presence: 'other', prepared: madeAgain(push, one, known) });
    }
  }
  return preconditions;
}

/** Several resources have the key of a row. */
function doubled({ line, record }: PreparedRow, type: 'Patient' | 'Coverage'): Finding {
  const key = type === 'Patient' ? 'insured' : 'history';
  const at = certificateLayout.fields.findIndex(one => one.key === key);
  const { no, name } = certificateLayout.fields[at]!;
  const value = record?.[key];
  return {
    kind: 'relation',
    severity: 'error',
    line,
    item: no,
    name,
    ...(value && { value }),
    rule: {
      en: `one ${type} for each number; the server holds several with the number of this row`,
      ja: `1つの番号に ${type} は1件です。この行の番号の ${type} がサーバーに2件以上あります`,
    },
    mend: {
      en: `Search for the ${type} by this number, leave the number on one of them, then push the row again`,
      ja: `この番号で ${type} を検索し、1件だけに番号を残してから、この行をもう一度送ってください`,
    },
  };
}

const madeAgain = (push: Push, { row, person, payor }: Certificate, id: string): PreparedResource =>
  prepareCoverage(push, row.record!, { id, person: person.id, payor }, true);

function coverageChange(push: Push, one: Certificate): Change {
  const { prepared, presence } = one;
  const change = changeBefore(push, prepared) ?? madeAgain(push, one, prepared.id).change!;
  return presence === 'absent' ? { ...change, mustBeNew: true } : change;
}

/** Changes of all that is not refused; the first of them is done only when all is as it was found. */
function changesOf(push: Push, persons: Made<Person>, certificates: Made<Certificate>): Change[] {
  const taken = certificates.list.filter(one => !one.refused);
  const wanted = new Set(taken.map(one => one.person));
  const [first, ...rest] = [
    ...persons.list.flatMap(one => (wanted.has(one) && one.change) || []),
    ...taken.filter(one => one.presence !== 'same').map(one => coverageChange(push, one)),
  ];
  if (!first) return [];
  const all = [...first.preconditions, ...persons.preconditions, ...certificates.preconditions];
  return [{ ...first, preconditions: all }, ...rest];
}

const outcomes = { created: 'created', updated: 'changed', unchanged: 'unchanged' } as const;

function receiptOf(one: Certificate, done: ReadonlyMap<string, Committed['outcome']>): Receipt {
  const { line, findings } = one.row;
  if (one.refused) return { line, outcome: 'refused', findings: [...findings, one.refused] };
  const coverage = `Coverage/${one.prepared.id}`;
  const outcome = outcomes[(done.get(coverage) ?? 'unchanged') as keyof typeof outcomes];
  const person = outcomes[(done.get(`Patient/${one.person.id}`) ?? 'unchanged') as keyof typeof outcomes];
  return { line, outcome, coverage, ...(person !== 'unchanged' && { person }), findings };
}

/**
 * Applies a chunk of rows; all that is not refused is committed as one.
 * @returns a receipt for each row, in their order
 */
export async function pushChunk(push: Push, chunk: PreparedChunk): Promise<readonly Receipt[]> {
  let list: readonly Certificate[] = [];
  const { committed, changes } = await commitPrepared(push.services, async () => {
    const persons = await findPersons(push, chunk);
    const certificates = await findCertificates(push, chunk, persons.list);
    list = certificates.list;
    return changesOf(push, persons, certificates);
  });
  const done = new Map(changes.map(({ type, id }, i) => [`${type}/${id}`, committed[i]!.outcome]));
  const receipts = new Map(list.map(one => [one.row, receiptOf(one, done)]));
  return chunk.rows.map(row => receipts.get(row) ?? { line: row.line, outcome: 'refused', findings: row.findings });
}
