/**
 * The rules of care insurance that run on every write, whatever the setting of validation: what must never be stored, which
 * steps may be taken, what a certificate supersedes. Rules that need other resources get them through {@link Around}.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import type { Library } from '../terminology/library.ts';
import { findAmounts } from './amounts.ts';
import { readCertificate } from './certificate.ts';
import { findMyNumbers } from './my-number.ts';
import { findOverlaps } from './overlap.ts';
import { findSteps, isApplication } from './steps.ts';

/** What lies around a resource that is to be written. */
export interface Around {
  readonly library: Pick<Library, 'resources'>;
  /** Identifier systems whose values are known not to be 個人番号. */
  readonly exempt: ReadonlySet<string>;
  /** The resource as it is stored now; undefined when it is new. */
  stored(): Promise<Resource | undefined>;
  /** All Coverages of a person (`Type/id`). */
  coverages(beneficiary: string): Promise<readonly Resource[]>;
}

/** Certificates and applications: the rules that look at what is stored. */
async function findInContext(resource: Resource, around: Around): Promise<readonly Issue[]> {
  if (isApplication(resource)) return findSteps(resource, await around.stored(), around.library);
  const own = readCertificate(resource);
  if (!own) return [];
  const others =
    own.beneficiary !== undefined && /^Patient\/[A-Za-z0-9\-.]{1,64}$/.test(own.beneficiary)
      ? await around.coverages(own.beneficiary)
      : [];
  const certificates = others.map(readCertificate).filter(one => one !== undefined);
  return [...findAmounts(own, around.library), ...findOverlaps(own, certificates)];
}

/**
 * Findings about a resource that is to be written; errors refuse it.
 * @param json its text
 */
export async function findCareIssues(resource: Resource, json: string, around: Around): Promise<readonly Issue[]> {
  return [...findMyNumbers(resource, json, around.exempt), ...(await findInContext(resource, around))];
}
