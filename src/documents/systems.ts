/**
 * Identifier and code systems of the national exchange that intake computes with.
 * Source: JP-CLINS implementation guide 1.10.0 (identifiers, Bundle rules, flags).
 */
const jp = 'http://jpfhir.jp/fhir';

/** Identifier systems. */
export const identifiers = {
  bundle: `${jp}/clins/bundle-identifier`,
  member: `${jp}/clins/Idsystem/JP_Insurance_memberID`,
  publicMember: `${jp}/clins/Idsystem/JP_PublicPayer_memberID`,
  institution: `${jp}/core/IdSystem/insurance-medical-institution-no`,
  institutionCode: `${jp}/core/mhlw/IdSystem/MedicalOrganizationID`,
  resource: `${jp}/core/IdSystem/resourceInstance-identifier`,
  insured: 'https://w3id.org/engawa/fhir/IdSystem/kaigo-insured-person',
  insurer: `${jp}/core/mhlw/IdSystem/InsurerNumber`,
  office: 'https://w3id.org/engawa/fhir/IdSystem/kaigo-office-number',
} as const;

/** Code systems. */
export const codeSystems = {
  resourceType: `${jp}/clins/CodeSystem/BundleResourceType_CS`,
  indication: `${jp}/clins/CodeSystem/JP_ehrshrs_indication`,
  documentType: `${jp}/Common/CodeSystem/doc-typecodes`,
} as const;

/** Canonicals. */
export const canonicals = {
  fiveInformation: `${jp}/clins/StructureDefinition/JP_Bundle_CLINS`,
  referral: `${jp}/clins/StructureDefinition/JP_Bundle_eReferral`,
  discharge: `${jp}/clins/StructureDefinition/JP_Bundle_eDischargeSummary`,
  summary: `${jp}/clins/StructureDefinition/JP_Bundle_ePCS`,
  checkup: `${jp}/clins/StructureDefinition/JP_Bundle_eCheckupGeneral`,
} as const;
