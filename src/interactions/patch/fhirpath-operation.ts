/**
 * Reading the operations of a FHIRPath Patch out of its Parameters.
 * @see https://hl7.org/fhir/R4/fhirpatch.html
 */
import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject, Message, Resource } from '../../fhir/types.ts';
import type { Budget } from './locate.ts';
import { indexOf, type Reading, textOf } from './patch-value.ts';
import { isObject, type Refuse } from './result.ts';

const types = ['add', 'insert', 'delete', 'replace', 'move'] as const;

/** One operation at work on the copy of the resource. */
export interface Operation extends Reading {
  readonly type: (typeof types)[number];
  readonly path: string;
  readonly parts: ReadonlyMap<string, JsonObject>;
  readonly resource: Resource;
  readonly budget: Budget;
}

/** What the operations share: the copy they change, the definitions, and the time left. */
export type Work = Pick<Operation, 'resource' | 'definitions' | 'budget'>;

const partNames: readonly string[] = ['type', 'path', 'name', 'value', 'index', 'source', 'destination'];

/**
 * The parameters of a patch.
 * @throws FhirError 'invalid' when it is not a Parameters resource
 */
export function operationsOf(parameters: Resource): readonly unknown[] {
  const found: unknown = isObject(parameters) ? parameters.resourceType : undefined;
  const list = found === 'Parameters' ? (parameters.parameter ?? []) : undefined;
  if (Array.isArray(list)) return list;
  throw new FhirError('invalid', {
    en: `The body is not a FHIRPath Patch: found ${String(found ?? 'no resource')}, expected a Parameters resource with a list of parameters`,
    ja: `本文が FHIRPath Patch ではありません（${String(found ?? 'リソースなし')}ではなく、parameter を持つ Parameters リソースが必要です）`,
  });
}

/**
 * Reads one parameter.
 * @param index its place, for messages
 * @throws FhirError 'invalid' when it is malformed
 */
export function readOperation(parameter: unknown, index: number, work: Work): Operation {
  const where = `Parameters.parameter[${index}]`;
  const refuseAs =
    (what: string) =>
    (message: Message): never => {
      throw new FhirError(
        'invalid',
        { en: `${where}${what}: ${message.en}`, ja: `${where}${what}: ${message.ja}` },
        { expression: where },
      );
    };
  const parts = readParts(parameter, refuseAs(''));
  const given = textOf(parts.get('type')) ?? '';
  const path = textOf(parts.get('path'));
  const shorten = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
  const type = types.find(name => name === given);
  if (type === undefined)
    return refuseAs('')({
      en: `Invalid patch operation type: '${shorten(given)}'. Expected one of ${types.join(', ')}`,
      ja: `type「${shorten(given)}」は使えません（${types.join('・')} のどれかが必要です）`,
    });
  const refuse = refuseAs(path === undefined ? ` (${type})` : ` (${type} ${shorten(path)})`);
  return { ...work, type, path: path || missing(refuse, 'path'), parts, refuse };
}

/** Refuses an operation for a part it lacks. */
export function missing(refuse: Refuse, name: string): never {
  const number = name === 'index' || name === 'source' || name === 'destination';
  return refuse({
    en: `the part ${name} is missing${number ? ' or not a whole number of 0 or more' : ''}`,
    ja: `part の ${name} が${number ? 'ないか、0 以上の整数ではありません' : 'ありません'}`,
  });
}

/** The parts of an operation by name, each at most once. */
function readParts(parameter: unknown, refuse: Refuse): Map<string, JsonObject> {
  const { name, part } = isObject(parameter) ? parameter : {};
  if (name !== 'operation' || !Array.isArray(part))
    return refuse({
      en: 'expected a parameter named "operation" with parts',
      ja: '名前が「operation」で part を持つ parameter が必要です',
    });
  const parts = new Map<string, JsonObject>();
  for (const item of part) {
    const key = isObject(item) ? String(item.name) : '';
    if (!isObject(item) || !partNames.includes(key))
      refuse({
        en: `found part "${key}", expected ${partNames.join(', ')}`,
        ja: `part「${key}」は使えません（${partNames.join('・')} のどれかです）`,
      });
    if (parts.has(key))
      refuse({ en: `the part ${key} is there twice, expected once`, ja: `part の ${key} が2回あります` });
    parts.set(key, item);
  }
  return parts;
}

/** A part that must be there. */
export function partOf(operation: Operation, name: string): JsonObject {
  return operation.parts.get(name) ?? missing(operation.refuse, name);
}

/** A part that must be there and a whole number of 0 or more. */
export function numberOf(operation: Operation, name: string): number {
  return indexOf(operation.parts.get(name)) ?? missing(operation.refuse, name);
}
