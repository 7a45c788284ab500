/**
 * 同意日 of 介護予防サービス・支援計画書 → a Consent to the version of the plan that was stored. The other 同意日, of 利用者基本情報, is about passing
 * information on, and to whom is not in the file: it stays an answer.
 */
import type { JsonObject, Resource } from '../../../fhir/types.ts';
import type { Draft, Key } from '../../convert.ts';
import { toFhirDate } from '../../japanese-date.ts';
import type { FileRecord } from '../../layout.ts';
import { officeNumbers } from '../../mapping.ts';
import type { Written } from '../standard.ts';
import { metaOf } from './systems.ts';

const consents = 'https://w3id.org/engawa/fhir/IdSystem/kaigo-plan-consent';

const hasKey = (resource: Resource, { system, value }: Key): boolean =>
  ((resource['identifier'] ?? []) as Partial<Key>[]).some(one => one.system === system && one.value === value);

/** The Consent to a version of a plan. */
function consentTo({ resource, id, versionId }: Written, plan: Key, record: FileRecord, sender: string): Draft {
  const key: Key = { system: consents, value: `${plan.value}:${versionId}` };
  const patient = resource['subject'] as JsonObject;
  const { consentedBy = '' } = record;
  const consent: Resource = {
    resourceType: 'Consent',
    meta: metaOf('kaigo-plan-consent'),
    identifier: [key],
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'treatment' }] },
    category: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'ICOL' }],
        text: 'ケアプラン同意',
      },
    ],
    patient,
    dateTime: toFhirDate(record['consentedOn']!)!,
    // Who signed may be a member of the family: a name alone says nothing more.
    performer: [consentedBy === '' ? patient : { display: consentedBy }],
    organization: [{ identifier: { system: officeNumbers, value: sender } }],
    policyRule: { text: '介護予防サービス・支援計画の説明と同意' },
    provision: {
      type: 'permit',
      data: [{ meaning: 'instance', reference: { reference: `CarePlan/${id}/_history/${versionId}` } }],
    },
  };
  return { key, resource: consent };
}

/**
 * What follows when a plan is stored: a Consent, when its sheet has 同意日.
 * @param record the row of UPYOBO
 */
export function consentAfter(
  record: FileRecord | undefined,
  plan: Key,
  sender: string,
): ((written: readonly Written[]) => readonly Draft[]) | undefined {
  if (!record || toFhirDate(record['consentedOn'] ?? '') === undefined) return undefined;
  return written =>
    written
      .filter(({ resource }) => resource.resourceType === 'CarePlan' && hasKey(resource, plan))
      .map(one => consentTo(one, plan, record, sender));
}
