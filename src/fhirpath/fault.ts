/**
 * Refusals of expressions: what was found, and at which line and column of the expression.
 */
import { placeOf } from '../fhir/json.ts';
import { FhirError, type Problem } from '../fhir/outcome.ts';

/** A position in an expression's text. */
export interface Place {
  readonly text: string;
  readonly at: number;
}

/**
 * The error for a place of an expression.
 * @param problem `invalid`: the expression itself is wrong; `unprocessable`: it cannot be evaluated on this data
 */
export function fault(place: Place, en: string, ja: string, problem: Problem = 'unprocessable'): FhirError {
  const where = placeOf(place.text, place.at);
  const expression = place.text.length > 120 ? `${place.text.slice(0, 120)}…` : place.text;
  return new FhirError(
    problem,
    { en: `FHIRPath "${expression}", ${where}: ${en}`, ja: `FHIRPath「${expression}」の ${where}: ${ja}` },
    { location: where },
  );
}

/** The error for text that is no FHIRPath, or that does not fit the type it is written for. */
export function refuse(place: Place, en: string, ja: string): FhirError {
  return fault(place, en, ja, 'invalid');
}
