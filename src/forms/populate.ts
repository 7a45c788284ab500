/**
 * Form population: a QuestionnaireResponse filled in as far as expressions, earlier observations and initial values go.
 * @see https://hl7.org/fhir/uv/sdc/STU3/populate.html
 */
import { stringifyJson } from '../fhir/json.ts';
import type { Issue } from '../fhir/outcome.ts';
import type { JsonObject } from '../fhir/types.ts';
import type { Value } from '../fhirpath/fhirpath.ts';
import { toAnswer } from './answer.ts';
import { declareVariables, evaluateExpression, type FormContext, Run, type Scope, withVariable } from './expression.ts';
import { choiceIn, extensionsOf, extensionValue, type FormItem, isObject, itemsOf, objects, text } from './item.ts';

/** What a form is filled in with. */
export interface PopulateInput {
  readonly questionnaire: JsonObject;
  /** Whom the form is about: `Patient/1`. */
  readonly subject?: JsonObject | undefined;
  /** Launch contexts by name: `patient`, `encounter`, `user` … as resources. */
  readonly contexts: ReadonlyMap<string, unknown>;
}

/** Rounds in which calculated answers may depend on each other. */
const mostRounds = 5;
/** Items one population context may make. */
const mostRepeats = 500;

/** Own extension: a form, or one of its items, takes over the answers of the last response. */
const fromLastUrl = 'https://w3id.org/engawa/fhir/StructureDefinition/populate-from-last-response';

const count = (items: readonly FormItem[]): number => items.reduce((sum, item) => sum + 1 + count(item.items), 0);

/** The observation that answers a question by its code, when the form says how far back it may lie. */
async function fromObservation(run: Run, item: FormItem, scope: Scope): Promise<readonly Value[]> {
  const period = extensionValue(item.json, 'observationLinkPeriod');
  const codings = objects(item.json['code']).filter(one => text(one['code']));
  if (!isObject(period) || codings.length === 0 || !scope.variables.has('patient')) return [];
  const codes = codings.map(
    one => `${one['system'] === undefined ? '' : `${String(one['system'])}|`}${String(one['code'])}`,
  );
  const words: Readonly<Record<string, string>> = { a: 'years', mo: 'months', wk: 'weeks', d: 'days', h: 'hours' };
  const unit = words[String(period['code'] ?? period['unit'])] ?? String(period['unit'] ?? 'days');
  const query = `Observation?subject={{%patient.id}}&code=${codes.map(encodeURIComponent).join(',')}&date=ge{{today() - ${String(period['value'])} ${unit}}}&_sort=-date&_count=1`;
  const found = await evaluateExpression(
    run,
    { language: 'application/x-fhir-query', expression: query },
    {},
    scope,
    item.linkId,
  );
  const observation = isObject(found[0]?.value) ? objects(found[0].value['entry'])[0]?.['resource'] : undefined;
  const choice = isObject(observation) ? choiceIn(observation, 'value') : undefined;
  return choice ? [{ type: choice.type, namespace: 'FHIR', value: choice.value }] : [];
}

const takesOver = (element: JsonObject): unknown =>
  objects(element['extension']).find(one => one['url'] === fromLastUrl)?.['valueBoolean'];

/** The last response of the person to the same form, when the form takes over answers. */
async function lastResponse(run: Run, questionnaire: JsonObject, scope: Scope): Promise<unknown> {
  const url = text(questionnaire['url']);
  if (takesOver(questionnaire) !== true || url === undefined || !scope.variables.has('patient')) return undefined;
  const query = `QuestionnaireResponse?subject={{%patient.id}}&questionnaire=${encodeURIComponent(url)}&status=completed,amended&_sort=-authored&_count=1`;
  const expression = { language: 'application/x-fhir-query', expression: query };
  const [found] = await evaluateExpression(run, expression, {}, scope, url);
  return isObject(found?.value) ? objects(found.value['entry'])[0]?.['resource'] : undefined;
}

