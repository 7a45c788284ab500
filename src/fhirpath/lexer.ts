/**
 * Tokens of FHIRPath.
 * @see https://hl7.org/fhirpath/N1/#grammar
 */
import { type Place, refuse } from './fault.ts';

/** Kinds: `name` is a bare word, `quoted` one in backticks, `special` is $this, $index or $total, `external` a %name. */
export interface Token {
  readonly kind:
    | 'number'
    | 'long'
    | 'string'
    | 'name'
    | 'quoted'
    | 'temporal'
    | 'special'
    | 'external'
    | 'symbol'
    | 'end';
  /** Content: unescaped for strings and quoted names, without `%` and `@`. */
  readonly text: string;
  /** Offset in the expression. */
  readonly at: number;
}

const space = /(?:[ \t\r\n\u00a0\ufeff]+|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)+/y;
const number = /\d+(?:\.\d+)?/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const special = /\$(?:this|index|total)(?![A-Za-z0-9_])/y;
const temporal =
  /@(?:T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?|\d{4}(?:-\d\d(?:-\d\d)?)?(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)/y;
const symbol = /!=|!~|<=|>=|[.()[\]{},+\-*/&|<>=~]/y;
const stringForm = /'((?:[^'\\]|\\[\s\S])*)'/y;
const quotedForm = /`((?:[^`\\]|\\[\s\S])*)`/y;

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['f', '\f'],
]);

/** Text without its escapes; what is no known escape stands for itself. @see https://hl7.org/fhirpath/N1/#string */
export function readEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? (escapes.get(letter) ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Longest expression and most tokens: published ones stay far below, and recursion over the tree stays shallow. */
const maxLength = 20_000;
const maxTokens = 2000;

function match(form: RegExp, text: string, at: number): string | undefined {
  form.lastIndex = at;
  return form.exec(text)?.[0];
}

/** @throws FhirError for text that is no token, and for expressions longer than 20,000 characters */
export function tokenize(text: string): Token[] {
  if (text.length > maxLength)
    throw refuse({ text, at: maxLength }, `longer than ${maxLength} characters`, `${maxLength} 文字を超えています`);
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += match(space, text, at)?.length ?? 0;
    if (at >= text.length) break;
    const token = readToken(text, at);
    tokens.push({ kind: token.kind, text: token.text, at });
    at += token.length;
    if (tokens.length > maxTokens)
      throw refuse({ text, at }, `more than ${maxTokens} words and signs`, `語と記号が ${maxTokens} を超えています`);
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

function readToken(text: string, at: number): { kind: Token['kind']; text: string; length: number } {
  const first = text[at]!;
  const whole = (kind: Token['kind'], found: string | undefined, content = found) =>
    found === undefined ? unknownToken({ text, at }) : { kind, text: content!, length: found.length };
  if (first >= '0' && first <= '9') {
    const digits = match(number, text, at)!;
    if (text[at + digits.length] === 'L' && !digits.includes('.'))
      return { kind: 'long', text: digits, length: digits.length + 1 };
    return whole('number', digits);
  }
  if (first === "'") return quoted('string', stringForm, text, at);
  if (first === '`') return quoted('quoted', quotedForm, text, at);
  if (first === '@') return whole('temporal', match(temporal, text, at), match(temporal, text, at)?.slice(1));
  if (first === '$') return whole('special', match(special, text, at));
  if (first === '%') return external(text, at);
  const name = match(word, text, at);
  return name === undefined ? whole('symbol', match(symbol, text, at)) : whole('name', name);
}

function quoted(kind: 'string' | 'quoted', form: RegExp, text: string, at: number) {
  const found = match(form, text, at);
  if (found === undefined) throw refuse({ text, at }, 'a quotation that does not end', '引用符が閉じていません');
  return { kind, text: readEscapes(found.slice(1, -1)), length: found.length };
}

function external(text: string, at: number) {
  const mark = text[at + 1];
  if (mark === '`' || mark === "'") {
    const name = quoted('quoted', mark === '`' ? quotedForm : stringForm, text, at + 1);
    return { kind: 'external' as const, text: name.text, length: name.length + 1 };
  }
  const name = match(word, text, at + 1);
  if (name === undefined) unknownToken({ text, at });
  return { kind: 'external' as const, text: name, length: name.length + 1 };
}

function unknownToken(place: Place): never {
  const found = JSON.stringify(place.text.slice(place.at, place.at + 12));
  throw refuse(
    place,
    `found ${found}, expected a name, a literal or an operator`,
    `${found} は FHIRPath の語ではありません`,
  );
}
