/**
 * ProfileSchema: what a StructureDefinition asks beyond the R4 type it is about, as nested plain data.
 * What the R4 definition of the same element says too is left out, so that a profile's check is as small as the profile.
 * @see https://hl7.org/fhir/R4/elementdefinition.html
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { ElementDefinition, StructureDefinition } from '../definitions/element-schema.ts';
import { type FullElement, type TreeNode, toTree } from '../definitions/snapshot-tree.ts';
import { bindingOf, constraintsOf, extendedFacets, typedValue, typesOf } from './element-facets.ts';

/** A type an element may have in a profile. */
export interface ProfileType {
  readonly code: string;
  readonly profile?: readonly string[];
  readonly targetProfile?: readonly string[];
  readonly aggregation?: readonly string[];
}

/** An invariant. */
export interface Constraint {
  readonly key: string;
  readonly severity: 'error' | 'warning';
  readonly human: string;
  /** `human` in Japanese, from its translation. */
  readonly humanJa: string;
  readonly expression: string;
}

/** A value given by `fixed[x]`, `pattern[x]`, `minValue[x]` or `maxValue[x]`. */
export interface TypedValue {
  readonly type: string;
  readonly value: unknown;
}

/** A binding. */
export interface Binding {
  readonly strength: string;
  readonly valueSet: string;
  readonly maxValueSet?: string;
}

/** How an element is sliced. */
export interface SlicingSchema {
  readonly discriminators: readonly { readonly type: string; readonly path: string }[];
  readonly rules: 'open' | 'closed' | 'openAtEnd';
  readonly ordered: boolean;
}

/** One element of a profile. Absent properties say nothing beyond R4. */
export interface ProfileElement {
  readonly id: string;
  /** JSON name, without `[x]`. */
  readonly name: string;
  readonly path: string;
  /** Path in the R4 definition: `Quantity.value` for `Observation.value[x].value`. */
  readonly basePath: string;
  readonly choice: boolean;
  readonly array: boolean;
  readonly min: number;
  /** Infinity for `*`. */
  readonly max: number;
  /** Types of the element; `typesNarrowed` when there are fewer than R4 has. */
  readonly types: readonly ProfileType[];
  readonly typesNarrowed: boolean;
  /** True when min or max is stricter than R4's. */
  readonly cardinalityNarrowed: boolean;
  /** True when type profiles or targets differ from R4's. */
  readonly targetsNarrowed: boolean;
  readonly fixed?: TypedValue;
  readonly pattern?: TypedValue;
  readonly minValue?: TypedValue;
  readonly maxValue?: TypedValue;
  readonly maxLength?: number;
  readonly minLength?: number;
  /** A primitive needs its value; an extension alone will not do. */
  readonly mustHaveValue?: boolean;
  /** Extensions one of which must stand where the value is missing. */
  readonly valueAlternatives?: readonly string[];
  /** Languages a narrative must have a section for; `_resource` that of the resource, `_no` none at all. */
  readonly narrativeLanguages?: readonly string[];
  readonly binding?: Binding;
  readonly constraints: readonly Constraint[];
  readonly slicing?: SlicingSchema;
  readonly sliceName?: string;
  readonly slices: readonly ProfileElement[];
  readonly children: readonly ProfileElement[];
  readonly contentReference?: string;
}

/** A profile, or an R4 type with the rules that are not structure (then `base` is true). */
export interface ProfileSchema {
  readonly url: string;
  readonly version: string;
  readonly title: string;
  readonly type: string;
  readonly base: boolean;
  readonly root: ProfileElement;
}

const limit = (max: string | undefined): number => (max === '*' ? Infinity : Number(max ?? 1));

/** Publishing tools write 0..0 for all slices where a slice requires the element: then the slice is right. */
const isContradicted = (child: ProfileElement, slices: readonly ProfileElement[]): boolean =>
  child.max === 0 && slices.some(slice => slice.children.some(one => one.name === child.name && one.min > 0));

/** Makes schemas; keeps the R4 elements that profiles are compared with. */
export class SchemaMaker {
  private readonly definitions: Definitions;
  private readonly core = new Map<string, ReadonlyMap<string, ElementDefinition>>();

  constructor(definitions: Definitions) {
    this.definitions = definitions;
  }