/** Answers to a question anywhere in a response. */
function answersIn(holder: unknown, linkId: string): readonly JsonObject[] {
  if (!isObject(holder)) return [];
  return objects(holder['item']).flatMap(one => [
    ...(one['linkId'] === linkId ? objects(one['answer']) : []),
    ...answersIn(one, linkId),
    ...objects(one['answer']).flatMap(answer => answersIn(answer, linkId)),
  ]);
}

function fromLast(item: FormItem, scope: Scope): readonly Value[] {
  if (takesOver(item.json) === false) return [];
  return answersIn(scope.variables.get('lastResponse'), item.linkId)
    .map(answer => choiceIn(answer, 'value'))
    .filter(one => one !== undefined)
    .map(({ type, value }): Value => ({ type, namespace: 'FHIR', value }));
}

/** Initial values the form itself gives. */
function initialOf(item: FormItem): readonly JsonObject[] {
  const given = objects(item.json['initial']).filter(one => choiceIn(one, 'value'));
  if (given.length > 0) return given.map(({ extension: _, id: __, ...answer }): JsonObject => answer);
  return objects(item.json['answerOption'])
    .filter(one => one['initialSelected'] === true)
    .map(({ initialSelected: _, extension: __, ...answer }): JsonObject => answer);
}

/** Values of an element's expression extension. */
async function expressionValues(run: Run, item: FormItem, name: string, input: unknown, scope: Scope) {
  const [extension] = extensionsOf(item.json, name);
  return extension && evaluateExpression(run, choiceIn(extension, 'value')?.value, input, scope, item.linkId);
}

function answersFor(run: Run, item: FormItem, values: readonly Value[]): readonly JsonObject[] {
  const findCodes = run.context.findCodes.bind(run.context);
  const answers = values.map(value => toAnswer(item, value, findCodes)).filter(one => one !== undefined);
  return item.repeats ? answers : answers.slice(0, 1);
}

const head = (item: FormItem): JsonObject => ({
  linkId: item.linkId,
  ...(item.json['text'] !== undefined && { text: item.json['text'] }),
});

async function fillQuestion(run: Run, item: FormItem, scope: Scope): Promise<readonly JsonObject[]> {
  const inner = await declareVariables(run, item.json, scope.resource, scope);
  const values = (await expressionValues(run, item, 'initialExpression', scope.resource, inner)) ?? [];
  const observed = values.length > 0 ? values : await fromObservation(run, item, inner);
  const found = observed.length > 0 ? observed : fromLast(item, inner);
  const answers = found.length > 0 ? answersFor(run, item, found) : initialOf(item);
  if (answers.length === 0) return [];
  const below = await fillItems(run, item.items, inner);
  return [
    { ...head(item), answer: answers.map((one, i) => (i === 0 && below.length > 0 ? { ...one, item: below } : one)) },
  ];
}

async function fillGroup(run: Run, item: FormItem, scope: Scope): Promise<readonly JsonObject[]> {
  const inner = await declareVariables(run, item.json, scope.resource, scope);
  const context = choiceIn(extensionsOf(item.json, 'itemPopulationContext')[0] ?? {}, 'value')?.value;
  const name = isObject(context) ? text(context['name']) : undefined;
  if (name === undefined) return makeGroup(run, item, inner);
  const values = (await evaluateExpression(run, context, scope.resource, inner, item.linkId)).map(one => one.value);
  const bundled = values.flatMap(one => (isObject(one) && one['resourceType'] === 'Bundle' ? resourcesIn(one) : [one]));
  if (!item.repeats) return makeGroup(run, item, withVariable(inner, name, bundled));
  const made: JsonObject[] = [];
  for (const value of bundled.slice(0, mostRepeats))
    made.push(...(await makeGroup(run, item, withVariable(inner, name, value))));
  return made;
}

