/**
 * Stored plans → files of the care-plan exchange: one set of files for each sender and receiver.
 */
import type { Resource } from '../../../fhir/types.ts';
import type { Key } from '../../convert.ts';
import { getAt } from '../../element-path.ts';
import { type FileRecord, type FindCodes, writeRecords } from '../../layout.ts';
import { OutFiles, type OutPiece } from '../../out-files.ts';
import type { Spool } from '../../spool.ts';
import type { Found, WriteOptions, WrittenFile } from '../standard.ts';
import { writeDeletions } from './deletions.ts';
import { makeFileName, type Party } from './file-name.ts';
import { readSheet, type SheetName, sheetKey } from './forms.ts';
import { supplementOf } from './from-rest.ts';
import { readPlan } from './home-plan.ts';
import { careplanLayouts } from './layouts/all.ts';
import { newestVersion } from './layouts/layout-of.ts';
import { readMonth } from './month.ts';
import { identifierValue, type Reading } from './parts.ts';
import { readPreventive } from './preventive-plan.ts';
import { codeSystems, key, personOf, systems } from './systems.ts';

/** サービス種類 of those who plan: 居宅介護支援 and 介護予防支援. */
const planner = '43';
const preventivePlanner = '46';

/** The rows of one set, by interface, and who sends it to whom. */
export interface OutSet {
  readonly key: string;
  readonly month?: string;
  readonly from: Party;
  readonly receivers: readonly Party[];
  readonly rows: readonly (readonly [kind: string, records: readonly FileRecord[]])[];
  readonly pictures?: readonly { name: string; bytes: Uint8Array }[];
}

const partyOf = (text: string): Party => {
  const [office = '', serviceType] = text.split('_');
  return { office, serviceType };
};

async function sheetRows(name: SheetName, of: string, found: Found) {
  const response = await found.byKey('QuestionnaireResponse', sheetKey(name, of));
  return response && readSheet(name, response);
}

/** The resources a plan refers to, read before it is. */
async function readingOf(plan: Resource, found: Found): Promise<Reading> {
  const goals = new Map<string, Resource>();
  for (const { reference } of (plan['goal'] ?? []) as { reference: string }[]) {
    const goal = await found.read(reference);
    if (goal) goals.set(reference, goal);
  }
  return { find: reference => goals.get(reference), form: () => undefined };
}

/** 利用者補足情報 of a plan or a month, as rows; of one that came over REST, what the person tells. */
async function supplement(plan: Resource, of: string, header: FileRecord, found: Found): Promise<FileRecord[]> {
  const sheet = await sheetRows('UPHOSOKU', of, found);
  if (sheet) return [{ ...sheet.top, ...header }];
  if (getAt(plan, 'ext(kaigo-csv-version).valueCode') !== undefined) return [];
  const person = await found.byKey('Patient', key('insured', personOf(header)));
  return person ? [{ ...supplementOf(person), ...header, version: newestVersion }] : [];
}

/** サービス種類 of a row: of its service code, else the one table 2 names in words; undefined when no name fits. */
function serviceTypeOf({ serviceCode, service }: FileRecord, codes: FindCodes): string | undefined {
  if (serviceCode) return serviceCode.slice(0, 2);
  const name = service?.normalize('NFKC').trim();
  return [...(codes(codeSystems.serviceType) ?? [])].find(([, title]) => title.normalize('NFKC') === name)?.[0];
}

/** The offices rows name, each with its service types; without one where none is known, as names were up to standard 3.2. */
function officesIn(rows: readonly FileRecord[], codes: FindCodes): Party[] {
  const offices = new Map<string, Set<string | undefined>>();
  for (const row of rows) {
    const office = row['officeNumber'];
    if (office) offices.set(office, (offices.get(office) ?? new Set()).add(serviceTypeOf(row, codes)));
  }
  return [...offices].flatMap(([office, types]) => {
    if (types.size > 1) types.delete(undefined);
    return [...types].map(serviceType => ({ office, serviceType }));
  });
}

