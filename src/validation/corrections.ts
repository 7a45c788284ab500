/**
 * Invariants of R4 whose published expression fails where an optional element is missing, although their text asks nothing then;
 * R5 words them as they were meant.
 * @see https://hl7.org/fhir/R5/bundle.html#invs
 */

const nameRule = /^name\.matches\('(?!\^)(.*)'\)$/;

const corrected: ReadonlyMap<string, string> = new Map([
  // A parameter that is a resource may have a profile too.
  [
    "targetProfile.exists() implies (type = 'Reference' or type = 'canonical')",
    "targetProfile.exists() implies (type = 'Reference' or type = 'canonical' or type.memberOf('http://hl7.org/fhir/ValueSet/resource-types'))",
  ],
  // A period is no dateTime, so that there is nothing to measure.
  ['($this as dateTime).toString().length() >= 8', '($this is dateTime) implies $this.toString().length() >= 8'],
  // A boolean of FHIR is no System.Boolean.
  ["operator = 'exists' implies (answer is Boolean)", "operator = 'exists' implies (answer is boolean)"],
  ["fullUrl.contains('/_history/').not()", "fullUrl.exists() implies fullUrl.contains('/_history/').not()"],
  [
    'probability is decimal implies (probability as decimal) <= 100',
    'probability.empty() or ((probability is decimal) implies ((probability as decimal) <= 100))',
  ],
]);

/** The expression an invariant was meant to have. */
export function correctExpression(expression: string): string {
  const name = nameRule.exec(expression)?.[1];
  if (name !== undefined) return `name.exists() implies name.matches('^${name}$')`;
  return corrected.get(expression) ?? expression;
}

/**
 * The strength a binding was meant to have: R4 binds components of vital signs to a dozen units, although the page says that
 * components may be anything; HL7's own validator takes it as extensible.
 */
export function correctStrength(basePath: string, strength: string, valueSet: string): string {
  const anyUnit = basePath === 'Observation.component.value[x]' && valueSet.includes('/ucum-vitals-common');
  return anyUnit ? 'extensible' : strength;
}
