/**
 * Supersession: of several certificates of one kind, one person and one insurer, the one with the highest 履歴番号 holds
 * on the days it covers. Findings tell what a certificate that is written supersedes, or what stands in doubt.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import { type Certificate, type Days, overlaps } from './certificate.ts';
import { insuredPerson, objects } from './names.ts';

const idOf = ({ resource }: Certificate): string => `Coverage/${resource.id ?? '?'}`;
const later = (a: string | undefined, b: string | undefined): string => ((a ?? '') > (b ?? '') ? (a ?? '') : (b ?? ''));
/** The first day two certificates have in common. */
const firstCommon = (a: Days, b: Days): string => later(a.start, b.start);

const issue = (severity: Issue['severity'], code: string, rule: string, en: string, ja: string): Issue => ({
  severity,
  code,
  rule,
  message: { en, ja },
  expression: 'Coverage.period',
});

function compare(own: Certificate, other: Certificate): Issue | undefined {
  const name = idOf(other);
  if (own.insurer !== undefined && other.insurer !== undefined && own.insurer !== other.insurer)
    return issue(
      'warning',
      'business-rule',
      'certificate-two-insurers',
      `The period overlaps with ${name} of another insurer; expected one to end before the other begins. End the earlier one`,
      `別の保険者の ${name} と有効期間が重なっています。先の証の終わりを確かめてください`,
    );
  if (own.history === undefined || other.history === undefined)
    return issue(
      'warning',
      'business-rule',
      'certificate-order-unknown',
      `The period overlaps with ${name}, and without 履歴番号 it cannot be told which holds; expected identifiers insurer:insured:履歴番号`,
      `${name} と有効期間が重なっていますが、履歴番号がないためどちらが有効か判断できません。identifier を「保険者番号:被保険者番号:履歴番号」にしてください`,
    );
  const day = firstCommon(own.days, other.days);
  if (own.history > other.history)
    return issue(
      'information',
      'informational',
      'certificate-supersedes',
      `From ${day} this certificate holds instead of ${name}, by its higher 履歴番号`,
      `${day} から、履歴番号の新しいこの証が ${name} に代わって有効です`,
    );
  return issue(
    'warning',
    'business-rule',
    'certificate-superseded',
    `From ${day} ${name} holds instead of this certificate, by its higher 履歴番号`,
    `${day} から、履歴番号の新しい ${name} がこの証に代わって有効です`,
  );
}

const isSameKey = (a: Certificate, b: Certificate): boolean =>
  a.history !== undefined && a.history === b.history && a.insurer === b.insurer && a.insured === b.insured;

/**
 * A warning when the person of a certificate has numbers of long-term care insurance, and the certificate's is none of them.
 * @param person the Patient; undefined when it is not known
 */
export function findOtherPerson({ insurer, insured }: Certificate, person: Resource | undefined): readonly Issue[] {
  const numbers = objects(person?.['identifier']).filter(one => one['system'] === insuredPerson);
  if (insurer === undefined || numbers.length === 0) return [];
  if (numbers.some(one => one['value'] === `${insurer}:${insured}`)) return [];
  const told = issue(
    'warning',
    'business-rule',
    'certificate-other-person',
    `The insurer and insured number of this certificate are none of the person it is for (Patient/${person!.id}). Check beneficiary, or add the number to the person`,
    `この証の保険者番号・被保険者番号は、本人（Patient/${person!.id}）の番号のどれとも違います。beneficiary を確かめるか、本人に番号を加えてください`,
  );
  return [{ ...told, expression: 'Coverage.beneficiary' }];
}

/**
 * Findings about a certificate that is to be written, beside the others of its person.
 * @param others certificates of the person; itself, those of its own key, other kinds and deleted rows are read over
 */
export function findOverlaps(own: Certificate, others: readonly Certificate[]): readonly Issue[] {
  if (!own.counts) return [];
  return others
    .filter(one => one.kind === own.kind && one.resource.id !== own.resource.id && !isSameKey(own, one))
    .filter(one => one.counts && overlaps(own.days, one.days))
    .map(one => compare(own, one))
    .filter(one => one !== undefined);
}
