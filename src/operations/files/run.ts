/**
 * Runs an import: each unit of a delivery is one transaction; a refused one leaves nothing behind and does not stop the next.
 */
import { readCertificate } from '../../care/certificate.ts';
import { findClaimDoubts } from '../../care/claim-certificate.ts';
import { findClaimIssues } from '../../care/claims.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import { conditionalReference, conditionOf, type Key, type Removal, toTransaction } from '../../files/convert.ts';
import { type Finding, isRefusal } from '../../files/finding.ts';
import type { Making, SourceFile, Span, Stored, Unit } from '../../files/forms/standard.ts';
import type { FindCodes } from '../../files/layout.ts';
import type { FhirRequest, Services } from '../../interactions/interaction.ts';
import { findMatches } from '../../interactions/match.ts';
import { findRelated } from '../../interactions/related.ts';
import { commitTransaction } from '../../interactions/transaction.ts';
import type { Version } from '../../store/store.ts';
import { CalculatedAnswers } from './calculated.ts';
import { everyResource } from './every-resource.ts';
import { storeAfter } from './follow.ts';
import { Turn } from './turn.ts';
import { unitsOf } from './units.ts';

/** What became of a unit. */
export interface Receipt {
  readonly unit: string;
  readonly place: Unit['place'];
  readonly outcome: 'stored' | 'unchanged' | 'refused';
  /** Number of resources by what became of them. */
  readonly counts: {
    readonly created: number;
    readonly updated: number;
    readonly unchanged: number;
    readonly deleted: number;
  };
  readonly findings: readonly Finding[];
  /** The rows it came from, for giving refused ones back. */
  readonly spans: readonly Span[];
}

/** What became of a unit: counts, or why it is refused. */
type Outcome =
  | { readonly counts: Receipt['counts']; readonly findings: readonly Finding[] }
  | { readonly refusals: readonly Finding[] };

/** How often a unit is merged anew when others write the same records at the same time. */
const mostAttempts = 5;

/** A set that is turned away because the server is busy is tried again after this time, in milliseconds. */
const busyMs = 500;

const nothing = { created: 0, updated: 0, unchanged: 0, deleted: 0 };

/** Units in work at the same time: their commits share one write to disk. */
const sideBySide = 8;

const officeSystem = 'https://w3id.org/engawa/fhir/IdSystem/kaigo-office-number';

/** The codes of the CodeSystems this server has. */
export function codesOf(services: Services): FindCodes {
  const known = new Map<string, ReadonlyMap<string, string> | undefined>();
  const flatten = (list: readonly JsonObject[]): [string, string][] =>
    list.flatMap(one => [
      [String(one['code']), String(one['display'] ?? '')] as [string, string],
      ...flatten((one['concept'] ?? []) as JsonObject[]),
    ]);
  return canonical => {
    if (!known.has(canonical)) {
      const [resource] = services.terminology.library.resources('CodeSystem', canonical);
      const concepts = resource && flatten((resource['concept'] ?? []) as JsonObject[]);
      known.set(canonical, concepts && concepts.length > 0 ? new Map(concepts) : undefined);
    }
    return known.get(canonical);
  };
}

/** One import: remembers the offices that are there, so that each is looked for once. */
class Import {
  private readonly services: Services;
  private readonly request: FhirRequest;
  private readonly codes: FindCodes;
  private readonly calculated: CalculatedAnswers;
  private readonly offices = new Map<string, string>();

  constructor(services: Services, request: FhirRequest) {
    this.services = services;
    this.request = { ...request, prefer: { return: 'minimal' }, body: undefined, query: [], headers: {} };
    this.codes = codesOf(services);
    this.calculated = new CalculatedAnswers(services, this.request);
  }

