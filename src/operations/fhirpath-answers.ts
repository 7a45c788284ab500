/**
 * What $fhirpath asks the rest of the server: conformsTo() the profiles, memberOf() and subsumes() terminology.
 * @see https://hl7.org/fhir/R4/fhirpath.html#functions
 */
import { stringifyJson } from '../fhir/json.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import type { Environment } from '../fhirpath/fhirpath.ts';
import type { Services } from '../interactions/interaction.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value follows a profile; a base definition is a matter of its type alone. Undefined: not installed. */
function conformsTo(services: Services, value: unknown, type: string, profile: string): boolean | undefined {
  const found = services.definitions.byCanonical('StructureDefinition', profile);
  if (!found || !isObject(value)) return undefined;
  if (found['derivation'] !== 'constraint') return found['type'] === type;
  if (found['type'] !== type || typeof value['resourceType'] !== 'string') return false;
  const issues = services.validator.validateResource(JSON.parse(stringifyJson(value)) as Resource, {
    profiles: [profile],
  });
  return issues.every(issue => issue.severity !== 'error' && issue.severity !== 'fatal');
}

interface Coding {
  readonly system?: string;
  readonly code: string;
}

/** The codings of a code, Coding, CodeableConcept or Quantity. */
function codingsOf(value: unknown): readonly Coding[] {
  if (typeof value === 'string') return [{ code: value }];
  if (!isObject(value)) return [];
  if (Array.isArray(value['coding'])) return value['coding'].flatMap(codingsOf);
  const { system, code } = value;
  if (typeof code !== 'string') return [];
  return [{ code, ...(typeof system === 'string' && { system }) }];
}

/** Most codes of a value set that are looked through for a code without its system. */
const maxCodes = 20_000;

function isMember({ terminology }: Services, value: unknown, valueSet: string): boolean | undefined {
  const answers = codingsOf(value).map(({ system, code }) => {
    if (system !== undefined) return terminology.isMember(valueSet, system, code);
    const codes = terminology.codesOf(valueSet, maxCodes);
    return codes ? (codes.some(one => one.code === code) ? 'in' : 'out') : 'unknown';
  });
  if (answers.includes('in')) return true;
  return answers.includes('unknown') ? undefined : false;
}

function subsumes({ terminology }: Services, a: unknown, b: unknown): boolean | undefined {
  const below = codingsOf(b);
  const answers = codingsOf(a).map(({ system, code }) => {
    const family = system === undefined ? undefined : terminology.familyOf(system, code, 'below');
    return family && below.some(one => one.system === system && family.includes(one.code));
  });
  if (answers.includes(true)) return true;
  return answers.length === 0 || answers.includes(undefined) ? undefined : false;
}

/** What a code counts for in a score. */
function weightOf({ terminology }: Services, { system, code }: JsonObject): number | undefined {
  return typeof system === 'string' && typeof code === 'string' ? terminology.weightOf(system, code) : undefined;
}

/** The answers of this server; undefined is "not known". */
export function answersOf(services: Services): Pick<Environment, 'conformsTo' | 'memberOf' | 'subsumes' | 'weightOf'> {
  return {
    conformsTo: (value, type, profile) => conformsTo(services, value, type, profile),
    memberOf: (value, _, valueSet) => isMember(services, value, valueSet),
    subsumes: (a, b) => subsumes(services, a, b),
    weightOf: coding => weightOf(services, coding),
  };
}
