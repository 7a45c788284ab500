/**
 * Elements of other FHIR versions that R4 has no more or not yet and that change the meaning of what holds them: as extensions
 * (`http://hl7.org/fhir/3.0/StructureDefinition/extension-Patient.animal`) they belong into modifierExtension.
 * From the isModifier flags of DSTU2 (1.0.2), STU3 (3.0.2) and R5 (5.0.0).
 * @see https://hl7.org/fhir/R5/versions.html#extensions
 */

const modifiers: ReadonlySet<string> = new Set([
  '1.0 Patient.animal',
  '1.0 Immunization.wasNotGiven',
  '1.0 Immunization.reported',
  '1.0 MedicationAdministration.wasNotGiven',
  '1.0 MedicationStatement.wasNotTaken',
  '1.0 Procedure.notPerformed',
  '1.0 CarePlan.activity.detail.prohibited',
  '3.0 Patient.animal',
  '3.0 CarePlan.activity.detail.prohibited',
  '3.0 Communication.notDone',
  '3.0 FamilyMemberHistory.notDone',
  '3.0 Immunization.notGiven',
  '3.0 MedicationAdministration.notGiven',
  '3.0 MedicationStatement.taken',
  '3.0 Procedure.notDone',
  '3.0 ProcedureRequest.doNotPerform',
  '5.0 DeviceRequest.doNotPerform',
]);

const form = /^http:\/\/hl7\.org\/fhir\/([1-5]\.\d)\/StructureDefinition\/extension-([A-Z]\w*(?:\.\w+)+)$/;

/** The version and element an extension stands for; undefined when it is none of another version. */
export function otherVersion(url: string): { readonly element: string; readonly modifies: boolean } | undefined {
  const [, version, element] = form.exec(url) ?? [];
  return element === undefined ? undefined : { element, modifies: modifiers.has(`${version} ${element}`) };
}
