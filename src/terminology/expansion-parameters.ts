/**
 * ValueSet.expansion.parameter: what was asked that made a difference, and what was used.
 * @see https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.expansion.parameter
 */
import type { JsonObject } from '../fhir/types.ts';
import { standardsStatusUrl } from './concept.ts';
import type { ExpandOptions, Page } from './expand.ts';
import { extensionOf, text, valueIn } from './json.ts';
import type { Scope } from './scope.ts';
import { versioned } from './shapes.ts';
import { findValueSet, type ValueSetPlan } from './value-set.ts';

const ruleNames = {
  usual: 'system-version',
  demanded: 'check-system-version',
  forced: 'force-system-version',
} as const;

/** What is said of a resource as a whole that a user of its codes should know. */
export interface Standing {
  readonly status?: string;
  readonly experimental?: boolean;
  readonly standardsStatus?: string;
}

/** The standing of a ValueSet. */
export function standingOf({ resource }: ValueSetPlan): Standing {
  const [status, standardsStatus] = [
    text(resource['status']),
    text(valueIn(extensionOf(resource, standardsStatusUrl))),
  ];
  return {
    ...(status && { status }),
    ...(standardsStatus && { standardsStatus }),
    ...(resource['experimental'] === true && { experimental: true }),
  };
}

const isDraft = ({ status, standardsStatus }: Standing): boolean => status === 'draft' || standardsStatus === 'draft';

/** What to warn of when a resource is used from another one, which may be a draft or experimental itself. */
export function warningOf(
  used: Standing,
  from: Standing,
): 'deprecated' | 'withdrawn' | 'retired' | 'experimental' | 'draft' | undefined {
  if (used.standardsStatus === 'deprecated' || used.standardsStatus === 'withdrawn') return used.standardsStatus;
  if (used.status === 'retired') return 'retired';
  if (used.experimental && !from.experimental) return 'experimental';
  return isDraft(used) && !isDraft(from) ? 'draft' : undefined;
}

function asked(plan: ValueSetPlan, options: ExpandOptions, page: Page): JsonObject[] {
  const { activeOnly, count, offset, filter, excludeNested, excludeNotForUI, includeDesignations, includeDefinition } =
    options;
  const one = (name: string, key: string, value: unknown) => (value === undefined ? [] : [{ name, [key]: value }]);
  return [
    ...one('activeOnly', 'valueBoolean', activeOnly ?? plan.parameters.get('activeOnly')),
    ...one('count', 'valueInteger', count),
    ...one('displayLanguage', 'valueCode', page.languages?.text),
    ...options.designations.map(token => ({ name: 'designation', valueString: token })),
    ...options.excludeSystems.map(canonical => ({ name: 'exclude-system', valueUri: canonical })),
    ...one('excludeNested', 'valueBoolean', excludeNested),
    ...one('excludeNotForUI', 'valueBoolean', excludeNotForUI),
    ...one('filter', 'valueString', filter),
    ...one('includeDefinition', 'valueBoolean', includeDefinition),
    ...one('includeDesignations', 'valueBoolean', includeDesignations),
    ...one('offset', 'valueInteger', offset),
    ...one('versionsMatch', 'valueBoolean', page.versionsMatch ? true : undefined),
  ];
}

/** All parameters of an expansion. */
export function writeParameters(scope: Scope, plan: ValueSetPlan, options: ExpandOptions, page: Page): JsonObject[] {
  const { used } = page;
  const root = standingOf(plan);
  const uris: JsonObject[] = [];
  const add = (name: string, valueUri: string) => {
    if (!uris.some(one => one['name'] === name && one['valueUri'] === valueUri)) uris.push({ name, valueUri });
  };
  if (scope.options.dayGiven) uris.push({ name: 'date', valueDateTime: scope.options.day });
  for (const [url, { rule, version }] of used.rules) add(ruleNames[rule], `${url}|${version}`);
  for (const canonical of used.pinned) add('default-valueset-version', canonical);
  for (const { head } of used.systems) {
    const canonical = versioned(head.url, head.version);
    add('used-codesystem', canonical);
    for (const supplement of head.supplements) add('used-supplement', supplement);
    const warning = warningOf(head, root);
    if (warning) add(`warning-${warning}`, canonical);
  }
  for (const taken of used.valueSets) add('used-valueset', taken.name);
  for (const one of [plan, ...used.valueSets]) {
    const warning = warningOf(standingOf(one), root);
    if (warning && one.url !== undefined) add(`warning-${warning}`, one.name);
  }
  for (const usual of used.unclosed.values()) {
    const listed = findValueSet(scope, usual);
    const warning = listed && warningOf(standingOf(listed), root);
    if (warning) add(`warning-${warning}`, usual);
  }
  return [...asked(plan, options, page), ...uris];
}
