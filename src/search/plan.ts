/**
 * plan: criteria + definitions → Condition. Here parameters are looked up, chains followed, values read.
 * @see https://hl7.org/fhir/R4/search.html
 */
import { sql } from '../store/sql.ts';
import { planBodyText } from './body-text.ts';
import { takesCanonicals, urlsOf } from './canonical.ts';
import { allOf, anyOf, type Condition, not } from './condition.ts';
import { containedRegistry, toInside } from './contained.ts';
import { type Criterion, type ParamPath, pathLength } from './parse.ts';
import { planFilter } from './plan-filter.ts';
import { planList } from './plan-list.ts';
import { planSpecial, splitValues, tuples } from './plan-values.ts';
import { planId, planLastUpdated, planMissing } from './plan-version.ts';
import { refuse, refuseModifier, refuseType, shorten } from './refuse.ts';
import type { Registry } from './registry.ts';
import type { SearchParam } from './search-param.ts';
import { referenceTable } from './tables.ts';
import { searchTypes } from './types/all.ts';
import { type AskSettings, unescapeValue } from './types/search-type.ts';
import { UnknownParameter } from './unknown.ts';

/** What planning depends on. */
export interface PlanSettings extends AskSettings {
  /** Parameters as the resources that are searched have them. */
  readonly registry: Registry;
  /** Parameters of stored resources, where chains lead. */
  readonly stored: Registry;
  readonly maxChain: number;
  readonly maxValues: number;
  readonly resourceTypes: readonly string[];
  /** Refuses a parameter whose index is being built. @param facts whether its resources have values is asked */
  assertIndexed(param: SearchParam, facts?: boolean): void;
}

/** What resources of a type have to fulfil for one criterion. */
export function planCriterion(type: string, criterion: Criterion, settings: PlanSettings): Condition {
  if (pathLength(criterion.path) > settings.maxChain)
    throw refuse(
      criterion.name,
      `the chain has more than ${settings.maxChain} links`,
      `連鎖が ${settings.maxChain} 段を超えています`,
    );
  return planPath(type, criterion.name, criterion.path, criterion.value, settings);
}

/** All criteria of a query on one type. */
export function planCriteria(type: string, criteria: readonly Criterion[], settings: PlanSettings): Condition {
  return allOf(criteria.map(criterion => planCriterion(type, criterion, settings)));
}

/** A parameter of a type. @throws UnknownParameter */
export function findParam(type: string, code: string, name: string, settings: PlanSettings): SearchParam {
  const params = settings.registry(type);
  const param = params.byCode.get(code);
  if (!param)
    throw new UnknownParameter(name, code, type, [
      '_id',
      '_lastUpdated',
      '_filter',
      '_list',
      '_text',
      '_content',
      ...params.byCode.keys(),
    ]);
  settings.assertIndexed(param);
  return param;
}

/** What resources of a type have to fulfil for a parameter, a chain or a reverse chain. */
export function planPath(
  type: string,
  name: string,
  path: ParamPath,
  value: string,
  settings: PlanSettings,
): Condition {
  switch (path.kind) {
    case 'plain':
      return planPlain(type, name, path, value, settings);
    case 'chain':
      return planChain(type, name, path, value, settings);
    case 'has':
      return planHas(type, name, path, value, settings);
  }
}

function planChain(
  type: string,
  name: string,
  path: ParamPath & { kind: 'chain' },
  value: string,
  settings: PlanSettings,
): Condition {
  return planChainTo(type, name, path, settings, (target, beyond) => planPath(target, name, path.rest, value, beyond));
}

/**
 * References of a type to resources that fulfil a condition, which is planned for each type they can be of.
 * A target type that does not know the parameter is no match; when none knows it, the first refusal says why.
 */
export function planChainTo(
  type: string,
  name: string,
  link: { readonly code: string; readonly type?: string },
  settings: PlanSettings,
  plan: (target: string, beyond: PlanSettings) => Condition,
): Condition {
  const param = findParam(type, link.code, name, settings);
  if (param.type !== 'reference')
    throw refuse(
      name,
      `"${link.code}" is of type ${param.type}, only a reference can be followed by a dot`,
      `「${link.code}」は ${param.type} 型です。ドットで続けられるのは参照型だけです`,
    );
  if (link.type !== undefined && !param.targets.includes(link.type))
    throw refuse(
      name,
      `"${link.code}" does not refer to ${shorten(link.type)}; expected one of ${param.targets.join(', ')}`,
      `「${link.code}」は ${shorten(link.type)} を参照しません（参照先: ${param.targets.join('、')}）`,
    );
  const targets =
    link.type === undefined ? param.targets.filter(target => settings.isResourceType(target)) : [link.type];
  const params = param.sources.map(source => source.param);
  const unknown: UnknownParameter[] = [];
  // The first entry of a document or message lies inside the Bundle: what is asked of it is asked of the Bundle's rows.
  const inside = isInside(param);
  const beyond = { ...settings, registry: inside ? containedRegistry(settings.stored) : settings.stored };
  const parts = targets.flatMap((target): Condition[] => {
    try {
      const inner = plan(target, beyond);
      if (inside) return [inner];
      const contained = plan(target, { ...beyond, registry: containedRegistry(settings.stored) });
      const byReference = [direct({ op: 'chain', params, type: target, inner }), toInside(params, target, contained)];
      if (!takesCanonicals(param)) return byReference;
      return [...byReference, { op: 'canonical', direction: 'to', name, params, urls: [], innerType: target, inner }];
    } catch (error) {
      if (!(error instanceof UnknownParameter)) throw error;
      unknown.push(error);
      return [];
    }
  });
  if (parts.length === 0)
    throw (
      unknown[0] ??
      refuse(name, `"${link.code}" has no target type that can be searched`, `「${link.code}」の参照先は検索できません`)
    );
  return anyOf(parts);
}

