/**
 * Identifier systems, code systems and business keys of care plans.
 */
import type { Key } from '../../convert.ts';
import type { FileRecord } from '../../layout.ts';
import { officeNumbers } from '../../mapping.ts';

const engawa = 'https://w3id.org/engawa/fhir';

/** Identifier systems; what their values look like stands beside each. */
export const systems = {
  /** insurer:insured */
  insured: `${engawa}/IdSystem/kaigo-insured-person`,
  /** 事業所番号, 10 characters */
  office: officeNumbers,
  /** insurer:insured:YYYYMMDD, the day the plan was made or changed */
  plan: `${engawa}/IdSystem/kaigo-care-plan`,
  /** key of the plan:L1 for the first long-term goal, S1 for the first short-term one */
  goal: `${engawa}/IdSystem/kaigo-care-plan-goal`,
  /** insurer:insured:YYYYMM */
  month: `${engawa}/IdSystem/kaigo-monthly-plan`,
  /** insurer:insured:YYYYMM:office:service type */
  given: `${engawa}/IdSystem/kaigo-services-given`,
  /** insurer:insured:YYYYMMDD */
  preventive: `${engawa}/IdSystem/kaigo-preventive-plan`,
  /** name of the interface:key of what it belongs to */
  form: `${engawa}/IdSystem/kaigo-care-plan-form`,
} as const;

/** Code systems that are not in a layout. */
export const codeSystems = {
  planKind: `${engawa}/CodeSystem/kaigo-care-plan-kind`,
  goalTerm: `${engawa}/CodeSystem/kaigo-goal-term`,
  serviceCode: `${engawa}/CodeSystem/service-code`,
  serviceType: `${engawa}/CodeSystem/service-type`,
} as const;

/** Kinds of plans and terms of goals, with their Japanese names. */
export const kinds = {
  kyotaku: '居宅サービス計画',
  month: 'サービス利用票',
  given: 'サービス実績',
  yobo: '介護予防サービス・支援計画',
  'long-term': '長期目標',
  'short-term': '短期目標',
  day: '目標とする生活（1日）',
  year: '目標とする生活（1年）',
  support: '支援計画の目標',
} as const;

/** A concept of one of the two code systems above. */
export const concept = (system: 'planKind' | 'goalTerm', code: keyof typeof kinds) => ({
  coding: [{ system: codeSystems[system], code, display: kinds[code] }],
});

/** `meta` of a resource that says which profile of ours it follows. */
export const metaOf = (profile: string) => ({ profile: [`${engawa}/StructureDefinition/${profile}`] });

/** Our Questionnaires. */
export const questionnaire = (id: string): string => `${engawa}/Questionnaire/${id}`;

/** insurer:insured of a record. */
export const personOf = ({ insurer, insured }: FileRecord): string => `${insurer}:${insured}`;

/** A key in one of the systems. */
export const key = (system: keyof typeof systems, value: string): Key => ({ system: systems[system], value });
