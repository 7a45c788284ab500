/**
 * Findings without holding up others: large inputs go to a thread of their own, many small ones let others in between.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import type { ValidateOptions, Validator } from './validator.ts';

/**
 * Validates the JSON of a resource elsewhere.
 * @param located whether findings say line and column
 * @throws FhirError when the text is no JSON, or takes too long
 */
export type ValidateLarge = (
  text: string,
  options: Omit<ValidateOptions, 'text'>,
  located: boolean,
) => Promise<readonly Issue[]>;

/** What checking needs of a server. */
export interface FindingServices {
  readonly validator: Validator;
  /** Undefined where there is no thread for it: the input is then checked here. */
  readonly validateLarge?: ValidateLarge;
}

/** JSON of this length takes some tens of milliseconds. */
const largeLength = 400_000;
/** Time spent on inputs one after the other before others get their turn, in milliseconds. */
const turnMs = 8;
let spent = 0;

/**
 * The findings of a resource.
 * @param resource gives it parsed; not called when the text is checked elsewhere
 * @param text its JSON
 * @param located whether findings say line and column
 */
export async function findingsOf(
  { validator, validateLarge }: FindingServices,
  resource: () => Resource,
  text: string,
  options: Omit<ValidateOptions, 'text'>,
  located: boolean,
): Promise<readonly Issue[]> {
  if (validateLarge && text.length >= largeLength) return validateLarge(text, options, located);
  const started = performance.now();
  const issues = validator.validateResource(resource(), { ...options, ...(located && { text }) });
  spent += performance.now() - started;
  if (spent > turnMs) {
    spent = 0;
    await new Promise(resolve => setImmediate(resolve));
  }
  return issues;
}
