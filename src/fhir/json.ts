/**
 * Reading and writing JSON without losing a digit: a strict parser that says where it stopped, and decimals as they came.
 * @see https://hl7.org/fhir/R4/json.html
 */
import { beginReading, markOf, pieceOf } from './known-texts.ts';
import { plainName } from './member-names.ts';
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
    beginReading();
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
    const character = JSON.stringify(String.fromCodePoint(this.text.codePointAt(at) ?? 0));
    const found = (end: string) => (at < this.text.length ? character : end);
    const location = placeOf(this.text, at);
    throw new FhirError(
      'syntax',
      {
        en: `JSON cannot be read at ${location}: found ${found('the end of the text')}, expected ${expected}`,
        ja: `JSON を読めません（${location.replace(/line (\d+), column (\d+)/, '$1行$2文字目')}）。${ja}（見つかったもの: ${found('本文の終わり')}）`,
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
      const name = this.name();
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
    let mark = 0;
    for (let i = start; ; i++) {
      const code = text.charCodeAt(i);
      if (code === 0x22) {
        this.position = i + 1;
        return pieceOf(text, start, i, mark);
      }
      if (code === 0x5c) return this.escapedString(start, i);
      if (!(code >= 0x20)) this.unended(i);
      mark = markOf(mark, code);
      if (code >= 0xd800 && code <= 0xdfff) i = this.surrogate(i);
    }
  }

  private unended(at: number): never {
    return this.fail(
      'a string that ends with a double quote, control characters escaped',
      '文字列が閉じていないか、制御文字が含まれています',
      at,
    );
  }

  private name(): string {
    const start = this.position + 1;
    const name = plainName(this.text, start);
    if (name === undefined) return this.string();
    this.position = start + name.length + 1;
    return name;
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
    let [value, from] = ['', start];
    for (let i = firstEscape; ; i++) {
      const code = text.charCodeAt(i);
      if (code === 0x22) {
        this.position = i + 1;
        value += text.slice(from, i);
        if (!value.isWellFormed()) this.loneSurrogate(start);
        return value;
      }
      if (!(code >= 0x20)) this.unended(i);
      if (code !== 0x5c) continue;
      value += text.slice(from, i);
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
      from = i + 1;
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
