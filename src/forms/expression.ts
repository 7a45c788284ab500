/**
 * Expressions in forms: FHIRPath, and FHIR queries with FHIRPath in `{{…}}`; and the variables they see.
 * @see https://hl7.org/fhir/uv/sdc/STU3/expressions.html
 */
import type { Definitions } from '../definitions/definitions.ts';
import { FhirError, type Issue } from '../fhir/outcome.ts';
import type { JsonObject } from '../fhir/types.ts';
import { compileFhirPath, type Environment, type Value } from '../fhirpath/fhirpath.ts';
import { choiceIn, extensionsOf, isObject, text } from './item.ts';

/** What expressions may ask of the server. */
export interface FormContext {
  readonly definitions: Definitions;
  /** Answers to memberOf(), conformsTo(), subsumes(), weight(). */
  readonly answers: Environment;
  /** UTC milliseconds. */
  readonly now: number;
  /** A FHIR query such as `Coverage?beneficiary=Patient/1` → Bundle of type searchset, or the resource of `Patient/1`. */
  search(query: string): Promise<JsonObject>;
  /** The codes of a value set that have this text as code or display; for answers given as text. */
  findCodes(valueSet: string, wanted: string): readonly JsonObject[];
}

/** Steps all expressions of one form may take. */
const mostSteps = 2_000_000;
/** FHIR queries one form may ask. */
const mostQueries = 50;

/** The state of one run over a form: findings, what queries found, how much work is left. */
export class Run {
  readonly context: FormContext;
  readonly issues: Issue[] = [];
  private readonly found = new Map<string, Promise<JsonObject>>();
  private readonly steps: number;

  /** @param expressions how many expressions share the budget */
  constructor(context: FormContext, expressions: number) {
    this.context = context;
    this.steps = Math.max(1000, Math.floor(mostSteps / Math.max(1, expressions)));
  }

  /** Records what could not be done; a form with a broken expression is still of use. */
  note(error: unknown, place: string): void {
    if (!(error instanceof FhirError)) throw error;
    for (const issue of error.issues) {
      const message = { en: `${place}: ${issue.message.en}`, ja: `${place}: ${issue.message.ja}` };
      // Variables are evaluated again for calculated answers: once is enough to tell.
      if (!this.issues.some(one => one.message.en === message.en))
        this.issues.push({ ...issue, severity: 'warning', message });
    }
  }

  /** Values of a FHIRPath expression. @throws FhirError */
  evaluate(expression: string, input: unknown, scope: Scope): readonly Value[] {
    const { definitions, answers, now } = this.context;
    const environment = {
      ...answers,
      now,
      zone: 540,
      steps: this.steps,
      resource: scope.resource,
      variables: scope.variables,
    };
    return compileFhirPath(expression, { definitions })(input, environment);
  }

  /** The answer to a FHIR query; undefined when a part in `{{…}}` has no value: then nothing is asked. */
  async query(template: string, input: unknown, scope: Scope): Promise<JsonObject | undefined> {
    let known = true;
    const query = template.replace(/\{\{(.*?)\}\}/gs, (_, expression: string) => {
      const values = this.evaluate(expression, input, scope).map(({ value }) => String(value));
      known &&= values.length > 0;
      return values.map(encodeURIComponent).join(',');
    });
    if (!known) return undefined;
    if (!this.found.has(query) && this.found.size >= mostQueries)
      throw new FhirError('too-costly', {
        en: `the form asks more than ${mostQueries} queries`,
        ja: `フォームの問い合わせが ${mostQueries} 件を超えます`,
      });
    const answer = this.found.get(query) ?? this.context.search(query);
    this.found.set(query, answer);
    return answer;
  }
}

/** The names an expression can use. */
export interface Scope {
  /** %resource: the response as far as it is filled in. */
  readonly resource: JsonObject;
  /** %name → JSON value or list of them. */
  readonly variables: ReadonlyMap<string, unknown>;
}

export const withVariable = (scope: Scope, name: string, value: unknown): Scope => ({
  ...scope,
  variables: new Map([...scope.variables, [name, value]]),
});

/**
 * The values of an Expression (`{language, expression}`).
 * @param place the linkId, for findings
 */
export async function evaluateExpression(
  run: Run,
  expression: unknown,
  input: unknown,
  scope: Scope,
  place: string,
): Promise<readonly Value[]> {
  if (!isObject(expression)) return [];
  const source = text(expression['expression']);
  if (source === undefined) return [];
  try {
    if (expression['language'] === 'text/fhirpath') return run.evaluate(source, input, scope);
    if (expression['language'] !== 'application/x-fhir-query') throw unknownLanguage(String(expression['language']));
    const value = await run.query(source, input, scope);
    return value ? [{ type: String(value['resourceType']), namespace: 'FHIR', value }] : [];
  } catch (error) {
    run.note(error, place);
    return [];
  }
}

const unknownLanguage = (language: string): FhirError =>
  new FhirError('not-supported', {
    en: `the expression language ${language.slice(0, 40)} is not supported; expected text/fhirpath or application/x-fhir-query`,
    ja: `式の言語 ${language.slice(0, 40)} は使えません（text/fhirpath か application/x-fhir-query）`,
  });

/** The scope with the variables an element declares, one after the other. */
export async function declareVariables(run: Run, element: JsonObject, input: unknown, scope: Scope): Promise<Scope> {
  let inner = scope;
  for (const extension of extensionsOf(element, 'variable')) {
    const expression = choiceIn(extension, 'value')?.value;
    const name = isObject(expression) ? text(expression['name']) : undefined;
    if (name === undefined) continue;
    const values = await evaluateExpression(run, expression, input, inner, text(element['linkId']) ?? name);
    inner = withVariable(
      inner,
      name,
      values.map(one => one.value),
    );
  }
  return inner;
}
