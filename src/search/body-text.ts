/**
 * `_text` (the narrative) and `_content` (everything): words read from the resources themselves, folded like strings.
 * They are tested on what the other criteria leave, so they cost time in proportion to that.
 * @see https://hl7.org/fhir/R4/search.html#content
 */
import type { JsonObject, Resource } from '../fhir/types.ts';
import { holds, parseWords } from './body-words.ts';
import type { Condition } from './condition.ts';
import { fold, type Variants } from './fold.ts';

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** The words of a narrative, without its tags. */
function narrative(resource: Resource): string {
  const div = (resource['text'] as JsonObject | undefined)?.['div'];
  if (typeof div !== 'string') return '';
  return div
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#x([0-9a-f]{1,6});/gi, (_, hex: string) =>
      String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff)),
    )
    .replace(/&#(\d{1,7});/g, (_, digits: string) => String.fromCodePoint(Math.min(Number(digits), 0x10ffff)))
    .replace(/&([a-z]+);/g, (whole, entity: string) => entities[entity] ?? whole);
}

/** All strings of a resource but the tags of its narrative. */
function content(resource: Resource): string {
  const texts: string[] = [narrative(resource)];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'number' || typeof value === 'boolean') texts.push(String(value));
    else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) if (name !== 'div') collect(inner);
  };
  collect(resource);
  return texts.join('\n');
}

/** The condition of `_text` or `_content`. */
export function planBodyText(name: string, code: '_text' | '_content', value: string, variants: Variants): Condition {
  const words = parseWords(name, value, variants);
  const textOf = code === '_text' ? narrative : content;
  return {
    op: 'body',
    name: code,
    test: resource => {
      const text = fold(textOf(resource), variants);
      return holds(text, words);
    },
  };
}
