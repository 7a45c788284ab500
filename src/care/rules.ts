/**
 * The rules of care insurance that run on every write, whatever the setting of validation: what must never be stored, which
 * steps may be taken, what a certificate supersedes. Rules that need other resources get them through {@link Around}.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import type { Library } from '../terminology/library.ts';
import { findAmounts } from './amounts.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { findClaimDoubts } from './claim-certificate.ts';
import { isClaim, isUsage } from './claim-figures.ts';
import { findClaimIssues } from './claims.ts';
import { findMyNumbers } from './my-number.ts';
import { object } from './names.ts';
import { findOtherPerson, findOverlaps } from './overlap.ts';
import { readNotification, readPlan } from './plan.ts';
import { findPlanOverlaps } from './plan-overlap.ts';
import { findSteps, isApplication } from './steps.ts';
import { findTwice, type Kind } from './twice.ts';
import { findUsageIssues } from './usage.ts';

/** What lies around a resource that is to be written. */
export interface Around {
  readonly library: Pick<Library, 'resources'>;
  /** Identifier systems whose values are known not to be 個人番号. */
  readonly exempt: ReadonlySet<string>;
  /** The resource as it is stored now; undefined when it is new. */
  stored(): Promise<Resource | undefined>;
  /** Others of its type with its business key, also of the same transaction; none when it has no key. */
  sameKey(): Promise<readonly Resource[]>;
  /** The person itself (`Patient/id`); undefined when it is not there, or not yet. */
  person(reference: string): Promise<Resource | undefined>;
  /** All Coverages of a person (`Type/id`). */
  coverages(beneficiary: string): Promise<readonly Resource[]>;
  /** All payments for 住宅改修 and 福祉用具購入 of a person. */
  payments(person: string): Promise<readonly Resource[]>;
  /** All care plans (not those of a month) of a person, or all notifications of a care management office. */
  plans(person: string): Promise<readonly Resource[]>;
  notifications(person: string): Promise<readonly Resource[]>;
}

const application: Kind = { rule: 'application', en: 'application', ja: '申請' };
const payment: Kind = { rule: 'usage', en: 'payment', ja: '支給' };

/** A reference to a person of this server. */
const isLocal = (person: unknown): person is string =>
  typeof person === 'string' && /^Patient\/[A-Za-z0-9\-.]{1,64}$/.test(person);

/** Certificates of a person; none when the reference does not say which of this server. */
async function certificatesOf(person: unknown, around: Around): Promise<readonly Certificate[]> {
  if (!isLocal(person)) return [];
  return (await around.coverages(person)).map(readCertificate).filter(one => one !== undefined);
}

/** Plans and notifications: what they supersede. Months are known by their key alone. */
async function findSuperseded(resource: Resource, around: Around): Promise<readonly Issue[] | undefined> {
  const own = readPlan(resource) ?? readNotification(resource);
  if (!own || own.family === 'month' || own.family === 'given') return own && [];
  if (!isLocal(own.person)) return [];
  const others =
    own.family === 'plan'
      ? (await around.plans(own.person)).map(readPlan)
      : (await around.notifications(own.person)).map(readNotification);
  return findPlanOverlaps(
    own,
    others.filter(one => one !== undefined),
  );
}

/** Certificates, applications and claims: the rules that look at what is stored. */
async function findInContext(resource: Resource, around: Around): Promise<readonly Issue[]> {
  if (isApplication(resource)) {
    const stored = await around.stored();
    const double = findTwice(application, resource, await around.sameKey(), stored);
    return [...double, ...findSteps(resource, stored, around.library)];
  }
  if (isClaim(resource)) {
    const certificates = await certificatesOf(object(resource['patient'])?.['reference'], around);
    return [
      ...findClaimIssues(resource, certificates, around.library),
      ...findClaimDoubts(resource, certificates, around.library),
    ];
  }
  if (isUsage(resource)) {
    const person = object(resource['patient'])?.['reference'];
    const payments = isLocal(person) ? await around.payments(person) : [];
    return [
      ...findTwice(payment, resource, await around.sameKey(), await around.stored()),
      ...findUsageIssues(resource, payments, await certificatesOf(person, around), around.library),
    ];
  }
  const superseded = await findSuperseded(resource, around);
  if (superseded) return superseded;
  const own = readCertificate(resource);
  if (!own) return findClaimIssues(resource, [], around.library);
  const [certificates, person] = await Promise.all([
    certificatesOf(own.beneficiary, around),
    isLocal(own.beneficiary) ? around.person(own.beneficiary) : undefined,
  ]);
  return [...findAmounts(own, around.library), ...findOverlaps(own, certificates), ...findOtherPerson(own, person)];
}

/**
 * Findings about a resource that is to be written; errors refuse it.
 * @param json its text
 */
export async function findCareIssues(resource: Resource, json: string, around: Around): Promise<readonly Issue[]> {
  return [...findMyNumbers(resource, json, around.exempt), ...(await findInContext(resource, around))];
}
