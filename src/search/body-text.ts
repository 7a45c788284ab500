/**
 * `_text` (the narrative) and `_content` (everything): words read from the resources themselves, folded like strings.
 * They are tested on what the other criteria leave, so they cost time in proportion to that.
 * @see https://hl7.org/fhir/R4/search.html#content
 */
import type { JsonObject, Resource } from '../fhir/types.ts';
import type { Condition } from './condition.ts';
import { fold, type Variants } from './fold.ts';
import { refuse, refuseValue } from './refuse.ts';

/** Words that must all be there, of each group one. */
type Words = readonly (readonly string[])[];

/** Most words of one search. */
const maxWords = 50;

/** `liver metastases`, `"liver metastases"`, `liver OR bone`: groups of alternatives, all of which must be met. */
function parseWords(name: string, value: string, variants: Variants): Words {
  const groups: string[][] = [];
  let joins = false;
  for (const [, phrase, word] of value.matchAll(/"([^"]*)"|([^\s"()]+)/g)) {
    const text = phrase ?? word ?? '';
    if (phrase === undefined && /^and$/i.test(text)) continue;
    if (phrase === undefined && /^or$/i.test(text)) {
      joins = groups.length > 0;
      continue;
    }
    const folded = fold(text, variants);
    if (folded === '') continue;
    if (joins) groups.at(-1)!.push(folded);
    else groups.push([folded]);
    joins = false;
  }
  if (groups.length === 0)
    throw refuseValue(
      name,
      value,
      { en: 'words, phrases in quotes, and OR between alternatives', ja: '語、引用符で囲んだ語句、OR ' },
      'liver OR 肝臓',
    );
  if (groups.flat().length > maxWords)
    throw refuse(name, `at most ${maxWords} words can be searched`, `語は ${maxWords} 個までです`);
  return groups;
}

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
      return words.every(group => group.some(word => text.includes(word)));
    },
  };
}
