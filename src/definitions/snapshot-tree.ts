/**
 * The lists of element definitions of a StructureDefinition as trees, and back. An element's slices hang on the element, so
 * that base and differential can be laid over each other whatever their order.
 */
import type { ElementDefinition, StructureDefinition } from './element-schema.ts';

/** An element definition with all a snapshot or differential may say. */
export interface FullElement extends ElementDefinition {
  id?: string;
  slicing?: Slicing;
  fixedUri?: string;
}

/** ElementDefinition.slicing. */
export interface Slicing {
  discriminator?: { type: string; path: string }[];
  ordered?: boolean;
  rules?: string;
  description?: string;
}

/** One element with its children and, if it is sliced, its slices (re-slices beside them, named `a/b`). */
export interface TreeNode {
  /** Last step of the path: `identifier`, `value[x]`. */
  readonly name: string;
  readonly sliceName?: string;
  /** Undefined for an element that a differential only walks through. */
  element?: FullElement;
  children: TreeNode[];
  slices: TreeNode[];
}

/** A step of an element id: `value[x]:valueQuantity`. */
interface Step {
  readonly name: string;
  readonly slice?: string;
}

const makeNode = ({ name, slice }: Step): TreeNode => ({
  name,
  ...(slice !== undefined && { sliceName: slice }),
  children: [],
  slices: [],
});

const lastStep = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
const parentPath = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));

/** Steps of an id, when it says the same as the path; undefined otherwise. Slice names may hold a `/`, and some a dot. */
function stepsOfId(id: string, path: string, sliceName: string | undefined): Step[] | undefined {
  const steps = id.split('.').map((part): Step => {
    const colon = part.indexOf(':');
    return colon < 0 ? { name: part } : { name: part.slice(0, colon), slice: part.slice(colon + 1) };
  });
  const names = path.split('.');
  if (steps.length !== names.length) return undefined;
  const same = names.every((name, i) => steps[i]!.name === name);
  const last = steps.at(-1)!;
  const shortcut = last.name.endsWith('[x]') && last.slice !== undefined && last.slice === names.at(-1);
  if (!same && !shortcut) return undefined;
  if (shortcut && !same)
    return [...steps.slice(0, -1), { name: names.at(-1)!, ...(sliceName !== undefined && { slice: sliceName }) }];
  return last.slice === sliceName ? steps : undefined;
}

/** Thrown for a second element without a slice name of its own. */
export class RepeatedElementError extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`${path} is there twice`);
    this.path = path;
  }
}

/** Places an element where its id says, or under the element before it that has its parent's path. */
class TreeBuilder {
  readonly root: TreeNode;
  /** Steps of the latest element of each path. */
  private readonly latest = new Map<string, Step[]>();
  /** Ids that name a slice although there is no slice name; what lies below them goes by order too. */
  private readonly misnamed = new Set<string>();
  private readonly noRepeats: boolean;

  constructor(name: string, noRepeats: boolean) {
    this.root = makeNode({ name });
    this.latest.set(name, [{ name }]);
    this.noRepeats = noRepeats;
  }

  add(element: FullElement): void {
    const { path, sliceName, id } = element;
    const trusted = id !== undefined && ![...this.misnamed].some(prefix => id.startsWith(prefix));
    const byId = trusted ? stepsOfId(id, path, sliceName) : undefined;
    const steps = byId ?? this.stepsByOrder(path, sliceName);
    if (id !== undefined && /:[^.]*$/.test(id) && !byId) this.misnamed.add(`${id}.`);
    for (const known of [...this.latest.keys()]) if (known.startsWith(`${path}.`)) this.latest.delete(known);
    this.latest.set(path, steps);
    const node = this.nodeAt(steps);
    if (node.element && this.noRepeats) throw new RepeatedElementError(path);
    node.element = node.element ? { ...node.element, ...element } : element;
  }

  private stepsByOrder(path: string, sliceName: string | undefined): Step[] {
    if (!path.includes('.')) return [{ name: path }];
    const parent = parentPath(path);
    const above = this.latest.get(parent) ?? this.stepsByOrder(parent, undefined);
    return [...above, { name: lastStep(path), ...(sliceName !== undefined && { slice: sliceName }) }];
  }

