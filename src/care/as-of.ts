/**
 * As of a day: which certificates of a person hold on a day, and what they say about that day.
 * Of one kind and insurer the highest 履歴番号 holds; two insurers on one day are told as a doubt, the later one is taken.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { JsonObject } from '../fhir/types.ts';
import type { Library } from '../terminology/library.ts';
import { dayBefore } from './amounts.ts';
import { type Certificate, covers, daysOf, overlaps } from './certificate.ts';
import { inForceWith, master } from './masters.ts';
import { codeIn, extensionsOf, number, object, objects, partOf, text, valueIn } from './names.ts';

type Masters = Pick<Library, 'resources'>;

/** What holds on a day. */
export interface AsOf {
  /** One certificate of a kind, the most. */
  readonly held: readonly Certificate[];
  /** Certificates whose period covers the day, but which are superseded. */
  readonly superseded: readonly Certificate[];
  readonly doubts: readonly Issue[];
  /** All certificates that count, of any day: what holds for a month is asked of them. */
  readonly all: readonly Certificate[];
}

const byHistory = (a: Certificate, b: Certificate): number =>
  (b.history ?? -1) - (a.history ?? -1) || (b.days.start ?? '').localeCompare(a.days.start ?? '');
const byStart = (a: Certificate, b: Certificate): number =>
  (b.days.start ?? '').localeCompare(a.days.start ?? '') || byHistory(a, b);

function doubt(kind: string, names: string): Issue {
  return {
    severity: 'warning',
    code: 'business-rule',
    rule: 'certificate-two-insurers',
    message: {
      en: `Certificates (${kind}) of more than one insurer cover this day: ${names}; the one that began last is taken. End the earlier one`,
      ja: `この日に有効な証（${kind}）が複数の保険者にあります: ${names}。始まりの遅いものを採りました。先の証の終わりを確かめてください`,
    },
  };
}

function choose(kind: string, covering: readonly Certificate[]): { held: Certificate; doubts: Issue[] } {
  const insurers = new Map<string, Certificate>();
  for (const one of [...covering].sort(byHistory))
    if (!insurers.has(one.insurer ?? '')) insurers.set(one.insurer ?? '', one);
  const firsts = [...insurers.values()].sort(byStart);
  const names = firsts.map(one => `Coverage/${one.resource.id}`).join(', ');
  return { held: firsts[0]!, doubts: firsts.length > 1 ? [doubt(kind, names)] : [] };
}

/**
 * What holds on a day.
 * @param certificates all certificates of one person
 * @param day YYYY-MM-DD, a day in Japan
 */
export function holdingOn(certificates: readonly Certificate[], day: string): AsOf {
  const all = certificates.filter(one => one.counts);
  const covering = all.filter(one => covers(one.days, day));
  const kinds = [...new Set(covering.map(one => one.kind))].sort();
  const chosen = kinds.map(kind =>
    choose(
      kind,
      covering.filter(one => one.kind === kind),
    ),
  );
  const held = chosen.map(one => one.held);
  return {
    held,
    superseded: covering.filter(one => !held.includes(one)),
    doubts: chosen.flatMap(one => one.doubts),
    all,
  };
}

/** What the certificates that hold say about a day; absent = they say nothing. */
export interface Figures {
  readonly careLevel?: string;
  /** 区分支給限度基準額 of the month, in units; `fromMaster` when the certificate itself has none. */
  readonly benefitLimit?: { readonly units: number; readonly fromMaster: boolean };
  readonly serviceLimits: readonly { readonly service: JsonObject; readonly units: number }[];
  /** 負担割合, percent. */
  readonly burden?: number;
  readonly stage?: string;
  /** 負担限度額, yen a day. */
  readonly dailyLimits: readonly { readonly kind: string; readonly amount: number }[];
  readonly restrictions: readonly { readonly kind: JsonObject; readonly rate?: number }[];
  readonly offices: readonly JsonObject[];
  readonly facilities: readonly JsonObject[];
}

/** Entries of a list whose own period, if any, covers the day. */
const onDay = <T>(list: readonly T[], periodOf: (one: T) => unknown, day: string): readonly T[] =>
  list.filter(one => covers(daysOf(periodOf(one)), day));

type Limit = NonNullable<Figures['benefitLimit']>;

/** A claim that is only validated, or was stored unchecked, may have any text for its day. */
const isMonth = /^\d{4}-(?:0[1-9]|1[0-2])$/;

/** The day after one; none after a text that names no day. */
function dayAfter(day: string): readonly string[] {
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) ? [] : [new Date(time + 86_400_000).toISOString().slice(0, 10)];
}

/**
 * The limits of a certificate for a month: those it names for any of its days; when it names none, or only such that had ended
 * before, the master's for its level. While all that it names are to begin later, another certificate has the word.
 */
