/**
 * Identifier systems, code systems and business keys of claims.
 */
import type { Key } from '../../convert.ts';
import type { FileRecord } from '../../layout.ts';
import { officeNumbers } from '../../mapping.ts';

const engawa = 'https://w3id.org/engawa/fhir';

/** Identifier systems; what their values look like stands beside each. */
export const systems = {
  /** insurer:insured:YYYYMM:office:交換情報識別番号, of a 給付管理票 :種別区分 as well */
  claim: `${engawa}/IdSystem/kaigo-claim`,
  /** office:YYYYMM:交換情報識別番号:保険・公費等区分:法別番号:請求情報区分 */
  bill: `${engawa}/IdSystem/kaigo-claim-bill`,
  /** insurer:insured */
  insured: `${engawa}/IdSystem/kaigo-insured-person`,
  insurer: `${engawa}/IdSystem/kaigo-insurer-number`,
  office: officeNumbers,
  manager: `${engawa}/IdSystem/care-manager-number`,
  /** 公費負担者番号:受給者番号 */
  publicExpense: `${engawa}/IdSystem/public-expense-recipient`,
} as const;

const codeSystem = (id: string): string => `${engawa}/CodeSystem/${id}`;

/** Code systems that are not in a layout. */
export const codeSystems = {
  item: codeSystem('claim-item'),
  role: codeSystem('claim-role'),
  record: codeSystem('claim-record'),
  detail: codeSystem('claim-detail-kind'),
  serviceCode: codeSystem('service-code'),
  serviceType: codeSystem('service-type'),
  requestKind: codeSystem('claim-request-kind'),
} as const;

/** `meta` of a resource that says which profile of ours it follows. */
export const metaOf = (profile: string) => ({ profile: [`${engawa}/StructureDefinition/${profile}`] });

/** 証記載保険者番号 is 00 and the number of the insurer. */
export const insurerOf = ({ insurer = '' }: FileRecord): string => insurer.slice(2);

/** insurer:insured of a record. */
export const personKey = (record: FileRecord): Key => ({
  system: systems.insured,
  value: `${insurerOf(record)}:${record['insured']}`,
});

/** The key of what a record belongs to. */
export function keyOf(record: FileRecord): Key {
  const { exchange, month, office, insured, kind, payer, law, request } = record;
  if (insured === undefined)
    return { system: systems.bill, value: [office, month, exchange, payer, law, request].join(':') };
  const parts = [insurerOf(record), insured, month, office, exchange];
  return { system: systems.claim, value: (kind === undefined ? parts : [...parts, kind]).join(':') };
}

/** Items that make the key of a record: when one of them is wrong, nobody knows what it belongs to. */
export const keyItems = [
  'exchange',
  'record',
  'month',
  'office',
  'insurer',
  'insured',
  'kind',
  'payer',
  'law',
  'request',
];