  private nodeAt(steps: readonly Step[]): TreeNode {
    let node = this.root;
    for (const step of steps.slice(1)) {
      let head = node.children.find(child => child.name === step.name);
      if (!head) {
        head = makeNode({ name: step.name });
        node.children.push(head);
      }
      node = head;
      if (step.slice === undefined) continue;
      let slice = head.slices.find(one => one.sliceName === step.slice);
      if (!slice) {
        slice = makeNode(step);
        head.slices.push(slice);
      }
      node = slice;
    }
    return node;
  }
}

/**
 * The tree of a list of elements.
 * @param type name of the root, where the list does not begin with it
 * @param noRepeats true to refuse a second element of one place
 * @throws RepeatedElementError
 */
export function toTree(elements: readonly FullElement[], type: string, noRepeats = false): TreeNode {
  const builder = new TreeBuilder(elements[0]?.path.split('.')[0] ?? type, noRepeats);
  for (const element of elements) builder.add(element);
  return builder.root;
}

/** A copy that can be changed without changing the original. */
export function cloneNode(node: TreeNode): TreeNode {
  return {
    ...node,
    ...(node.element && { element: structuredClone(node.element) }),
    children: node.children.map(cloneNode),
    slices: node.slices.map(cloneNode),
  };
}

/** Elements in the order of a snapshot: an element, its children, its slices; ids and paths follow from the place. */
export function toElements(root: TreeNode): FullElement[] {
  const list: FullElement[] = [];
  const visit = (node: TreeNode, path: string, id: string): void => {
    const { id: _id, path: _path, sliceName: _slice, ...rest } = node.element ?? { path };
    list.push({ id, path, ...(node.sliceName !== undefined && { sliceName: node.sliceName }), ...rest });
    for (const child of node.children) {
      const named = child.sliceName === undefined ? child.name : `${child.name}:${child.sliceName}`;
      visit(child, `${path}.${child.name}`, `${id}.${named}`);
    }
    for (const slice of node.slices) visit(slice, path, `${id}:${slice.sliceName}`);
  };
  visit(root, root.name, root.name);
  return list;
}

/** True for a snapshot that can be used: packages carry empty arrays, old ones name extension values by their type. */
export function hasSnapshot(definition: StructureDefinition): boolean {
  const elements = definition.snapshot?.element ?? [];
  if (elements.length === 0) return false;
  return definition.type !== 'Extension' || !elements.some(({ path }) => /^Extension\.value[A-Z]/.test(path));
}

/** Where a new slice goes: re-slices after their slice, others at the end. */
export function placeOf(slices: readonly TreeNode[], name: string): number {
  const cut = name.lastIndexOf('/');
  if (cut < 0) return slices.length;
  const parent = name.slice(0, cut);
  const last = slices.findLastIndex(one => one.sliceName === parent || one.sliceName!.startsWith(`${parent}/`));
  return last < 0 ? slices.length : last + 1;
}

/** Two mentions of one element. */
export function joined(first: TreeNode, second: TreeNode): TreeNode {
  return {
    ...first,
    element: second.element ?? first.element,
    children: [...first.children, ...second.children],
    slices: [...first.slices, ...second.slices],
  };
}

/** Elements a specialization adds. */
export function withDefaults(node: TreeNode): TreeNode {
  const { path = '', min = 0, max = '1', ...rest } = node.element ?? { path: '' };
  const element: FullElement = { path, min, max, base: { path, min, max }, ...rest };
  return { ...node, element, children: node.children.map(withDefaults) };
}

/** The element at a path (`Parameters.parameter`) or id within a tree. */
export function findNode(root: TreeNode, id: string): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  for (const part of id.split('.').slice(1)) {
    const [name, slice] = part.split(/:(.*)/s);
    node = node?.children.find(child => child.name === name);
    if (slice !== undefined) node = node?.slices.find(one => one.sliceName === slice);
  }
  return node;
}
