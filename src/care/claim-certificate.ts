/**
 * A claim beside the certificates of its person: benefit rate and care level of the month. Doubts are warnings: a certificate may come later.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import type { Library } from '../terminology/library.ts';
import { type Figures, figuresOn, holdingOn } from './as-of.ts';
import { type Certificate, daysOf } from './certificate.ts';
import { codeIn, number, objects } from './names.ts';

const warn = (rule: string, expression: string, en: string, ja: string): Issue => ({
  severity: 'warning',
  code: 'business-rule',
  rule,
  message: { en, ja },
  expression,
});

const placeIn = (claim: Resource, list: string, code: string): number =>
  objects(claim[list]).findIndex(one => codeIn(one['category'], 'claim-item') === code);

interface OnDay {
  readonly held: readonly Certificate[];
  readonly figures: Figures;
}

function careLevelDoubt(claim: Resource, days: readonly OnDay[]): readonly Issue[] {
  const levels = [...new Set(days.flatMap(({ figures }) => figures.careLevel ?? []))];
  const at = placeIn(claim, 'supportingInfo', 'care-level');
  const level = codeIn(objects(claim['supportingInfo'])[at]?.['code'], 'care-level');
  if (level === undefined || levels.length === 0 || levels.includes(level)) return [];
  return [
    warn(
      'claim-care-level',
      `ExplanationOfBenefit.supportingInfo[${at}]`,
      `found care level ${level}, but the certificates of the month say ${levels.join(', ')}`,
      `要介護状態区分 ${level} ですが、その月の被保険者証は ${levels.join('・')} です`,
    ),
  ];
}

function burdenDoubt(claim: Resource, days: readonly OnDay[]): readonly Issue[] {
  // Restrictions and reliefs change the rate by rules of their own.
  const isPlain = days.every(
    ({ held, figures }) => figures.restrictions.length === 0 && !held.some(one => one.kind === 'gengakuMenjo'),
  );
  const rates = [...new Set(days.flatMap(({ figures }) => (figures.burden === undefined ? [] : 100 - figures.burden)))];
  const at = placeIn(claim, 'adjudication', 'insurance-rate');
  const rate = number(objects(claim['adjudication'])[at]?.['value']);
  if (!isPlain || rate === undefined || rates.length === 0 || rates.includes(rate)) return [];
  return [
    warn(
      'claim-burden',
      `ExplanationOfBenefit.adjudication[${at}]`,
      `found a benefit rate of ${rate} %, but by the certificates of the month the person's burden leaves ${rates.join(', ')} %`,
      `給付率 ${rate}％ですが、その月の負担割合証からは ${rates.join('・')}％です`,
    ),
  ];
}

/**
 * Where a claim is not as the certificates of its month say.
 * @param certificates all certificates of the person
 */
export function findClaimDoubts(
  claim: Resource,
  certificates: readonly Certificate[],
  masters: Pick<Library, 'resources'>,
): readonly Issue[] {
  const { start, end } = daysOf(claim['billablePeriod']);
  if (start === undefined || end === undefined) return [];
  const days = [start, end].map((day): OnDay => {
    const found = holdingOn(certificates, day);
    return { held: found.held, figures: figuresOn(found, day, masters) };
  });
  return [...careLevelDoubt(claim, days), ...burdenDoubt(claim, days)];
}
