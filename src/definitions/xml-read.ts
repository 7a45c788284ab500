/**
 * XML → JSON values: strict, and without loss (decimal digits, ids, extensions of primitives, narratives as written).
 * @see https://hl7.org/fhir/R4/xml.html
 */
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { placeOf } from '../fhir/json.ts';
import { FhirError, type Issue } from '../fhir/outcome.ts';
import type { JsonObject } from '../fhir/types.ts';
import { nearest } from './nearest.ts';
import { narrativeSource, xhtmlNamespace } from './xhtml.ts';
import type { Frame } from './xml-frame.ts';
import { syntaxMessage } from './xml-message.ts';
import { fhirNamespace, type XmlFields, type XmlModel } from './xml-model.ts';
import { expectedValue, parseValue } from './xml-value.ts';

const noFields: XmlFields = new Map();
const instanceNamespace = 'http://www.w3.org/2001/XMLSchema-instance';
const declarationNamespace = 'http://www.w3.org/2000/xmlns/';
const mostNotes = 100;
const blank = /^[ \t\r\n]*$/;

/** Reads one document. Lives as long as the parser does. */
class Reader {
  private readonly xml: string;
  private readonly model: XmlModel;
  private readonly maxDepth: number;
  private readonly parser = new SaxesParser({ xmlns: true });
  private readonly frames: Frame[] = [];
  /** Elements open within a narrative, its `div` included. */
  private xhtmlDepth = 0;
  private xhtmlStart = 0;
  private xhtmlPrefix = '';
  private root: unknown;
  /** What is wrong, but can be read all the same. */
  private readonly notes: Issue[] | undefined;

  constructor(xml: string, model: XmlModel, maxDepth: number, notes?: Issue[]) {
    this.notes = notes;
    this.xml = xml;
    this.model = model;
    this.maxDepth = maxDepth;
  }

  document(): unknown {
    const { parser } = this;
    parser.on('error', error => {
      const { en, ja } = syntaxMessage(error);
      this.refuse(en, ja, {
        at: parser.position,
        problem: 'syntax',
      });
    });
    parser.on('doctype', () =>
      this.refuse('a DOCTYPE is not allowed in FHIR', 'FHIR では DOCTYPE を使えません', {
        at: parser.position,
        problem: 'syntax',
      }),
    );
    parser.on('opentag', tag => this.open(tag));
    parser.on('closetag', () => this.close());
    parser.on('text', text => this.text(text));
    parser.on('cdata', text => this.text(text || 'CDATA'));
    parser.write(this.xml).close();
    return this.root;
  }

  private path(): string {
    let path = '';
    for (const { name, field, index, kind } of this.frames) {
      if (!field && path && kind === 'object') continue;
      path += (path && '.') + (field?.segment ?? name) + (field?.array ? `[${index}]` : '');
    }
    return path;
  }

  private tagStart(): number {
    return this.xml.lastIndexOf('<', this.parser.position - 1);
  }

  private refuse(
    en: string,
    ja: string,
    { at = this.tagStart(), problem = 'invalid' }: { at?: number; problem?: 'syntax' | 'invalid' } = {},
  ): never {
    const location = placeOf(this.xml, at);
    const expression = this.path();
    const place = location.replace(/line (\d+), column (\d+)/, '$1行$2文字目');
    throw new FhirError(
      problem,
      { en: `${en} (${location})`, ja: `${ja}（${place}）` },
      { location, ...(expression && { expression }) },
    );
  }

  private note(en: string, ja: string): void {
    if (!this.notes || this.notes.length >= mostNotes) return;
    const expression = this.path();
    const location = placeOf(this.xml, this.tagStart());
    this.notes.push({
      severity: 'error',
      code: 'structure',
      message: { en, ja },
      location,
      ...(expression && { expression }),
    });
  }

  private open(tag: SaxesTagNS): void {
    if (this.frames.length + this.xhtmlDepth >= this.maxDepth) this.tooDeep();
    const parent = this.frames.at(-1);
    if (this.xhtmlDepth > 0) this.openXhtml(tag);
    else if (!parent || parent.kind === 'resource') this.openResource(tag, parent);
    else this.openProperty(tag, parent);
  }

