/**
 * Payments for 住宅改修 and 福祉用具購入: what is paid beside cost and benefit rate, and the payments of a person together beside the
 * limit in force (支給限度基準額). The limit is one of costs: the rate is taken of what of the cost lies within it. What was paid before the
 * server was told of payments is not known, so that only too much is told, unless the payment itself says that something is left.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import type { Library } from '../terminology/library.ts';
import { figuresOn, holdingOn } from './as-of.ts';
import { businessKey } from './business-key.ts';
import { type Certificate, dayIn } from './certificate.ts';
import { isUsage } from './claim-figures.ts';
import { type Tell, teller } from './claim-rule.ts';
import { inForceWith, master } from './masters.ts';
import { codeIn, number, object, objects, text } from './names.ts';

type Masters = Pick<Library, 'resources'>;

/** A payment as figures; yen. */
interface Usage {
  readonly resource: Resource;
  readonly key: string | undefined;
  readonly insurer: string | undefined;
  /** Days the benefit rate may be that of: when it began, when it ended, when it was paid. */
  readonly days: readonly string[];
  /** Orders the payments of a person. */
  readonly rank: string;
  readonly counts: boolean;
  readonly limit: number | undefined;
  /** `residence` or `fiscal-year`: what the limit is for; undefined when the master does not say. */
  readonly per: string | undefined;
  /** The fiscal year, April to March, by its first calendar year; undefined when no month is known. */
  readonly year: number | undefined;
  /** The limit is whole again from this one on. */
  readonly resets: boolean;
  readonly cost: number | undefined;
  readonly paid: number | undefined;
  readonly left: number | undefined;
}

const paidPlace = 'ExplanationOfBenefit.payment.amount';
const leftPlace = 'ExplanationOfBenefit.benefitBalance[0].financial[0].allowed.ofType(Money)';

const isOf = (code: string) => (one: Readonly<Record<string, unknown>>) =>
  codeIn(one['category'], 'claim-item') === code;
const amountIn = (money: unknown): number | undefined => number(object(money)?.['value']);

/** The fiscal year a day is in, or a day of which only year and month are given. */
function fiscalYear(day: string | undefined): number | undefined {
  const [, year, month] = /^(\d{4})-(\d{2})/.exec(day ?? '')?.map(Number) ?? [];
  return year === undefined || month === undefined ? undefined : month < 4 ? year - 1 : year;
}

function readUsage(resource: Resource, masters: Masters): Usage {
  const period = object(resource['billablePeriod']);
  const payment = object(resource['payment']);
  const [start, end, paidOn] = [period?.['start'], period?.['end'], payment?.['date']].map(dayIn);
  const serviceType = codeIn(resource['subType'], 'service-type') ?? '';
  const days = [start, end, paidOn].flatMap(one => one ?? []);
  const limit = inForceWith(master(masters, 'usage-limit'), days[0] ?? '', { serviceType });
  const key = businessKey(resource)?.value;
  const [insurer, , history = ''] = key?.split(':') ?? [];
  return {
    resource,
    key,
    insurer,
    days,
    rank: `${start ?? ''} ${history.padStart(10, '0')}`,
    counts: resource['status'] === 'active',
    limit: number(limit?.properties.get('amount')?.[0]),
    per: text(limit?.properties.get('per')?.[0]),
    year: fiscalYear(dayIn(object(resource['benefitPeriod'])?.['start'])) ?? fiscalYear(start),
    resets: objects(resource['supportingInfo']).some(isOf('limit-reset')),
    cost: amountIn(objects(resource['total']).find(isOf('cost'))?.['amount']),
    paid: amountIn(payment?.['amount']),
    left: amountIn(objects(objects(resource['benefitBalance'])[0]?.['financial'])[0]?.['allowedMoney']),
  };
}

const sum = (list: readonly Usage[], figure: 'cost' | 'paid'): number =>
  list.reduce((all, one) => all + (one[figure] ?? 0), 0);

/**
 * Those a limit is for together with this one, in their order: of the same fiscal year, or since the last reset up to the next. This one
 * alone when what the limit is for, or the fiscal year, is not known.
 */
function sharing(own: Usage, others: readonly Usage[]): readonly Usage[] {
  if (own.per === undefined || (own.per === 'fiscal-year' && own.year === undefined)) return [own];
  const same = others.filter(
    one =>
      one.counts &&
      one.per === own.per &&
      one.insurer === own.insurer &&
      (own.key === undefined || one.key !== own.key),
  );
  const all = [...same, own].sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  if (own.per === 'fiscal-year') return all.filter(one => one.year === own.year);
  const at = all.indexOf(own);
  const from = all.findLastIndex((one, i) => i <= at && one.resets);
  const to = all.findIndex((one, i) => i > at && one.resets);
  return all.slice(Math.max(from, 0), to < 0 ? undefined : to);
}

