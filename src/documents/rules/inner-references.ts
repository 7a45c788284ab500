/**
 * 5情報: an entry refers to the Patient by its fullUrl and to no other entry; encounters, practitioners and specimens are
 * contained. Source: JP-CLINS 1.10.0, JP_Bundle_CLINS.
 */
import type { JsonObject } from '../../fhir/types.ts';
import { type DocumentRule, finding, resourceAt } from './rule.ts';

/** Every Reference.reference below a value, with its path. */
function* references(value: unknown, path: string): Generator<{ reference: string; path: string }> {
  if (Array.isArray(value)) for (const [i, one] of value.entries()) yield* references(one, `${path}[${i}]`);
  else if (typeof value === 'object' && value !== null) {
    const own = value as JsonObject;
    if (typeof own['reference'] === 'string') yield { reference: own['reference'], path: `${path}.reference` };
    for (const name in own) if (typeof own[name] === 'object') yield* references(own[name], `${path}.${name}`);
  }
}

export const innerReferences: DocumentRule = ({ entries, kind, patient }) => {
  if (kind.name !== 'five-information') return [];
  const others = new Set(entries.filter(one => one !== patient).map(one => one.fullUrl));
  // A look at the text is enough for nearly every entry.
  const suspects = entries.filter(({ text }) =>
    [...text.matchAll(/"reference"\s*:\s*"([^"\\]*)"/g)].some(match => others.has(match[1])),
  );
  return suspects.flatMap(({ index, resource }) =>
    [...references(resource, resourceAt(index))]
      .filter(({ reference }) => others.has(reference))
      .map(({ path }) =>
        finding('intake-inner-reference', path, {
          en: 'found a reference to another entry; in a 5情報 Bundle only the Patient may be referred to, the rest is contained',
          ja: '他のエントリーを参照しています。5情報の Bundle で参照できるのは Patient だけです。ほかは contained に入れてください',
        }),
      ),
  );
};