  private openProperty(tag: SaxesTagNS, parent: Frame): void {
    const field = parent.fields.get(tag.local) ?? this.unknownElement(tag, parent);
    if (field.attribute) this.unknownElement(tag, parent);
    const namespace = field.kind === 'xhtml' ? xhtmlNamespace : fhirNamespace;
    if (tag.uri !== namespace) this.wrongNamespace(tag, namespace);
    const before = parent.properties.get(field.name)?.values.length ?? 0;
    if (before > 0 && !field.array)
      this.refuse(`<${tag.local}> may be there only once`, `<${tag.local}> は1回しか使えません`);
    if (parent.last !== undefined && field.order < parent.last.order)
      this.note(
        `<${tag.local}> is out of order: in XML it comes before <${parent.last.name}>`,
        `<${tag.local}> の順序が違います。XML では <${parent.last.name}> より前に置いてください`,
      );
    parent.last = field;
    const frame: Frame = {
      name: field.name,
      field,
      index: before,
      kind: field.kind,
      fields: field.fields(),
      properties: new Map(),
    };
    this.frames.push(frame);
    if (field.kind === 'xhtml') this.beginXhtml(tag);
    else this.attributes(tag, frame);
  }

  private tooDeep(): never {
    throw new FhirError(
      'too-costly',
      {
        en: `The content is nested deeper than ${this.maxDepth} levels; the limit is the setting max-depth`,
        ja: `入れ子が深すぎます（上限 ${this.maxDepth} 段、設定 max-depth）`,
      },
      { location: placeOf(this.xml, this.tagStart()) },
    );
  }

  private wrongNamespace(tag: SaxesTagNS, expected: string): never {
    const found = JSON.stringify(tag.uri.slice(0, 60));
    return this.refuse(
      `<${tag.name}> is in the namespace ${found}, expected "${expected}"`,
      `<${tag.name}> の名前空間が ${found} です。「${expected}」にしてください`,
    );
  }

  private unknownElement(tag: SaxesTagNS, parent: Frame): never {
    if (tag.uri !== fhirNamespace) this.wrongNamespace(tag, fhirNamespace);
    const near = nearest(tag.local, parent.fields.keys());
    return this.refuse(
      `unknown element <${tag.local}> in <${parent.name}>${near ? `; did you mean <${near}>?` : ''}`,
      `<${parent.name}> に <${tag.local}> という要素はありません${near ? `。<${near}> ではありませんか` : ''}`,
    );
  }

  private openResource(tag: SaxesTagNS, parent: Frame | undefined): void {
    if (tag.uri !== fhirNamespace) this.wrongNamespace(tag, fhirNamespace);
    const fields = this.model(tag.local);
    if (!fields)
      this.refuse(`<${tag.local}> is no resource type of R4`, `<${tag.local}> は R4 のリソース型ではありません`);
    if (parent?.value !== undefined)
      this.refuse(
        `<${parent.name}> holds a second resource, expected one`,
        `<${parent.name}> に入れられるリソースは1つだけです`,
      );
    const frame: Frame = {
      name: tag.local,
      index: 0,
      kind: 'object',
      fields: fields ?? noFields,
      properties: new Map(),
    };
    this.frames.push(frame);
    this.attributes(tag, frame);
  }

  private attributes(tag: SaxesTagNS, frame: Frame): void {
    for (const { name, local, uri, value } of Object.values(tag.attributes)) {
      if (uri === declarationNamespace) continue;
      if (uri === instanceNamespace) {
        this.note(`${name} has no place in a resource`, `リソースに属性 ${name} は使えません`);
        continue;
      }
      if (value === '')
        this.refuse(
          `the attribute ${name} is empty; leave it out instead`,
          `属性 ${name} が空です。属性ごと省いてください`,
        );
      if (frame.kind === 'primitive' && name === 'value')
        frame.value = this.primitive(frame.field?.type ?? 'string', value);
      else if (uri === '' && frame.fields.get(local)?.attribute)
        frame.properties.set(local, { values: [value], siblings: [null] });
      else this.refuse(`unknown attribute ${name} of <${tag.name}>`, `<${tag.name}> に ${name} という属性はありません`);
    }
  }

