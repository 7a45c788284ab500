/**
 * Calculated answers (scores, totals) against the answers they are calculated from.
 * @see https://hl7.org/fhir/uv/sdc/STU3/behavior.html#calculations
 */
import { DecimalLiteral } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject } from '../../fhir/types.ts';
import { compileFhirPath, type Value } from '../../fhirpath/fhirpath.ts';
import type { Compiler } from '../profile.ts';
import { addIssue, type Report } from '../report.ts';
import { extensionOf } from './answer.ts';
import { choiceOf, isObject, type Question } from './questionnaire.ts';

/** Steps one calculation may take. */
const maxSteps = 500_000;

/** What a calculation is made with. */
export interface Calculation {
  readonly compiler: Compiler;
  readonly questionnaire: JsonObject;
  readonly response: JsonObject;
}

/** The FHIRPath of a question whose answer is calculated. */
function calculationOf(question: Question): string | undefined {
  const expression = extensionOf(question, 'calculatedExpression');
  if (!isObject(expression) || expression['language'] !== 'text/fhirpath') return undefined;
  return typeof expression['expression'] === 'string' ? expression['expression'] : undefined;
}

/** The calculated values; undefined when they cannot be told here: the form's expressions may need what only it has. */
function calculate(
  expression: string,
  { compiler, questionnaire, response }: Calculation,
): readonly Value[] | undefined {
  const { codes, definitions } = compiler;
  const weightOf = ({ system, code }: JsonObject) =>
    typeof system === 'string' && typeof code === 'string' ? codes.weight(system, code) : undefined;
  const variables = new Map<string, unknown>([['questionnaire', questionnaire]]);
  try {
    const run = compileFhirPath(expression, { definitions });
    return run(response, { resource: response, variables, weightOf, steps: maxSteps });
  } catch (error) {
    if (error instanceof FhirError) return undefined;
    throw error;
  }
}

const plain = (value: unknown): unknown => (value instanceof DecimalLiteral ? Number(value.text) : value);

/** Reports an answer that is not what the other answers give. */
export function checkCalculated(
  answer: JsonObject,
  question: Question,
  calculation: Calculation,
  report: Report,
): void {
  const expression = calculationOf(question);
  const choice = choiceOf(answer, 'value');
  if (expression === undefined || !choice || isObject(choice.value)) return;
  const values = calculate(expression, calculation);
  if (!values || values.length > 1) return;
  const [expected] = values;
  if (expected && plain(expected.value) === plain(choice.value)) return;
  const found = String(plain(choice.value)).slice(0, 40);
  addIssue(
    report,
    'business-rule',
    expected
      ? {
          en: `found ${found}, but the answers give ${String(plain(expected.value))} for "${question.linkId}"; send that, or leave it out`,
          ja: `「${question.linkId}」は ${found} ですが、回答から計算すると ${String(plain(expected.value))} です。計算した値にするか、省いてください`,
        }
      : {
          en: `found ${found}, but "${question.linkId}" cannot be calculated yet: answers it is calculated from are missing`,
          ja: `「${question.linkId}」が ${found} ですが、計算の元になる回答が足りません`,
        },
    'calculated',
  );
}
