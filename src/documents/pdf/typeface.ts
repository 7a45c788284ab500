/** The Japanese font: which characters it has, how wide they are, and what is shown for those it lacks. */
import fs from 'node:fs';
import { create, type Font } from 'fontkit';

/** Copied by the build from the package that brings it (NOTICE names it). */
const file = new URL('../../../dist/fonts/NotoSansJP-Regular.ttf', import.meta.url);

/** Characters that show nothing of their own and may hide or turn round what stands beside them. */
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\u2028\u2029]/u;
const selector = /^[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]$/u;

/**
 * Letters with marks after them (か゛ in two characters) become one letter. Nothing else is normalized: of the compatibility
 * ideographs, which stand in names (神 and 神), that would make other characters.
 */
const composed = (text: string): string =>
  text.replace(/[^\uF900-\uFAFF\u{2F800}-\u{2FA1F}][\u0300-\u036F\u3099\u309A]+/gu, one => one.normalize('NFC'));

const codeName = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

/** A font with its measures. */
export class Typeface {
  readonly bytes: Uint8Array;
  private readonly font: Font;
  private readonly widths = new Map<string, number>();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.font = create(Buffer.from(bytes)) as Font;
  }

  /** Width of a character in parts of the size of the font. */
  width(character: string): number {
    const known = this.widths.get(character);
    if (known !== undefined) return known;
    const glyph = this.font.glyphForCodePoint(character.codePointAt(0)!);
    const width = glyph.advanceWidth / this.font.unitsPerEm;
    this.widths.set(character, width);
    return width;
  }

  private has(character: string): boolean {
    return !invisible.test(character) && this.font.hasGlyphForCodePoint(character.codePointAt(0)!);
  }

  /**
   * Text as it can be drawn: what the font lacks, and what cannot be seen, stands as its number in brackets, 〔U+1F600〕.
   * @param missing is told of each such character
   */
  drawable(text: string, missing: Set<string>): string {
    let before = false;
    let drawn = '';
    for (const character of composed(text).replace(/\r\n?/g, '\n').replaceAll('\t', '　')) {
      const kept: boolean = character === '\n' || this.has(character) || (before && selector.test(character));
      // A variation selector says which shape of the character before it is meant: it stays with it.
      if (kept) drawn += character;
      else {
        missing.add(codeName(character));
        drawn += `〔${codeName(character)}〕`;
      }
      before = kept && character !== '\n';
    }
    return drawn;
  }
}

let opened: Typeface | undefined;

/** The font of this program. @throws Error when the build did not bring it */
export function openTypeface(): Typeface {
  opened ??= new Typeface(fs.readFileSync(file));
  return opened;
}
