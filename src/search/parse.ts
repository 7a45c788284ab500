/**
 * parse: query → SearchRequest. Syntax only: names are taken apart, nothing is looked up.
 * @see https://hl7.org/fhir/R4/search.html
 */
import { refuse, refuseValue, shorten } from './refuse.ts';
import type { QueryParameter } from './search.ts';

/** The name of a parameter taken apart: itself, a chain along a reference, or a reverse chain. */
export type ParamPath =
  | { readonly kind: 'plain'; readonly code: string; readonly modifier?: string }
  | { readonly kind: 'chain'; readonly code: string; readonly type?: string; readonly rest: ParamPath }
  | { readonly kind: 'has'; readonly type: string; readonly reference: string; readonly rest: ParamPath };

/** One criterion: a parameter with its value, commas still inside. */
export interface Criterion {
  /** The name as it was asked. */
  readonly name: string;
  readonly path: ParamPath;
  readonly value: string;
}

/** One `_include` or `_revinclude`. */
export interface IncludeRequest {
  readonly name: string;
  /** Source type, or `*`. */
  readonly type: string;
  /** Parameter, or `*`. */
  readonly code: string;
  readonly target?: string;
  readonly iterate: boolean;
  readonly reverse: boolean;
}

/** One key of `_sort`. */
export interface SortRequest {
  readonly code: string;
  readonly descending: boolean;
}

/** Levels of `_summary`. */
export type SummaryMode = 'true' | 'text' | 'data' | 'count' | 'false';

/** A query taken apart. */
export interface SearchRequest {
  readonly criteria: readonly Criterion[];
  readonly sort: readonly SortRequest[];
  readonly includes: readonly IncludeRequest[];
  readonly count?: number;
  readonly total: 'none' | 'estimate' | 'accurate';
  readonly summary?: SummaryMode;
  readonly elements: readonly string[];
  readonly types?: readonly string[];
  readonly contained: 'false' | 'true' | 'both';
  readonly containedType: 'container' | 'contained';
  readonly explain: boolean;
  readonly cursor?: string;
  /** Names of parameters without a value: ignored. */
  readonly empty: readonly string[];
}

/** Name of the parameter that carries a page's position. */
export const cursorParameter = '_page';

/** Parameters that say how to answer, not what to find. */
export const resultParameters: ReadonlySet<string> = new Set([
  '_sort',
  '_count',
  '_include',
  '_revinclude',
  '_summary',
  '_total',
  '_elements',
  '_contained',
  '_containedType',
  '_format',
  '_pretty',
  '_explain',
  cursorParameter,
]);

/** Takes a parameter's name apart. */
export function parsePath(name: string, text: string = name): ParamPath {
  if (text.startsWith('_has:')) {
    const [, type, reference, ...rest] = text.split(':');
    if (!type || !reference || rest.length === 0 || rest[0] === '')
      throw refuse(
        name,
        'expected _has:[type]:[reference]:[parameter], for example _has:Observation:patient:code=1234',
        '_has:[型]:[参照パラメータ]:[パラメータ] の形で指定してください（例: _has:Observation:patient:code=1234）',
      );
    return { kind: 'has', type, reference, rest: parsePath(name, rest.join(':')) };
  }
  const dot = text.indexOf('.');
  const head = dot < 0 ? text : text.slice(0, dot);
  const colon = head.indexOf(':');
  const code = colon < 0 ? head : head.slice(0, colon);
  const modifier = colon < 0 ? undefined : head.slice(colon + 1);
  if (code === '' || modifier === '' || (dot >= 0 && dot === text.length - 1))
    throw refuse(
      name,
      'the name is incomplete; expected [parameter], [parameter]:[modifier] or [reference].[parameter], for example subject:Patient.name',
      '名前が不完全です。[パラメータ]、[パラメータ]:[修飾子]、[参照].[パラメータ] のどれかにしてください（例: subject:Patient.name）',
    );
  if (dot < 0) return { kind: 'plain', code, ...(modifier !== undefined && { modifier }) };
  return {
    kind: 'chain',
    code,
    ...(modifier !== undefined && { type: modifier }),
    rest: parsePath(name, text.slice(dot + 1)),
  };
}

/** Links of references in a path. */
export function pathLength(path: ParamPath): number {
  return path.kind === 'plain' ? 0 : 1 + pathLength(path.rest);
}

