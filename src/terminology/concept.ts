/**
 * What is so of a concept: abstract, inactive, its status, when it is in force. Told by properties (by their URI, else by
 * their usual code) and by extensions.
 * @see https://hl7.org/fhir/R4/codesystem-concept-properties.html
 */
import { extensionOf, text, valueIn } from './json.ts';
import type { CodeSystem, Concept, SystemHead } from './shapes.ts';

const properties = 'http://hl7.org/fhir/concept-properties#';
const extensions = 'http://hl7.org/fhir/StructureDefinition/';

/** The standards status of an element. */
export const standardsStatusUrl = `${extensions}structuredefinition-standards-status`;

/** The codes by which one code system writes the well-known properties. */
interface Codes {
  readonly notSelectable: string;
  readonly inactive: string;
  readonly status: string;
  readonly deprecated: string;
  readonly validFrom: string;
  readonly validTo: string;
}

const codesOf = new WeakMap<SystemHead, Codes>();

function codes(head: SystemHead): Codes {
  let known = codesOf.get(head);
  if (!known) {
    const code = (name: string) => head.properties.find(one => one.uri === properties + name)?.code ?? name;
    known = {
      notSelectable: code('notSelectable'),
      inactive: code('inactive'),
      status: code('status'),
      deprecated: code('deprecationDate'),
      validFrom: code('effectiveDate'),
      validTo: code('retirementDate'),
    };
    codesOf.set(head, known);
  }
  return known;
}

/** The value of a concept's property. */
export function propertyOf(concept: Concept, code: string): unknown {
  return concept.property ? valueIn(concept.property.find(one => one['code'] === code)) : undefined;
}

/** A code for grouping, not for use. */
export function isAbstract(system: CodeSystem, concept: Concept): boolean {
  if (!concept.property) return false;
  return propertyOf(concept, codes(system.head).notSelectable) === true || propertyOf(concept, 'abstract') === true;
}

const inactiveStatus: ReadonlySet<string> = new Set(['retired', 'inactive', 'withdrawn']);

const knownStatus: ReadonlySet<string> = new Set([...inactiveStatus, 'deprecated', 'experimental', 'draft']);

/** The status a concept is given, when it is another than active: `retired`, `deprecated`, `experimental` … */
export function statusOf(system: CodeSystem, concept: Concept): string | undefined {
  const standards = concept.extension && text(valueIn(extensionOf(concept, standardsStatusUrl)));
  if (standards) return standards;
  if (!concept.property) return undefined;
  const status = text(propertyOf(concept, codes(system.head).status));
  return status !== undefined && knownStatus.has(status.toLowerCase()) ? status : undefined;
}

/** The status as an expansion shows it: one is given to what is merely marked inactive. */
export function shownStatus(system: CodeSystem, concept: Concept): string | undefined {
  return (
    statusOf(system, concept) ??
    (concept.property && propertyOf(concept, codes(system.head).inactive) === true ? 'inactive' : undefined)
  );
}

/** True for a concept that is no longer for new data. */
export function isInactive(system: CodeSystem, concept: Concept): boolean {
  if (!concept.property) return false;
  if (propertyOf(concept, codes(system.head).inactive) === true) return true;
  const status = text(propertyOf(concept, codes(system.head).status));
  return status !== undefined && inactiveStatus.has(status.toLowerCase());
}

/** True for a concept that is to be replaced by another in new data. */
export function isDeprecated(system: CodeSystem, concept: Concept, day: string): boolean {
  if (statusOf(system, concept)?.toLowerCase() === 'deprecated') return true;
  const since = concept.property && text(propertyOf(concept, codes(system.head).deprecated));
  return since !== undefined && since.slice(0, 10) <= day;
}

/** The days a concept is in force: from the first, up to but not including `until`. Absent = without end. */
export function validityOf(system: CodeSystem, concept: Concept): { from?: string; until?: string } {
  if (!concept.property) return {};
  const names = codes(system.head);
  const from = text(propertyOf(concept, names.validFrom));
  const until = text(propertyOf(concept, names.validTo));
  return { ...(from && { from: from.slice(0, 10) }), ...(until && { until: until.slice(0, 10) }) };
}

/** Where a day lies: in the days a concept is in force, before or after them. */
export function inForce(system: CodeSystem, concept: Concept, day: string): 'yes' | 'not-yet' | 'expired' {
  const { from, until } = validityOf(system, concept);
  if (from !== undefined && day < from.padEnd(10, '-01')) return 'not-yet';
  return until !== undefined && day >= until ? 'expired' : 'yes';
}

/** What a concept counts for in a score. @see https://hl7.org/fhir/R4/extension-ordinalvalue.html */
export function weightOf(system: CodeSystem, concept: Concept): number | undefined {
  const declared = system.head.properties.find(one => one.uri === `${properties}itemWeight`)?.code ?? 'itemWeight';
  const extension = ['itemWeight', 'ordinalValue', 'codesystem-ordinalValue']
    .map(name => concept.extension && extensionOf(concept, extensions + name))
    .find(one => one !== undefined);
  const value = propertyOf(concept, declared) ?? (extension && valueIn(extension));
  const number = Number(value);
  return value === undefined || Number.isNaN(number) ? undefined : number;
}
