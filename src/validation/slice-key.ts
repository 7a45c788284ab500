/**
 * What tells a slice before it is tried: the texts at the paths of its discriminators, or the type of the resource it holds.
 * @see https://hl7.org/fhir/R4/profiling.html#discriminator
 */
import type { JsonObject } from '../fhir/types.ts';
import type { ProfileElement, SlicingSchema } from './profile-schema.ts';
import { profileCriterion, type SliceServices, valueCriterion, walkElement } from './slicing.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Texts that tell an item of a slice, one for each discriminator: what stands at a path of plain names. */
export interface SliceKey {
  readonly paths: readonly string[];
  readonly values: readonly string[];
}

/** The text a slice must have at the path of a discriminator; undefined when it is told by more than a text. */
function textAt(
  slice: ProfileElement,
  { type, path }: SlicingSchema['discriminators'][number],
  services: SliceServices,
): string | undefined {
  if (!/^\w+(?:\.\w+)*$/.test(path) || (type !== 'value' && type !== 'pattern')) return undefined;
  if (path === 'url' && slice.types.some(one => one.profile)) return undefined;
  let found: readonly ProfileElement[] = [slice];
  for (const step of path.split('.')) {
    found = found.flatMap(one => walkElement(step, one, services));
    if (found.length === 0 || found.some(one => one.choice)) return undefined;
  }
  const told = found.find(one => valueCriterion(one, services) !== undefined);
  const value = told?.fixed?.value ?? told?.pattern?.value;
  return typeof value === 'string' ? value : undefined;
}

/** The key of a slice, as far as its discriminators from the first on are texts. */
export function sliceKey(slice: ProfileElement, slicing: SlicingSchema, services: SliceServices): SliceKey | undefined {
  const paths: string[] = [];
  const values: string[] = [];
  for (const one of slicing.discriminators) {
    const value = textAt(slice, one, services);
    if (value === undefined) break;
    paths.push(one.path);
    values.push(value);
  }
  return paths.length === 0 ? undefined : { paths, values };
}

/** The types of resource a slice can be of, at the element its profiles are asked of. */
export interface SliceTypes {
  readonly name: string;
  readonly types: ReadonlySet<string>;
}

/** The types of a slice that is told by the profile of a resource; undefined when it is told otherwise, or may be of any type. */
export function sliceTypes(
  slice: ProfileElement,
  { discriminators }: SlicingSchema,
  services: SliceServices,
): SliceTypes | undefined {
  const [first] = discriminators;
  if (discriminators.length !== 1 || first!.type !== 'profile' || !/^\w+$/.test(first!.path)) return undefined;
  const told = walkElement(first!.path, slice, services).find(one => profileCriterion(one, services) !== undefined);
  const profiles = told?.choice === false ? told.types.flatMap(type => type.profile ?? []) : [];
  const types = new Set(profiles.map(profile => services.schema(profile)?.type));
  if (types.size === 0 || types.has(undefined) || types.has('Resource') || types.has('DomainResource'))
    return undefined;
  return { name: first!.path, types: types as ReadonlySet<string> };
}

/** The one text at a path of names; undefined when there is none, null when there are several. */
export function onlyText(value: unknown, path: readonly string[]): string | null | undefined {
  let at = value;
  for (const name of path) {
    if (Array.isArray(at)) {
      if (at.length > 1) return null;
      at = at[0];
    }
    if (!isObject(at)) return undefined;
    at = at[name];
  }
  if (Array.isArray(at)) return at.length === 1 && typeof at[0] === 'string' ? at[0] : at.length > 1 ? null : undefined;
  return typeof at === 'string' ? at : undefined;
}
