/**
 * Slicing in snapshots, above all of choices: elements written `valueQuantity`, slices by type, and what they leave of the other types.
 * @see https://hl7.org/fhir/R4/profiling.html#slicing
 */
import { fail } from './snapshot-error.ts';
import type { FullElement, Slicing, TreeNode } from './snapshot-tree.ts';
import { capital } from './snapshot-types.ts';

const named: ReadonlySet<string> = new Set([
  'id',
  'path',
  'sliceName',
  'short',
  'definition',
  'comment',
  'mustSupport',
]);

/** False for a slice of which nothing but its name is given. */
export const saysMore = ({ element, children }: TreeNode): boolean =>
  children.length > 0 || Object.keys(element ?? {}).some(name => !named.has(name));

/** The type a slice of a choice is named after. */
export const choiceType = (node: TreeNode, sliceName: string): unknown =>
  node.name.endsWith('[x]') &&
  node.element?.type?.find(type => node.name.slice(0, -3) + capital(type.code) === sliceName);

/** A slice named like a choice with its type (`valueQuantity`) has this type only. */
export function narrowToName(element: FullElement, name: string, slice: TreeNode): void {
  if (slice.element?.type) return;
  const prefix = name.slice(0, -3);
  const types = element.type?.filter(type => slice.sliceName === prefix + capital(type.code));
  if (types?.length) element.type = types;
}

/** The choice element of which a name is a shortcut: `value[x]` for `valueQuantity`. */
export function choiceOf(children: readonly TreeNode[], name: string): TreeNode | undefined {
  return children.find(({ name: own, element }) => {
    if (!own.endsWith('[x]') || !name.startsWith(own.slice(0, -3))) return false;
    const rest = name.slice(own.length - 3);
    return element?.type?.some(type => capital(type.code) === rest) ?? false;
  });
}

/**
 * A shortcut as the slice it stands for. Without a slice name it also leaves no other type: the head is narrowed and closed,
 * or, inside a slice, takes what the shortcut says itself.
 */
export function shortcut(known: TreeNode | undefined, choice: TreeNode, child: TreeNode, path: string): TreeNode {
  const rest = child.name.slice(choice.name.length - 3);
  const type = choice.element!.type!.find(one => capital(one.code) === rest)!;
  const head: TreeNode = known ?? { name: choice.name, children: [], slices: [] };
  const own = child.element || child.children.length > 0 ? [child] : [];
  const inSlice = path.includes(':');
  for (const source of [...own, ...child.slices]) {
    const element = { path: '', type: [{ code: type.code }], ...source.element };
    if (inSlice && source.sliceName === undefined && head.slices.length === 0) {
      head.element = { ...head.element, ...element };
      head.children.push(...source.children);
      continue;
    }
    if (source.sliceName !== undefined && source.sliceName !== child.name) {
      head.slices.push({ ...source, name: choice.name });
      continue;
    }
    const before = head.slices.find(slice => slice.sliceName === child.name);
    if (before) before.children.push(...source.children);
    else head.slices.push({ ...source, name: choice.name, sliceName: child.name, element, slices: [] });
    if (source.sliceName === undefined || inSlice) {
      const slicing = { discriminator: [{ type: 'type', path: '$this' }], ordered: false, rules: 'closed' };
      const narrowed = head.element?.type ?? [structuredClone(type)];
      head.element = { path: '', ...head.element, type: narrowed, slicing: head.element?.slicing ?? slicing };
    }
  }
  return head;
}

/**
 * Of a choice only one value can be there, so a slice that must be there leaves no other: two such contradict each other, and
 * where the base has the slices already, the element is left with the type of this one.
 */
export function narrowChoice(
  element: FullElement,
  base: TreeNode,
  diff: TreeNode,
  slices: readonly TreeNode[],
  path: string,
): void {
  const needed = diff.slices.find(slice => (slice.element?.min ?? 0) > 0);
  if (!needed) return;
  if (diff.slices.length > 1)
    fail(
      `${path}: the slice ${needed.sliceName} is required, so there can be no other`,
      `${path}: スライス ${needed.sliceName} が必須のため、他のスライスは使えません`,
    );
  const known = slices.find(slice => slice.sliceName === needed.sliceName);
  if (base.slices.length === 0 || !known?.element?.type) return;
  element.type = structuredClone(known.element.type);
  element.min = 1;
  element.slicing = { ...element.slicing, rules: 'closed' };
}

/** Where every type has its slice there is nothing else left: the slicing is closed. */
export function closeWhenCovered({ element }: TreeNode, slices: readonly TreeNode[]): void {
  const { slicing, type = [] } = element ?? {};
  const byType = slicing?.discriminator?.length === 1 && slicing.discriminator[0]!.type === 'type';
  const sliced = new Set(slices.flatMap(slice => slice.element?.type?.map(one => one.code) ?? []));
  if (slicing && byType && type.length > 0 && type.every(one => sliced.has(one.code))) slicing.rules = 'closed';
}

/** The slicing of slices that come without: extensions by their URL, choices by their type. @throws SnapshotError for others */
export function impliedSlicing(name: string, path: string, diff: TreeNode): Slicing {
  if (name === 'extension' || name === 'modifierExtension')
    return { discriminator: [{ type: 'value', path: 'url' }], ordered: false, rules: 'open' };
  if (name.endsWith('[x]')) return { discriminator: [{ type: 'type', path: '$this' }], ordered: false, rules: 'open' };
  const named = diff.slices[0]?.sliceName;
  return fail(
    `${path}: the slice "${named}" has no slicing to belong to`,
    `${path}: スライス「${named}」の属する slicing がありません`,
  );
}
