/**
 * Finds the interaction or operation for a method and a path; HTTP and Bundle entries go through here.
 * @see https://hl7.org/fhir/R4/http.html#summary
 */

import type { Definitions } from '../definitions/definitions.ts';
import { nearest } from '../definitions/nearest.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { FhirRequest, Interaction, Operation, Services } from './interaction.ts';
import { checkParameters } from './parameters.ts';

/** What a path leads to, and the values of the names in its pattern. */
export interface Route {
  readonly name: string;
  readonly handle: Interaction['handle'];
  readonly params: Readonly<Record<string, string>>;
}

type Params = Record<string, string>;

function matchPattern(parts: readonly string[], path: readonly string[], definitions: Definitions): Params | undefined {
  if (parts.length !== path.length) return undefined;
  const params: Params = {};
  for (const [i, part] of parts.entries()) {
    const value = path[i]!;
    if (!part.startsWith('[')) {
      if (part !== value) return undefined;
      continue;
    }
    const name = part.slice(1, -1);
    // An id begins with a letter, digit, "-" or "."; "_history" and "$validate" are never ids.
    if (name !== 'type' && name !== 'compartment' && /^[_$]/.test(value)) return undefined;
    if ((name === 'type' || name === 'compartment') && !definitions.isResourceType(value) && value !== '*')
      return undefined;
    if (value === '*' && i === 0) return undefined;
    params[name] = value;
  }
  return params;
}

/** Where an operation is: `Coverage/$as-of`, `Task/[id]/$progress`, `$intake`. */
const placesOf = ({ name, levels, types = ['[type]'] }: Operation): readonly string[] =>
  levels.flatMap(level =>
    level === 'system' ? `$${name}` : types.map(type => `${type}/${level === 'instance' ? '[id]/' : ''}$${name}`),
  );

/** @param here the operations that the same URL could name */
function noOperation(last: string, all: readonly Operation[], here: readonly Operation[]): FhirError {
  const elsewhere = all.filter(one => `$${one.name}` === last).flatMap(placesOf);
  if (elsewhere.length > 0)
    return new FhirError('not-found', {
      en: `${last} is not at this URL; it is: ${elsewhere.join(', ')}`,
      ja: `${last} はこの URL では使えません（使える場所: ${elsewhere.join('、')}）`,
    });
  const known = [...new Set(here.map(one => `$${one.name}`))].join(', ');
  return new FhirError('not-found', {
    en: `There is no operation ${last} here; the operations are: ${known}`,
    ja: `${last} という操作はここにはありません（使える操作: ${known}）`,
  });
}

function findOperation(services: RouterParts, method: string, path: readonly string[]): Route | undefined {
  const last = path.at(-1);
  if (!last?.startsWith('$')) return undefined;
  const [type, id] = path;
  const level = path.length === 1 ? 'system' : path.length === 2 ? 'type' : 'instance';
  const name = last.slice(1);
  const isHere = (operation: Operation) =>
    operation.levels.includes(level) && (level === 'system' || !operation.types || operation.types.includes(type!));
  const here = path.length > 3 ? [] : services.operations.filter(isHere);
  const operation = here.find(one => one.name === name);
  if (!operation) throw noOperation(last, services.operations, here);
  if (method !== 'POST' && !(operation.readOnly && (method === 'GET' || method === 'HEAD')))
    throw methodNotAllowed(method, ['POST', ...(operation.readOnly ? ['GET'] : [])]);
  const params: Params = {
    operation: name,
    ...(level !== 'system' && { type: type! }),
    ...(level === 'instance' && { id: id! }),
  };
  const handle: Route['handle'] = async (given, request) => {
    checkParameters(request, given.definitions);
    return operation.handle(given, request);
  };
  return { name: `$${name}`, handle, params };
}

function methodNotAllowed(method: string, allowed: readonly string[]): FhirError {
  const list = [...new Set(allowed)].join(', ');
  return new FhirError(
    'method-not-allowed',
    {
      en: `${method} is not possible on this URL; expected ${list}`,
      ja: `この URL に ${method} は使えません（使えるもの: ${list}）`,
    },
    { headers: { Allow: list } },
  );
}

type RouterParts = Pick<Services, 'interactions' | 'operations' | 'definitions'>;

/**
 * Makes the function that finds the route of a method and a path. HEAD is routed as GET.
 * The function throws FhirError 'not-found' for a path that is not FHIR's, 'method-not-allowed' with the methods it has.
 */
export function createRouter(parts: RouterParts): (method: FhirRequest['method'], path: readonly string[]) => Route {
  const patterns = parts.interactions.map(interaction => ({
    interaction,
    pattern: interaction.path === '' ? [] : interaction.path.split('/'),
  }));
  return (method, path) => {
    const asked = method === 'HEAD' ? 'GET' : method;
    const operation = findOperation(parts, method, path);
    if (operation) return operation;
    const allowed: string[] = [];
    for (const { interaction, pattern } of patterns) {
      const params = matchPattern(pattern, path, parts.definitions);
      if (!params) continue;
      if (interaction.method === asked) return { name: interaction.name, handle: interaction.handle, params };
      allowed.push(interaction.method);
    }
    throw allowed.length > 0 ? methodNotAllowed(method, allowed) : unknownPath(parts, path);
  };
}

function unknownPath(services: Pick<Services, 'definitions'>, path: readonly string[]): FhirError {
  const first = path[0] ?? '';
  const type = services.definitions.resourceTypes.find(name => name.toLowerCase() === first.toLowerCase());
  if (type && type !== first)
    return new FhirError('not-found', {
      en: `Resource types are case-sensitive: found ${first}, expected ${type}`,
      ja: `リソース型は大文字・小文字を区別します（${first} ではなく ${type}）`,
    });
  if (!type && path.length > 0 && /^[A-Za-z]+$/.test(first) && first !== 'metadata') {
    const near = nearest(first, services.definitions.resourceTypes);
    return new FhirError('not-found', {
      en: `${first} is not a resource type of FHIR R4; ${near ? `did you mean ${near}?` : 'GET metadata lists the types'}`,
      ja: `${first} は FHIR R4 のリソース型ではありません（${near ? `${near} のことですか` : '一覧は GET metadata'}）`,
    });
  }
  return new FhirError('not-found', {
    en: 'There is nothing at this URL; GET metadata tells what this server has',
    ja: 'この URL には何もありません（このサーバーの機能は GET metadata で分かります）',
  });
}
