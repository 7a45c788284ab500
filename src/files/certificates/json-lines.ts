/**
 * JSON lines → rows, one line held at a time.
 * @see https://jsonlines.org/
 */
import type { Finding } from '../finding.ts';
import type { Row } from '../row.ts';
import type { RowMapper } from './map.ts';

/** Longest line in bytes. */
const maxLine = 1_048_576;

function broken(line: number, from: number, to: number, rule: Finding['rule']): Row {
  const finding: Finding = {
    kind: 'character-set',
    severity: 'error',
    line,
    column: 1,
    rule,
    mend: {
      en: 'Write one JSON object on each line, in UTF-8',
      ja: '1行に1つの JSON オブジェクトを UTF-8 で書いてください',
    },
  };
  return { line, from, to, cells: [], findings: [finding], place: () => ({ line, column: 1 }) };
}

function readLine(bytes: Uint8Array, line: number, from: number, mapper: RowMapper): Row | undefined {
  const to = from + bytes.length;
  if (bytes.length > maxLine) return tooLong(line, from, to);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trim();
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return mapper.fromObject(value as Record<string, unknown>, line, from, to);
  } catch {
    // told below
  }
  return broken(line, from, to, { en: 'a JSON object', ja: 'JSON オブジェクト' });
}

const tooLong = (line: number, from: number, to: number): Row =>
  broken(line, from, to, { en: `a line of at most ${maxLine} bytes`, ja: `1行は${maxLine}バイトまでです` });

/** Rows of a stream of JSON lines. */
export async function* jsonLineRows(chunks: AsyncIterable<Uint8Array>, mapper: RowMapper): AsyncGenerator<Row> {
  let rest: Buffer = Buffer.alloc(0);
  let [line, offset] = [0, 0];
  /** Where a line began that is too long: its bytes are passed over. */
  let passing: number | undefined;
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, from)) {
      const row =
        passing === undefined
          ? readLine(rest.subarray(from, end), ++line, offset + from, mapper)
          : tooLong(++line, passing, offset + end);
      passing = undefined;
      if (row) yield row;
      from = end + 1;
    }
    const isLong = passing !== undefined || rest.length - from > maxLine;
    if (isLong) passing ??= offset + from;
    offset += isLong ? rest.length : from;
    rest = rest.subarray(isLong ? rest.length : from);
  }
  if (passing !== undefined) yield tooLong(line + 1, passing, offset);
  const last = rest.length > 0 ? readLine(rest, line + 1, offset, mapper) : undefined;
  if (last) yield last;
}
