/**
 * `:above` and `:below` on references to a resource of this server: up and down the tree that resources of the target's type
 * form (Location.partOf, Organization.partOf, Encounter.partOf, …).
 * @see https://hl7.org/fhir/R4/search.html#recursive
 */
import { parseReference } from '../fhir/reference.ts';
import { anyOf, type Condition, hashOf } from './condition.ts';
import type { PlanSettings } from './plan.ts';
import { refuse } from './refuse.ts';
import type { SearchParam } from './search-param.ts';
import { referenceCondition } from './types/reference.ts';
import { unescapeValue } from './types/search-type.ts';

/** Parameters that lead from a resource to the one it is part of. */
const parentCodes = ['partof', 'part-of'];

/** The parameter by which a type forms a tree. */
function parentOf(type: string, settings: PlanSettings): SearchParam | undefined {
  const { byCode } = settings.stored(type);
  return parentCodes
    .map(code => byCode.get(code))
    .find(param => param?.type === 'reference' && param.targets.includes(type));
}

const paramsOf = (param: SearchParam): readonly number[] => param.sources.map(source => source.param);

/** Resources of a type that lie below one, at most `depth` steps. */
function below(type: string, parent: SearchParam, hash: bigint, depth: number): Condition {
  const direct = referenceCondition(parent.sources, [hash]);
  if (depth <= 1) return direct;
  return anyOf([direct, { op: 'chain', params: paramsOf(parent), type, inner: below(type, parent, hash, depth - 1) }]);
}

/** Resources of a type that lie above one. */
function above(type: string, parent: SearchParam, hash: bigint, depth: number): Condition {
  const direct: Condition = { op: 'has', params: paramsOf(parent), type, inner: { op: 'ids', hashes: [hash] } };
  if (depth <= 1) return direct;
  return anyOf([direct, { op: 'has', params: paramsOf(parent), type, inner: above(type, parent, hash, depth - 1) }]);
}

/**
 * References to a resource or to one above or below it; undefined when the value is none of this server's resources (a
 * canonical is compared by its text). The tree is followed as far as a chain may go.
 */
export function planHierarchy(
  param: SearchParam,
  name: string,
  direction: 'above' | 'below',
  value: string,
  settings: PlanSettings,
): Condition | undefined {
  const text = unescapeValue(value);
  const parsed = parseReference(text, settings.base);
  const bare = /^[A-Za-z0-9\-.]{1,64}$/.test(text);
  if (!bare && parsed.kind !== 'local') return undefined;
  const targets = parsed.kind === 'local' ? [parsed.type] : param.targets;
  const parts = targets.flatMap((type): Condition[] => {
    const parent = param.targets.includes(type) ? parentOf(type, settings) : undefined;
    if (!parent) return [];
    const hash = hashOf(type, parsed.kind === 'local' ? parsed.id : text);
    const inner = (direction === 'below' ? below : above)(type, parent, hash, settings.maxChain);
    return [referenceCondition(param.sources, [hash]), { op: 'chain', params: paramsOf(param), type, inner }];
  });
  if (parts.length === 0)
    throw refuse(
      name,
      `"${param.code}" refers to ${targets.join(', ')}, which form no tree; :${direction} works where resources are part of others, as locations are`,
      `「${param.code}」の参照先 ${targets.join('、')} に上下関係はありません。:${direction} は場所のように「〜の一部」という関係のある型で使えます`,
    );
  return anyOf(parts);
}
