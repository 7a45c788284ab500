/**
 * What a resource that begins to fulfil a condition must have among its index rows: hashes of codes or of references.
 * A store that decides many conditional interactions together tells by it which of them cannot concern each other.
 */
import type { Begins } from '../store/store.ts';
import type { Condition } from './condition.ts';
import { referenceTable, tokenTable } from './tables.ts';

/** Conditions that are decided by the resource's own version and rows alone. */
function isOwn(condition: Condition): boolean {
  switch (condition.op) {
    case 'range':
    case 'ids':
      return true;
    case 'and':
    case 'or':
      return condition.parts.every(isOwn);
    case 'not':
      return isOwn(condition.part);
    default:
      return false;
  }
}

/** Hashes of which one must be among the rows; undefined when nothing can be said. In these two tables, hashes are compared for equality only. */
function hashesOf(condition: Condition): readonly bigint[] | undefined {
  if (condition.op === 'and') return condition.parts.map(hashesOf).find(found => found !== undefined);
  if (condition.op === 'or') {
    const parts = condition.parts.map(hashesOf);
    return parts.length > 0 && parts.every(part => part !== undefined) ? parts.flat() : undefined;
  }
  if (condition.op !== 'range' || (condition.range.table !== tokenTable && condition.range.table !== referenceTable))
    return undefined;
  const hashes = condition.range.where.values.filter(value => typeof value === 'bigint');
  return hashes.length > 0 ? hashes : undefined;
}

/** See the top of the file; undefined when the condition also depends on other resources. @param type of the resources it finds */
export function beginsOf(type: string, condition: Condition): Begins | undefined {
  const hashes = isOwn(condition) ? hashesOf(condition) : undefined;
  return hashes && { type, hashes };
}
