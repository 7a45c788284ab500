/**
 * JSON → XML: elements in the order of the definition, decimals and narratives as they stand in the JSON.
 * @see https://hl7.org/fhir/R4/xml.html
 */
import { DecimalLiteral } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject, Message } from '../fhir/types.ts';
import { findXhtmlFault } from './xhtml.ts';
import { fhirNamespace, type XmlField, type XmlFields, type XmlModel } from './xml-model.ts';

const special = /[&<>"\t\n\r]/;
const specials = /[&<>"\t\n\r]/g;
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const references: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\t', '&#9;'],
  ['\n', '&#10;'],
  ['\r', '&#13;'],
]);

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof DecimalLiteral);

/** A whole number that JSON had as `1.0` or `1e2` in the digits XML needs; other values as they are. */
const plain = (type: string, value: unknown): unknown =>
  type !== 'decimal' && value instanceof DecimalLiteral && Number.isSafeInteger(Number(value)) ? Number(value) : value;

/** Writes one document; the path is kept for messages. */
class Writer {
  private readonly model: XmlModel;
  private readonly newline: string;
  private readonly path: string[] = [];

  constructor(model: XmlModel, pretty: boolean) {
    this.model = model;
    this.newline = pretty ? '\n' : '';
  }

  document(value: unknown): string {
    return `<?xml version="1.0" encoding="UTF-8"?>${this.newline}${this.resource(value, ` xmlns="${fhirNamespace}"`, this.newline)}`;
  }

  private fail(en: string, ja: string): never {
    const expression = this.path.join('.');
    if (!expression) throw new FhirError('invalid', { en, ja });
    const message: Message = { en: `${expression}: ${en}`, ja: `${expression}: ${ja}` };
    throw new FhirError('invalid', message, { expression });
  }

  private resource(value: unknown, attributes: string, indent: string): string {
    const type = isObject(value) ? value['resourceType'] : undefined;
    const fields = typeof type === 'string' ? this.model(type) : undefined;
    if (!fields) return this.fail('found no resource of a type known in R4', 'R4 のリソースがありません');
    if (this.path.length === 0) this.path.push(String(type));
    return this.object(String(type), attributes, fields, value as JsonObject, indent);
  }

  /** The properties of an object in the order of the definition. */
  private ordered(fields: XmlFields, value: JsonObject): XmlField[] {
    const present = new Set<XmlField>();
    for (const property in value) {
      const field = fields.get(property.startsWith('_') ? property.slice(1) : property);
      if (field) present.add(field);
      else if (property !== 'resourceType') this.unknown(property);
    }
    return [...present].sort((a, b) => a.order - b.order);
  }

  private unknown(property: string): never {
    const quoted = JSON.stringify(property.slice(0, 60));
    return this.fail(`unknown element ${quoted}`, `${quoted} という要素はありません`);
  }

  private object(name: string, attributes: string, fields: XmlFields, value: JsonObject, indent: string): string {
    const inner = indent && `${indent}  `;
    let head = `<${name}${attributes}`;
    let content = '';
    for (const field of this.ordered(fields, value)) {
      this.path.push(field.segment);
      if (field.attribute) head += ` ${field.name}="${this.text(value[field.name])}"`;
      else content += this.property(field, value[field.name], value[`_${field.name}`], inner);
      this.path.pop();
    }
    return content ? `${head}>${content}${indent}</${name}>` : `${head}/>`;
  }

  private property(field: XmlField, value: unknown, sibling: unknown, indent: string): string {
    if (!field.array) return this.item(field, value, sibling, indent);
    if (![value, sibling].every(list => list === undefined || Array.isArray(list)))
      return this.fail('found a single value, expected an array', '配列にしてください');
    const values = (value ?? []) as unknown[];
    const siblings = (sibling ?? []) as unknown[];
    const count = Math.max(values.length, siblings.length);
    let content = '';
    for (let i = 0; i < count; i++) {
      this.path[this.path.length - 1] = `${field.segment}[${i}]`;
      content += this.item(field, values[i], siblings[i], indent);
    }
    return content;
  }

  private item(field: XmlField, value: unknown, sibling: unknown, indent: string): string {
    const { kind, name } = field;
    if ((value ?? sibling ?? null) === null) return '';
    if (kind === 'primitive') return indent + this.primitive(field, value, sibling, indent);
    if (kind === 'xhtml') return indent + this.xhtml(value);
    if (!isObject(value))
      return this.fail('found a simple value or an array, expected an object', 'オブジェクトにしてください');
    if (kind === 'object') return indent + this.object(name, '', field.fields(), value, indent);
    const inner = indent && `${indent}  `;
    return `${indent}<${name}>${inner}${this.resource(value, '', inner)}${indent}</${name}>`;
  }

  private primitive({ name, fields, type }: XmlField, value: unknown, sibling: unknown, indent: string): string {
    const attribute = value === undefined || value === null ? '' : ` value="${this.text(plain(type, value))}"`;
    if (sibling === undefined || sibling === null) return `<${name}${attribute}/>`;
    if (!isObject(sibling))
      return this.fail(`"_${name}" must be an object`, `「_${name}」はオブジェクトにしてください`);
    return this.object(name, attribute, fields(), sibling, indent);
  }

  private text(value: unknown): string {
    if (value instanceof DecimalLiteral) return value.text;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (typeof value !== 'string')
      return this.fail('found an object or an array, expected a simple value', '単純な値にしてください');
    if (forbidden.test(value) || !value.isWellFormed())
      return this.fail('holds a character that XML does not allow', 'XML で使えない文字が含まれています');
    return special.test(value) ? value.replace(specials, character => references.get(character) ?? '') : value;
  }

  private xhtml(value: unknown): string {
    if (typeof value !== 'string') return this.fail('found no text, expected XHTML', 'XHTML の文字列にしてください');
    const fault = findXhtmlFault(value, false);
    if (fault) return this.fail(fault.message.en, fault.message.ja);
    return value.trim();
  }
}

/** The XML of a resource that was read with {@link parseJson} in lossless mode. @throws FhirError 'invalid' */
export function writeXml(value: unknown, model: XmlModel, pretty: boolean): string {
  return new Writer(model, pretty).document(value);
}
