/**
 * plan-values: the values of one criterion taken apart, and values that say more than their parameter alone can answer.
 */
import { allOf, type Condition } from './condition.ts';
import type { PlanSettings } from './plan.ts';
import { planHierarchy } from './plan-hierarchy.ts';
import { refuse } from './refuse.ts';
import type { SearchParam } from './search-param.ts';
import { searchTypes } from './types/all.ts';
import { splitEscaped } from './types/search-type.ts';

/** `a,b$1,2`, which other servers read as (a or b) with (1 or 2), as tuples; undefined when each value has its own `$`. */
export function tuples(value: string, components: number): readonly string[] | undefined {
  if (splitEscaped(value, ',').every(one => splitEscaped(one, '$').length > 1)) return undefined;
  const parts = splitEscaped(value, '$').map(part => splitEscaped(part, ','));
  if (parts.length !== components || parts.flat().includes('')) return undefined;
  return parts.slice(1).reduce((made, part) => made.flatMap(one => part.map(next => `${one}$${next}`)), parts[0]!);
}

/** Values that concern more than the parameter: places in a tree, and the version behind a canonical. */
export function planSpecial(
  param: SearchParam,
  name: string,
  modifier: string | undefined,
  value: string,
  settings: PlanSettings,
): Condition | undefined {
  if (param.type === 'reference' && (modifier === 'above' || modifier === 'below'))
    return planHierarchy(param, name, modifier, value, settings);
  const bar = value.lastIndexOf('|');
  const version = settings.registry(param.resourceType).byCode.get('version');
  if (param.type !== 'uri' || param.code !== 'url' || modifier !== undefined || bar < 0 || version?.type !== 'token')
    return undefined;
  return allOf([
    searchTypes.get('uri')!.condition({ param, name, value: value.slice(0, bar) }, settings),
    searchTypes.get('token')!.condition({ param: version, name, value: value.slice(bar + 1) }, settings),
  ]);
}

/** A backslash that is neither escaped nor escapes anything. */
const loneBackslash = /^(?:[^\\]|\\[,|$\\])*\\(?![,|$\\])/;

/** The values between commas. @throws FhirError for too many of them, an empty one, or a stray backslash */
export function splitValues(name: string, value: string, settings: PlanSettings): readonly string[] {
  const values = splitEscaped(value, ',');
  if (values.length > settings.maxValues)
    throw refuse(
      name,
      `found ${values.length} values, at most ${settings.maxValues} are allowed; ask in several requests`,
      `値が ${values.length} 個あります。上限は ${settings.maxValues} 個です。分けて検索してください`,
    );
  if (loneBackslash.test(value))
    throw refuse(
      name,
      'found a backslash that escapes nothing; write \\\\ for a backslash, and \\, \\| or \\$ for these characters',
      '何もエスケープしていないバックスラッシュがあります。バックスラッシュは \\\\、カンマなどは \\, \\| \\$ と書いてください',
    );
  if (values.some(one => one === ''))
    throw refuse(
      name,
      'a value is empty; write the parameter with a value, or leave it out',
      '空の値があります。値を書くか、パラメータを省いてください',
    );
  return values;
}
