// What the makers of questionnaires share: masters from terminology/, items with texts in two languages, one way to write JSON.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const engawa = 'https://w3id.org/engawa/fhir';
const hl7 = 'http://hl7.org/fhir/StructureDefinition';

/** A code system of terminology/<folder>. */
export const readSystem = (id, folder = 'engawa-kaigo') =>
  JSON.parse(fs.readFileSync(path.join(root, '..', 'terminology', folder, `CodeSystem-${id}.json`), 'utf8'));
/** Its concepts, from the top down. */
export const conceptsOf = system => system.concept.flatMap(one => [one, ...conceptsOf({ concept: one.concept ?? [] })]);
/** The value of a concept's property. */
export const propertyOf = (concept, code) =>
  Object.entries(concept.property?.find(one => one.code === code) ?? {}).find(([key]) => key !== 'code')?.[1];

/** The extension that says a text in English. */
export const inEnglish = content => ({
  extension: [
    {
      url: `${hl7}/translation`,
      extension: [
        { url: 'lang', valueCode: 'en' },
        { url: 'content', valueString: content },
      ],
    },
  ],
});

const excluding = { extension: [{ url: `${hl7}/questionnaire-optionExclusive`, valueBoolean: true }] };

/** All codes of a system as options; those named exclude the others. */
export function optionsOf(id, exclusive = []) {
  const system = readSystem(id);
  return conceptsOf(system).map(({ code, display }) => ({
    ...(exclusive.includes(code) && excluding),
    valueCoding: { system: system.url, code, display },
  }));
}

/** A question: linkId, type, text in Japanese and English, and whatever else an item has. */
export const item = (linkId, type, ja, en, { options, exclusive, ...more } = {}) => ({
  linkId,
  ...(more.code && { code: [more.code] }),
  ...(more.prefix && { prefix: more.prefix }),
  text: ja,
  ...(en && { _text: inEnglish(en) }),
  type,
  ...(more.extension && { extension: more.extension }),
  ...(more.when && { enableWhen: more.when, ...(more.when.length > 1 && { enableBehavior: 'any' }) }),
  ...(more.required && { required: true }),
  ...(more.repeats && { repeats: true }),
  ...(more.maxLength && { maxLength: more.maxLength }),
  ...(options && { answerOption: optionsOf(options, exclusive) }),
  ...(more.items && { item: more.items }),
});

/** A condition: the answer is this code of this system (or this boolean). */
export const is = (question, system, code) => ({
  question,
  operator: '=',
  answerCoding: { system: `${engawa}/CodeSystem/${system}`, code },
});
export const isTrue = question => ({ question, operator: '=', answerBoolean: true });

/** The unit that belongs to a number. */
export const unit = (display, code) => [
  {
    url: `${hl7}/questionnaire-unit`,
    valueCoding: { ...(code && { system: 'http://unitsofmeasure.org', code }), display },
  },
];
export const atMost = count => [{ url: `${hl7}/questionnaire-maxOccurs`, valueInteger: count }];

/** What a questionnaire says of itself. */
export const questionnaire = ({ id, ja, en, description, effective, item: items }) => ({
  resourceType: 'Questionnaire',
  id,
  language: 'ja',
  url: `${engawa}/Questionnaire/${id}`,
  version: '1.0.0',
  name: id
    .split('-')
    .map(part => part[0].toUpperCase() + part.slice(1))
    .join(''),
  title: ja,
  _title: inEnglish(en),
  status: 'active',
  experimental: false,
  subjectType: ['Patient'],
  date: '2026-11-21',
  publisher: 'Engawa',
  description,
  ...(effective && { effectivePeriod: effective }),
  item: items,
});

const flat = value =>
  Array.isArray(value)
    ? `[${value.map(flat).join(', ')}]`
    : value && typeof value === 'object'
      ? `{ ${Object.entries(value)
          .map(([key, one]) => `${JSON.stringify(key)}: ${flat(one)}`)
          .join(', ')} }`
      : JSON.stringify(value);

/** JSON with what fits on a line of 150 characters on one line. */
export function format(value, indent = 0) {
  const short = flat(value);
  if (value === null || typeof value !== 'object' || (indent > 0 && short.length + indent <= 150)) return short;
  const pad = ' '.repeat(indent + 2);
  const lines = Array.isArray(value)
    ? value.map(one => pad + format(one, indent + 2))
    : Object.entries(value).map(([key, one]) => `${pad}${JSON.stringify(key)}: ${format(one, indent + 2)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${lines.join(',\n')}\n${' '.repeat(indent)}${close}`;
}