/** A CarePlan of 居宅サービス計画 → its set. */
export async function outPlan(resource: Resource, found: Found, codes: FindCodes): Promise<OutSet> {
  const { plan, rows, week } = readPlan(resource, await readingOf(resource, found));
  const own = identifierValue(resource, systems.plan)!;
  const { insurer = '', insured = '', planDate = '' } = plan;
  const extra = await supplement(resource, own, { insurer, insured, planDate, month: '000000' }, found);
  return {
    key: own,
    from: { office: plan['officeNumber'] ?? '', serviceType: planner },
    receivers: officesIn(rows, codes),
    rows: [
      ['UP1KYO', [plan]],
      ['UP2KYO', rows],
      ['UP3KYO', week],
      ['UPHOSOKU', extra],
    ],
  };
}

/** A CarePlan of a month → its set. */
export async function outMonth(
  kind: 'month' | 'given',
  resource: Resource,
  found: Found,
  codes: FindCodes,
): Promise<OutSet> {
  const rows = readMonth(kind, resource);
  const own = identifierValue(resource, systems[kind])!;
  const [insurer = '', insured = '', month = '', office = '', serviceType = ''] = own.split(':');
  const managed = { office: rows[0]?.['plannerNumber'] ?? '', serviceType: planner };
  if (kind === 'given')
    return { key: own, month, from: { office, serviceType }, receivers: [managed], rows: [['UPJSK', rows]] };
  const header = { insurer, insured, month };
  const benefits = await sheetRows('UPSIKYU', own, found);
  const lines = (benefits?.repeated['line'] ?? []).map(one => ({
    ...one,
    ...header,
    version: benefits!.top['version']!,
    created: benefits!.top['created']!,
  }));
  const extra = await supplement(resource, own, { ...header, planDate: '00000000' }, found);
  return {
    key: own,
    month,
    from: managed,
    receivers: officesIn(rows, codes),
    rows: [
      ['UPPLAN', rows],
      ['UPSIKYU', lines],
      ['UPHOSOKU', extra],
    ],
  };
}

/** A QuestionnaireResponse of 利用者基本情報 → its set. */
export function outBasic(response: Resource): OutSet {
  const own = (response['identifier'] as Key).value.replace(/^UPKIHON:/, '');
  const [insurer = '', insured = '', consultedOn = ''] = own.split(':');
  const { top, repeated, pictures } = readSheet('UPKIHON', response);
  const header = { insurer, insured, consultedOn, version: top['version'] ?? '' };
  const table = (name: string) => (repeated[name] ?? []).map(one => ({ ...one, ...header }));
  return {
    key: own,
    from: { office: String(getAt(response, 'author.identifier.value') ?? ''), serviceType: preventivePlanner },
    receivers: [],
    rows: [
      ['UPKIHON', [{ ...top, ...header }]],
      ['UPKIHON_SUB1', table('days')],
      ['UPKIHON_SUB2', table('diseases')],
    ],
    pictures,
  };
}

/** A CarePlan of 介護予防サービス・支援計画書 → its set. */
export async function outPreventive(resource: Resource, found: Found): Promise<OutSet> {
  const { plan, rows, sender } = readPreventive(resource, await readingOf(resource, found));
  const own = identifierValue(resource, systems.preventive)!;
  const sheet = await sheetRows('UPYOBO', own, found);
  return {
    key: own,
    from: { office: sender, serviceType: preventivePlanner },
    receivers: [],
    rows: [
      ['UPYOBO', [{ ...sheet?.top, ...plan }]],
      ['UPYOBO_SUB', rows],
    ],
  };
}

