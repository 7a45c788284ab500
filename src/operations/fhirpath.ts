/**
 * $fhirpath: evaluates an expression on a resource that is sent along, or on a stored one. In and out are Parameters, as
 * fhirpath-lab's server interface has them: one `result` for each context, its parts named by the type of the value.
 * @see https://hl7.org/fhir/R4/fhirpath.html
 */
import { DecimalLiteral, parseJson, stringifyJson } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import { compileFhirPath, compileItems, type Environment, itemValues, type Value } from '../fhirpath/fhirpath.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../interactions/interaction.ts';
import { readText } from '../interactions/read.ts';
import { answersOf } from './fhirpath-answers.ts';

/** Extension for values that no value[x] can hold: their JSON as text. The interface's own, so that its clients read it. */
const jsonValue = 'http://fhir.forms-lab.com/StructureDefinition/json-value';

/** Steps an evaluation may take; values and characters it may give. */
const maxSteps = 200_000;
const maxValues = 10_000;
const maxCharacters = 20_000_000;

interface Asked {
  readonly expression: string;
  readonly context: string | undefined;
  readonly resource: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value or resource of a parameter. */
function contentOf(parameter: JsonObject): unknown {
  const name = Object.keys(parameter).find(key => key.startsWith('value'));
  return name === undefined ? parameter['resource'] : parameter[name];
}

function readAsked(request: FhirRequest, stored: unknown): Asked {
  const body =
    request.body?.kind === 'resource' ? (parseJson(request.body.text, { lossless: true }) as Resource) : undefined;
  const parameters = body?.resourceType === 'Parameters' ? body['parameter'] : undefined;
  const list = (Array.isArray(parameters) ? parameters : []).filter(isObject);
  const find = (name: string) => list.find(one => one['name'] === name);
  const text = (name: string): string | undefined => {
    const sent = find(name);
    const value = sent === undefined ? request.query.find(([key]) => key === name)?.[1] : contentOf(sent);
    if (value === undefined || typeof value === 'string') return value;
    throw new FhirError(
      'invalid',
      { en: `${name}: expected a valueString`, ja: `${name} は valueString で指定してください` },
      { location: name },
    );
  };
  const expression = text('expression');
  if (!expression)
    throw new FhirError(
      'required',
      { en: 'The parameter "expression" is missing', ja: 'パラメータ「expression」がありません' },
      { location: 'expression' },
    );
  const variables = find('variables')?.['part'];
  return {
    expression,
    context: text('context'),
    resource: find('resource')?.['resource'] ?? stored ?? (parameters === undefined ? body : undefined),
    variables: new Map(
      (Array.isArray(variables) ? variables : []).filter(isObject).map(part => [String(part['name']), contentOf(part)]),
    ),
  };
}

/** The resource of this server when $fhirpath is called on an instance. */
async function storedResource(services: Services, request: FhirRequest): Promise<unknown> {
  const { type, id } = request.params;
  if (type === undefined || id === undefined) return undefined;
  return parseJson(await readText(services, request, type, id), { lossless: true });
}

const fhirNames: Readonly<Record<string, string>> = {
  Boolean: 'boolean',
  String: 'string',
  Integer: 'integer',
  Decimal: 'decimal',
  Date: 'date',
  DateTime: 'dateTime',
  Time: 'time',
  Quantity: 'Quantity',
  Long: 'integer64',
};
const temporalForms: Readonly<Record<string, RegExp>> = {
  DateTime: /^\d{4}(?:-\d\d){0,2}$|T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
  Time: /^\d\d:\d\d:\d\d/,
};

/** A value as a part, named by its type. What FHIR has no form for (`T14:34`, Long) is sent as text. */
function toPart({ type, namespace, value }: Value, valueTypes: ReadonlySet<string>): JsonObject {
  const name = namespace === 'System' ? (fhirNames[type] ?? type) : type;
  if (isObject(value) && typeof value['resourceType'] === 'string') return { name, resource: value };
  if (value === '') return { name, _valueString: { extension: [{ url: jsonValue, valueString: '""' }] } };
  const form = namespace === 'System' ? temporalForms[type] : undefined;
  if (type === 'Long' || (form && !form.test(String(value)))) return { name, valueString: value };
  if (valueTypes.has(name)) return { name, [`value${name[0]!.toUpperCase()}${name.slice(1)}`]: value };
  if (typeof value === 'string') return { name, valueString: value };
  return {
    name,
    extension: [
      {
        url: jsonValue,
        valueString: JSON.stringify(value, (_, one: unknown) => (one instanceof DecimalLiteral ? Number(one) : one)),
      },
    ],
  };
}

/** Collects parts, as long as the answer does not grow beyond its bounds. */
function collector(definitions: Services['definitions']): (value: Value) => JsonObject {
  const choices = definitions.typeSchema('Extension')?.children.find(child => child.name === 'value')?.types ?? [];
  const valueTypes = new Set(choices.map(type => type.code));
  let characters = 0;
  let count = 0;
  return value => {
    const part = toPart(value, valueTypes);
    characters += stringifyJson(part).length;
    if (++count > maxValues || characters > maxCharacters)
      throw new FhirError('too-costly', {
        en: `The result has more than ${maxValues} values or ${maxCharacters} characters`,
        ja: `結果が ${maxValues} 個または ${maxCharacters} 文字を超えます`,
      });
    return part;
  };
}

/** The elements the expression is evaluated on: the resource, or what `context` gives. */
function inputsOf(services: Services, { context, resource }: Asked, environment: Environment): readonly unknown[] {
  if (context === undefined) return [resource];
  const { definitions } = services;
  const inputs = compileItems(context, { definitions }, { strict: true, ...typeOf(resource) })(resource, environment);
  if (inputs.length <= maxValues) return inputs;
  throw new FhirError('too-costly', {
    en: `The context has more than ${maxValues} elements`,
    ja: `context の要素が ${maxValues} 個を超えます`,
  });
}

function typeOf(resource: unknown): { type?: string } {
  return isObject(resource) && typeof resource['resourceType'] === 'string' ? { type: resource['resourceType'] } : {};
}

function evaluate(services: Services, asked: Asked): JsonObject[] {
  const { expression, context, resource, variables } = asked;
  const { definitions } = services;
  const options = { strict: true, ...(context === undefined && typeOf(resource)) };
  const run = compileFhirPath(expression, { definitions }, options);
  const collect = collector(definitions);
  let traces: JsonObject[] = [];
  const environment: Environment = {
    resource,
    variables,
    now: services.now(),
    steps: maxSteps,
    ...answersOf(services),
    trace(name, items) {
      const label = { name: 'name', valueString: name || 'trace' };
      if (traces.length < 100)
        traces.push({ name: 'trace', part: [label, ...itemValues(items.slice(0, 100)).map(collect)] });
    },
  };
  const inputs = inputsOf(services, asked, environment);
  const steps = Math.max(100, Math.floor(maxSteps / inputs.length));
  return inputs.map(input => {
    traces = [];
    const values = run(input, { ...environment, steps }).map(collect);
    return { name: 'result', part: [...values, ...traces] };
  });
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const asked = readAsked(request, await storedResource(services, request));
  await services.terminology.refresh();
  const results = evaluate(services, asked);
  const echo = [
    { name: 'evaluator', valueString: 'Engawa' },
    { name: 'expression', valueString: asked.expression },
    ...(asked.context === undefined ? [] : [{ name: 'context', valueString: asked.context }]),
  ];
  const resource = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'parameters', part: echo },
      ...results.filter(result => (result['part'] as unknown[]).length > 0),
    ],
  };
  return { status: 200, headers: {}, body: { kind: 'text', text: stringifyJson(resource) } };
}

/** POST [base]/$fhirpath; GET [base]/[type]/[id]/$fhirpath?expression=… */
export const fhirpath: Operation = {
  name: 'fhirpath',
  levels: ['system', 'instance'],
  definition: 'https://w3id.org/engawa/fhir/OperationDefinition/fhirpath',
  readOnly: true,
  handle,
};
