/**
 * The form of an operation's Parameters, looked at once for all operations. What the parameters mean is each operation's own
 * affair.
 * @see https://hl7.org/fhir/R4/parameters.html
 */
import type { Definitions } from '../definitions/definitions.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import type { FhirRequest } from './interaction.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list of parameters. @param at its place @throws FhirError 'invalid' when it is no list of objects */
function listOf(value: unknown, at: string): readonly JsonObject[] {
  const list = value ?? [];
  if (Array.isArray(list) && list.every(isObject)) return list;
  throw new FhirError(
    'invalid',
    {
      en: `${at}: expected an array of objects with name`,
      ja: `${at} は name のあるオブジェクトの配列にしてください`,
    },
    { expression: at },
  );
}

/** The parameters of a Parameters resource. @throws FhirError 'invalid' when they are no list of objects */
export const parameterList = ({ parameter }: Resource): readonly JsonObject[] =>
  listOf(parameter, 'Parameters.parameter');

/** Parameters of the query, and those of a Parameters resource in the body, a reference by what it says. */
export function askedIn({ query, body }: FhirRequest): FhirRequest['query'] {
  const list =
    body?.kind === 'resource' && body.resource.resourceType === 'Parameters' ? parameterList(body.resource) : [];
  const inBody = list.flatMap((one): [string, string][] => {
    const value = Object.entries(one).find(([key]) => key.startsWith('value'))?.[1];
    const told = isObject(value) ? value['reference'] : value;
    return typeof one['name'] === 'string' &&
      (typeof told === 'string' || typeof told === 'number' || typeof told === 'boolean')
      ? [[one['name'], String(told)]]
      : [];
  });
  return [...query, ...inBody];
}

/** Refuses a value that is not of the kind its name says: an object of a data type, or a plain value. */
function checkValue(definitions: Definitions, key: string, value: unknown, at: string): void {
  const type = key.slice('value'.length);
  const kind = definitions.typeSchema(type)?.kind;
  const isPrimitive = definitions.typeSchema(`${type[0]?.toLowerCase()}${type.slice(1)}`)?.kind === 'primitive-type';
  if (kind === 'complex-type' ? isObject(value) : !isPrimitive || typeof value !== 'object') return;
  const expected =
    kind === 'complex-type'
      ? { en: `an object, a ${type}`, ja: `${type} のオブジェクト` }
      : { en: 'a plain value', ja: '単独の値' };
  throw new FhirError(
    'invalid',
    { en: `${at}.${key}: expected ${expected.en}`, ja: `${at}.${key} は${expected.ja}にしてください` },
    { expression: `${at}.${key}` },
  );
}

function checkList(definitions: Definitions, value: unknown, at: string): void {
  for (const [i, one] of listOf(value, at).entries()) {
    const place = `${at}[${i}]`;
    for (const key in one) if (/^value[A-Z]/.test(key)) checkValue(definitions, key, one[key], place);
    if (one['part'] !== undefined) checkList(definitions, one['part'], `${place}.part`);
  }
}

/** Refuses a request whose body is a Parameters resource of another form. @throws FhirError 'invalid' */
export function checkParameters({ body }: FhirRequest, definitions: Definitions): void {
  if (body?.kind === 'resource' && body.resource.resourceType === 'Parameters')
    checkList(definitions, body.resource['parameter'], 'Parameters.parameter');
}
