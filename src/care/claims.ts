/**
 * The rules of claims (介護給付費請求) between their own figures: units times price, what is claimed, what the person pays, sums, and
 * limits and rates beside the dated masters. How strict each rule is stands in the code system claim-rule.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { Message, Resource } from '../fhir/types.ts';
import type { Library } from '../terminology/library.ts';
import { monthlyLimit } from './as-of.ts';
import type { Certificate } from './certificate.ts';
import { type Claim, type Figure, isBill, isClaim, readClaim } from './claim-figures.ts';
import { type Tell, teller } from './claim-rule.ts';
import { inForceWith, master } from './masters.ts';
import { codeIn, number, object, objects, text } from './names.ts';

type Masters = Pick<Library, 'resources'>;

/** Compares a figure with what it must be. */
function compare(
  rule: string,
  found: Figure | undefined,
  expected: number,
  how: Message,
  tell: Tell,
): readonly Issue[] {
  if (!found || found.value === expected) return [];
  return tell(
    rule,
    found.expression,
    `found ${found.value}, expected ${expected}: ${how.en}`,
    `${found.value} ではなく ${expected} になるはずです（${how.ja}）`,
  );
}

/** Yen of units at a price with two decimals, in whole yen; counted in hundredths, so that nothing is lost. */
const yenOf = (units: number, price: number): number => Math.floor((units * Math.round(price * 100)) / 100);
const share = (yen: number, percent: number): number => Math.floor((yen * percent) / 100);

/** 単位数 × 回数 = サービス単位数 (02, 14, and rows of a care-plan fee). */
function serviceUnits({ figures }: Claim['items'][number], tell: Tell): readonly Issue[] {
  const times = number(object(figures.owner['quantity'])?.['value']);
  const unit = figures.get('unit');
  if (!unit || times === undefined) return [];
  const how = { en: 'units times number', ja: '単位数×回数' };
  return compare('service-units', figures.get('service-units'), unit.value * times, how, tell);
}

/** 居宅サービス計画費 is paid in full: 請求金額 of its total row is units times price. */
function fee({ whole, items }: Claim, tell: Tell): readonly Issue[] {
  const price = whole.get('unit-price');
  if (!price) return [];
  return items
    .filter(({ figures }) => figures.has('total-units'))
    .flatMap(({ figures }) => {
      const yen = yenOf(figures.value('total-units'), price.value);
      const how = { en: 'units times price, rounded down', ja: '単位数合計×単価、1円未満切捨て' };
      return compare('fee-claimed', figures.get('claimed'), yen, how, tell);
    });
}

const publics = ['public1', 'public2', 'public3'];

/** 請求額 and 利用者負担額 of a sum (10): floor(floor(units × price) × rate), and the rest of the cost. */
function amounts({ figures }: Claim['items'][number], rate: number | undefined, tell: Tell): readonly Issue[] {
  if (!figures.has('insurance-units', 'unit-price')) return [];
  const cost = yenOf(figures.value('insurance-units'), figures.value('unit-price'));
  const claimed = figures.get('insurance-claimed');
  const byRate =
    rate === undefined
      ? []
      : compare(
          'claimed',
          claimed,
          share(cost, rate),
          { en: `${rate} % of ${cost} yen, rounded down`, ja: `費用 ${cost} 円の ${rate}％、1円未満切捨て` },
          tell,
        );
  const isShared = publics.some(one => figures.value(`${one}-claimed`) + figures.value(`${one}-copayment`) > 0);
  if (isShared || !claimed) return byRate;
  const rest = { en: `cost ${cost} less what is claimed`, ja: `費用 ${cost} 円から請求額を引いた額` };
  return [...byRate, ...compare('copayment', figures.get('insurance-copayment'), cost - claimed.value, rest, tell)];
}

/** Totals of 基本情報 are the sums of the 集計 rows. */
function totals({ whole, items }: Claim, tell: Tell): readonly Issue[] {
  const sums = items.filter(one => one.kind === '10');
  if (sums.length === 0) return [];
  const how = { en: 'the sum of the rows 10', ja: '集計情報（10）の合計' };
  return ['insurance', ...publics].flatMap(payer =>
    ['units', 'claimed', 'copayment'].flatMap(end => {
      const code = `${payer}-${end}`;
      const sum = sums.reduce((all, { figures }) => all + figures.value(code), 0);
      return compare('totals', whole.get(code), sum, how, tell);
    }),
  );
}

/** The limit of the month: by the person's certificates, else that of the master for the care level. */
function limitOf({ careLevel, day, insurer }: Claim, certificates: readonly Certificate[], masters: Masters) {
  const certified = monthlyLimit(certificates, day.slice(0, 7), insurer, masters);
  if (certified || careLevel === undefined) return certified?.units;
  return number(inForceWith(master(masters, 'benefit-limit'), day, { careLevel })?.properties.get('units')?.[0]);
}