const resourcesIn = (bundle: JsonObject): readonly unknown[] => objects(bundle['entry']).map(one => one['resource']);

async function makeGroup(run: Run, item: FormItem, scope: Scope): Promise<readonly JsonObject[]> {
  const below = await fillItems(run, item.items, scope);
  return below.length > 0 ? [{ ...head(item), item: below }] : [];
}

async function fillItems(run: Run, items: readonly FormItem[], scope: Scope): Promise<JsonObject[]> {
  const filled: JsonObject[] = [];
  for (const item of items) {
    if (item.type === 'display') continue;
    filled.push(...(await (item.type === 'group' ? fillGroup : fillQuestion)(run, item, scope)));
  }
  return filled;
}

/** The items with calculated answers put in, where the form has them. */
async function calculateItems(
  run: Run,
  items: readonly FormItem[],
  filled: readonly JsonObject[],
  scope: Scope,
): Promise<JsonObject[]> {
  const result: JsonObject[] = [];
  for (const item of items) {
    const present = filled.filter(one => one['linkId'] === item.linkId);
    const inner = await declareVariables(run, item.json, scope.resource, scope);
    if (item.type === 'group') {
      for (const group of present.length > 0 ? present : [{}]) {
        const below = await calculateItems(run, item.items, objects(group['item']), inner);
        if (below.length > 0) result.push({ ...head(item), ...group, item: below });
      }
      continue;
    }
    const values = await expressionValues(run, item, 'calculatedExpression', scope.resource, inner);
    const answers = values && answersFor(run, item, values);
    if (answers === undefined) result.push(...present);
    else if (answers.length > 0) result.push({ ...head(item), ...present[0], answer: answers });
  }
  return result;
}

/** Calculated answers, again and again until they no longer change. @returns the items of the response */
export async function calculate(
  run: Run,
  questionnaire: JsonObject,
  response: JsonObject,
  variables: Scope['variables'],
): Promise<JsonObject[]> {
  const items = itemsOf(questionnaire);
  let filled = [...objects(response['item'])];
  for (let round = 0; round < mostRounds; round++) {
    const resource = { ...response, ...(filled.length > 0 && { item: filled }) };
    const scope = await declareVariables(run, questionnaire, resource, { resource, variables });
    const next = await calculateItems(run, items, filled, scope);
    if (stringifyJson(next) === stringifyJson(filled)) break;
    filled = next;
  }
  return filled;
}

/**
 * Fills in a form.
 * @returns a QuestionnaireResponse in progress, and what could not be done
 */
export async function populate(
  { questionnaire, subject, contexts }: PopulateInput,
  context: FormContext,
): Promise<{ readonly response: JsonObject; readonly issues: readonly Issue[] }> {
  const items = itemsOf(questionnaire);
  const run = new Run(context, count(items));
  const url = text(questionnaire['url']);
  const version = text(questionnaire['version']);
  const canonical = url !== undefined && version !== undefined ? `${url}|${version}` : url;
  const response: JsonObject = {
    resourceType: 'QuestionnaireResponse',
    ...(canonical !== undefined && { questionnaire: canonical }),
    status: 'in-progress',
    ...(subject && { subject }),
    authored: new Date(context.now + 9 * 3_600_000).toISOString().replace(/\.\d+Z$/, '+09:00'),
  };
  const variables = new Map<string, unknown>([...contexts, ['questionnaire', questionnaire]]);
  const last = await lastResponse(run, questionnaire, { resource: response, variables });
  if (last !== undefined) variables.set('lastResponse', last);
  const scope = await declareVariables(run, questionnaire, response, { resource: response, variables });
  const filled = await fillItems(run, items, scope);
  const item = await calculate(
    run,
    questionnaire,
    { ...response, ...(filled.length > 0 && { item: filled }) },
    variables,
  );
  return { response: { ...response, ...(item.length > 0 && { item }) }, issues: run.issues };
}
