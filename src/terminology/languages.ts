/**
 * Languages of displays: what `displayLanguage` or Accept-Language asks for, and which tag fits.
 * @see https://hl7.org/fhir/R4/valueset-operation-expand.html
 */

/** What is asked for, best first; `other` tells whether a display in another language may stand in. */
export interface Languages {
  /** As the client wrote it, for echoing. */
  readonly text: string;
  readonly ranges: readonly string[];
  readonly other: boolean;
}

/**
 * Reads `de`, `de,en;q=0.5`, `en, *; q=0`. Nothing and `*` alone ask for nothing.
 * `*; q=0` forbids other languages.
 */
export function parseLanguages(text: string | undefined): Languages | undefined {
  if (text === undefined) return undefined;
  const ranges = text
    .split(',')
    .map((part, order) => {
      const [tag = '', ...parameters] = part.split(';').map(one => one.trim());
      const quality = parameters.find(one => /^q\s*=/.test(one))?.split('=')[1];
      return { tag, quality: quality === undefined ? 1 : Number(quality), order };
    })
    .filter(({ tag, quality }) => tag !== '' && !Number.isNaN(quality));
  const other = !ranges.some(({ tag, quality }) => tag === '*' && quality === 0);
  const wanted = ranges.filter(({ tag, quality }) => tag !== '*' && quality > 0);
  if (wanted.length === 0) return undefined;
  wanted.sort((a, b) => b.quality - a.quality || a.order - b.order);
  return { text: text.trim(), ranges: wanted.map(({ tag }) => tag), other };
}

/** How well a tag fits a range: 3 the same, 2 more special (`de-CH` for `de`), 1 more general, 0 not at all. */
export function fit(range: string, tag: string | undefined): number {
  if (tag === undefined) return 0;
  const [wanted, found] = [range.toLowerCase(), tag.toLowerCase()];
  if (wanted === found) return 3;
  if (found.startsWith(`${wanted}-`)) return 2;
  return wanted.startsWith(`${found}-`) ? 1 : 0;
}

/** True when a tag fits any of the ranges. */
export function fitsAny(languages: Languages, tag: string | undefined): boolean {
  return languages.ranges.some(range => fit(range, tag) > 0);
}
