/**
 * Coverage/$as-of: which certificate, care level, burden and limits held for a person on a day.
 * Definition: profiles/engawa-kaigo/OperationDefinition-kaigo-as-of.json.
 */
import { type AsOf, type Figures, figuresOn, holdingOn } from '../../care/as-of.ts';
import type { Certificate } from '../../care/certificate.ts';
import { master } from '../../care/masters.ts';
import { operationOutcome } from '../../fhir/outcome.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../../interactions/interaction.ts';
import { japaneseDay } from '../../terminology/terminology.ts';
import { answer, asOfInputs, codingOf, dayOf, group, type Part, refuseUnknown } from './parameters.ts';
import { askedPatient, certificatesOf, recordsOf } from './person.ts';

type Code = (system: string, code: string) => JsonObject;

const certificatePart = (name: string, one: Certificate, code: Code): Part =>
  group(name, [
    { name: 'kind', valueCoding: code('certificate-kind', one.kind) },
    { name: 'reference', valueReference: { reference: `Coverage/${one.resource.id}` } },
    { name: 'period', valuePeriod: one.days },
    one.issued === undefined ? undefined : { name: 'issued', valueDate: one.issued },
    one.history === undefined ? undefined : { name: 'history', valueInteger: one.history },
    name === 'certificate' ? { name: 'resource', resource: one.resource } : undefined,
  ]);

const units = (value: number): JsonObject => ({ value, unit: '単位/月' });

function figureParts(figures: Figures, code: Code): readonly (Part | undefined)[] {
  const { careLevel, benefitLimit, burden, stage } = figures;
  return [
    careLevel === undefined ? undefined : { name: 'careLevel', valueCoding: code('care-level', careLevel) },
    benefitLimit &&
      group('benefitLimit', [
        { name: 'units', valueQuantity: units(benefitLimit.units) },
        { name: 'fromMaster', valueBoolean: benefitLimit.fromMaster },
      ]),
    ...figures.serviceLimits.map(one =>
      group('serviceLimit', [
        { name: 'service', valueCodeableConcept: one.service },
        { name: 'units', valueQuantity: units(one.units) },
      ]),
    ),
    burden === undefined
      ? undefined
      : { name: 'burden', valueQuantity: { value: burden, unit: '%', system: 'http://unitsofmeasure.org', code: '%' } },
    stage === undefined ? undefined : { name: 'burdenStage', valueCoding: code('burden-limit-stage', stage) },
    ...figures.dailyLimits.map(one =>
      group('dailyLimit', [
        { name: 'kind', valueCoding: code('burden-limit-kind', one.kind) },
        { name: 'amount', valueMoney: { value: one.amount, currency: 'JPY' } },
      ]),
    ),
    ...figures.restrictions.map(one =>
      group('restriction', [
        { name: 'kind', valueCodeableConcept: one.kind },
        one.rate === undefined ? undefined : { name: 'rate', valueInteger: one.rate },
      ]),
    ),
    ...figures.offices.map(one => ({ name: 'office', valueReference: one })),
    ...figures.facilities.map(one => ({ name: 'facility', valueReference: one })),
  ];
}

/** What held on a day, as the parts of an answer. */
export function asOfParts(
  services: Services,
  request: FhirRequest,
  found: AsOf,
  day: string,
): readonly (Part | undefined)[] {
  const { library } = services.terminology;
  const code: Code = (system, value) => codingOf(system, master(library, system).get(value), value, request.language);
  return [
    ...found.held.map(one => certificatePart('certificate', one, code)),
    ...found.superseded.map(one => certificatePart('superseded', one, code)),
    ...figureParts(figuresOn(found, day, library), code),
    found.doubts.length === 0
      ? undefined
      : { name: 'outcome', resource: operationOutcome(found.doubts, request.language) },
  ];
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  refuseUnknown(request, 'as-of', asOfInputs);
  const day = dayOf(request, 'as-of', japaneseDay(services.now()));
  const patient: Resource = await askedPatient(services, request, 'as-of');
  const certificates = await certificatesOf(services, request, await recordsOf(services, request, patient));
  return answer([
    { name: 'date', valueDate: day },
    { name: 'patient', valueReference: { reference: `Patient/${patient.id}` } },
    ...asOfParts(services, request, holdingOn(certificates, day), day),
  ]);
}

/** Coverage/$as-of?patient=…&date=…. */
export const asOf: Operation = {
  name: 'as-of',
  levels: ['type'],
  types: ['Coverage'],
  definition: 'https://w3id.org/engawa/fhir/OperationDefinition/kaigo-as-of',
  readOnly: true,
  handle,
};
