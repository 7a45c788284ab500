/**
 * What the plans share: subject, offices, activities and the reading side of their references.
 */
import type { JsonObject, Resource } from '../../../fhir/types.ts';
import { conditionalReference, type Draft, type Key, urnOf } from '../../convert.ts';
import { getAt } from '../../element-path.ts';
import type { FileRecord } from '../../layout.ts';
import type { Making } from '../standard.ts';
import { key, systems } from './systems.ts';

export type { Making } from '../standard.ts';

/** What reading resources needs: the resources around a plan. */
export interface Reading {
  /** The resource a reference leads to. */
  readonly find: (reference: string) => Resource | undefined;
  /** The QuestionnaireResponse with a key. */
  readonly form: (key: Key) => Resource | undefined;
}

/** The person of a set: a draft when the set tells the name, else the one that is there. */
export function subjectOf(person: string, draft: Draft | undefined, display?: string): JsonObject {
  const own = key('insured', person);
  const reference = draft ? urnOf('Patient', own) : conditionalReference('Patient', own);
  return { reference, ...(display && { display }) };
}

const representation = (code: string) => [
  { url: 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation', valueCode: code },
];

const genders: Readonly<Record<string, string>> = { 1: 'male', 2: 'female' };

/** The person as a record tells it; kept only when nobody with the number is there. */
export function personDraft(record: FileRecord): Draft | undefined {
  const {
    name = '',
    kana = '',
    sex = '',
    birthDate = '',
    phone = '',
    postalCode = '',
    address1 = '',
    address2 = '',
  } = record;
  if (name === '' || kana === '' || sex === '' || birthDate === '' || birthDate === '00000000') return undefined;
  const identifier = key('insured', `${record['insurer']}:${record['insured']}`);
  const lines = [address1, address2, record['address'] ?? ''].filter(Boolean);
  const resource: Resource = {
    resourceType: 'Patient',
    identifier: [identifier],
    active: true,
    name: [
      { extension: representation('IDE'), use: 'official', text: name },
      { extension: representation('SYL'), use: 'official', text: kana },
    ],
    ...(phone && { telecom: [{ system: 'phone', value: phone }] }),
    gender: genders[sex] ?? 'unknown',
    birthDate: `${birthDate.slice(0, 4)}-${birthDate.slice(4, 6)}-${birthDate.slice(6)}`,
    ...(lines.length > 0 && { address: [{ text: lines.join(' '), line: lines, ...(postalCode && { postalCode }) }] }),
  };
  return { key: identifier, resource, keep: true };
}

/**
 * Gives the references to offices in a resource (those with a number) the Organization they mean.
 * @returns drafts of the offices that have to be made
 */
export function linkOffices(resource: Resource, making: Making): Draft[] {
  const drafts = new Map<string, Draft>();
  const link = (reference: JsonObject): void => {
    const identifier = reference['identifier'] as { system?: string; value?: string } | undefined;
    if (identifier?.system !== systems.office || identifier.value === undefined) return;
    const own = key('office', identifier.value);
    const known = making.office(identifier.value);
    const name = reference['display'] as string | undefined;
    reference['reference'] = known ?? urnOf('Organization', own);
    if (known !== undefined || drafts.has(identifier.value)) return;
    const organization = { resourceType: 'Organization', identifier: [own], active: true, ...(name && { name }) };
    drafts.set(identifier.value, { key: own, resource: organization, keep: true });
  };
  for (const one of (resource['contributor'] ?? []) as JsonObject[]) link(one);
  for (const { detail } of (resource['activity'] ?? []) as { detail: JsonObject }[])
    for (const one of (detail['performer'] ?? []) as JsonObject[]) link(one);
  return [...drafts.values()];
}

/**
 * The details of a plan's activities with a kind, in order.
 * @param isUsual activities that do not say their kind are of this one: they came over REST
 */
export function detailsOf(plan: Resource, kind: string, isUsual = false): JsonObject[] {
  const activities = (plan['activity'] ?? []) as { detail?: JsonObject }[];
  return activities
    .flatMap(one => (one.detail ? [one.detail] : []))
    .filter(detail => {
      const own = extensionValue(detail, 'kaigo-activity-kind', 'valueCode');
      return own === kind || (isUsual && own === undefined);
    });
}

/** The value of an own extension. */
export function extensionValue(element: JsonObject, id: string, value: string): unknown {
  const list = (element['extension'] ?? []) as JsonObject[];
  return list.find(one => String(one['url']).endsWith(`/${id}`))?.[value];
}

/** The value of a resource's identifier in a system. */
export function identifierValue(resource: Resource, system: string): string | undefined {
  const list = resource['identifier'];
  const all = (Array.isArray(list) ? list : [list]) as (JsonObject | undefined)[];
  return all.find(one => one?.['system'] === system)?.['value'] as string | undefined;
}

/** Keys of the cells of a row that were printed again though they repeat the row above. */
export function againOf(detail: JsonObject): string[] {
  const again = getAt(detail, 'ext(kaigo-plan-row).sub(again).valueString');
  return again === undefined ? [] : String(again).split(' ');
}
