/**
 * Snapshot generator: differential + base → snapshot.
 * The base is taken as a tree, the differential is laid over it; a step the base does not spell out is filled in from the
 * element's type, the profile of its type or the element its contentReference names.
 * @see https://hl7.org/fhir/R4/profiling.html#snapshot
 */
import type { Message } from '../fhir/types.ts';
import type { ElementDefinition, StructureDefinition } from './element-schema.ts';
import { mergeSlicing, overlay, underlay } from './snapshot-element.ts';
import {
  cloneNode,
  type FullElement,
  hasSnapshot,
  RepeatedElementError,
  type Slicing,
  type TreeNode,
  toElements,
  toTree,
} from './snapshot-tree.ts';

/** Finds a StructureDefinition by canonical, as seen from the one that asks. */
export type FindStructure = (canonical: string, asker: StructureDefinition) => StructureDefinition | undefined;

/** Thrown when a differential cannot be laid over its base; says which element and why. */
export class SnapshotError extends Error {
  readonly text: Message;
  constructor(text: Message) {
    super(text.en);
    this.name = 'SnapshotError';
    this.text = text;
  }
}

const typeRoot = 'http://hl7.org/fhir/StructureDefinition/';
const systemTypeRoot = 'http://hl7.org/fhirpath/System.';
/** Deeper than this no differential walks; it stops profiles that expand each other for ever. */
const maxDepth = 40;

