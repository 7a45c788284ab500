/**
 * Snapshot generator: differential + base → snapshot.
 * The base is taken as a tree, the differential is laid over it; a step the base does not spell out is filled in from the
 * element's type, the profile of its type or the element its contentReference names.
 * @see https://hl7.org/fhir/R4/profiling.html#snapshot
 */
import { checkShape } from './definition-shape.ts';
import type { ElementDefinition, StructureDefinition } from './element-schema.ts';
import {
  choiceOf,
  choiceType,
  closeWhenCovered,
  impliedSlicing,
  narrowChoice,
  narrowToName,
  saysMore,
  shortcut,
} from './snapshot-choice.ts';
import { mergeSlicing, overlay, underlay } from './snapshot-element.ts';
import { fail, SnapshotError } from './snapshot-error.ts';
import {
  cloneNode,
  type FullElement,
  findNode,
  hasSnapshot,
  joined,
  placeOf,
  RepeatedElementError,
  type TreeNode,
  toElements,
  toTree,
  withDefaults,
} from './snapshot-tree.ts';
import { bindable, checkElement, checkPaths } from './snapshot-types.ts';

export { SnapshotError } from './snapshot-error.ts';

/** Finds a StructureDefinition by canonical, as seen from the one that asks. */
export type FindStructure = (canonical: string, asker: StructureDefinition) => StructureDefinition | undefined;

const typeRoot = 'http://hl7.org/fhir/StructureDefinition/';
const systemTypeRoot = 'http://hl7.org/fhirpath/System.';
/** Deeper than this no differential walks; it stops profiles that expand each other for ever. */
const maxDepth = 40;

/** Generates snapshots; those being made are known, so that circles end. */
class Generator {
  private readonly find: FindStructure;
  private readonly underway: Set<string>;
  private readonly asker: StructureDefinition;
  private base!: TreeNode;

  constructor(asker: StructureDefinition, find: FindStructure, underway: Set<string>) {
    this.asker = checkShape(asker);
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
    checkPaths(elements, name ?? this.base.name);
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
    checkElement(base.element!, diff, path);
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
    if (node.name.endsWith('[x]')) {
      narrowChoice(element, base, diff, slices, path);
      closeWhenCovered(node, slices);
    }
    node.slices = slices;
  }

  /** A single slice without any slicing is the element itself, with a name. */
  private namesOnly(node: TreeNode, base: TreeNode, diff: TreeNode, depth: number, path: string): boolean {
    const [only, ...others] = diff.slices;
    const extension = node.name === 'extension' || node.name === 'modifierExtension';
    const type = saysMore(only!) && choiceType(node, only!.sliceName!);
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

function snapshotOf(definition: StructureDefinition, find: FindStructure, underway: Set<string>): FullElement[] {
  if (hasSnapshot(checkShape(definition))) return definition.snapshot!.element as FullElement[];
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
