/**
 * Reading and writing JSON without losing a byte: a strict parser that says where it stopped, decimals that keep their
 * digits, and stamping of id and meta into the text as it was sent.
 * @see https://hl7.org/fhir/R4/json.html
 */
import { FhirError } from './outcome.ts';
import type { JsonObject, Message } from './types.ts';

/** A number whose digits JavaScript would not write back as they came (`1.50`, `1e3`); made in lossless mode only. */
export class DecimalLiteral {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  valueOf(): number {
    return Number(this.text);
  }
}

/** How to read: deepest nesting (default 100), and whether numbers keep their digits. */
export interface JsonOptions {
  readonly maxDepth?: number;
  readonly lossless?: boolean;
}

/** `line L, column C` of an offset, both from 1. */
export function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`;
}

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escapes: Record<string, string> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const hexPattern = /^[0-9a-fA-F]{4}$/;

class Parser {
  private position = 0;
  private depth = 0;
  private readonly text: string;
  private readonly maxDepth: number;
  private readonly lossless: boolean;

  constructor(text: string, options: JsonOptions) {
    this.text = text;
    this.maxDepth = options.maxDepth ?? 100;
    this.lossless = options.lossless ?? false;
    if (text.charCodeAt(0) === 0xfeff) this.position = 1;
  }

  document(): unknown {
    const value = this.value();
    this.space();
    if (this.position < this.text.length)
      this.fail('nothing more after the end of the document', '文書の終わりの後には何も置けません');
    return value;
  }

  private fail(expected: string, ja: string, at = this.position): never {
    const found =
      at < this.text.length ? JSON.stringify(String.fromCodePoint(this.text.codePointAt(at)!)) : 'the end of the text';
    const location = placeOf(this.text, at);
    throw new FhirError(
      'syntax',
      {
        en: `JSON cannot be read at ${location}: found ${found}, expected ${expected}`,
        ja: `JSON を読めません（${location.replace(/line (\d+), column (\d+)/, '$1行$2文字目')}）。${ja}（見つかったもの: ${found}）`,
      },
      { location },
    );
  }

  private refuse(message: Message, at: number): never {
    throw new FhirError('syntax', message, { location: placeOf(this.text, at) });
  }

  private space(): void {
    const { text } = this;
    let code = text.charCodeAt(this.position);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++this.position);
  }

  private value(): unknown {
    this.space();
    const code = this.text.charCodeAt(this.position);
    if (code === 0x22) return this.string();
    if (code === 0x7b) return this.nested(this.object);
    if (code === 0x5b) return this.nested(this.array);
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.number();
    if (this.text.startsWith('true', this.position)) return this.literal(4, true);
    if (this.text.startsWith('false', this.position)) return this.literal(5, false);
    if (this.text.startsWith('null', this.position)) return this.literal(4, null);
    return this.fail('a JSON value', 'JSON の値が必要です');
  }

  private literal<T>(length: number, value: T): T {
    this.position += length;
    return value;
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > this.maxDepth) {
      const location = placeOf(this.text, this.position);
      throw new FhirError(
        'too-costly',
        {
          en: `The content is nested deeper than ${this.maxDepth} levels at ${location}; the limit is the setting max-depth`,
          ja: `入れ子が深すぎます（上限 ${this.maxDepth} 段、設定 max-depth）`,
        },
        { location },
      );
    }
    this.position++;
    const value = read.call(this);
    this.depth--;
    return value;
  }

  private object(): JsonObject {
    const object: JsonObject = {};
    this.space();
    if (this.text.charCodeAt(this.position) === 0x7d) {
      this.position++;
      return object;
    }
    for (;;) {
      this.space();
      const at = this.position;
      if (this.text.charCodeAt(at) !== 0x22)
        this.fail('a member name in double quotes', '二重引用符で囲んだ項目名が必要です');
      const name = this.string();
      if (name === '__proto__')
        this.refuse(
          { en: 'The member name "__proto__" is not allowed', ja: '「__proto__」という項目名は使えません' },
          at,
        );
      if (Object.hasOwn(object, name))
        this.refuse(
          {
            en: `The member "${name}" is there twice in one object; expected once`,
            ja: `項目「${name}」が同じオブジェクトに2回あります`,
          },
          at,
        );
      this.space();
      if (this.text.charCodeAt(this.position) !== 0x3a)
        this.fail('":" after the member name', '項目名の後に「:」が必要です');
      this.position++;
      object[name] = this.value();
      this.space();
      const code = this.text.charCodeAt(this.position);
      if (code !== 0x2c && code !== 0x7d) this.fail('"," or "}"', '「,」か「}」が必要です');
      this.position++;
      if (code === 0x7d) return object;
    }
  }

  private array(): unknown[] {
    const items: unknown[] = [];
    this.space();
    if (this.text.charCodeAt(this.position) === 0x5d) {
      this.position++;
      return items;
    }
    for (;;) {
      items.push(this.value());
      this.space();
      const code = this.text.charCodeAt(this.position);
      if (code !== 0x2c && code !== 0x5d) this.fail('"," or "]"', '「,」か「]」が必要です');
      this.position++;
      if (code === 0x5d) return items;
    }
  }

  private number(): number | DecimalLiteral {
    numberPattern.lastIndex = this.position;
    const literal = numberPattern.exec(this.text)?.[0];
    if (literal === undefined) return this.fail('a number', '数値が必要です');
    this.position += literal.length;
    const next = this.text.charCodeAt(this.position);
    if ((next >= 0x30 && next <= 0x39) || next === 0x2e)
      this.fail('a number without leading zeros and with digits after the point', '数値の形が正しくありません');
    const value = Number(literal);
    return this.lossless && String(value) !== literal ? new DecimalLiteral(literal) : value;
  }

  private string(): string {
    const { text } = this;
    const start = ++this.position;
    for (let i = start; ; i++) {
      const code = text.charCodeAt(i);
      if (code === 0x22) {
        this.position = i + 1;
        return text.slice(start, i);
      }
      if (code === 0x5c) return this.escapedString(start, i);
      if (!(code >= 0x20))
        this.fail(
          'a string that ends with a double quote, control characters escaped',
          '文字列が閉じていないか、制御文字が含まれています',
          i,
        );
      if (code >= 0xd800 && code <= 0xdfff) i = this.surrogate(i);
    }
  }

  /** Checks the pair at i and returns the index of its second half. */
  private surrogate(i: number): number {
    const code = this.text.charCodeAt(i);
    const low = this.text.charCodeAt(i + 1);
    if (code >= 0xdc00 || !(low >= 0xdc00 && low <= 0xdfff)) this.loneSurrogate(i);
    return i + 1;
  }

  private loneSurrogate(at: number): never {
    return this.refuse(
      {
        en: 'Half of a surrogate pair stands alone; expected valid Unicode',
        ja: 'サロゲートペアの片方だけがあります（正しい Unicode ではありません）',
      },
      at,
    );
  }

  private escapedString(start: number, firstEscape: number): string {
    const { text } = this;
    let value = text.slice(start, firstEscape);
    for (let i = firstEscape; ; i++) {
      const code = text.charCodeAt(i);
      if (code === 0x22) {
        this.position = i + 1;
        if (!value.isWellFormed()) this.loneSurrogate(start);
        return value;
      }
      if (!(code >= 0x20))
        this.fail(
          'a string that ends with a double quote, control characters escaped',
          '文字列が閉じていないか、制御文字が含まれています',
          i,
        );
      if (code !== 0x5c) {
        value += text[i];
        continue;
      }
      const letter = text[++i] ?? '';
      if (letter === 'u') {
        const hex = text.slice(i + 1, i + 5);
        if (!hexPattern.test(hex)) this.fail('four hexadecimal digits after \\u', '\\u の後に16進数4桁が必要です', i);
        value += String.fromCharCode(Number.parseInt(hex, 16));
        i += 4;
      } else {
        const character = escapes[letter];
        if (character === undefined)
          this.fail(
            'one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX',
            '使えるエスケープは \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX です',
            i,
          );
        value += character;
      }
    }
  }
}

/**
 * Reads JSON strictly: duplicate members, `__proto__`, lone surrogates and too deep nesting are refused.
 * @throws FhirError 'syntax' with line and column, 'too-costly' for the depth
 */
export function parseJson(text: string, options: JsonOptions = {}): unknown {
  return new Parser(text, options).document();
}

/** Writes what {@link parseJson} read; decimals with the digits they came with. */
export function stringifyJson(value: unknown, options: { pretty?: boolean } = {}): string {
  return write(value, options.pretty ? '\n' : '');
}

function write(value: unknown, newline: string): string {
  if (value instanceof DecimalLiteral) return value.text;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const inner = newline && `${newline}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[${inner}${value.map(item => write(item ?? null, inner)).join(`,${inner}`)}${newline}]`;
  }
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  if (members.length === 0) return '{}';
  const colon = newline ? ': ' : ':';
  return `{${inner}${members.map(([name, item]) => JSON.stringify(name) + colon + write(item, inner)).join(`,${inner}`)}${newline}}`;
}

/** A member of an object in its text: name, offset of the name's quote, offset of the value, offset after the value. */
export interface Span {
  readonly name: string;
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

/** Offset of the next character that is no white space. */
export const skipSpace = (text: string, at: number): number => {
  let i = at;
  while (text.charCodeAt(i) <= 0x20) i++;
  return i;
};

function skipString(text: string, at: number): number {
  let end = text.indexOf('"', at + 1);
  for (;;) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
    end = text.indexOf('"', end + 1);
  }
}

/** Offset after the value that begins at `at`; the text must be JSON that was read before. */
export function skipValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === 0x22) return skipString(text, at);
  let i = at;
  if (first !== 0x7b && first !== 0x5b) {
    for (let code = first; code > 0x20 && code !== 0x2c && code !== 0x7d && code !== 0x5d; )
      code = text.charCodeAt(++i);
    return i;
  }
  for (let depth = 0; ; ) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      i = skipString(text, i);
      continue;
    }
    if (code === 0x7b || code === 0x5b) depth++;
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) return i + 1;
    i++;
  }
}

/** The members of the object that begins at or after `at`; the text must be JSON that was read before. */
export function memberSpans(text: string, at: number): Span[] {
  const spans: Span[] = [];
  let i = skipSpace(text, skipSpace(text, at) + 1);
  while (text.charCodeAt(i) !== 0x7d) {
    const start = i;
    const nameEnd = skipString(text, start);
    const value = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = skipValue(text, value);
    spans.push({ name: text.slice(start + 1, nameEnd - 1), start, value, end });
    i = skipSpace(text, end);
    if (text.charCodeAt(i) === 0x2c) i = skipSpace(text, i + 1);
  }
  return spans;
}

/** The texts of the resources in a Bundle's entries, by entry index; the text must be a Bundle that was read before. */
export function entryTexts(text: string): (string | undefined)[] {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const entries = memberSpans(text, start).find(span => span.name === 'entry');
  if (!entries || text[entries.value] !== '[') return [];
  const texts: (string | undefined)[] = [];
  let i = skipSpace(text, entries.value + 1);
  while (text.charCodeAt(i) !== 0x5d) {
    const resource = text[i] === '{' ? memberSpans(text, i).find(span => span.name === 'resource') : undefined;
    texts.push(resource && text.slice(resource.value, resource.end));
    i = skipSpace(text, skipValue(text, i));
    if (text.charCodeAt(i) === 0x2c) i = skipSpace(text, i + 1);
  }
  return texts;
}

/**
 * The text of a resource with `id` in place and a hole for meta.versionId and meta.lastUpdated; every other byte stays.
 * @param text JSON of a resource that was read before
 */
export function stampable(text: string, id: string): { before: string; after: string } {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const spans = memberSpans(text, start);
  const type = spans.find(span => span.name === 'resourceType')!;
  const oldId = spans.find(span => span.name === 'id');
  const meta = spans.find(span => span.name === 'meta');
  const insertions: { from: number; to: number; text: string }[] = [];
  const anchor = oldId ?? type;
  const idText = oldId ? '' : `,"id":${JSON.stringify(id)}`;
  if (oldId) insertions.push({ from: oldId.value, to: oldId.end, text: JSON.stringify(id) });
  const hole = '\u0000';
  insertions.push({ from: anchor.end, to: anchor.end, text: meta ? idText : `${idText},"meta":{${hole}}` });
  if (meta) insertions.push({ from: meta.value, to: meta.end, text: `{${hole}${otherMeta(text, meta.value)}}` });
  insertions.sort((a, b) => a.from - b.from || a.to - b.to);
  let result = '';
  let position = start;
  for (const insertion of insertions) {
    result += text.slice(position, insertion.from) + insertion.text;
    position = insertion.to;
  }
  result = (result + text.slice(position)).trim();
  const at = result.indexOf(hole);
  return { before: result.slice(0, at), after: result.slice(at + 1) };
}

/** The members of meta that are the client's, from the first one on, with a comma before; empty when there are none. */
function otherMeta(text: string, at: number): string {
  const spans = memberSpans(text, at);
  const kept = spans.filter(span => span.name !== 'versionId' && span.name !== 'lastUpdated');
  return kept.map(span => `,${text.slice(span.start, span.end)}`).join('');
}

/** The stamped text: what is stored and sent. */
export function stamp(template: { before: string; after: string }, versionId: number, lastUpdated: string): string {
  return `${template.before}"versionId":"${versionId}","lastUpdated":"${lastUpdated}"${template.after}`;
}

const stringToken = /"[^"\\]*(?:\\.[^"\\]*)*"/g;
/** Members of FHIR type string, where text that looks like a reference is just text. */
const plainStrings = new Set(['value', 'display', 'text', 'description', 'valueString', 'title', 'name']);

/**
 * Replaces references in a resource's text: whole string values (but not those of plain string elements) and the links
 * of narratives.
 * @param replacement new value for a reference, or undefined to leave it
 * @see https://hl7.org/fhir/R4/http.html#trules
 */
export function replaceReferences(text: string, replacement: (reference: string) => string | undefined): string {
  let name = '';
  return text.replace(stringToken, (token, offset: number) => {
    if (text.charCodeAt(skipSpace(text, offset + token.length)) === 0x3a) {
      name = token.slice(1, -1);
      return token;
    }
    if (name === 'div')
      return token.replace(/((?:href|src)=\\"|(?:href|src)=')([^"'\\]*)/g, (whole, before: string, link: string) => {
        const target = replacement(link);
        return target === undefined ? whole : before + target;
      });
    if (plainStrings.has(name) || token.includes('\\')) return token;
    const target = replacement(token.slice(1, -1));
    return target === undefined ? token : JSON.stringify(target);
  });
}
