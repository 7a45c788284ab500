/**
 * Input and output of the operations of care insurance: parameters from the query or a Parameters resource, and answers built
 * part by part.
 */
import type { Concept } from '../../care/masters.ts';
import { codeSystem, object, objects, text } from '../../care/names.ts';
import { stringifyJson } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject, Language } from '../../fhir/types.ts';
import type { FhirRequest, FhirResponse } from '../../interactions/interaction.ts';

/** A parameter of an answer. */
export type Part = JsonObject & { readonly name: string };

/** Parameters of every $as-of. */
export const asOfInputs = ['patient', 'insured', 'date'];

/** The value of an input parameter as text: of the query, or of the body (strings, codes, dates, references). */
export function input(request: FhirRequest, name: string): string | undefined {
  const inQuery = request.query.find(([key]) => key === name)?.[1];
  if (inQuery !== undefined) return inQuery;
  const body = request.body?.kind === 'resource' ? request.body.resource : undefined;
  const one = objects(body?.['parameter']).find(part => part['name'] === name);
  const value = one && Object.entries(one).find(([key]) => key.startsWith('value'))?.[1];
  return text(value) ?? text(object(value)?.['reference']);
}

/**
 * Refuses a parameter the operation does not know: a mistyped `date` would answer for today.
 * @param known names of its parameters; those that begin with _ are about the answer's form
 * @throws FhirError 400
 */
export function refuseUnknown(request: FhirRequest, operation: string, known: readonly string[]): void {
  const body = request.body?.kind === 'resource' ? request.body.resource : undefined;
  const inBody = objects(body?.['parameter']).map(one => text(one['name']) ?? '');
  const names = [...request.query.map(([name]) => name), ...inBody];
  const unknown = names.find(name => !name.startsWith('_') && !known.includes(name));
  if (unknown === undefined) return;
  const shown = unknown.slice(0, 40);
  throw new FhirError(
    'search-parameter',
    {
      en: `$${operation}: found the parameter "${shown}", expected ${known.join(', ') || 'none'}`,
      ja: `$${operation} に「${shown}」というパラメータはありません（使えるもの: ${known.join('・') || 'なし'}）`,
    },
    { location: shown },
  );
}

const dayForm = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

/** The day an operation asks for; today in Japan when it does not. @throws FhirError for what is no day */
export function dayOf(request: FhirRequest, operation: string, today: string): string {
  const day = input(request, 'date') ?? today;
  const known = dayForm.test(day) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  if (known) return day;
  throw new FhirError(
    'search-parameter',
    {
      en: `$${operation}, date: found "${day.slice(0, 40)}", expected a day such as 2026-08-01`,
      ja: `$${operation} の date に「${day.slice(0, 40)}」は使えません（例: 2026-08-01）`,
    },
    { location: 'date' },
  );
}

/** A concept of one of our code systems in the language asked for. */
export const codingOf = (
  system: string,
  concept: Concept | undefined,
  code: string,
  language: Language,
): JsonObject => ({
  system: codeSystem(system),
  code,
  ...(concept && { display: concept[language] }),
});

/** A part with inner parts; undefined ones are left out. */
export const group = (name: string, parts: readonly (Part | undefined)[]): Part => ({
  name,
  part: parts.filter(one => one !== undefined),
});

/** 200 with a Parameters resource. */
export const answer = (parameter: readonly (Part | undefined)[]): FhirResponse => ({
  status: 200,
  headers: {},
  body: {
    kind: 'text',
    text: stringifyJson({ resourceType: 'Parameters', parameter: parameter.filter(one => one !== undefined) }),
  },
});