  /** The JSON value of a `value` attribute. */
  private primitive(type: string, text: string): unknown {
    const value = parseValue(type, text);
    if (value !== undefined) return value;
    const found = JSON.stringify(text.slice(0, 40));
    const { en, ja } = expectedValue(type);
    return this.refuse(`found ${found}, expected ${en}`, `${found} が見つかりました。${ja}にしてください`);
  }

  private text(text: string): void {
    if (this.xhtmlDepth > 0 || blank.test(text)) return;
    const found = JSON.stringify(text.trim().slice(0, 40));
    this.refuse(
      `found the text ${found} where only elements may be; values belong into the attribute "value"`,
      `要素だけが使える場所に文字列 ${found} があります。値は value 属性に書いてください`,
    );
  }

  private close(): void {
    if (this.xhtmlDepth > 1) {
      this.xhtmlDepth--;
      return;
    }
    const frame = this.frames.at(-1);
    if (!frame) return;
    const sibling = this.toObject(frame);
    if (this.xhtmlDepth === 1) this.endXhtml(frame);
    if (frame.value === undefined && (frame.kind !== 'object' || frame.field) && this.isEmpty(frame))
      this.refuse(`<${frame.name}> is empty; leave it out instead`, `<${frame.name}> が空です。要素ごと省いてください`);
    this.frames.pop();
    const parent = this.frames.at(-1);
    if (frame.kind === 'primitive')
      this.add(parent, frame, frame.value ?? null, frame.properties.size > 0 ? sibling : null);
    else if (frame.field) this.add(parent, frame, frame.value ?? sibling, null);
    else if (parent) parent.value = sibling;
    else this.root = sibling;
  }

  /** Nothing in it, or nothing but an id. */
  private isEmpty({ properties }: Frame): boolean {
    return properties.size === 0 || (properties.size === 1 && properties.has('id'));
  }

  private add(parent: Frame | undefined, { name, field }: Frame, value: unknown, sibling: JsonObject | null): void {
    const found = parent?.properties.get(name) ?? { values: [], siblings: [], field };
    found.values.push(value);
    found.siblings.push(sibling);
    parent?.properties.set(name, found);
  }

  private toObject({ field, fields, properties, name }: Frame): JsonObject {
    const object: JsonObject = !field && fields !== noFields ? { resourceType: name } : {};
    for (const [property, { values, siblings, field: own }] of properties) {
      if (values.some(value => value !== null)) object[property] = own?.array ? values : values[0];
      if (siblings.some(sibling => sibling !== null)) object[`_${property}`] = own?.array ? siblings : siblings[0];
    }
    return object;
  }

  private beginXhtml(tag: SaxesTagNS): void {
    this.xhtmlDepth = 1;
    this.xhtmlStart = this.tagStart();
    this.xhtmlPrefix = tag.prefix;
  }

  private openXhtml(tag: SaxesTagNS): void {
    if (tag.uri !== xhtmlNamespace) this.wrongNamespace(tag, xhtmlNamespace);
    if (tag.prefix !== this.xhtmlPrefix)
      this.refuse(
        `<${tag.name}> has another prefix than the narrative's <div>`,
        `<${tag.name}> の接頭辞がナラティブの <div> と異なります`,
      );
    this.xhtmlDepth++;
  }

  private endXhtml(frame: Frame): void {
    this.xhtmlDepth = 0;
    frame.value = narrativeSource(this.xml.slice(this.xhtmlStart, this.parser.position), this.xhtmlPrefix);
  }
}

/**
 * The resource in an XML document, as plain values (decimals that JavaScript would write differently as DecimalLiteral).
 * @param notes takes what is wrong but readable: elements out of order, attributes of XML Schema
 * @throws FhirError 'syntax', 'invalid', 'too-costly', each with line and column
 */
export function readXml(xml: string, model: XmlModel, maxDepth: number, notes?: Issue[]): unknown {
  return new Reader(xml, model, maxDepth, notes).document();
}
