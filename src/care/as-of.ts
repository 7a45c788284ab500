/**
 * As of a day: which certificates of a person hold on a day, and what they say about that day.
 * Of one kind and insurer the highest 履歴番号 holds; two insurers on one day are told as a doubt, the later one is taken.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { JsonObject } from '../fhir/types.ts';
import type { Library } from '../terminology/library.ts';
import { type Certificate, covers, daysOf } from './certificate.ts';
import { inForceWith, master } from './masters.ts';
import { codeIn, extensionsOf, number, object, objects, partOf, text, valueIn } from './names.ts';

/** What holds on a day. */
export interface AsOf {
  /** One certificate of a kind, the most. */
  readonly held: readonly Certificate[];
  /** Certificates whose period covers the day, but which are superseded. */
  readonly superseded: readonly Certificate[];
  readonly doubts: readonly Issue[];
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
  const covering = certificates.filter(one => one.counts && covers(one.days, day));
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
  };
}

/** What the certificates that hold say about a day; absent = they say nothing. */
export interface Figures {
  readonly careLevel?: string;
  /** 区分支給限度基準額, units a month; `fromMaster` when the certificate itself has none. */
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

function benefitLimit(
  { resource, careLevel }: Certificate,
  day: string,
  library: Pick<Library, 'resources'>,
): Figures['benefitLimit'] {
  const list = onDay(extensionsOf(resource, 'kaigo-benefit-limit'), one => partOf(one, 'period'), day);
  const units = number(object(partOf(list[0], 'units'))?.['value']);
  if (units !== undefined) return { units, fromMaster: false };
  if (careLevel === undefined) return undefined;
  const concept = inForceWith(master(library, 'benefit-limit'), day, { careLevel });
  const known = number(concept?.properties.get('units')?.[0]);
  return known === undefined ? undefined : { units: known, fromMaster: true };
}

function insuredFigures(one: Certificate, day: string, library: Pick<Library, 'resources'>) {
  const { resource, careLevel } = one;
  const limit = benefitLimit(one, day, library);
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

/** What is said about the day. @param held certificates that hold on it */
export function figuresOn(held: readonly Certificate[], day: string, library: Pick<Library, 'resources'>): Figures {
  const of = (kind: string) => held.find(one => one.kind === kind);
  const [insured, limits] = [of('hihokensha'), of('futangendo')];
  const burden = number(object(rowsOn(of('futanwariai'), day)[0]?.['valueQuantity'])?.['value']);
  const stage = codeIn(valueIn(extensionsOf(limits?.resource, 'kaigo-burden-stage')[0]), 'burden-limit-stage');
  const none = { serviceLimits: [], restrictions: [], offices: [], facilities: [] };
  return {
    ...(insured ? insuredFigures(insured, day, library) : none),
    ...(burden !== undefined && { burden }),
    ...(stage && { stage }),
    dailyLimits: rowsOn(limits, day).flatMap(row => {
      const kind = codeIn(row['type'], 'burden-limit-kind');
      const amount = number(object(row['valueMoney'])?.['value']);
      return kind === undefined || amount === undefined ? [] : [{ kind, amount }];
    }),
  };
}