/** The sets of everything that is stored, in the order of their keys. */
async function* outSets(found: Found, wanted: (kind: string) => boolean, codes: FindCodes): AsyncGenerator<OutSet> {
  if (wanted('UP1KYO')) for await (const one of found.all('CarePlan', systems.plan)) yield outPlan(one, found, codes);
  if (wanted('UPPLAN'))
    for await (const one of found.all('CarePlan', systems.month)) yield outMonth('month', one, found, codes);
  if (wanted('UPJSK'))
    for await (const one of found.all('CarePlan', systems.given)) yield outMonth('given', one, found, codes);
  if (wanted('UPKIHON'))
    for await (const one of found.all('QuestionnaireResponse', systems.form))
      if ((one['identifier'] as Key).value.startsWith('UPKIHON:')) yield outBasic(one);
  if (wanted('UPYOBO'))
    for await (const one of found.all('CarePlan', systems.preventive)) yield outPreventive(one, found);
}

/** What a file is: one for each interface, month, sender, receiver and version. */
interface OutName {
  readonly kind: string;
  readonly month: string | undefined;
  readonly from: Party;
  readonly to: Party;
}

/** Files being filled. */
class Outbox {
  private readonly files: OutFiles<OutName>;
  private readonly pictures: { name: string; place: OutPiece }[] = [];
  private readonly codes: FindCodes;

  constructor(spool: Spool, codes: FindCodes) {
    this.files = new OutFiles(spool);
    this.codes = codes;
  }

  /** The rows of a set go to each of its receivers, its pictures once. */
  add(set: OutSet, from: Party, receivers: readonly Party[]): void {
    if (receivers.length === 0) return;
    for (const [kind, records] of set.rows) {
      if (records.length === 0) continue;
      const version = records[0]!['version'] ?? '';
      const editions = careplanLayouts.get(kind)!;
      const layout = editions.find(one => one.versions?.includes(version)) ?? editions[0]!;
      const piece = this.files.put(set.key, records.length, writeRecords(layout, records, this.codes));
      for (const to of receivers) {
        const name = [kind, set.month, from.office, from.serviceType, to.office, to.serviceType, version].join(' ');
        this.files.add(name, { kind, month: set.month, from, to }, piece);
      }
    }
    for (const { name, bytes } of set.pictures ?? [])
      this.pictures.push({ name, place: this.files.put(set.key, 0, { bytes, findings: [] }) });
  }

  *write(stamp: string): Generator<WrittenFile> {
    for (const file of this.files.list()) {
      const name = makeFileName({ ...file.about, stamp });
      const pieces = () => this.files.readAll(file);
      yield { name, size: this.files.size(file), pieces, findings: this.files.findings(file, name, 1) };
    }
    for (const { name, place } of this.pictures)
      yield { name, size: place.to - place.from, pieces: () => this.files.read(place), findings: [] };
  }
}

const isSame = (one: Party, asked: Party): boolean =>
  one.office === asked.office &&
  (asked.serviceType === undefined || !one.serviceType || one.serviceType === asked.serviceType);

/**
 * Writes what is stored as files.
 * @param options `kinds` by their main interface (UP1KYO, UPPLAN, UPJSK, UPKIHON, UPYOBO); 介護予防 files name no receiver by number,
 *   so they are written only when `to` is given
 */
export async function* writeFiles(
  found: Found,
  options: WriteOptions,
  codes: FindCodes,
  spool: Spool,
): AsyncGenerator<WrittenFile> {
  const from = options.from === undefined ? undefined : partyOf(options.from);
  const to = options.to === undefined ? undefined : partyOf(options.to);
  if (options.deletions) {
    if (from && to) yield* writeDeletions(from, to, options, codes);
    return;
  }
  const outbox = new Outbox(spool, codes);
  for await (const set of outSets(found, kind => options.kinds?.includes(kind) ?? true, codes)) {
    if (options.month !== undefined && set.month !== undefined && set.month !== options.month) continue;
    // The service type of a planning office is not in its rows, so only its number is compared.
    const known = set.rows[0]?.[0] === 'UPJSK';
    if (from && !(known ? isSame(set.from, from) : set.from.office === from.office)) continue;
    const receivers = to
      ? set.receivers.length === 0 || set.receivers.some(one => isSame(one, to))
        ? [to]
        : []
      : set.receivers;
    outbox.add(set, from?.serviceType ? from : set.from, receivers);
  }
  yield* outbox.write(options.stamp);
}
