/**
 * Whether a StructureDefinition has the form that profiles are read by. One that was stored unchecked may have any; then it
 * cannot be used, and why is said where it is asked for.
 * @see https://hl7.org/fhir/R4/structuredefinition.html
 */
import type { JsonObject } from '../fhir/types.ts';
import type { StructureDefinition } from './element-schema.ts';
import { ShapeError } from './snapshot-error.ts';

/** What a property must be, if it is there. */
interface Part {
  readonly form: 'text' | 'object';
  /** Written as a list. */
  readonly many?: true;
  /** Must be there. */
  readonly needed?: true;
  readonly parts?: Parts;
}
type Parts = Readonly<Record<string, Part>>;

const text: Part = { form: 'text' };
const texts: Part = { form: 'text', many: true };
const neededText: Part = { form: 'text', needed: true };
const extension: Part = { form: 'object', many: true, parts: { url: text } };

/** What is read of an ElementDefinition, but for values of any type. */
const element: Part = {
  form: 'object',
  many: true,
  parts: {
    extension,
    id: text,
    path: neededText,
    sliceName: text,
    contentReference: text,
    base: { form: 'object', parts: { path: neededText } },
    type: {
      form: 'object',
      many: true,
      parts: { extension, code: neededText, profile: texts, targetProfile: texts, aggregation: texts },
    },
    slicing: {
      form: 'object',
      parts: {
        rules: text,
        discriminator: { form: 'object', many: true, parts: { type: neededText, path: neededText } },
      },
    },
    binding: { form: 'object', parts: { extension, strength: text, valueSet: text, valueSetUri: text } },
    constraint: { form: 'object', many: true, parts: { key: neededText, human: text, expression: text } },
    representation: texts,
    condition: texts,
  },
};

const whole: Parts = {
  url: neededText,
  type: neededText,
  baseDefinition: text,
  derivation: text,
  contextInvariant: texts,
  snapshot: { form: 'object', parts: { element } },
  differential: { form: 'object', parts: { element } },
};

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const names = {
  text: ['text', '文字列'],
  number: ['a number', '数値'],
  object: ['an object', 'オブジェクト'],
} as const;

function wrong(place: string, { form, many }: Part): never {
  const [en, ja] = names[form];
  throw new ShapeError({
    en: `the definition is malformed: ${place} must be ${many ? `a list, each ${en}` : en}`,
    ja: `定義の形が正しくありません。${place} は${many ? `${ja}の配列` : ja}でなければなりません`,
  });
}

function checkValue(value: unknown, part: Part, place: string): void {
  const right = part.form === 'text' ? typeof value === 'string' : isObject(value);
  if (!right) wrong(place, { form: part.form });
  if (part.parts && isObject(value)) checkParts(value, part.parts, place);
}

function checkParts(object: JsonObject, parts: Parts, place: string): void {
  for (const name in parts) {
    const part = parts[name]!;
    const value = object[name];
    if (value === undefined && !part.needed) continue;
    const at = `${place}.${name}`;
    if (!part.many) checkValue(value, part, at);
    else if (!Array.isArray(value)) wrong(at, part);
    else value.forEach((one, i) => void checkValue(one, part, `${at}[${i}]`));
  }
}

/** Contexts are objects, or texts in definitions of old versions. */
function checkContexts(context: unknown): void {
  if (context === undefined) return;
  const list = Array.isArray(context) ? (context as unknown[]) : [context];
  list.forEach((one, i) => {
    if (typeof one !== 'string')
      checkValue(one, { form: 'object', parts: { expression: neededText } }, `StructureDefinition.context[${i}]`);
  });
}

const sound = new WeakSet<StructureDefinition>();

/**
 * The definition, when it has the form it is read by.
 * @throws ShapeError when it has not; says where
 */
export function checkShape(definition: StructureDefinition): StructureDefinition {
  if (sound.has(definition)) return definition;
  checkParts(definition, whole, 'StructureDefinition');
  checkContexts(definition['context']);
  sound.add(definition);
  return definition;
}
