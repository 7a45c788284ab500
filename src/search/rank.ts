/**
 * rank: which conditions can drive a query, and how selective they usually are.
 */
import type { Condition } from './condition.ts';

/** Conditions that can drive alone: ranges, ids, chains, and alternatives of these. */
export function canDrive(condition: Condition): boolean {
  if (condition.op === 'not') return condition.among !== undefined && canDrive(condition.among);
  if (condition.op === 'or') return condition.parts.every(part => walkable(part) !== undefined) || isHashes(condition);
  return (
    (condition.op === 'range' && !condition.range.testOnly) ||
    condition.op === 'ids' ||
    condition.op === 'inside' ||
    ((condition.op === 'chain' || condition.op === 'has') && !condition.large)
  );
}

/** What is walked for a condition: itself, or what it is found among. */
export function walkedFor(condition: Condition): Condition {
  const among = condition.op === 'not' ? condition.among : condition.op === 'range' ? condition.range.among : undefined;
  return among ?? condition;
}

/** What can be walked for one of several alternatives: itself, or of several conditions that must hold the best. */
export function walkable(part: Condition): Condition | undefined {
  if (part.op === 'range') return part.range.testOnly ? undefined : part;
  if ((part.op === 'chain' && !part.large) || part.op === 'inside') return part;
  return part.op === 'and'
    ? part.parts.filter(one => one.op === 'range' && !one.range.testOnly).toSorted((a, b) => rankOf(a) - rankOf(b))[0]
    : undefined;
}

/** Alternatives that all name resources by their hashes. */
export const isHashes = (condition: Condition): boolean =>
  condition.op === 'ids' ||
  (condition.op === 'has' && !condition.large) ||
  (condition.op === 'or' && condition.parts.length > 0 && condition.parts.every(isHashes));

/** How selective a condition usually is: lower is better. */
export function rankOf(condition: Condition): number {
  switch (condition.op) {
    case 'ids':
      return 1;
    case 'range':
      return condition.range.rank;
    case 'chain':
    case 'has':
    case 'inside':
      return 15 + rankOf(condition.inner) / 2;
    case 'or':
      return condition.parts.length === 0 ? 0 : Math.max(...condition.parts.map(rankOf)) + 1;
    case 'and':
      return Math.min(100, ...condition.parts.map(rankOf));
    case 'not':
      return condition.among ? 98 : 100;
    default:
      return 100;
  }
}

/** The parts that must all hold. */
export const conjuncts = (condition: Condition): readonly Condition[] =>
  condition.op === 'and' ? condition.parts.flatMap(conjuncts) : [condition];

/** The condition that is usually most selective, of those that can drive. */
export function usualDriver(parts: readonly Condition[]): Condition | undefined {
  return parts.filter(canDrive).toSorted((a, b) => rankOf(a) - rankOf(b))[0];
}

/** How many alternatives are merged by their order: beyond, their rows are gathered and sorted. */
export const mostBranches = (parts: readonly Condition[]): number =>
  parts.some(part => part.op === 'range' && part.range.ofShape) ? 24 : 8;
