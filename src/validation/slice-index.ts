/**
 * Which slices an item can be of: slices told apart by texts are found by them at once, without trying each.
 */
import { onlyText, type SliceKey } from './slicing.ts';

/** A slice as far as it is looked up. */
interface Keyed {
  readonly key: SliceKey | undefined;
}

/** The slices an item may be of, in their order. */
export interface Candidates<S> {
  /** Those that may have all that is asked of the item. */
  exact(value: unknown): readonly S[];
  /** Those that may have the first of it. */
  near(value: unknown): readonly S[];
}

/** From this number of slices on, an index is quicker than trying them. */
const manySlices = 4;

/** Every slice for every item. */
export const allOf = <S>(slices: readonly S[]): Candidates<S> => ({ exact: () => slices, near: () => slices });

/** Slices by the texts at some paths; those without such texts are possible for every item. */
function byTexts<S extends Keyed>(slices: readonly S[], paths: readonly string[]): (value: unknown) => readonly S[] {
  const textsOf = ({ key }: Keyed): string | undefined =>
    key !== undefined && paths.every((path, i) => key.paths[i] === path)
      ? key.values.slice(0, paths.length).join('\n')
      : undefined;
  const names = paths.map(path => path.split('.'));
  const others = slices.filter(slice => textsOf(slice) === undefined);
  const known = new Map<string, readonly S[]>();
  for (const one of slices) {
    const texts = textsOf(one);
    if (texts === undefined || known.has(texts)) continue;
    known.set(
      texts,
      slices.filter(slice => (textsOf(slice) ?? texts) === texts),
    );
  }
  return value => {
    let texts = '';
    for (let i = 0; i < names.length; i++) {
      const text = onlyText(value, names[i]!);
      if (text === null) return slices;
      if (text === undefined) return others;
      texts = i === 0 ? text : `${texts}\n${text}`;
    }
    return known.get(texts) ?? others;
  };
}

/** The look-up of slices. */
export function candidates<S extends Keyed>(slices: readonly S[]): Candidates<S> {
  const keyed = slices.filter(slice => slice.key !== undefined);
  const [first] = keyed;
  if (first?.key === undefined || keyed.length < manySlices) return allOf(slices);
  const near = byTexts(slices, first.key.paths.slice(0, 1));
  return { near, exact: first.key.paths.length > 1 ? byTexts(slices, first.key.paths) : near };
}
