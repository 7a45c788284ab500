/**
 * explain: the plan of a search in words: parameters in the order used, rows expected and met, index, time. No values.
 */
import type { Message } from '../fhir/types.ts';
import { sample, sampleSize } from './choose.ts';
import { type Condition, nameOf } from './condition.ts';
import { sortsById } from './id-sort.ts';
import { beginSearch, type RunSettings, type TypeSearch } from './match.ts';
import { quantityWalk } from './quantity-sort.ts';
import { canDrive } from './rank.ts';
import { needsBodies, textWalk } from './text-sort.ts';

/** Where a condition is looked up. */
function indexOf(condition: Condition): string {
  switch (condition.op) {
    case 'range':
      return condition.range.table.name;
    case 'ids':
      return 'resource';
    case 'chain':
      return `index_reference to ${condition.type} by ${indexOf(condition.inner)}`;
    case 'has':
      return `index_reference from ${condition.type} by ${indexOf(condition.inner)}`;
    case 'canonical':
      return `index_use ${condition.direction} ${condition.innerType} by ${indexOf(condition.inner)}`;
    case 'inside':
      return `contained ${condition.type} by ${indexOf(condition.inner)}`;
    case 'not':
      return indexOf(condition.among ?? condition.part);
    case 'test':
      return 'version';
    case 'body':
      return 'the resources themselves';
    default:
      return [...new Set(condition.parts.map(indexOf))].slice(0, 4).join(', ') || 'nothing';
  }
}

/** What became of a page, for the plan. */
export interface Met {
  readonly rows: number;
  readonly ms: number;
}

/** Most types whose plan is told. */
const maxTypes = 10;

/** What all resources of a type are walked by, and how what is found comes into the order asked for. */
function orderOf(search: TypeSearch, driver: number, run: RunSettings): { all: string; sorted: Message } {
  const none = { en: '', ja: '' };
  if (search.sort.length === 0 || search.contained) return { all: 'index_resource', sorted: none };
  if (driver < 0 && sortsById(search)) return { all: 'ids, in the order asked for', sorted: none };
  const { walked, from } = quantityWalk(search) ?? beginSearch(search, driver, run)[0]!;
  const byText = textWalk(search, driver);
  const all = `${byText ?? (walked && from ? from : 'index_resource')}${byText || walked ? ', in the order asked for' : ''}`;
  if (byText || (walked && !needsBodies(search))) return { all, sorted: none };
  const sorted = needsBodies(search)
    ? { en: ', sort by the resources themselves', ja: '、リソース自体の値で並べる' }
    : { en: ', sort what is found', ja: '、見つかったものを並べる' };
  return { all, sorted };
}

/** What drives, what is tested, how many rows each has (when `counted`), what was met and how long it took. */
export async function explain(
  searches: readonly TypeSearch[],
  drivers: readonly number[],
  met: Met,
  run: RunSettings,
  counted: boolean,
): Promise<Message> {
  const plans: { en: string; ja: string }[] = [];
  for (const [i, search] of searches.slice(0, maxTypes).entries()) {
    const able = search.parts.filter(canDrive);
    const counts = counted ? await sample(able, run) : [];
    const told = (part: Condition) => {
      const count = counts[able.indexOf(part)];
      const rows = count === undefined ? '' : count >= sampleSize ? `, ${sampleSize}+ rows` : `, ${count} rows`;
      return `${nameOf(part) || indexOf(part)} (${indexOf(part)}${rows})`;
    };
    const driver = drivers[i] ?? -1;
    const by = driver < 0 ? undefined : search.parts[driver];
    const { all, sorted } = orderOf(search, driver, run);
    const first = by ? told(by) : `all (${all})`;
    const tests = search.parts.filter(part => part !== by).map(told);
    const { type } = search.scope;
    plans.push({
      en: `${type}: walk ${first}${tests.length ? `, test ${tests.join(', ')}` : ''}${sorted.en}`,
      ja: `${type}: ${first} をたどる${tests.length ? `、${tests.join('、')} を調べる` : ''}${sorted.ja}`,
    });
  }
  const more = searches.length > maxTypes ? searches.length - maxTypes : 0;
  const ms = met.ms.toFixed(1);
  return {
    en: `Plan: ${plans.map(plan => plan.en).join(' | ')}${more ? ` | and ${more} more types` : ''}; met ${met.rows} rows in ${ms} ms`,
    ja: `検索計画: ${plans.map(plan => plan.ja).join(' | ')}${more ? ` | 他 ${more} 種類` : ''}。${ms} ミリ秒で ${met.rows} 件`,
  };
}
