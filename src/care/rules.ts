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
import { findPlanOverlaps, wordsOf } from './plan-overlap.ts';
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
const certificate: Kind = { rule: 'certificate', en: 'certificate of this kind', ja: '証', ofOnePerson: true };

/** A reference to a person of this server. */
const isLocal = (person: unknown): person is string =>
  typeof person === 'string' && /^Patient\/[A-Za-z0-9\-.]{1,64}$/.test(person);

/** Whom a certificate, a plan or a notification is about. */
const personOf = (one: Resource): unknown => object(one['beneficiary'] ?? one['subject'] ?? one['for'])?.['reference'];

/** True for two of one person of this server. */
const areOfOne = (a: Resource, b: Resource): boolean => isLocal(personOf(a)) && personOf(a) === personOf(b);

/** Tells another one that has the business key. @param others some that may have it written otherwise */
async function findDouble(kind: Kind, resource: Resource, others: readonly Resource[], around: Around) {
  const same = (await around.sameKey()).filter(one => !kind.ofOnePerson || areOfOne(resource, one));
  const all = [...same, ...others];
  // How it is stored now matters only where there is another.
  return findTwice(kind, resource, all, undefined).length > 0
    ? findTwice(kind, resource, all, await around.stored())
    : [];
}

/** Certificates of a person; none when the reference does not say which of this server. */
async function certificatesOf(person: unknown, around: Around): Promise<readonly Certificate[]> {
  if (!isLocal(person)) return [];
  return (await around.coverages(person)).map(readCertificate).filter(one => one !== undefined);
}

/** Plans and notifications: what they supersede. Months are known by their key alone. */
async function findSuperseded(resource: Resource, around: Around): Promise<readonly Issue[] | undefined> {
  const own = readPlan(resource) ?? readNotification(resource);
  if (!own || own.family === 'month' || own.family === 'given') return own && [];
  const isPlan = own.family === 'plan';
  const others = isLocal(own.person) ? await (isPlan ? around.plans : around.notifications)(own.person) : [];
  const read = others.map(isPlan ? readPlan : readNotification).filter(one => one !== undefined);
  const double = await findDouble(wordsOf(own), resource, [], around);
  return [...double, ...findPlanOverlaps(own, read)];
}

/** Certificates, applications and claims: the rules that look at what is stored. */
async function findInContext(resource: Resource, around: Around): Promise<readonly Issue[]> {
  if (isApplication(resource)) {
    const double = await findDouble(application, resource, [], around);
    return [...double, ...findSteps(resource, await around.stored(), around.library)];
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
      ...(await findDouble(payment, resource, [], around)),
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
  const double = await findDouble(
    certificate,
    resource,
    certificates.map(one => one.resource),
    around,
  );
  return [
    ...double,
    ...findAmounts(own, around.library),
    ...findOverlaps(own, certificates),
    ...findOtherPerson(own, person),
  ];
}

/**
 * Findings about a resource that is to be written; errors refuse it.
 * @param json its text
 */
export async function findCareIssues(resource: Resource, json: string, around: Around): Promise<readonly Issue[]> {
  return [...findMyNumbers(resource, json, around.exempt), ...(await findInContext(resource, around))];
}
