/**
 * A chunk of prepared rows: compared with what is stored, and committed as one. What is the same is not written; a commit that
 * another write came before is prepared again.
 */
import { certificateSystems, insuredPerson } from '../../care/names.ts';
import { mergePatient } from '../../care/person-record.ts';
import { parseJson, stringifyJson } from '../../fhir/json.ts';
import type { Resource } from '../../fhir/types.ts';
import type { Change, Committed } from '../../store/store.ts';
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
  change?: Change;
}

interface Certificate {
  readonly row: PreparedRow;
  readonly keys: RowKeys;
  readonly person: Person;
  readonly payor: string;
  prepared: PreparedResource;
  presence: Presence;
}

const isAbsent = ({ presence }: { readonly presence: Presence }): boolean =>
  presence === 'absent' || presence === 'deleted';

async function findPersons(push: Push, { persons }: PreparedChunk): Promise<Map<string, Person>> {
  const presence = await presenceOf(push.services.store, persons);
  const list = persons.map((prepared, i): Person => ({ prepared, id: prepared.id, presence: presence[i]! }));
  const absent = list.filter(isAbsent);
  const keyed = await findByKeys(
    push,
    'Patient',
    insuredPerson,
    absent.map(one => one.prepared.key),
  );
  for (const one of absent) {
    const known = keyed.ids.get(one.prepared.key);
    if (known) Object.assign(one, { id: known, presence: 'other' });
  }
  for (const one of list) {
    if (one.presence === 'same') continue;
    const change = one.presence === 'other' ? await mergedPatient(push, one) : newPatient(push, one);
    if (change) one.change = change;
  }
  const first = list.find(one => one.change && isAbsent(one));
  if (first?.change)
    first.change = { ...first.change, preconditions: [...first.change.preconditions, ...keyed.preconditions] };
  return new Map(list.map(one => [one.prepared.key, one]));
}

function newPatient(push: Push, { prepared, id, presence }: Person): Change {
  const change = prepared.change ?? preparePatient(push, prepared.record, id, true).change!;
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
  people: ReadonlyMap<string, Person>,
): Promise<{ list: readonly Certificate[]; changes: readonly Change[] }> {
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
    list.push({ row, keys, person, payor, prepared, presence: 'absent' });
  }
  const presence = await presenceOf(
    push.services.store,
    list.map(one => one.prepared),
  );
  for (const [i, one] of list.entries()) one.presence = presence[i]!;
  return { list, changes: await certificateChanges(push, list) };
}

async function certificateChanges(push: Push, list: readonly Certificate[]): Promise<Change[]> {
  const changes: Change[] = [];
  const other = list.filter(one => one.presence === 'other');
  for (const [kind, system] of certificateSystems) {
    const absent = list.filter(one => isAbsent(one) && one.keys.kind === kind);
    const keyed = await findByKeys(
      push,
      'Coverage',
      system,
      absent.map(one => one.keys.certificate),
    );
    for (const [i, one] of absent.entries()) {
      const known = keyed.ids.get(one.keys.certificate);
      if (known) Object.assign(one, { presence: 'other', prepared: madeAgain(push, one, known) });
      const own = coverageChange(push, one);
      changes.push(i > 0 ? own : { ...own, preconditions: [...own.preconditions, ...keyed.preconditions] });
    }
  }
  return [...changes, ...other.map(one => coverageChange(push, one))];
}

const madeAgain = (push: Push, { row, person, payor }: Certificate, id: string): PreparedResource =>
  prepareCoverage(push, row.record!, { id, person: person.id, payor }, true);

function coverageChange(push: Push, one: Certificate): Change {
  const { prepared, presence } = one;
  const change = prepared.change ?? madeAgain(push, one, prepared.id).change!;
  return presence === 'absent' ? { ...change, mustBeNew: true } : change;
}

const outcomes = { created: 'created', updated: 'changed', unchanged: 'unchanged' } as const;

function receiptOf(one: Certificate, done: ReadonlyMap<string, Committed['outcome']>): Receipt {
  const coverage = `Coverage/${one.prepared.id}`;
  const outcome = outcomes[(done.get(coverage) ?? 'unchanged') as keyof typeof outcomes];
  const person = outcomes[(done.get(`Patient/${one.person.id}`) ?? 'unchanged') as keyof typeof outcomes];
  const { line, findings } = one.row;
  return { line, outcome, coverage, ...(person !== 'unchanged' && { person }), findings };
}

/**
 * Applies a chunk of rows; all that is not refused is committed as one.
 * @returns a receipt for each row, in their order
 */
export async function pushChunk(push: Push, chunk: PreparedChunk): Promise<readonly Receipt[]> {
  let list: readonly Certificate[] = [];
  const { committed, changes } = await commitPrepared(push.services, async () => {
    const people = await findPersons(push, chunk);
    const made = await findCertificates(push, chunk, people);
    list = made.list;
    return [...[...people.values()].flatMap(one => one.change ?? []), ...made.changes];
  });
  const done = new Map(changes.map(({ type, id }, i) => [`${type}/${id}`, committed[i]!.outcome]));
  const receipts = new Map(list.map(one => [one.row, receiptOf(one, done)]));
  return chunk.rows.map(row => receipts.get(row) ?? { line: row.line, outcome: 'refused', findings: row.findings });
}
