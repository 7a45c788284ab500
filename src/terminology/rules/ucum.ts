/**
 * UCUM as a code system: any unit its grammar allows.
 * @see https://hl7.org/fhir/R4/terminologies-systems.html
 */
import type { Concept } from '../shapes.ts';
import { parseUnit } from '../ucum/parse.ts';
import { inBaseUnits, QuantityError, unitName } from '../ucum/quantities.ts';
import type { Grammar } from './grammar.ts';

const known = new Map<string, Concept | undefined>();

function find(code: string): Concept | undefined {
  if (known.has(code)) return known.get(code);
  const valid = code !== '' && !('problem' in parseUnit(code));
  const concept = valid ? { code, display: code, designation: [{ language: 'en', value: unitName(code) }] } : undefined;
  if (known.size < 5000) known.set(code, concept);
  return concept;
}

/** The base units of a code: what filters on `canonical` compare. */
function canonical(code: string): string | undefined {
  try {
    return inBaseUnits({ value: '1', unit: code }).unit;
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/** http://unitsofmeasure.org */
export const ucum: Grammar = {
  url: 'http://unitsofmeasure.org',
  version: '2.2',
  name: 'UCUM',
  title: 'Unified Code for Units of Measure',
  language: 'en',
  usual: 'http://hl7.org/fhir/ValueSet/ucum-common',
  find,
  explain(code) {
    const unit = parseUnit(code);
    return 'problem' in unit ? unit.problem : undefined;
  },
  filter(property, op, value) {
    if (property !== 'canonical' || (op !== '=' && op !== 'in')) return undefined;
    const wanted = new Set((op === '=' ? [value] : value.split(',')).map(one => canonical(one.trim())));
    return { test: concept => wanted.has(canonical(concept.code)) };
  },
};
