/**
 * The person an operation is about, and that person's certificates.
 */
import { type Certificate, readCertificate } from '../../care/certificate.ts';
import { insuredPerson, object, objects, text } from '../../care/names.ts';
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

/** Records of one number that are looked at. */
const most = 20;

function refuse(en: string, ja: string, location: string): FhirError {
  return new FhirError('search-parameter', { en, ja }, { location });
}

function unknownNumber(operation: string, insured: string): FhirError {
  if (insured.includes('|') || /^\d{6}:(?:\d{10}|H\d{9})$/.test(insured))
    return new FhirError(
      'not-found',
      {
        en: `$${operation}: nobody with this insurer and insured number is known here. Check both numbers, or send the certificate first`,
        ja: `$${operation}: この保険者番号・被保険者番号の人は登録されていません。番号を確かめるか、先に証を送ってください`,
      },
      { location: 'insured' },
    );
  return refuse(
    `$${operation}, insured: expected 保険者番号 (6 digits), a colon and 被保険者番号 (10 characters), such as 492017:0000000001`,
    `$${operation} の insured は「保険者番号6桁:被保険者番号10桁」の形にしてください（例: 492017:0000000001）`,
    'insured',
  );
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
  const found = await findRelated(services, request, 'Patient', [['identifier', key]], most);
  if (found.length === 0) throw unknownNumber(operation, insured);
  const records = found.length > 1 ? await recordsOf(services, request, found[0]!) : found;
  // Linked records are one person.
  if (!found.every(one => records.some(record => record.id === one.id)))
    throw new FhirError('multiple-matches', {
      en: `$${operation}: more than one Patient has this number; expected one. Merge them, or name one by patient=`,
      ja: `$${operation}: この番号の Patient が複数あります。統合するか、patient で指定してください`,
    });
  return found[0]!;
}

/**
 * All records of a person the caller may see: the Patient that was asked for, first, and those it is linked with, from either side.
 * A link says that both are the same person; a hospital and an insurer may keep one each.
 * @see https://hl7.org/fhir/R4/patient.html#links
 */
export async function recordsOf(
  services: Services,
  request: FhirRequest,
  patient: Resource,
): Promise<readonly Resource[]> {
  const own = objects(patient['link']).map(one => text(object(one['other'])?.['reference']) ?? '');
  const ids = own.flatMap(reference => /^Patient\/([A-Za-z0-9\-.]{1,64})$/.exec(reference)?.[1] ?? []);
  const access = services.access.condition(request.caller);
  const versions = await Promise.all(ids.map(id => services.store.read('Patient', id, access)));
  const linked = versions.flatMap(one =>
    one && !one.deleted ? (parseJson(one.text, { lossless: true }) as Resource) : [],
  );
  const linking = await findRelated(services, request, 'Patient', [['link', `Patient/${patient.id}`]]);
  const byId = new Map([patient, ...linked, ...linking].map(one => [one.id, one]));
  return [...byId.values()];
}

/** Resources of a type that are about a person, whichever of the person's records they name. */
export function findAbout(
  services: Services,
  request: FhirRequest,
  type: string,
  [parameter, records]: readonly [parameter: string, records: readonly Resource[]],
  query: readonly (readonly [string, string])[] = [],
  most?: number,
): Promise<readonly Resource[]> {
  const any = records.map(one => `Patient/${one.id}`).join(',');
  return findRelated(services, request, type, [[parameter, any], ...query], most);
}

/** All certificates of a person the caller may see. */
export async function certificatesOf(
  services: Services,
  request: FhirRequest,
  records: readonly Resource[],
): Promise<readonly Certificate[]> {
  const coverages = await findAbout(services, request, 'Coverage', ['beneficiary', records]);
  return coverages.map(readCertificate).filter(one => one !== undefined);
}
