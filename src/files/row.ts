/**
 * One row of a CSV file: its cells, and the place of every character of them in the file.
 */
import type { Finding, Place } from './finding.ts';

/** A row as it came. */
export interface Row {
  /** Line at which it begins, from 1; a quoted cell may hold more lines. */
  readonly line: number;
  /** First byte and the one after the last, line feed included: for giving the row back as it came. */
  readonly from: number;
  readonly to: number;
  /** True for a last row without its line feed: the file may have been cut there. */
  readonly unended?: boolean;
  readonly cells: readonly string[];
  /** About characters and quotes; item rules come with a Layout. */
  readonly findings: readonly Finding[];
  /** Where a cell's value begins, or the character at an offset in it. */
  place(cell: number, offset?: number): Place;
}

const quote = 34;

/** Takes the text of a row apart: cells, where each begins, and the position of a quote that stands wrongly. */
export function splitCells(text: string): { cells: string[]; starts: number[]; stray: number | undefined } {
  const cells: string[] = [];
  const starts: number[] = [];
  let stray: number | undefined;
  let at = 0;
  for (;;) {
    starts.push(at);
    let value = '';
    if (text.charCodeAt(at) === quote) {
      const read = readQuoted(text, at);
      value = read.value;
      at = read.end;
      if (at < text.length && text[at] !== ',') stray ??= at - 1;
    }
    const comma = text.indexOf(',', at);
    const end = comma < 0 ? text.length : comma;
    // After a closing quote there should be nothing; what there is stays visible in the value.
    cells.push(value + text.slice(at, end));
    if (comma < 0) return { cells, starts, stray };
    at = comma + 1;
  }
}

function readQuoted(text: string, open: number): { value: string; end: number } {
  let value = '';
  let from = open + 1;
  for (;;) {
    const close = text.indexOf('"', from);
    if (close < 0) return { value: value + text.slice(from), end: text.length };
    value += text.slice(from, close);
    if (text.charCodeAt(close + 1) !== quote) return { value, end: close + 1 };
    value += '"';
    from = close + 2;
  }
}

/** The place of a position in a row's text. */
export function placeAt(text: string, firstLine: number, position: number): Place {
  let line = firstLine;
  let begin = 0;
  for (let i = text.indexOf('\n'); i >= 0 && i < position; i = text.indexOf('\n', i + 1)) {
    line++;
    begin = i + 1;
  }
  return { line, column: position - begin + 1 };
}

/** The position in a row's text of a character of a cell; a doubled quote counts once. */
export function positionOf(text: string, start: number, offset: number): number {
  if (text.charCodeAt(start) !== quote) return start + offset;
  let at = start + 1;
  for (let i = 0; i < offset; i++) at += text.charCodeAt(at) === quote ? 2 : 1;
  return at;
}
