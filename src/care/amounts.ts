/**
 * Amounts on certificates beside the dated masters: 区分支給限度基準額 by care level, 負担限度額 by stage and kind. A municipality may
 * set other limits by its own ordinance, so a difference is a warning.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { Library } from '../terminology/library.ts';
import { type Certificate, type Days, overlaps } from './certificate.ts';
import { type Concept, master } from './masters.ts';
import { codeIn, extensionsOf, number, object, objects, partOf, text, valueIn } from './names.ts';

type Masters = Pick<Library, 'resources'>;

/** Days a concept is in force; its retirement date is the first day it is not. */
function daysInForce({ properties }: Concept): Days {
  const start = text(properties.get('effectiveDate')?.[0]);
  const until = text(properties.get('retirementDate')?.[0]);
  return { ...(start && { start }), ...(until && { end: dayBefore(until) }) };
}

export const dayBefore = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

interface DatedAmount {
  readonly days: Days;
  readonly amount: number;
}

/** The amounts of a master by the values of the properties they depend on; made once for each master. */
const grouped = new WeakMap<ReadonlyMap<string, Concept>, ReadonlyMap<string, readonly DatedAmount[]>>();

function groupAmounts(concepts: ReadonlyMap<string, Concept>, { by, amount }: AmountMaster) {
  const known = new Map<string, DatedAmount[]>();
  for (const one of concepts.values()) {
    const value = number(one.properties.get(amount)?.[0]);
    if (value === undefined) continue;
    const each = by.map(name => (one.properties.get(name) ?? []).map(String));
    const keys = each.reduce((before, own) => before.flatMap(key => own.map(value => `${key} ${value}`)), ['']);
    for (const key of keys) known.set(key, [...(known.get(key) ?? []), { days: daysInForce(one), amount: value }]);
  }
  grouped.set(concepts, known);
  return known;
}

/** A master of amounts: the properties that an amount depends on, and the one that holds it. */
interface AmountMaster {
  readonly id: string;
  readonly by: readonly string[];
  readonly amount: string;
}

export const benefitLimits: AmountMaster = { id: 'benefit-limit', by: ['careLevel'], amount: 'units' };
export const burdenLimits: AmountMaster = { id: 'burden-limit', by: ['stage', 'kind'], amount: 'amount' };

/**
 * Amounts of a master that are in force on some day.
 * @param values of the properties that the amount depends on, in the master's order
 */
export function amountsDuring(masters: Masters, which: AmountMaster, values: readonly string[], days: Days) {
  const concepts = master(masters, which.id);
  const known = grouped.get(concepts) ?? groupAmounts(concepts, which);
  return (known.get(` ${values.join(' ')}`) ?? []).filter(one => overlaps(one.days, days)).map(one => one.amount);
}

const differs = (found: number, expected: readonly number[], expression: string): Issue => ({
  severity: 'warning',
  code: 'business-rule',
  rule: 'certificate-amount',
  message: {
    en: `found ${found}, but the master in force has ${expected.join(' or ')}; right only if the municipality has its own amount. Check it, or store a CodeSystem of the same canonical with that amount`,
    ja: `${found} は、その期間のマスタの額（${expected.join(' または ')}）と異なります。市町村独自の額でなければ誤りです。独自の額は同じ canonical の CodeSystem として登録できます`,
  },
  expression,
});

function benefitIssues({ careLevel, days, resource }: Certificate, masters: Masters): readonly Issue[] {
  if (careLevel === undefined) return [];
  const expected = amountsDuring(masters, benefitLimits, [careLevel], days);
  return extensionsOf(resource, 'kaigo-benefit-limit').flatMap(one => {
    const found = number(object(partOf(one, 'units'))?.['value']);
    const wrong = found !== undefined && expected.length > 0 && !expected.includes(found);
    return wrong ? [differs(found, expected, "Coverage.extension('kaigo-benefit-limit')")] : [];
  });
}

function dailyIssues({ days, resource }: Certificate, masters: Masters): readonly Issue[] {
  const stage = codeIn(valueIn(extensionsOf(resource, 'kaigo-burden-stage')[0]), 'burden-limit-stage');
  if (stage === undefined) return [];
  return objects(resource['costToBeneficiary']).flatMap((row, i) => {
    const kind = codeIn(row['type'], 'burden-limit-kind');
    const found = number(object(row['valueMoney'])?.['value']);
    if (kind === undefined || found === undefined) return [];
    const expected = amountsDuring(masters, burdenLimits, [stage, kind], days);
    const wrong = expected.length > 0 && !expected.includes(found);
    return wrong ? [differs(found, expected, `Coverage.costToBeneficiary[${i}].value.ofType(Money)`)] : [];
  });
}

/** Warnings about amounts that no master has on any day of the certificate. */
export function findAmounts(certificate: Certificate, masters: Masters): readonly Issue[] {
  if (certificate.kind === 'hihokensha') return benefitIssues(certificate, masters);
  return certificate.kind === 'futangendo' ? dailyIssues(certificate, masters) : [];
}
