/**
 * Types: each value is of the element's type; primitives have the JSON type and lexical form of theirs,
 * objects the elements of theirs, resources their own resourceType.
 * @see https://hl7.org/fhir/R4/json.html
 * @see https://hl7.org/fhir/R4/datatypes.html
 */
import { findXhtmlFault } from '../../definitions/xhtml.ts';
import { DecimalLiteral } from '../../fhir/json.ts';
import type { JsonObject, Message } from '../../fhir/types.ts';
import { tellTags } from '../embedded-html.ts';
import { elementId, type Primitive, primitiveOf } from '../primitive.ts';
import { addIssue, mismatch, objectExpected, type Report } from '../report.ts';
import type { Check, Glance, ObjectCheck, Rule, RuleContext } from '../rule.ts';

const nullFound: Message = {
  en: 'found null; leave the element out instead',
  ja: 'null は使えません。要素ごと省いてください',
};
const nullItem: Message = {
  en: 'found null where neither a value nor its id or extension is',
  ja: 'この位置には値も id も拡張もないため、null は使えません',
};

/** Runs a check on the single value or on each item of an array. Arrays and missing values are for cardinality to judge. */
function each(
  array: boolean,
  check: (value: unknown, report: Report) => void,
  allowsNull?: (parent: JsonObject, i: number) => boolean,
): Check {
  if (!array)
    return (value, report) => {
      if (value === null) addIssue(report, 'structure', nullFound);
      else if (value !== undefined && !Array.isArray(value)) check(value, report);
    };
  return (value, report, parent) => {
    if (!Array.isArray(value)) return;
    const { segments } = report;
    const depth = report.depth++;
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i];
      segments[depth] = i;
      if (item !== null) check(item, report);
      else if (!allowsNull) addIssue(report, 'structure', nullFound);
      else if (!allowsNull(parent, i)) addIssue(report, 'structure', nullItem);
    }
    report.depth = depth;
  };
}

function checkPrimitive({ accepts, json, expected }: Primitive): (value: unknown, report: Report) => void {
  return (value, report) => {
    if (accepts(value)) return;
    const found = value instanceof DecimalLiteral ? 'number' : typeof value;
    addIssue(report, found === json ? 'value' : 'structure', mismatch(value, expected));
  };
}

/** Texts for people, in which HTML tags do not belong. */
function checkText(
  primitive: Primitive,
  { type, htmlSeverity }: RuleContext,
): (value: unknown, report: Report) => void {
  const check = checkPrimitive(primitive);
  return (value, report) => {
    check(value, report);
    if (typeof value === 'string' && value.includes('<')) tellTags(value, type, htmlSeverity, report);
  };
}

function checkXhtml(value: unknown, report: Report): void {
  if (typeof value !== 'string') {
    addIssue(report, 'structure', mismatch(value, { en: 'XHTML text', ja: 'XHTML の文字列' }));
    return;
  }
  const fault = findXhtmlFault(value);
  if (fault) addIssue(report, fault.rule ? 'invariant' : 'value', fault.message, fault.rule);
}

function checkObject(check: ObjectCheck): (value: unknown, report: Report) => void {
  return (value, report) => {
    if (typeof value === 'object') check(value as JsonObject, report);
    else addIssue(report, 'structure', mismatch(value, objectExpected));
  };
}

function checkItem(element: Parameters<Rule>[0], context: RuleContext): (value: unknown, report: Report) => void {
  if (element.children || element.contentReference) return checkObject(context.childrenCheck(element));
  const { type } = context;
  if (type === 'Resource') return checkObject(context.resourceCheck);
  if (type === 'xhtml') return checkXhtml;
  if (element.xmlAttribute && element.name === 'id') return checkPrimitive(elementId);
  const schema = context.definitions.typeSchema(type);
  if (schema?.kind === 'primitive-type')
    return type === 'string' || type === 'markdown'
      ? checkText(primitiveOf(schema), context)
      : checkPrimitive(primitiveOf(schema));
  return checkObject(context.objectCheck(type));
}

/** What is right at a glance for a single value, which cardinality has nothing against either; undefined for others. */
export function glanceAt(element: Parameters<Rule>[0], context: RuleContext): Glance | undefined {
  const schema = context.definitions.typeSchema(context.type);
  const inline = element.children || element.contentReference;
  if (element.array || inline || schema?.kind !== 'primitive-type' || context.type === 'xhtml') return undefined;
  const { accepts } = element.xmlAttribute && element.name === 'id' ? elementId : primitiveOf(schema);
  if (context.type !== 'string' && context.type !== 'markdown') return accepts;
  return value => accepts(value) && !(value as string).includes('<');
}

export const type: Rule = (element, context) => {
  const primitive = context.definitions.typeSchema(context.type)?.kind === 'primitive-type';
  const sibling = `_${context.property}`;
  const hasSibling = (parent: JsonObject, i: number) => {
    const items = parent[sibling];
    return Array.isArray(items) && typeof items[i] === 'object' && items[i] !== null;
  };
  return each(element.array, checkItem(element, context), primitive ? hasSibling : undefined);
};