/** Benefit rates in percent that the certificates leave on the days, else all that there are; none when a rule of its own changes them. */
function ratesOf({ days }: Usage, certificates: readonly Certificate[], masters: Masters) {
  const held = days
    .map(day => holdingOn(certificates, day))
    .map((found, i) => ({ found, figures: figuresOn(found, days[i]!, masters) }));
  const isPlain = held.every(
    ({ found, figures }) => figures.restrictions.length === 0 && !found.held.some(one => one.kind === 'gengakuMenjo'),
  );
  if (!isPlain) return [];
  const certified = held.flatMap(({ figures }) => (figures.burden === undefined ? [] : 100 - figures.burden));
  if (certified.length > 0) return [...new Set(certified)];
  return [...master(masters, 'copayment-rate').values()].flatMap(
    one => number(one.properties.get('benefitRate')?.[0]) ?? [],
  );
}

/** 支給額 beside what of the cost lies within the limit. */
function paidIssues({ cost, paid, left }: Usage, room: number, rates: readonly number[], tell: Tell): readonly Issue[] {
  if (cost === undefined || paid === undefined || rates.length === 0) return [];
  const within = Math.min(cost, room);
  const expected = rates.map(rate => Math.floor((within * rate) / 100));
  const isLess = paid < Math.min(...expected);
  // The rest of the limit may have been used up by a payment that is not stored here.
  if (expected.includes(paid) || (isLess && left === 0)) return [];
  const list = rates.join(', ');
  return tell(
    'usage-paid',
    paidPlace,
    `found ${paid} yen, expected ${expected.join(' or ')}: ${list} % of ${within} yen, what of the cost lies within the limit, rounded down; right only if payments that are not counted here used some of the limit, or the person is relieved`,
    `支給額 ${paid} 円ではなく ${expected.join(' または ')} 円になるはずです（限度額内の費用 ${within} 円の ${list}％、1円未満切捨て）。ここで数えていない支給で限度額が使われたか、減免のある人でなければ誤りです`,
  );
}

/** 残額 is at most what the costs that are known leave of the limit. */
function leftIssues({ left }: Usage, expected: number, tell: Tell): readonly Issue[] {
  if (left === undefined || left <= expected) return [];
  return tell(
    'usage-left',
    leftPlace,
    `found ${left} yen, but the costs up to this payment leave at most ${expected} yen of the limit`,
    `残額 ${left} 円ですが、この支給までの費用から限度額の残りは最大 ${expected} 円です`,
  );
}

/** What is paid, and all that is paid together, beside the limit. */
function limitIssues({ paid, left }: Usage, limit: number, all: readonly Usage[], tell: Tell): readonly Issue[] {
  const single = (
    [
      [paid, paidPlace],
      [left, leftPlace],
    ] as const
  ).flatMap(([value, expression]) =>
    value === undefined || value <= limit
      ? []
      : tell(
          'usage-limit',
          expression,
          `found ${value} yen, more than the limit of ${limit}`,
          `${value} 円は支給限度基準額 ${limit} 円を超えています`,
        ),
  );
  const together = sum(all, 'paid');
  if (single.length > 0 || all.length < 2 || together <= limit) return single;
  const names = all.map(one => `ExplanationOfBenefit/${one.resource.id || '?'}`).join(', ');
  return tell(
    'usage-sum',
    paidPlace,
    `${all.length} payments together (${names}) are ${together} yen, more than the limit of ${limit} they share`,
    `${all.length} 件の支給（${names}）の合計 ${together} 円は、合わせての支給限度基準額 ${limit} 円を超えています`,
  );
}

/**
 * Findings about a payment for 住宅改修 or 福祉用具購入; none for other resources.
 * @param payments of the person; itself and those of another limit are read over
 * @param certificates of the person, for the benefit rate
 * @param masters with claim-rule, copayment-rate and usage-limit
 */
export function findUsageIssues(
  resource: Resource,
  payments: readonly Resource[],
  certificates: readonly Certificate[],
  masters: Masters,
): readonly Issue[] {
  const own = readUsage(resource, masters);
  const { limit } = own;
  if (!own.counts || limit === undefined) return [];
  const others = payments.filter(one => isUsage(one) && one.id !== resource.id).map(one => readUsage(one, masters));
  const all = sharing(own, others);
  const before = sum(all.slice(0, all.indexOf(own)), 'cost');
  const room = Math.max(limit - before, 0);
  const tell = teller(masters, own.days[0] ?? '');
  return [
    ...limitIssues(own, limit, all, tell),
    ...paidIssues(own, room, ratesOf(own, certificates, masters), tell),
    ...leftIssues(own, Math.max(room - (own.cost ?? 0), 0), tell),
  ];
}
