/**
 * $lookup: everything that is known of a code.
 * @see https://hl7.org/fhir/R4/codesystem-operation-lookup.html
 */
import type { JsonObject } from '../fhir/types.ts';
import { isAbstract, isInactive } from './concept.ts';
import { chooseName, namesOf } from './display.ts';
import { preferredUse } from './expansion.ts';
import { valueIn, valueKey } from './json.ts';
import { fit, type Languages } from './languages.ts';
import { type CodeSystem, type Concept, versioned } from './shapes.ts';

/** What a client asks for: names of properties, `lang.X` for designations in a language, `*` for all; nothing = what the server thinks best. */
export interface LookupOptions {
  readonly properties: readonly string[];
  readonly languages: Languages | undefined;
}

type Part = JsonObject;

function codeProperty(system: CodeSystem, code: string, target: string): Part {
  const description = system.find(target)?.display;
  return {
    name: 'property',
    part: [
      { name: 'code', valueCode: code },
      { name: 'value', valueCode: target },
      ...(description === undefined ? [] : [{ name: 'description', valueString: description }]),
    ],
  };
}

function properties(system: CodeSystem, concept: Concept, asked: readonly string[]): Part[] {
  const all = asked.includes('*');
  const wanted = (code: string) => all || asked.length === 0 || asked.includes(code);
  const found: Part[] = [];
  for (const property of concept.property ?? []) {
    const code = String(property['code']);
    const key = valueKey(property);
    if (key === undefined || !wanted(code) || code === 'parent' || code === 'child') continue;
    found.push({
      name: 'property',
      part: [
        { name: 'code', valueCode: code },
        { name: 'value', [key]: valueIn(property) },
      ],
    });
  }
  if (wanted('inactive') && !concept.property?.some(one => one['code'] === 'inactive'))
    found.push({
      name: 'property',
      part: [
        { name: 'code', valueCode: 'inactive' },
        { name: 'value', valueBoolean: isInactive(system, concept) },
      ],
    });
  if (wanted('parent'))
    for (const code of system.parents(concept.code)) found.push(codeProperty(system, 'parent', code));
  // Children can be many: only for those who ask.
  if (all || asked.includes('child'))
    for (const code of system.children(concept.code)) found.push(codeProperty(system, 'child', code));
  return found;
}

/** The designations asked for: all of them, or those in the languages of `lang.X`. */
function designations(system: CodeSystem, concept: Concept, asked: readonly string[]): Part[] {
  const all = asked.length === 0 || asked.includes('*') || asked.includes('designation');
  const ranges = asked.flatMap(one => (one.startsWith('lang.') ? one.slice(5) : []));
  if (!all && ranges.length === 0) return [];
  return namesOf(system, concept)
    .filter(name => !name.main || name.language !== undefined)
    .filter(name => all || ranges.some(range => fit(range, name.language) >= 2))
    .map(({ language, use, value, main, source }) => ({
      name: 'designation',
      part: [
        ...(language === undefined ? [] : [{ name: 'language', valueCode: language }]),
        ...(main || use ? [{ name: 'use', valueCoding: main ? preferredUse : use }] : []),
        { name: 'value', valueString: value },
        ...(source === undefined ? [] : [{ name: 'source', valueCanonical: source }]),
      ],
    }));
}

/** The Parameters resource for a code. */
export function lookup(
  system: CodeSystem,
  concept: Concept,
  { properties: asked, languages }: LookupOptions,
): JsonObject {
  const { head } = system;
  const display = chooseName(namesOf(system, concept), languages)?.value ?? concept.display;
  const wanted = (name: string) => asked.length === 0 || asked.includes('*') || asked.includes(name);
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'name', valueString: head.name ?? head.title ?? head.url },
      ...(head.version === undefined ? [] : [{ name: 'version', valueString: head.version }]),
      { name: 'system', valueUri: head.url },
      { name: 'code', valueCode: concept.code },
      ...(display === undefined
        ? [{ name: 'display', valueString: concept.code }]
        : [{ name: 'display', valueString: display }]),
      { name: 'abstract', valueBoolean: isAbstract(system, concept) },
      ...(concept.definition !== undefined && wanted('definition')
        ? [{ name: 'definition', valueString: concept.definition }]
        : []),
      ...designations(system, concept, asked),
      ...properties(system, concept, asked),
      ...head.supplements.map(canonical => ({ name: 'used-supplement', valueCanonical: canonical })),
    ],
  };
}

/** The name of a code system for messages. */
export function systemName({ head }: CodeSystem): string {
  return versioned(head.url, head.version);
}
