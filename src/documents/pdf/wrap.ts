/**
 * Breaks text into lines of a width. Latin words and numbers stay whole, and no line begins with a closing mark or ends with an
 * opening one.
 * Source: JIS X 4051 (行頭禁則・行末禁則), JLReq.
 */

/** Latin words with the blank after them, and characters with what belongs to them. */
const unitPattern = /[A-Za-z0-9.,:;'%+\-_/@#&=?~*]+ ?|[\s\S][\uFE00-\uFE0F\u{E0100}-\u{E01EF}]?/gu;
const notFirst =
  /^[、。，．・：；？！!?)）\]］}｝〉》」』】〕〙〗｠»”’ゝゞ々ーぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰ-ㇿ‐–〜～゠]/u;
const notLast = /^[(（[［{｛〈《「『【〔〘〖｟«“‘]$/u;
/** How many units are taken along to keep the rules; then the line is broken all the same. */
const mostMoved = 4;

/** Tells the width of a character. */
export type Measure = (character: string) => number;

const widthOf = (text: string, measure: Measure): number => {
  let sum = 0;
  for (const character of text) sum += measure(character);
  return sum;
};

/** Units that are no wider than a line: longer words are cut. */
function* unitsOf(paragraph: string, width: number, measure: Measure): Generator<readonly [string, number]> {
  for (const [unit] of paragraph.matchAll(unitPattern)) {
    const whole = widthOf(unit, measure);
    if (whole <= width || unit.length < 3) yield [unit, whole];
    else for (const character of unit) yield [character, measure(character)];
  }
}

/** How many units at the end of a line go to the next one with `next`. */
function movedUnits(line: readonly (readonly [string, number])[], next: string): number {
  let moved = 0;
  let first = next;
  while (moved < mostMoved && moved < line.length - 1) {
    const last = line[line.length - 1 - moved]![0];
    if (!notFirst.test(first) && !notLast.test(last)) return moved;
    first = last;
    moved++;
  }
  return moved < mostMoved && !notFirst.test(first) ? moved : 0;
}

function wrapParagraph(paragraph: string, width: number, measure: Measure): string[] {
  const lines: string[] = [];
  let line: (readonly [string, number])[] = [];
  let used = 0;
  for (const unit of unitsOf(paragraph, width, measure)) {
    if (used + unit[1] > width && line.length > 0) {
      const moved = movedUnits(line, unit[0]);
      const kept = line.slice(0, line.length - moved);
      lines.push(
        kept
          .map(([text]) => text)
          .join('')
          .trimEnd(),
      );
      line = line.slice(line.length - moved);
      used = line.reduce((sum, [, one]) => sum + one, 0);
      // A blank where the line was broken would look like an indent.
      if (line.length === 0 && unit[0].trim() === '') continue;
    }
    line.push(unit);
    used += unit[1];
  }
  lines.push(line.map(([text]) => text).join(''));
  return lines;
}

/**
 * The lines of a text.
 * @param width of a line, in the unit of `measure`
 * @returns at least one line
 */
export function wrap(text: string, width: number, measure: Measure): string[] {
  return text.split('\n').flatMap(paragraph => wrapParagraph(paragraph, width, measure));
}
