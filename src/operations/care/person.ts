/**
 * The person an operation is about, and that person's certificates.
 */
import { type Certificate, readCertificate } from '../../care/certificate.ts';
import { insuredPerson } from '../../care/names.ts';
import { parseJson } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import type { FhirRequest, Services } from '../../interactions/interaction.ts';
import { gone, notFound } from '../../interactions/read.ts';
import { findRelated } from '../../interactions/related.ts';
import { input } from './parameters.ts';

/** A patient by id. @throws FhirError 404, 410 */
export async function readPatient(services: Services, request: FhirRequest, id: string): Promise<Resource> {
  const version = await services.store.read('Patient', id, services.access.condition(request.caller));
  if (!version) throw notFound('Patient', id);
  if (version.deleted) throw gone(version);
  return parseJson(version.text, { lossless: true }) as Resource;
}

function refuse(en: string, ja: string, location: string): FhirError {
  return new FhirError('search-parameter', { en, ja }, { location });
}

/**
 * The patient named by `patient` (id or reference) or by `insured` (insurer:insured number).
 * @throws FhirError when none is named, none or more than one is found
 */
export async function askedPatient(services: Services, request: FhirRequest, operation: string): Promise<Resource> {
  const patient = input(request, 'patient');
  if (patient !== undefined) return readPatient(services, request, patient.replace(/^.*Patient\//, ''));
  const insured = input(request, 'insured');
  if (insured === undefined)
    throw refuse(
      `$${operation}: whose? Expected patient=Patient/1, or insured=<保険者番号>:<被保険者番号>`,
      `$${operation}: だれのものか指定してください（patient=Patient/1、または insured=保険者番号:被保険者番号）`,
      'patient',
    );
  const key = insured.includes('|') ? insured : `${insuredPerson}|${insured}`;
  const found = await findRelated(services, request, 'Patient', [['identifier', key]], 2);
  if (found.length === 0) throw notFound('Patient', '?identifier=…');
  if (found.length > 1)
    throw new FhirError('multiple-matches', {
      en: `$${operation}: more than one Patient has this number; expected one. Merge them, or name one by patient=`,
      ja: `$${operation}: この番号の Patient が複数あります。統合するか、patient で指定してください`,
    });
  return found[0]!;
}

/** All certificates of a person the caller may see. */
export async function certificatesOf(
  services: Services,
  request: FhirRequest,
  patient: Resource,
): Promise<readonly Certificate[]> {
  const coverages = await findRelated(services, request, 'Coverage', [['beneficiary', `Patient/${patient.id}`]]);
  return coverages.map(readCertificate).filter(one => one !== undefined);
}
