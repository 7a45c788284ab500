/**
 * `_filter` → Condition: each comparison becomes what the same parameter gives with its modifier or prefix.
 * @see https://hl7.org/fhir/R4/search_filter.html
 */
import { allOf, anyOf, type Condition, not } from './condition.ts';
import { type Filter, type FilterOperator, type FilterPath, parseFilter } from './filter.ts';
import { findParam, type PlanSettings, planChainTo, planParam, planPath } from './plan.ts';
import { refuse, shorten } from './refuse.ts';

const name = '_filter';

/** What resources of a type have to fulfil for a `_filter`. */
export function planFilter(type: string, text: string, settings: PlanSettings): Condition {
  return planNode(type, parseFilter(text), settings);
}

function planNode(type: string, filter: Filter, settings: PlanSettings): Condition {
  switch (filter.op) {
    case 'and':
      return allOf([planNode(type, filter.left, settings), planNode(type, filter.right, settings)]);
    case 'or':
      return anyOf([planNode(type, filter.left, settings), planNode(type, filter.right, settings)]);
    case 'not':
      return not(planNode(type, filter.of, settings));
    case 'compare':
      return planCompare(type, filter.path, filter.operator, filter.value, settings);
  }
}

function planCompare(
  type: string,
  path: FilterPath,
  operator: FilterOperator,
  value: string,
  settings: PlanSettings,
): Condition {
  const [step, ...rest] = path;
  const [code = '', target] = step!.code.split(':');
  if (rest.length > 0) {
    if (path.length - 1 > settings.maxChain)
      throw refuse(
        name,
        `the path has more than ${settings.maxChain} steps`,
        `パスが ${settings.maxChain} 段を超えています`,
      );
    return planChainTo(type, name, { code, ...(target !== undefined && { type: target }) }, settings, (to, beyond) => {
      const inner = planCompare(to, rest, operator, value, beyond);
      return step!.condition ? allOf([planNode(to, step!.condition, beyond), inner]) : inner;
    });
  }
  const escaped = value.replaceAll('\\', '\\\\');
  if (code === '_id' || code === '_lastUpdated') return planVersion(type, code, operator, escaped, settings);
  const param = findParam(type, code, name, settings);
  const ask = (modifier: string | undefined, text = escaped) => planParam(param, name, modifier, [text], settings);
  if (operator === 'pr') return ask('missing', value === 'true' ? 'false' : value === 'false' ? 'true' : value);
  if (operator === 'ne' && param.type !== 'date' && param.type !== 'number' && param.type !== 'quantity')
    return not(planCompare(type, path, 'eq', value, settings));
  const modifier = modifiers.get(param.type)?.get(operator);
  if (modifier === undefined)
    throw refuse(
      name,
      `"${operator}" cannot be asked of "${shorten(code)}", which is of type ${param.type}`,
      `「${operator}」は ${param.type} 型の「${shorten(code)}」には使えません`,
    );
  return modifier.startsWith('prefix ')
    ? ask(undefined, modifier.slice(7) + escaped)
    : ask(modifier === '' ? undefined : modifier);
}

const prefixed = new Map<FilterOperator, string>(
  (['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'] as const).map(operator => [operator, `prefix ${operator}`]),
);

/** How each type asks what an operator means: a modifier, a prefix, or as it is. */
const modifiers = new Map<string, ReadonlyMap<FilterOperator, string>>([
  [
    'string',
    new Map([
      ['eq', 'equals'],
      ['co', 'contains'],
      ['sw', ''],
      ['ew', 'ends'],
      ['gt', 'gt'],
      ['lt', 'lt'],
      ['ge', 'ge'],
      ['le', 'le'],
    ]),
  ],
  [
    'token',
    new Map([
      ['eq', ''],
      ['ss', 'above'],
      ['sb', 'below'],
      ['in', 'in'],
      ['ni', 'not-in'],
    ]),
  ],
  [
    'reference',
    new Map([
      ['eq', ''],
      ['re', ''],
    ]),
  ],
  [
    'uri',
    new Map([
      ['eq', ''],
      ['co', 'contains'],
      ['ss', 'above'],
      ['sb', 'below'],
      ['sw', 'starts'],
    ]),
  ],
  ['composite', new Map([['eq', '']])],
  ['special', new Map([['eq', '']])],
  ['date', new Map([...prefixed, ['po', 'overlaps']])],
  ['number', prefixed],
  ['quantity', prefixed],
] as const);

function planVersion(
  type: string,
  code: string,
  operator: FilterOperator,
  value: string,
  settings: PlanSettings,
): Condition {
  const plain = { kind: 'plain', code } as const;
  if (code === '_lastUpdated' && prefixed.has(operator)) return planPath(type, name, plain, operator + value, settings);
  const same = planPath(type, name, plain, value, settings);
  if (code === '_id' && operator === 'eq') return same;
  if (code === '_id' && operator === 'ne') return not(same);
  throw refuse(name, `"${operator}" cannot be asked of "${code}"`, `「${operator}」は「${code}」には使えません`);
}
