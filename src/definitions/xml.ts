/**
 * XML ↔ JSON text of resources, driven by the type schemas. Nothing is lost either way: decimals keep their digits,
 * narratives their source, primitives their ids and extensions.
 * @see https://hl7.org/fhir/R4/xml.html
 * @see https://hl7.org/fhir/R4/json.html
 */
import { parseJson, stringifyJson } from '../fhir/json.ts';
import type { Issue } from '../fhir/outcome.ts';
import type { Definitions } from './definitions.ts';
import { xmlModel } from './xml-model.ts';
import { readXml } from './xml-read.ts';
import { writeXml } from './xml-write.ts';

/** Deepest JSON that is written as XML: what was stored was measured on its way in, a Bundle around it adds to that. */
const maxWrittenDepth = 1000;

/**
 * The JSON text of a resource in XML.
 * @param options maxDepth: deepest nesting of elements; notes: takes what is wrong, but can be read all the same
 * @throws FhirError 'syntax' (not well-formed, DOCTYPE), 'invalid' (unknown or empty element, unknown attribute, wrong
 * namespace, text between elements, a single element repeated, a value that JSON cannot hold), 'too-costly' (depth);
 * each with `line L, column C`
 */
export function xmlToJson(
  xml: string,
  definitions: Definitions,
  { maxDepth, notes }: { maxDepth: number; notes?: Issue[] },
): string {
  return stringifyJson(readXml(xml, xmlModel(definitions), maxDepth, notes));
}

/**
 * The XML of a resource in JSON, elements in the order of the definition.
 * @throws FhirError 'syntax' (not JSON), 'invalid' (unknown element, a value XML cannot hold) with the FHIRPath of the element
 */
export function jsonToXml(json: string, definitions: Definitions, options: { pretty?: boolean } = {}): string {
  const value = parseJson(json, { lossless: true, maxDepth: maxWrittenDepth });
  return writeXml(value, xmlModel(definitions), options.pretty ?? false);
}