  async run(unit: Unit): Promise<Receipt> {
    const { name, findings, spans, place } = unit;
    const refused = (more: readonly Finding[]): Receipt => ({
      unit: name,
      place,
      outcome: 'refused',
      counts: nothing,
      findings: [...findings, ...more],
      spans,
    });
    if (!unit.make || findings.some(isRefusal)) return refused([]);
    try {
      if (unit.person && !(await this.find('Patient', unit.person))) return refused([unknownPerson(unit)]);
      const stored = await this.storeNewest(unit);
      if ('refusals' in stored) return refused(stored.refusals);
      const { counts } = stored;
      const changed = counts.created + counts.updated + counts.deleted > 0;
      const told = [...findings, ...stored.findings];
      return { unit: name, place, outcome: changed ? 'stored' : 'unchanged', counts, findings: told, spans };
    } catch (error) {
      if (!(error instanceof FhirError) || error.status >= 500) throw error;
      return refused(
        error.issues.filter(one => one.severity !== 'information').map(one => contentFinding(unit, one.message)),
      );
    }
  }

  /** Stores a unit; what it is merged with is read again when somebody else wrote meanwhile. */
  private async storeNewest(unit: Unit): Promise<Outcome> {
    for (let attempt = 1; ; ) {
      try {
        return await this.store(unit, await this.readStored(unit.reads ?? []));
      } catch (error) {
        if (!(error instanceof FhirError)) throw error;
        // The server is busy, which is no fault of the set: it waits for its turn.
        if (error.problem === 'throttled') await new Promise(resolve => setTimeout(resolve, busyMs));
        else if (error.status !== 412 || attempt++ === mostAttempts) throw error;
      }
    }
  }

  private async store(unit: Unit, stored: ReadonlyMap<string, Resource>): Promise<Outcome> {
    const judge = unit.judged ? await this.judgeFor(stored) : undefined;
    const make = () =>
      unit.make!({
        codes: this.codes,
        office: number => this.offices.get(number),
        stored: (type, key) => stored.get(conditionalReference(type, key)),
        ...(judge && { judge }),
      });
    const first = make();
    const missing = first.drafts.filter(one => one.keep && one.resource.resourceType === 'Organization');
    for (const { key } of missing) await this.lookForOffice(key);
    const { drafts: made, removals, plain, after, findings = [] } = missing.length > 0 ? make() : first;
    if (findings.some(isRefusal)) return { refusals: findings };
    const removed: string[] = [];
    for (const removal of removals) removed.push(...(await this.toRemove(removal)));
    const { drafts, unchanged } = await this.calculated.completeAll(made);
    const counts = { ...nothing, unchanged };
    if (drafts.length + removed.length + (plain?.length ?? 0) === 0) return { counts, findings };
    const { text, bundle } = toTransaction(drafts, removed, plain);
    // A request of its own: what is noted about writes goes with it.
    const { committed } = await commitTransaction(this.services, { ...this.request }, text, bundle);
    for (const { outcome, version } of committed) {
      if (outcome !== 'absent') counts[outcome]++;
      if (version?.type === 'Organization' && outcome === 'created') this.remember(version);
    }
    const told = after ? await storeAfter(this.services, this.request, { unit, after, committed }, counts) : [];
    return { counts, findings: [...findings, ...told] };
  }

  private async readStored(reads: readonly Stored[]): Promise<ReadonlyMap<string, Resource>> {
    const found = new Map<string, Resource>();
    const access = this.services.access.condition(this.request.caller);
    for (const { type, key } of reads) {
      const id = await this.find(type, key);
      const version = id === undefined ? undefined : await this.services.store.read(type, id, access);
      if (version && !version.deleted) found.set(conditionalReference(type, key), JSON.parse(version.text) as Resource);
    }
    return found;
  }

