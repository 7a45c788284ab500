/** The list of document kinds, the special before the plain. */
import type { JsonObject } from '../../fhir/types.ts';
import type { DocumentKind } from '../kind.ts';
import { object } from '../values.ts';
import { fiveInformation } from './five-information.ts';
import { checkup, discharge, patientSummary, referral } from './hospital.ts';
import { plainCollection, plainDocument } from './plain.ts';

/** Every kind of document. */
export const documentKinds: readonly DocumentKind[] = [
  referral,
  discharge,
  patientSummary,
  checkup,
  fiveInformation,
  plainDocument,
  plainCollection,
];

/** Canonicals of a Bundle's meta.profile, without versions. */
export function claimedProfiles(bundle: JsonObject): readonly string[] {
  const { profile } = object(bundle['meta']);
  return Array.isArray(profile)
    ? profile.filter((one): one is string => typeof one === 'string').map(one => one.split('|')[0]!)
    : [];
}

/** The kind whose profile a Bundle names; undefined when it names none that is known. */
export function claimedKind(bundle: JsonObject): DocumentKind | undefined {
  const claimed = claimedProfiles(bundle);
  return documentKinds.find(({ profile }) => profile !== undefined && claimed.includes(profile));
}

/** The kind of a Bundle, by its profile, else by what it looks like; undefined for a Bundle that is no document. */
export function kindOf(bundle: JsonObject): DocumentKind | undefined {
  return claimedKind(bundle) ?? documentKinds.find(kind => kind.looksLike(bundle));
}