  /** The R4 definition of an element by its base path, such as `Quantity.code`. */
  private coreElement(path: string): ElementDefinition | undefined {
    const type = path.split('.')[0]!;
    let elements = this.core.get(type);
    if (!elements) {
      const definition = this.definitions.byCanonical(
        'StructureDefinition',
        `http://hl7.org/fhir/StructureDefinition/${type}|4.0.1`,
      ) as StructureDefinition | undefined;
      elements = new Map((definition?.snapshot?.element ?? []).map(one => [one.path, one]));
      this.core.set(type, elements);
    }
    return elements.get(path);
  }

  /** @param base true for the R4 types themselves: all their rules but those of structure */
  make(definition: StructureDefinition, base: boolean): ProfileSchema {
    const tree = toTree((definition.snapshot?.element ?? []) as FullElement[], definition.type);
    return {
      url: definition.url,
      version: String(definition['version'] ?? ''),
      title: String(definition['title'] ?? definition['name'] ?? definition.url),
      type: definition.type,
      base,
      root: this.element(tree, tree.name, tree.name, base),
    };
  }

  private element(node: TreeNode, path: string, id: string, base: boolean): ProfileElement {
    const raw = node.element ?? { path };
    const same = base ? undefined : this.coreElement(raw.base?.path ?? path);
    const choice = node.name.endsWith('[x]');
    const types = typesOf(raw);
    const min = raw.min ?? 0;
    const max = limit(raw.max);
    const own = constraintsOf(raw);
    const known = same && new Set(constraintsOf(same).map(one => one.key + one.expression));
    const binding = bindingOf(raw);
    const coreBinding = same && bindingOf(same);
    const slicing = raw.slicing;
    const values = (['fixed', 'pattern', 'minValue', 'maxValue'] as const).map(
      family => [family, typedValue(raw, family)] as const,
    );
    const coreMax = same ? limit(same.max) : max;
    const slices = node.slices.map(slice => this.element(slice, path, `${id}:${slice.sliceName}`, base));
    return {
      id,
      name: choice ? node.name.slice(0, -3) : node.name,
      path,
      basePath: raw.base?.path ?? path,
      choice,
      array: raw.base ? raw.base.max !== '1' && raw.base.max !== '0' : max > 1,
      min,
      max,
      types,
      typesNarrowed: same !== undefined && types.length < (same.type?.length ?? 0),
      cardinalityNarrowed: !base && (!same || min > (same.min ?? 0) || max < coreMax),
      targetsNarrowed: base
        ? types.some(type => type.targetProfile)
        : JSON.stringify(types) !== JSON.stringify(same ? typesOf(same) : []),
      ...Object.fromEntries(values.filter(([, value]) => value !== undefined)),
      ...(typeof raw['maxLength'] === 'number' && { maxLength: raw['maxLength'] }),
      ...extendedFacets(raw),
      ...(binding && JSON.stringify(binding) !== JSON.stringify(coreBinding) && { binding }),
      constraints: known ? own.filter(one => !known.has(one.key + one.expression)) : own,
      ...(slicing &&
        node.slices.length + (slicing.rules === 'closed' ? 1 : 0) > 0 && {
          slicing: {
            discriminators: slicing.discriminator ?? [],
            rules: (slicing.rules ?? 'open') as SlicingSchema['rules'],
            ordered: slicing.ordered === true,
          },
        }),
      ...(node.sliceName !== undefined && { sliceName: node.sliceName }),
      slices,
      children: node.children
        .map(child =>
          this.element(
            child,
            `${path}.${child.name}`,
            `${id}.${child.name}${child.sliceName === undefined ? '' : `:${child.sliceName}`}`,
            base,
          ),
        )
        .map(child => (isContradicted(child, slices) ? { ...child, max: Infinity } : child)),
      ...(raw.contentReference && {
        contentReference: raw.contentReference.slice(raw.contentReference.indexOf('#') + 1),
      }),
    };
  }
}

/** The element with a path or id in a schema; undefined when there is none. */
export function findElement(root: ProfileElement, id: string): ProfileElement | undefined {
  let found: ProfileElement | undefined = root;
  for (const part of id.split('.').slice(1)) {
    const [name = '', slice] = part.replace('[x]', '').split(/:(.*)/s);
    found = found?.children.find(child => child.name === name);
    if (slice !== undefined) found = found?.slices.find(one => one.sliceName === slice);
  }
  return found;
}