function parseInclude(name: string, value: string): IncludeRequest {
  const [kind, ...modifiers] = name.split(':');
  const reverse = kind === '_revinclude';
  const iterate = modifiers.some(modifier => modifier === 'iterate' || modifier === 'recurse');
  if (modifiers.some(modifier => modifier !== 'iterate' && modifier !== 'recurse'))
    throw refuse(
      name,
      `the only modifier is :iterate; for example ${kind}:iterate=Observation:subject`,
      `使える修飾子は :iterate だけです（例: ${kind}:iterate=Observation:subject）`,
    );
  if (value === '*') return { name, type: '*', code: '*', iterate, reverse };
  const parts = value.split(':');
  const [type, code, target] = parts;
  if (!type || !code || parts.length > 3)
    throw refuseValue(
      name,
      value,
      {
        en: '[type]:[parameter] or [type]:[parameter]:[target type]',
        ja: ' [型]:[パラメータ] か [型]:[パラメータ]:[参照先の型]',
      },
      reverse ? 'Observation:subject' : 'Observation:subject:Patient',
    );
  return { name, type, code, ...(target && { target }), iterate, reverse };
}

function parseSort(name: string, value: string): SortRequest[] {
  return value.split(',').map(key => {
    const descending = key.startsWith('-');
    const code = (descending ? key.slice(1) : key).trim();
    if (code === '')
      throw refuseValue(
        name,
        value,
        {
          en: 'parameters between commas, each with a minus for descending',
          ja: 'カンマ区切りのパラメータ（降順はマイナス付き）',
        },
        '-date,_id',
      );
    if (code.includes('.'))
      throw refuse(
        name,
        `"${shorten(code)}" is a chain; results are sorted by parameters of the type itself, for example -date,_id`,
        `「${shorten(code)}」は連鎖です。並べ替えは検索する型自身のパラメータで指定してください（例: -date,_id）`,
      );
    if (code === '_score')
      throw refuse(
        name,
        'results have no score here; sort by a parameter, for example -_lastUpdated',
        '結果にスコアはありません。パラメータで並べ替えてください（例: -_lastUpdated）',
      );
    return { code, descending };
  });
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find(choice => choice === value);
  if (found === undefined)
    throw refuseValue(
      name,
      value,
      { en: `one of ${allowed.join(', ')}`, ja: ` ${allowed.join('、')} のどれか` },
      allowed[0]!,
    );
  return found;
}

function parseCount(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value))
    throw refuseValue(name, value, { en: 'a whole number, 0 or more', ja: '0 以上の整数' }, '50');
  return Number(value);
}

type Draft = { -readonly [K in keyof SearchRequest]: SearchRequest[K] };

/** Refuses a modifier where none is known: to leave out what it asks for would answer another question. */
function refuseResultModifier(name: string, value: string): void {
  const [base, modifier] = name.split(':');
  if (modifier === undefined || base === '_include' || base === '_revinclude') return;
  const example = base === '_sort' ? `_sort=-${shorten(value)}` : `${base}=${shorten(value)}`;
  throw refuse(
    name,
    `${base} takes no modifier; write for example ${example}`,
    `${base} に修飾子は付けられません。例: ${example}`,
  );
}

function parseResult(draft: Draft, name: string, value: string): void {
  refuseResultModifier(name, value);
  switch (name.split(':')[0]) {
    case '_sort':
      draft.sort = [...draft.sort, ...parseSort(name, value)];
      return;
    case '_count':
      draft.count = parseCount(name, value);
      return;
    case '_include':
    case '_revinclude':
      draft.includes = [...draft.includes, parseInclude(name, value)];
      return;
    case '_summary':
      draft.summary = oneOf(name, value, ['true', 'text', 'data', 'count', 'false'] as const);
      return;
    case '_total':
      draft.total = oneOf(name, value, ['none', 'estimate', 'accurate'] as const);
      return;
    case '_elements':
      draft.elements = [
        ...draft.elements,
        ...value
          .split(',')
          .map(element => element.trim())
          .filter(Boolean),
      ];
      return;
    case '_contained':
      draft.contained = oneOf(name, value, ['false', 'true', 'both'] as const);
      return;
    case '_containedType':
      draft.containedType = oneOf(name, value, ['container', 'contained'] as const);
      return;
    case '_explain':
      draft.explain = oneOf(name, value, ['true', 'false'] as const) === 'true';
      return;
    case cursorParameter:
      draft.cursor = value;
  }
}

/** Takes a query apart. Throws FhirError for what is malformed. */
export function parseSearch(query: readonly QueryParameter[]): SearchRequest {
  const draft: Draft = {
    criteria: [],
    sort: [],
    includes: [],
    total: 'none',
    elements: [],
    contained: 'false',
    containedType: 'container',
    explain: false,
    empty: [],
  };
  const criteria: Criterion[] = [];
  for (const [name, value] of query) {
    if (value === '') draft.empty = [...draft.empty, name];
    else if (resultParameters.has(name.split(':')[0]!)) parseResult(draft, name, value);
    else if (name === '_type') draft.types = [...(draft.types ?? []), ...value.split(',')];
    else criteria.push({ name, path: parsePath(name), value });
  }
  draft.criteria = criteria;
  return draft;
}
