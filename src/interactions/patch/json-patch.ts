/**
 * JSON Patch: RFC 6902 (with JSON Pointer, RFC 6901) on lossless JSON trees.
 *
 * Our own engine, because the npm package rfc6902 (5.4.0) cannot replace the whole document, takes any text as an array index
 * in the target of copy and move (`/list/bar` becomes index 0), and knows numbers only as JavaScript has them, whereas
 * ours keep their digits.
 * @see https://www.rfc-editor.org/rfc/rfc6902
 */
import { DecimalLiteral } from '../../fhir/json.ts';
import { FhirError, type Problem } from '../../fhir/outcome.ts';
import type { JsonObject, Message, Resource } from '../../fhir/types.ts';
import {
  checkCount,
  checkImmutable,
  checkSize,
  cloneTree,
  defaultLimits,
  isObject,
  measure,
  type PatchLimits,
  setMember,
  withoutEmpty,
} from './result.ts';

type Name = 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';

/** One operation, its form checked: pointers are split into tokens, below the box that holds the document. */
interface Operation {
  readonly index: number;
  readonly op: Name;
  readonly path: string;
  readonly at: readonly string[];
  readonly from?: readonly string[];
  readonly value?: unknown;
}

/** The document being patched, as the one member of a box, so that its root can be replaced like anything else. */
interface Work {
  readonly box: JsonObject;
  readonly limits: PatchLimits;
  size: number;
}

const names: readonly string[] = ['add', 'remove', 'replace', 'move', 'copy', 'test'] satisfies Name[];
const withValue: readonly string[] = ['add', 'replace', 'test'];
const withFrom: readonly string[] = ['move', 'copy'];
const indexPattern = /^(?:0|[1-9]\d*)$/;

/**
 * Applies a JSON Patch to a resource; the resource given stays as it is. Arrays and objects the patch leaves empty are
 * dropped: FHIR has no empty elements, and RFC 6902 has no other way to remove the last item of a list.
 * @param resource lossless tree, as `parseJson(text, {lossless: true})` reads it
 * @param operations the patch document, read the same way
 * @returns the patched resource, not yet validated
 * @throws FhirError 'invalid' (400) for a document that is not a JSON Patch or a change of type, id or version;
 *   'unprocessable' (422) for a patch that cannot be applied to this resource (RFC 5789 section 2.2);
 *   'too-costly' or 'too-long' beyond the limits
 */
export function applyJsonPatch(resource: Resource, operations: unknown, limits: Partial<PatchLimits> = {}): Resource {
  const result = withoutEmpty(patchDocument(resource, operations, limits));
  if (!isObject(result) || typeof result.resourceType !== 'string')
    throw new FhirError('invalid', {
      en: `The patch leaves no resource; expected an object with resourceType "${resource.resourceType}"`,
      ja: `パッチの結果がリソースになりません（resourceType が「${resource.resourceType}」のオブジェクトが必要です）`,
    });
  checkImmutable(resource, result as Resource);
  return result as Resource;
}

/** Applies a JSON Patch to any JSON document; like {@link applyJsonPatch} without the rules of resources. */
export function patchDocument(document: unknown, operations: unknown, limits: Partial<PatchLimits> = {}): unknown {
  const bounds = { ...defaultLimits, ...limits };
  if (!Array.isArray(operations))
    throw new FhirError('invalid', {
      en: 'The body is not a JSON Patch: expected an array of operations (RFC 6902)',
      ja: '本文が JSON Patch ではありません（RFC 6902 の操作の配列が必要です）',
    });
  checkCount(operations.length, bounds);
  const work: Work = { box: { '': cloneTree(document) }, limits: bounds, size: measure(document, bounds.depth) };
  for (const operation of operations.map(readOperation)) apply(work, operation);
  return work.box[''];
}

function refuse(problem: Problem, index: number, op: unknown, path: unknown, message: Message): never {
  const what = [op, path].filter(text => typeof text === 'string').join(' ');
  const shown = what.length > 200 ? `${what.slice(0, 200)}…` : what;
  throw new FhirError(
    problem,
    {
      en: `JSON Patch operation ${index}${shown && ` (${shown})`}: ${message.en}`,
      ja: `JSON Patch の操作 ${index}${shown && `（${shown}）`}: ${message.ja}`,
    },
    { location: `/${index}` },
  );
}

function readOperation(item: unknown, index: number): Operation {
  const members = isObject(item) ? item : {};
  const { op, path } = members;
  const malformed = (en: string, ja: string) => refuse('invalid', index, op, path, { en, ja });
  if (!isObject(item))
    return malformed('expected an object with op and path', 'op と path を持つオブジェクトが必要です');
  if (typeof op !== 'string' || !names.includes(op))
    return malformed(
      `expected op to be one of ${names.join(', ')}`,
      `op は ${names.join('・')} のどれかにしてください`,
    );
  for (const name of withFrom.includes(op) ? ['path', 'from'] : ['path'])
    if (!isPointer(members[name]))
      return malformed(
        `expected ${name} to be a JSON Pointer, empty or beginning with "/", with "~" only in "~0" and "~1"`,
        `${name} には JSON Pointer（空文字列または「/」で始まり、「~」は「~0」か「~1」）が必要です`,
      );
  if (withValue.includes(op) && !Object.hasOwn(members, 'value'))
    return malformed('the member value is missing', 'value がありません');
  const from = withFrom.includes(op) ? tokensOf(members.from as string) : undefined;
  return { index, op: op as Name, path: path as string, at: tokensOf(path as string), from, value: members.value };
}

