/**
 * shared-order: positions of what is found as other searches can be put in one order with them. One plan walks the resource's own date
 * by the values, another by the moments made of them: both tell when it begins.
 */
import { liesSorted, type Match, type TypeSearch } from './match.ts';
import type { Position } from './order.ts';
import { momentEpoch, noMoment } from './rows.ts';
import { noValue } from './sort.ts';

/** The matches of a search of one type with positions that do not tell by which plan they were found. */
export function inSharedOrder(matches: readonly Match[], search: TypeSearch, driver: number): readonly Match[] {
  const [sort] = search.sort;
  if (sort?.by !== 'moment') return matches;
  const none = noValue(sort);
  const byDate = driver < 0 ? search.momentParam !== undefined : liesSorted(search.parts[driver], search);
  const since = (value: number): number | string => {
    if (value === none || (!byDate && value === noMoment)) return none;
    // What is older than moments can tell is the first of all.
    return Math.max(byDate ? value - momentEpoch : Math.floor(value / 8), 0);
  };
  return matches.map(match => {
    const [first, ...rest] = match.position;
    const position: Position = [since(Number(first)), ...rest];
    return { ...match, position };
  });
}