/** 計画単位数 of all services together stay within the limit of the level and month. */
function withinLimit(claim: Claim, limit: number | undefined, tell: Tell): readonly Issue[] {
  const rows = claim.items.filter(one => one.kind === '10' && one.figures.has('planned-units', 'managed-units'));
  const planned = rows.reduce(
    (sum, { figures }) => sum + Math.min(figures.value('planned-units'), figures.value('managed-units')),
    0,
  );
  if (limit === undefined || planned <= limit) return [];
  return tell(
    'limit',
    rows.at(-1)!.figures.get('planned-units')!.expression,
    `${planned} units under the limit are more than ${limit}, the limit of the person for this month`,
    `限度額管理対象の ${planned} 単位は、この人のその月の限度額 ${limit} 単位を超えています`,
  );
}

/** The benefit rate is one that 負担割合 leaves. */
function rates({ whole }: Claim, masters: Masters, tell: Tell): readonly Issue[] {
  const rate = whole.get('insurance-rate');
  const known = [...master(masters, 'copayment-rate').values()].map(one =>
    number(one.properties.get('benefitRate')?.[0]),
  );
  // Who is not insured (みなし2号) is paid for by 公費 alone.
  const byPublic = rate?.value === 0 && publics.some(one => whole.value(`${one}-rate`) > 0);
  if (!rate || byPublic || known.length === 0 || known.includes(rate.value)) return [];
  return tell(
    'benefit-rate',
    rate.expression,
    `found ${rate.value} %, but the rates are ${known.join(', ')} %; right only for a person whose benefits are restricted or who is relieved`,
    `給付率は ${known.join('・')}％のどれかです。${rate.value}％は給付制限・減免の人だけです`,
  );
}

/** 給付管理票: rows, subtotals and the limit. */
function slip(claim: Claim, known: number | undefined, tell: Tell): readonly Issue[] {
  const rows = claim.items.filter(one => one.kind === '8222');
  const total = rows.find(one => one.figures.has('planned-sum'))?.figures;
  const limit = claim.whole.get('limit-units');
  const isOther = limit && known !== undefined && limit.value !== known;
  const differs = isOther
    ? tell(
        'slip-limit',
        limit.expression,
        `found ${limit.value}, but the limit of this month is ${known} by the certificates, else the master; right only if the municipality has its own, or the level changed within the month: then the heavier one's holds`,
        `その月の限度額は被保険者証（なければマスタ）によると ${known} 単位です。市町村独自の額か、月の途中で区分が変わって重い方の額になる場合でなければ誤りです`,
      )
    : [];
  if (!total) return differs;
  const sum = rows.reduce((all, { figures }) => all + figures.value('planned'), 0);
  const parts = total.value('designated-sum') + total.value('equivalent-sum');
  const how = { en: 'the sum of the rows', ja: '明細行の合計' };
  const both = { en: 'the sum of both subtotals', ja: '指定・基準該当の小計の合計' };
  const found = total.get('planned-sum');
  const bySubtotals = total.has('designated-sum') || total.has('equivalent-sum');
  return [
    ...differs,
    ...compare('slip-sum', found, sum, how, tell),
    ...(bySubtotals ? compare('slip-sum', found, parts, both, tell) : []),
  ];
}

/** 費用合計 of a bill is what is claimed from the insurance and 公費, and what the persons pay. */
function billSum(bill: Resource, tell: Tell): readonly Issue[] {
  return objects(bill['lineItem']).flatMap((line, i) => {
    const parts = objects(line['priceComponent']);
    const at = (code: string) => parts.findIndex(one => codeIn(one['code'], 'claim-item') === code);
    const amount = (code: string) => number(object(parts[at(code)]?.['amount'])?.['value']);
    const cost = amount('cost');
    if (cost === undefined) return [];
    const sum = ['claimed', 'public-claimed', 'copayment'].reduce((all, code) => all + (amount(code) ?? 0), 0);
    const found = { value: cost, expression: `Invoice.lineItem[${i}].priceComponent[${at('cost')}]` };
    const how = { en: 'what is claimed and what the persons pay', ja: '保険請求額・公費請求額・利用者負担の合計' };
    return compare('bill-sum', found, sum, how, tell);
  });
}

/**
 * Findings about the figures of a claim or a bill; none for other resources.
 * @param certificates of the person, for the limit of the month
 * @param masters with claim-rule, benefit-limit and copayment-rate
 */
export function findClaimIssues(
  resource: Resource,
  certificates: readonly Certificate[],
  masters: Masters,
): readonly Issue[] {
  if (isBill(resource)) return billSum(resource, teller(masters, text(resource['date']) ?? ''));
  if (!isClaim(resource)) return [];
  const claim = readClaim(resource);
  const tell = teller(masters, claim.day);
  const rate = claim.whole.get('insurance-rate')?.value;
  const limit = limitOf(claim, certificates, masters);
  return [
    ...claim.items.flatMap(one => serviceUnits(one, tell)),
    ...claim.items.filter(one => one.kind === '10').flatMap(one => amounts(one, rate, tell)),
    ...totals(claim, tell),
    ...fee(claim, tell),
    ...withinLimit(claim, limit, tell),
    ...rates(claim, masters, tell),
    ...slip(claim, limit, tell),
  ];
}