function fail(en: string, ja: string): never {
  throw new SnapshotError({ en, ja });
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Generates snapshots; those being made are known, so that circles end. */
class Generator {
  private readonly find: FindStructure;
  private readonly underway: Set<string>;
  private readonly asker: StructureDefinition;
  private base!: TreeNode;

  constructor(asker: StructureDefinition, find: FindStructure, underway: Set<string>) {
    this.asker = asker;
    this.find = find;
    this.underway = underway;
  }

  run(): FullElement[] {
    const { asker } = this;
    const baseDefinition = asker.baseDefinition ?? '';
    const base = this.structure(baseDefinition);
    if (!base)
      return fail(
        `${asker.url}: the base ${baseDefinition} is not known`,
        `${asker.url}: 基底 ${baseDefinition} がありません`,
      );
    const specialization = asker.derivation === 'specialization';
    const name = specialization ? (asker.type.split('/').at(-1) ?? asker.type) : undefined;
    this.base = this.snapshotTree(base);
    const elements = (asker['differential'] as { element?: FullElement[] } | undefined)?.element ?? [];
    this.checkPaths(elements, name ?? this.base.name);
    const differential = this.differentialTree(elements, name ?? this.base.name);
    if (!name && differential.name !== this.base.name)
      fail(
        `${asker.url}: the differential is about ${differential.name}, its base about ${this.base.name}`,
        `${asker.url}: 差分は ${differential.name}、基底は ${this.base.name} の定義です`,
      );
    this.checkRoot(differential);
    const root = this.merge(cloneNode(this.base), differential, specialization, 0, this.base.name);
    return toElements(name ? { ...root, name } : root);
  }

  private differentialTree(elements: readonly FullElement[], root: string): TreeNode {
    try {
      return toTree(elements, root, true);
    } catch (error) {
      if (!(error instanceof RepeatedElementError)) throw error;
      return fail(
        `${error.path}: is there twice without a slice name`,
        `${error.path}: スライス名なしで2回定義されています`,
      );
    }
  }

  /** Every path begins with the type. */
  private checkPaths(elements: readonly FullElement[], root: string): void {
    for (const { path } of elements) {
      const first = path.split('.')[0];
      if (first !== root)
        fail(`${path}: begins with ${first}, expected ${root}`, `${path}: ${first} ではなく ${root} で始めてください`);
    }
  }

  /** A type cannot be defined by itself. */
  private checkRoot(differential: TreeNode): void {
    const profiles = (differential.element?.type ?? []).flatMap(type => type.profile ?? []);
    if (profiles.some(profile => profile.split('|')[0] === this.asker.url))
      fail(
        `${this.asker.url}: the profile is its own type`,
        `${this.asker.url}: プロファイルが自分自身を型にしています`,
      );
  }

  private structure(canonical: string): StructureDefinition | undefined {
    const hash = canonical.indexOf('#');
    if (hash >= 0) return this.structure(canonical.slice(0, hash));
    const found = this.find(canonical, this.asker);
    if (found) return found;
    const bar = canonical.indexOf('|');
    return bar < 0 ? undefined : this.find(canonical.slice(0, bar), this.asker);
  }

  private snapshotTree(definition: StructureDefinition): TreeNode {
    const elements = snapshotOf(definition, this.find, this.underway);
    return toTree(elements, definition.type);
  }

  private merge(base: TreeNode, diff: TreeNode, adds: boolean, depth: number, path: string): TreeNode {
    if (depth > maxDepth) fail(`${path}: nested too deeply`, `${path}: 入れ子が深すぎます`);
    const template = this.template(base, diff.element);
    const node: TreeNode = { ...base, element: overlay(template.element!, diff.element), children: template.children };
    this.checkElement(base.element!, diff, path);
    const types = node.element?.type ?? [];
    if (node.element?.['binding'] && types.length > 0 && !types.some(type => bindable.has(type.code)))
      delete node.element['binding'];
    if (diff.children.length > 0) {
      if (node.children.length === 0) node.children = this.expand(node, path);
      node.children = this.mergeChildren(node, diff, adds, depth, path);
    }
    if (diff.slices.length > 0) this.mergeSlices(node, base, diff, depth, path);
    return node;
  }

  /** The element a differential's element starts from: the base's, or the root of the profile it names for its type. */
  private template(base: TreeNode, added: FullElement | undefined): TreeNode {
    const [type, ...others] = added?.type ?? [];
    const profile = type?.profile?.[0];
    if (!profile || others.length > 0 || type.profile!.length > 1 || type.code === 'Reference') return base;
    const definition = this.structure(profile);
    if (!definition || this.underway.has(definition.url) || definition.derivation === 'specialization') return base;
    const root = this.profileTree(definition);
    if (!root) return base;
    return { ...base, element: underlay(root.element!, base.element!, type.code === 'Extension') };
  }

  /** A type's profile that has no snapshot and can get none constrains nothing here; it is reported where it is used. */
  private profileTree(definition: StructureDefinition): TreeNode | undefined {
    try {
      return this.snapshotTree(definition);
    } catch (error) {
      if (error instanceof SnapshotError) return undefined;
      throw error;
    }
  }

  private checkElement(base: FullElement, diff: TreeNode, path: string): void {
    const added = diff.element;
    if (!added) return;
    const types = base.type?.map(type => type.code) ?? [];
    for (const name of Object.keys(added)) {
      const kind = /^(?:fixed|pattern)([A-Z]\w*)$/.exec(name)?.[1];
      if (!kind || types.length === 0) continue;
      const allowed = (added.type ?? base.type ?? []).map(type => capital(plainType(base, type)));
      if (
        !allowed.includes(kind) &&
        !(kind === 'Quantity' && allowed.some(one => quantities.has(one))) &&
        !allowed.includes('Element')
      )
        fail(
          `${path}: ${name} is not of the element's type (${allowed.join(', ')})`,
          `${path}: ${name} は要素の型（${allowed.join('・')}）ではありません`,
        );
    }
  }

  /** Children that the base does not spell out: of the element a contentReference names, or of the type. */
  private expand(node: TreeNode, path: string): TreeNode[] {
    const element = node.element!;
    if (element.contentReference) return this.expandReference(node, path);
    const types = element.type ?? [];
    const [type] = types;
    if (!type)
      return fail(
        `${path}: has no type, so nothing can be said about its children`,
        `${path}: 型がないため、子要素を定義できません`,
      );
    if (types.length > 1 && !types.every(one => one.code === type.code))
      return this.childrenOf(`${typeRoot}Element`, path);
    const profile = type.profile?.length === 1 && type.code !== 'Reference' ? type.profile[0] : undefined;
    const definition = profile === undefined ? undefined : this.structure(profile);
    if (definition && !this.underway.has(definition.url)) return cloneNode(this.snapshotTree(definition)).children;
    return this.childrenOf(type.code.includes('/') ? type.code : typeRoot + type.code, path);
  }

  private childrenOf(canonical: string, path: string): TreeNode[] {
    const code = canonical.startsWith(systemTypeRoot) ? `${typeRoot}string` : canonical;
    const definition = this.structure(code);
    if (!definition)
      return fail(`${path}: the type ${canonical} is not known`, `${path}: 型 ${canonical} がありません`);
    return cloneNode(this.snapshotTree(definition)).children;
  }

  private expandReference(node: TreeNode, path: string): TreeNode[] {
    const element = node.element!;
    const target = element.contentReference!.slice(element.contentReference!.indexOf('#') + 1);
    const found = findNode(this.base, target);
    if (!found)
      return fail(`${path}: the content reference ${target} leads nowhere`, `${path}: 参照先 ${target} がありません`);
    delete element.contentReference;
    element.type ??= structuredClone(found.element?.type ?? []);
    return found.children.map(cloneNode);
  }

  private mergeChildren(node: TreeNode, diff: TreeNode, adds: boolean, depth: number, path: string): TreeNode[] {
    const waiting = new Map<string, TreeNode>();
    for (const child of diff.children) {
      const known = node.children.find(one => one.name === child.name);
      const choice = known ? undefined : choiceOf(node.children, child.name);
      if (!known && !choice && !adds)
        fail(
          `${path}.${child.name}: there is no such element in the base`,
          `${path}.${child.name}: 基底にない要素です`,
        );
      if (!choice) waiting.set(child.name, waiting.has(child.name) ? joined(waiting.get(child.name)!, child) : child);
      else waiting.set(choice.name, shortcut(waiting.get(choice.name), choice, child, path));
    }
    const merged = node.children.map(child => {
      const own = waiting.get(child.name);
      waiting.delete(child.name);
      return own ? this.merge(child, own, adds, depth + 1, `${path}.${child.name}`) : child;
    });
    return [...merged, ...[...waiting.values()].map(withDefaults)];
  }

  private mergeSlices(node: TreeNode, base: TreeNode, diff: TreeNode, depth: number, path: string): void {
    const element = node.element!;
    if (!element.slicing) {
      if (this.namesOnly(node, base, diff, depth, path)) return;
      element.slicing = impliedSlicing(node.name, path, diff);
    }
    if (!element.slicing.rules && node.name.endsWith('[x]'))
      fail(
        `${path}: the slicing says no rules (open, closed, openAtEnd)`,
        `${path}: slicing に rules（open・closed・openAtEnd）がありません`,
      );
    const slices = base.slices.map(cloneNode);
    for (const slice of diff.slices) {
      const at = slices.findIndex(one => one.sliceName === slice.sliceName);
      const here = `${path}:${slice.sliceName}`;
      if (at >= 0) {
        slices[at] = this.merge(slices[at]!, slice, false, depth + 1, here);
        continue;
      }
      const fresh = this.merge(this.newSlice(slices, base, node, slice, path), slice, false, depth + 1, here);
      slices.splice(placeOf(slices, slice.sliceName!), 0, fresh);
    }
    if (node.name.endsWith('[x]')) narrowChoice(element, base, diff, slices, path);
    node.slices = slices;
  }

  /** A single slice without any slicing is the element itself, with a name. */
  private namesOnly(node: TreeNode, base: TreeNode, diff: TreeNode, depth: number, path: string): boolean {
    const [only, ...others] = diff.slices;
    const extension = node.name === 'extension' || node.name === 'modifierExtension';
    const type = choiceType(node, only!.sliceName!);
    if (!only || others.length > 0 || extension || type || base.slices.length > 0) return false;
    const named = this.merge({ ...node, slices: [] }, { ...only, slices: [] }, false, depth + 1, path);
    Object.assign(node, { element: named.element, children: named.children, sliceName: only.sliceName });
    return true;
  }

  private newSlice(slices: TreeNode[], base: TreeNode, node: TreeNode, slice: TreeNode, path: string): TreeNode {
    const name = slice.sliceName!;
    const cut = name.lastIndexOf('/');
    const parent = cut < 0 ? undefined : slices.find(one => one.sliceName === name.slice(0, cut));
    const source = cloneNode(parent ?? { ...base, children: base.children.length > 0 ? base.children : [] });
    const element = source.element!;
    delete element.slicing;
    if (!node.name.endsWith('[x]')) element.min = 0;
    if (!parent && node.name.endsWith('[x]')) narrowToName(element, node.name, slice);
    if (parent && !parent.element!.slicing)
      parent.element!.slicing = mergeSlicing(undefined, node.element!.slicing ?? {});
    if (element.contentReference && slice.children.length > 0) source.children = this.expandReference(source, path);
    return { ...source, sliceName: name, slices: [] };
  }
}

/** Where a new slice goes: re-slices after their slice, others at the end. */
function placeOf(slices: readonly TreeNode[], name: string): number {
  const cut = name.lastIndexOf('/');
  if (cut < 0) return slices.length;
  const parent = name.slice(0, cut);
  const last = slices.findLastIndex(one => one.sliceName === parent || one.sliceName!.startsWith(`${parent}/`));
  return last < 0 ? slices.length : last + 1;
}

/** Types that codes can be bound to. @see https://hl7.org/fhir/R4/terminologies.html#4.1 */
const bindable: ReadonlySet<string> = new Set([
  ...[
    'code',
    'Coding',
    'CodeableConcept',
    'Quantity',
    'string',
    'uri',
    'Age',
    'Count',
    'Distance',
    'Duration',
    'Money',
  ],
  ...['url', 'canonical', 'id', 'markdown'],
]);

const quantities: ReadonlySet<string> = new Set([
  'Age',
  'Count',
  'Distance',
  'Duration',
  'MoneyQuantity',
  'SimpleQuantity',
  'Quantity',
]);

/** Type name behind System.String: ids and urls are strings in the definition of R4. */
function plainType(element: FullElement, type: { code: string }): string {
  if (!type.code.startsWith(systemTypeRoot)) return type.code;
  return element.base?.path === 'Extension.url' ? 'uri' : 'string';
}

/** The type a slice of a choice is named after. */
const choiceType = (node: TreeNode, sliceName: string): unknown =>
  node.name.endsWith('[x]') &&
  node.element?.type?.find(type => node.name.slice(0, -3) + capital(type.code) === sliceName);

/** A slice named like a choice with its type (`valueQuantity`) has this type only. */
function narrowToName(element: FullElement, name: string, slice: TreeNode): void {
  if (slice.element?.type) return;
  const prefix = name.slice(0, -3);
  const types = element.type?.filter(type => slice.sliceName === prefix + capital(type.code));
  if (types?.length) element.type = types;
}

/** The choice element of which a name is a shortcut: `value[x]` for `valueQuantity`. */
function choiceOf(children: readonly TreeNode[], name: string): TreeNode | undefined {
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
function shortcut(known: TreeNode | undefined, choice: TreeNode, child: TreeNode, path: string): TreeNode {
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

function joined(first: TreeNode, second: TreeNode): TreeNode {
  return {
    ...first,
    element: second.element ?? first.element,
    children: [...first.children, ...second.children],
    slices: [...first.slices, ...second.slices],
  };
}

/** Elements a specialization adds. */
function withDefaults(node: TreeNode): TreeNode {
  const { path = '', min = 0, max = '1', ...rest } = node.element ?? { path: '' };
  const element: FullElement = { path, min, max, base: { path, min, max }, ...rest };
  return { ...node, element, children: node.children.map(withDefaults) };
}

function impliedSlicing(name: string, path: string, diff: TreeNode): Slicing {
  if (name === 'extension' || name === 'modifierExtension')
    return { discriminator: [{ type: 'value', path: 'url' }], ordered: false, rules: 'open' };
  if (name.endsWith('[x]')) return { discriminator: [{ type: 'type', path: '$this' }], ordered: false, rules: 'open' };
  const named = diff.slices[0]?.sliceName;
  return fail(
    `${path}: the slice "${named}" has no slicing to belong to`,
    `${path}: スライス「${named}」の属する slicing がありません`,
  );
}

/**
 * Of a choice only one value can be there, so a slice that must be there leaves no other: two such contradict each other, and
 * where the base has the slices already, the element is left with the type of this one.
 */
function narrowChoice(
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

/** The element at a path (`Parameters.parameter`) or id within a tree. */
function findNode(root: TreeNode, id: string): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  for (const part of id.split('.').slice(1)) {
    const [name, slice] = part.split(/:(.*)/s);
    node = node?.children.find(child => child.name === name);
    if (slice !== undefined) node = node?.slices.find(one => one.sliceName === slice);
  }
  return node;
}

function snapshotOf(definition: StructureDefinition, find: FindStructure, underway: Set<string>): FullElement[] {
  if (hasSnapshot(definition)) return definition.snapshot!.element as FullElement[];
  if (underway.has(definition.url))
    fail(
      `${definition.url}: the profile is based on itself`,
      `${definition.url}: プロファイルが自分自身を基底にしています`,
    );
  underway.add(definition.url);
  try {
    const elements = new Generator(definition, find, underway).run();
    definition.snapshot = { element: elements as ElementDefinition[] };
    return elements;
  } finally {
    underway.delete(definition.url);
  }
}

/**
 * The snapshot of a StructureDefinition: its own, or one made from differential and base (bases and type profiles without
 * snapshot get theirs on the way, and keep it).
 * @param anew true to make it even when there is one
 * @throws SnapshotError when the base is not known, the differential names an element the base does not have, or goes in circles
 */
export function generateSnapshot(definition: StructureDefinition, find: FindStructure, anew = false): FullElement[] {
  if (!anew) return snapshotOf(definition, find, new Set());
  return new Generator(definition, find, new Set([definition.url])).run();
}
