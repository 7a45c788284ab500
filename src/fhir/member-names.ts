/** Names of members in the text of JSON: nearly all are of a few hundred, which need neither be cut out nor looked up as texts. */

const places = 4096;
const longest = 60;
/** Names that were met last, each at the place its characters make. */
const names: string[] = Array<string>(places).fill('');

/**
 * The name that stands at an offset, up to the next double quote.
 * @returns undefined when it is long or has other characters than plain ASCII: it is to be read as any string is
 */
export function plainName(text: string, start: number): string | undefined {
  let place = 0;
  let end = start;
  for (let code = text.charCodeAt(end); code !== 0x22; code = text.charCodeAt(++end)) {
    if (!(code >= 0x20 && code < 0x7f && code !== 0x5c) || end - start >= longest) return undefined;
    place = (place * 31 + code) & (places - 1);
  }
  const known = names[place]!;
  if (known.length === end - start && text.startsWith(known, start)) return known;
  // As the name of a member it is the engine's own text for it, which is compared by its place.
  const [name] = Object.keys({ [text.slice(start, end)]: 0 });
  names[place] = name!;
  return name;
}
