/**
 * Which slices an item can be of: slices told apart by texts, or by what type of resource they hold, are found by these at once,
 * without trying each.
 */
import { onlyText, type SliceKey, type SliceTypes } from './slice-key.ts';

/** A slice as far as it is looked up. */
interface Keyed {
  readonly key: SliceKey | undefined;
  readonly kind: SliceTypes | undefined;
}

/** Looks up the slices an item may be of, in their order. */
type Look<S> = (value: unknown) => readonly S[];

/** The slices an item may be of. */
export interface Candidates<S> {
  /** Those that may have all that is asked of the item. */
  readonly exact: Look<S>;
  /** Those that may have the first of it. */
  readonly near: Look<S>;
}

/** From this number of slices on, an index is quicker than trying them. */
const manySlices = 4;

/** Slices by what each must have; those of which nothing is known are possible for every item. */
function grouped<S>(slices: readonly S[], namesOf: (slice: S) => readonly string[]): (name?: string) => readonly S[] {
  const fitting = (wanted?: string): readonly S[] =>
    slices.filter(slice => {
      const names = namesOf(slice);
      return names.length === 0 || (wanted !== undefined && names.includes(wanted));
    });
  const known = new Map([...new Set(slices.flatMap(namesOf))].map(name => [name, fitting(name)]));
  const others = fitting();
  return name => (name === undefined ? others : (known.get(name) ?? others));
}

/** Slices by the text at a path. */
function byText<S extends Keyed>(slices: readonly S[], place: number, path: string): Look<S> {
  const look = grouped(slices, ({ key }) => (key?.paths[place] === path ? [key.values[place]!] : []));
  const names = path.split('.');
  return value => {
    const text = onlyText(value, names);
    return text === null ? slices : look(text);
  };
}

/** Slices by all the texts of an item: within those of the first, those of the second. */
function byTexts<S extends Keyed>(slices: readonly S[], paths: readonly string[], place = 0): Look<S> {
  const path = paths[place];
  if (path === undefined || slices.length < manySlices) return () => slices;
  const look = byText(slices, place, path);
  const within = new Map<readonly S[], Look<S>>();
  return value => {
    const found = look(value);
    if (found === slices) return slices;
    let next = within.get(found);
    if (!next) {
      next = byTexts(found, paths, place + 1);
      within.set(found, next);
    }
    return next(value);
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Slices by the type of the resource in an element. */
function byType<S extends Keyed>(slices: readonly S[], name: string): Look<S> {
  const look = grouped(slices, ({ kind }) => (kind?.name === name ? [...kind.types] : []));
  return value => {
    const held = isObject(value) ? value[name] : undefined;
    const type = isObject(held) ? held['resourceType'] : undefined;
    return typeof type === 'string' ? look(type) : slices;
  };
}

/** The look-up of slices. */
export function candidates<S extends Keyed>(slices: readonly S[]): Candidates<S> {
  const keyed = slices.filter(slice => slice.key !== undefined);
  const kinds = slices.filter(slice => slice.kind !== undefined);
  if (keyed.length >= manySlices) {
    const { paths } = keyed[0]!.key!;
    return { near: byText(slices, 0, paths[0]!), exact: byTexts(slices, paths) };
  }
  const look: Look<S> = kinds.length >= manySlices ? byType(slices, kinds[0]!.kind!.name) : () => slices;
  return { near: look, exact: look };
}