function isPointer(value: unknown): boolean {
  return typeof value === 'string' && (value === '' || value.startsWith('/')) && !/~(?![01])/.test(value);
}

/** RFC 6901 section 4; the first token is the document in its box. */
function tokensOf(pointer: string): readonly string[] {
  const [, ...tokens] = pointer.split('/');
  return ['', ...tokens.map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))];
}

function apply(work: Work, operation: Operation): void {
  const { op, at, from, value } = operation;
  if (op === 'test') test(work, operation);
  else if (op === 'remove') remove(work, operation, at);
  else if (op === 'replace') replace(work, operation);
  else if (op === 'add') put(work, operation, bring(work, operation, value));
  else if (op === 'copy') put(work, operation, bring(work, operation, existing(work, operation, from ?? [])));
  else move(work, operation, from ?? []);
}

function move(work: Work, operation: Operation, from: readonly string[]): void {
  const { at } = operation;
  const value = existing(work, operation, from);
  if (from.every((token, i) => token === at[i])) {
    if (from.length === at.length) return;
    cannot(operation, 'a value cannot be moved into itself', '値を自分自身の中へは移動できません');
  }
  remove(work, operation, from);
  put(work, operation, value);
  measure(value, work.limits.depth, at.length - 1);
}

function cannot(operation: Operation, en: string, ja: string): never {
  return refuse('unprocessable', operation.index, operation.op, operation.path, { en, ja });
}

/** A copy of a value that comes in, counted against the limits before it is made. */
function bring(work: Work, operation: Operation, value: unknown): unknown {
  work.size += measure(value, work.limits.depth, operation.at.length - 1);
  checkSize(work.size, work.limits);
  return cloneTree(value);
}

/** The value of a member or item; undefined when there is none. JSON has no undefined, so this is unambiguous. */
function childOf(holder: unknown, token: string): unknown {
  if (Array.isArray(holder)) return indexPattern.test(token) ? holder[Number(token)] : undefined;
  return isObject(holder) && Object.hasOwn(holder, token) ? holder[token] : undefined;
}

function existing(work: Work, operation: Operation, tokens: readonly string[]): unknown {
  let value: unknown = work.box;
  for (const [depth, token] of tokens.entries()) {
    value = childOf(value, token);
    if (value === undefined) {
      const place = pointerOf(tokens.slice(0, depth + 1));
      cannot(operation, `nothing is at ${place}, expected a value`, `${place} には値がありません`);
    }
  }
  return value;
}

function pointerOf(tokens: readonly string[]): string {
  return `"${tokens
    .slice(1)
    .map(token => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')}"`;
}

function replace(work: Work, operation: Operation): void {
  const { at, value } = operation;
  existing(work, operation, at);
  const holder = existing(work, operation, at.slice(0, -1));
  const token = at.at(-1) ?? '';
  const copy = bring(work, operation, value);
  if (Array.isArray(holder)) holder[Number(token)] = copy;
  else setMember(holder as JsonObject, token, copy);
}

function remove(work: Work, operation: Operation, tokens: readonly string[]): void {
  existing(work, operation, tokens);
  if (tokens.length === 1) cannot(operation, 'the whole document cannot be removed', '文書全体は削除できません');
  const holder = existing(work, operation, tokens.slice(0, -1));
  const token = tokens.at(-1) ?? '';
  if (Array.isArray(holder)) holder.splice(Number(token), 1);
  else delete (holder as JsonObject)[token];
}

/** The effect of add (RFC 6902 section 4.1): a new item between items, a new or another member. */
function put(work: Work, operation: Operation, value: unknown): void {
  const holder = existing(work, operation, operation.at.slice(0, -1));
  const token = operation.at.at(-1) ?? '';
  if (Array.isArray(holder)) {
    if (token !== '-' && !(indexPattern.test(token) && Number(token) <= holder.length))
      cannot(
        operation,
        `found index "${token}", expected "-" or a number from 0 to ${holder.length} without leading zeros`,
        `添字「${token}」は使えません（「-」か、先頭に 0 を付けない 0〜${holder.length} の数が必要です）`,
      );
    holder.splice(token === '-' ? holder.length : Number(token), 0, value);
  } else if (isObject(holder)) setMember(holder, token, value);
  else {
    const place = pointerOf(operation.at.slice(0, -1));
    cannot(operation, `${place} is neither an object nor an array`, `${place} はオブジェクトでも配列でもありません`);
  }
}

function test(work: Work, operation: Operation): void {
  const actual = existing(work, operation, operation.at);
  if (equal(actual, operation.value)) return;
  cannot(
    operation,
    'test failed: the value found differs from the value expected',
    'test 不成立: 値が期待した値と異なります',
  );
}

/** Equality of RFC 6902 section 4.6: numbers by value, objects whatever the order of their members. */
function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return decimalOf(a) === decimalOf(b);
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const members = Object.keys(a);
  return (
    members.length === Object.keys(b).length && members.every(name => Object.hasOwn(b, name) && equal(a[name], b[name]))
  );
}

function isNumber(value: unknown): value is number | DecimalLiteral {
  return typeof value === 'number' || value instanceof DecimalLiteral;
}

/** One spelling for all literals of a number: `1.50`, `15e-1` and `1.5` are all `15e-1`. No digit is rounded away. */
function decimalOf(value: number | DecimalLiteral): string {
  const literal = value instanceof DecimalLiteral ? value.text : String(value);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  if (exponent.length > 20) return literal;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)}`;
}
