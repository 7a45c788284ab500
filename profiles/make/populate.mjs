// How forms are filled in before somebody writes in them ($populate): from the person and from what the certificates say today.
// Structured Data Capture STU3, https://hl7.org/fhir/uv/sdc/STU3/populate.html
import { engawa } from './shared.mjs';

const sdc = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-';
const representation = 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation';

/** The form is opened for a person. */
export const forPerson = {
  url: `${sdc}launchContext`,
  extension: [
    { url: 'name', valueCoding: { system: 'http://hl7.org/fhir/uv/sdc/CodeSystem/launchContext', code: 'patient' } },
    { url: 'type', valueCode: 'Patient' },
  ],
};

/** What the certificates say today, as %asOf. */
export const withCertificates = {
  url: 'http://hl7.org/fhir/StructureDefinition/variable',
  valueExpression: {
    name: 'asOf',
    language: 'application/x-fhir-query',
    expression: 'Coverage/$as-of?patient={{%patient.id}}',
  },
};

/** A form, or one of its items, takes over what was answered last, or does not. */
export const takesOver = valueBoolean => ({
  url: `${engawa}/StructureDefinition/populate-from-last-response`,
  valueBoolean,
});

const current = "(use.empty() or use != 'old')";
const nameWhere = condition =>
  `%patient.name.where(${current} and ${condition}).select(iif(text.exists(), text, family & ' ' & given.first())).first()`;
const written = `extension('${representation}').value`;
const address = `%patient.address.where(${current}).first()`;

/** Expressions about the person. */
export const known = {
  name: nameWhere(`${written}.where($this = 'SYL').empty()`),
  kana: nameWhere(`${written} = 'SYL'`),
  sex: "iif(%patient.gender = 'male', '男', iif(%patient.gender = 'female', '女', {}))",
  birth: '%patient.birthDate',
  age: '%patient.birthDate.select(today().toString().substring(0, 4).toInteger() - $this.toString().substring(0, 4).toInteger() - iif(today().toString().substring(5) < $this.toString().substring(5), 1, 0))',
  postal: `${address}.postalCode`,
  address: `${address}.select(iif(text.exists(), text, state & city & line.first()))`,
  phone: "%patient.telecom.where(system = 'phone').value.first()",
  number: `%patient.identifier.where(system = '${engawa}/IdSystem/kaigo-insured-person' and ${current}).value.first()`,
};

/** Something that $as-of tells. */
export const told = name => `%asOf.parameter.where(name = '${name}').value`;

/** The 被保険者証 of today: a part of it. */
export const certificate = name =>
  `%asOf.parameter.where(name = 'certificate').where(part.where(name = 'kind').value.code = 'hihokensha').part.where(name = '${name}')`;

/**
 * A questionnaire with how it is filled in.
 * @param extension extensions of the form
 * @param expressions FHIRPath by linkId
 * @param fresh linkIds of what is never taken over from the last answers
 */
export function populated(questionnaire, { extension, expressions, fresh = [] }) {
  const expressionOf = linkId => ({
    url: `${sdc}initialExpression`,
    valueExpression: { language: 'text/fhirpath', expression: expressions[linkId] },
  });
  const own = linkId => [
    ...(expressions[linkId] ? [expressionOf(linkId)] : []),
    ...(fresh.includes(linkId) ? [takesOver(false)] : []),
  ];
  const inside = asked => {
    const { linkId, extension: before = [], ...rest } = asked;
    const added = own(linkId);
    const one = added.length > 0 ? { linkId, extension: [...before, ...added], ...rest } : asked;
    return { ...one, ...(asked.item && { item: asked.item.map(inside) }) };
  };
  const { resourceType, id, language, item, ...rest } = questionnaire;
  return { resourceType, id, language, extension, ...rest, item: item.map(inside) };
}