  /** The rules of care insurance for a unit, with the certificates of its person. */
  private async judgeFor(stored: ReadonlyMap<string, Resource>): Promise<NonNullable<Making['judge']>> {
    const { library } = this.services.terminology;
    const person = [...stored.values()].find(one => one.resourceType === 'Patient');
    const coverages = person
      ? await findRelated(this.services, this.request, 'Coverage', [['beneficiary', `Patient/${person.id}`]])
      : [];
    const certificates = coverages.map(readCertificate).filter(one => one !== undefined);
    return resource => [
      ...findClaimIssues(resource, certificates, library),
      ...findClaimDoubts(resource, certificates, library),
    ];
  }

  private remember({ id, text }: Version): void {
    const { identifier = [] } = JSON.parse(text) as { identifier?: { system?: string; value?: string }[] };
    for (const one of identifier)
      if (one.system === officeSystem && one.value !== undefined) this.offices.set(one.value, `Organization/${id}`);
  }

  private async lookForOffice(key: Key): Promise<void> {
    const id = await this.find('Organization', key);
    if (id !== undefined && key.system === officeSystem) this.offices.set(key.value, `Organization/${id}`);
  }

  private async find(type: string, key: Key): Promise<string | undefined> {
    return (await findMatches(this.services, this.request, type, conditionOf(key))).ids[0];
  }

  /** What is there and is not in the set. */
  private async toRemove({ type, key, but = [] }: Removal): Promise<string[]> {
    const kept = new Set(but.map(({ system, value }) => `${system}|${value}`));
    const removed: string[] = [];
    for await (const one of everyResource(this.services, this.request, type, key)) {
      const identifiers = [one['identifier']].flat() as (Partial<Key> | undefined)[];
      if (!identifiers.some(each => kept.has(`${each?.system}|${each?.value}`))) removed.push(`${type}/${one.id}`);
    }
    return removed;
  }
}

const unknownPerson = ({ place, person }: Unit): Finding => ({
  kind: 'person',
  severity: 'error',
  ...place,
  value: person!.value,
  rule: {
    en: 'nobody with this insurer and insured number is registered',
    ja: 'この保険者番号・被保険者番号の人は登録されていません',
  },
  mend: {
    en: 'Send the certificate, the supplement (UPHOSOKU) with name, kana, sex and day of birth, or SERVICE_USER_INFO of LIFE first',
    ja: '先に被保険者証か、氏名・フリガナ・性別・生年月日のある利用者補足情報（UPHOSOKU）か、LIFE の SERVICE_USER_INFO を送ってください',
  },
});

const contentFinding = ({ place }: Unit, message: Finding['rule']): Finding => ({
  kind: 'content',
  severity: 'error',
  ...place,
  rule: message,
  mend: { en: 'Correct the rows of this set', ja: 'この組の行を直してください' },
});

/** The person a unit is about: its units take effect one after the other. */
const laneOf = ({ name }: Unit): string => name.replace(/^\S+ /, '').split(':').slice(0, 2).join(':');

/**
 * Imports files.
 * @param request who asks, for rights and language
 * @param stopped asked before each unit: true ends the import when those in work are done
 * @returns a receipt for each unit, in order
 */
export async function* importFiles(
  services: Services,
  request: FhirRequest,
  files: readonly SourceFile[],
  stopped: () => boolean = () => false,
): AsyncGenerator<Receipt> {
  await services.terminology.refresh();
  const run = new Import(services, request);
  const waiting: { lane: string; done: Promise<Receipt> }[] = [];
  const turn = new Turn();
  for (const unit of unitsOf(files, codesOf(services))) {
    // Rows that are sorted, and units that are refused, ask the database nothing: without a pause they would hold up everybody else.
    if (turn.isOver()) await turn.pass();
    if (stopped()) break;
    if (!unit) continue;
    const lane = laneOf(unit);
    const before = waiting.filter(one => one.lane === lane).map(one => one.done);
    const done = Promise.allSettled(before).then(() => run.run(unit));
    // It is waited for later: until then its failure is nobody's.
    done.catch(() => {});
    waiting.push({ lane, done });
    if (waiting.length >= sideBySide) yield await waiting.shift()!.done;
  }
  for (const { done } of waiting) yield await done;
}