function limitsIn(
  { resource, careLevel }: Certificate,
  month: string,
  day: string,
  library: Masters,
): readonly Limit[] {
  const named = extensionsOf(resource, 'kaigo-benefit-limit').flatMap(one => {
    const units = number(object(partOf(one, 'units'))?.['value']);
    return units === undefined ? [] : [{ units, days: daysOf(partOf(one, 'period')) }];
  });
  const own = named.filter(one => overlaps(one.days, { start: month, end: month }));
  if (own.length > 0) return own.map(({ units }) => ({ units, fromMaster: false }));
  const isToBegin = named.length > 0 && !named.some(({ days }) => overlaps(days, { end: dayBefore(`${month}-01`) }));
  if (isToBegin || careLevel === undefined) return [];
  const known = number(inForceWith(master(library, 'benefit-limit'), day, { careLevel })?.properties.get('units')?.[0]);
  return known === undefined ? [] : [{ units: known, fromMaster: true }];
}

/**
 * 区分支給限度基準額 of a month: when the level changes within it, that of the heavier level holds for all of it.
 * @param certificates of one person
 * @param month YYYY-MM
 * @param insurer whose certificates count: each insurer has a limit of its own
 * @returns undefined when no certificate covers a day of the month
 */
export function monthlyLimit(
  certificates: readonly Certificate[],
  month: string,
  insurer: string | undefined,
  library: Masters,
): Limit | undefined {
  if (!isMonth.test(month)) return undefined;
  const own = certificates.filter(one => one.counts && one.kind === 'hihokensha' && one.insurer === insurer);
  // What holds changes where one begins, and on the day after one ends.
  const changes = own.flatMap(({ days: { start, end } }) => [
    ...(start === undefined ? [] : [start]),
    ...(end === undefined ? [] : dayAfter(end)),
  ]);
  const days = new Set([`${month}-01`, ...changes.filter(day => day.startsWith(`${month}-`))]);
  const limits = [...days].flatMap(day => {
    const [held] = own.filter(one => covers(one.days, day)).sort(byHistory);
    return held ? limitsIn(held, month, day, library) : [];
  });
  return limits.sort((a, b) => b.units - a.units)[0];
}

function insuredFigures(one: Certificate, { all }: AsOf, day: string, library: Masters) {
  const { resource, careLevel } = one;
  const limit = monthlyLimit(all, day.slice(0, 7), one.insurer, library);
  const restrictions = onDay(extensionsOf(resource, 'kaigo-benefit-restriction'), each => partOf(each, 'period'), day);
  return {
    ...(careLevel && { careLevel }),
    ...(limit && { benefitLimit: limit }),
    serviceLimits: extensionsOf(resource, 'kaigo-service-limit').flatMap(each => {
      const units = number(object(partOf(each, 'units'))?.['value']);
      return units === undefined ? [] : [{ service: object(partOf(each, 'service')) ?? {}, units }];
    }),
    restrictions: restrictions.map(each => {
      const rate = number(partOf(each, 'rate'));
      return { kind: object(partOf(each, 'kind')) ?? {}, ...(rate !== undefined && { rate }) };
    }),
    offices: extensionsOf(resource, 'kaigo-care-management-office')
      .filter(each => (text(partOf(each, 'notified')) ?? '') <= day)
      .map(each => object(partOf(each, 'office')) ?? {}),
    facilities: onDay(extensionsOf(resource, 'kaigo-facility-stay'), each => partOf(each, 'period'), day).map(
      each => object(partOf(each, 'facility')) ?? {},
    ),
  };
}

/** Rows of a certificate that apply on a day. */
const rowsOn = (one: Certificate | undefined, day: string): readonly JsonObject[] =>
  onDay(
    objects(one?.resource['costToBeneficiary']),
    row => valueIn(extensionsOf(row, 'kaigo-applicable-period')[0]),
    day,
  );

/** What is said about the day. @param found what holds on it */
export function figuresOn(found: AsOf, day: string, library: Masters): Figures {
  const of = (kind: string) => found.held.find(one => one.kind === kind);
  const [insured, limits] = [of('hihokensha'), of('futangendo')];
  const burden = number(object(rowsOn(of('futanwariai'), day)[0]?.['valueQuantity'])?.['value']);
  const stage = codeIn(valueIn(extensionsOf(limits?.resource, 'kaigo-burden-stage')[0]), 'burden-limit-stage');
  const none = { serviceLimits: [], restrictions: [], offices: [], facilities: [] };
  return {
    ...(insured ? insuredFigures(insured, found, day, library) : none),
    ...(burden !== undefined && { burden }),
    ...(stage && { stage }),
    dailyLimits: rowsOn(limits, day).flatMap(row => {
      const kind = codeIn(row['type'], 'burden-limit-kind');
      const amount = number(object(row['valueMoney'])?.['value']);
      return kind === undefined || amount === undefined ? [] : [{ kind, amount }];
    }),
  };
}