/** True when the parameter's values are resources themselves instead of references (Bundle.composition). */
const isInside = (param: SearchParam): boolean =>
  param.sources.some(source => source.expressions.some(one => one.types.some(value => value.code === 'Resource')));

/** A chain to an id is a reference to that resource. */
function direct(part: Condition): Condition {
  if (part.op !== 'chain' || part.inner.op !== 'ids' || part.params.length !== 1) return part;
  const { hashes } = part.inner;
  const ranges = hashes.map((hash): Condition => {
    const where = sql`x.param = ${part.params[0]!} AND x.target = ${hash}`;
    return {
      op: 'range',
      range: { table: referenceTable, where, walk: ['moment'], probe: 'moment', repeats: false, rank: 20 },
    };
  });
  return anyOf(ranges);
}

function planHas(
  type: string,
  name: string,
  path: ParamPath & { kind: 'has' },
  value: string,
  settings: PlanSettings,
): Condition {
  const beyond = { ...settings, registry: settings.stored };
  if (!settings.isResourceType(path.type)) throw refuseType(name, path.type, settings.resourceTypes);
  const param = findParam(path.type, path.reference, name, beyond);
  if (param.type !== 'reference' || (param.targets.length > 0 && !param.targets.includes(type)))
    throw new UnknownParameter(
      name,
      path.reference,
      type,
      [],
      refuse(
        name,
        `"${path.reference}" of ${path.type} does not refer to ${type}`,
        `${path.type} の「${path.reference}」は ${type} を参照しません`,
      ),
    );
  const params = param.sources.map(source => source.param);
  const inner = planPath(path.type, name, path.rest, value, beyond);
  const byReference: Condition = { op: 'has', params, type: path.type, inner };
  if (!takesCanonicals(param)) return byReference;
  const urls = urlsOf([type], settings.stored);
  return anyOf([byReference, { op: 'canonical', direction: 'from', name, params, urls, innerType: path.type, inner }]);
}

function planPlain(
  type: string,
  name: string,
  { code, modifier }: ParamPath & { kind: 'plain' },
  value: string,
  settings: PlanSettings,
): Condition {
  const values =
    code === '_filter' || code === '_text' || code === '_content' ? [value] : splitValues(name, value, settings);
  if (code === '_id') return planId(type, name, modifier, values);
  if (code === '_lastUpdated') return planLastUpdated(type, name, modifier, values, settings);
  if (modifier !== undefined && ['_filter', '_text', '_content'].includes(code))
    throw refuseModifier(name, modifier, 'special', []);
  if (code === '_filter') return allOf(values.length ? [planFilter(type, value, settings)] : []);
  if (code === '_text' || code === '_content')
    return allOf(values.map(one => planBodyText(name, code, unescapeValue(one), settings.variants)));
  if (code === '_list') return planList(type, name, modifier, values, settings);
  const param = findParam(type, code, name, settings);
  const whole = param.type === 'composite' ? tuples(value, param.components.length) : undefined;
  return planParam(param, name, modifier, whole?.slice(0, settings.maxValues) ?? values, settings);
}

/** Modifiers only `_filter` uses. */
const filterModifiers: ReadonlySet<string> = new Set(['equals', 'ends', 'starts', 'overlaps', 'gt', 'lt', 'ge', 'le']);

/** One parameter with its values. */
export function planParam(
  param: SearchParam,
  name: string,
  modifier: string | undefined,
  values: readonly string[],
  settings: PlanSettings,
): Condition {
  if (modifier === 'missing') {
    settings.assertIndexed(param, true);
    return planMissing(param, name, values, settings.registry(param.resourceType).facts);
  }
  const searchType = searchTypes.get(param.type);
  if (!searchType)
    throw refuse(
      name,
      `parameters of type ${param.type} cannot be searched`,
      `${param.type} 型のパラメータは検索できません`,
    );
  const isTarget = param.type === 'reference' && modifier !== undefined && settings.isResourceType(modifier);
  const isKnown =
    modifier === undefined ||
    isTarget ||
    searchType.modifiers.includes(modifier) ||
    (name === '_filter' && filterModifiers.has(modifier));
  if (!isKnown)
    throw refuseModifier(name, modifier, param.type, [
      'missing',
      ...searchType.modifiers,
      ...(param.type === 'reference' ? param.targets : []),
    ]);
  const conditions = values.map(
    value =>
      planSpecial(param, name, modifier, value, settings) ??
      searchType.condition({ param, name, ...(modifier !== undefined && { modifier }), value }, settings),
  );
  // `:not` with several values: none of them.
  return modifier === 'not' || modifier === 'not-in' ? not(anyOf(conditions.map(not))) : anyOf(conditions);
}
