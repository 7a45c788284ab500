/**
 * The grammar of UCUM codes: terms of prefixed atoms with exponents, joined by `.` and `/`, with annotations in braces.
 * @see https://ucum.org/ucum#section-Syntax-Rules
 */
import { one, over, power, type Rational, rational, times } from './rational.ts';
import { type Atom, atoms, type Prefix, prefixes, type Worth, worthOf } from './units.ts';

/** One factor of a unit as it is written: a number, or an atom with prefix and exponent. */
export type Component =
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'atom'; readonly atom: Atom; readonly prefix: Prefix | undefined; readonly exponent: number };

/** A unit taken apart: what is multiplied and what divided, in order, and what it is worth. */
export interface Unit {
  readonly terms: readonly { readonly divide: boolean; readonly of: Component | Unit }[];
  readonly worth: Worth;
}

/** Why a code is no unit, and where. */
export interface UnitProblem {
  readonly problem: { readonly en: string; readonly ja: string };
  /** Index of the character, from 0. */
  readonly at: number;
}

class ParseError extends Error {
  readonly found: UnitProblem;
  constructor(en: string, ja: string, at: number) {
    super(en);
    this.found = { problem: { en: `${en} (character ${at + 1})`, ja: `${ja}（${at + 1}文字目）` }, at };
  }
}

const dimensionless: Worth = { factor: one, bases: new Map() };

function combine(a: Worth, b: Worth, divide: boolean): Worth {
  const bases = new Map(a.bases);
  for (const [base, exponent] of b.bases) {
    const sum = (bases.get(base) ?? 0) + (divide ? -exponent : exponent);
    if (sum === 0) bases.delete(base);
    else bases.set(base, sum);
  }
  return { factor: divide ? over(a.factor, b.factor) : times(a.factor, b.factor), bases };
}

function raise({ factor, bases }: Worth, exponent: number): Worth {
  return { factor: power(factor, exponent), bases: new Map([...bases].map(([base, own]) => [base, own * exponent])) };
}

/** The atom a symbol stands for, with its prefix: the whole symbol first, then the longest prefix. */
function findAtom(symbol: string): { atom: Atom; prefix: Prefix | undefined } | undefined {
  const whole = atoms().get(symbol);
  if (whole) return { atom: whole, prefix: undefined };
  for (const length of [2, 1]) {
    const prefix = prefixes.get(symbol.slice(0, length));
    const atom = prefix && atoms().get(symbol.slice(length));
    if (atom?.metric) return { atom, prefix };
  }
  return undefined;
}

class Parser {
  private readonly code: string;
  private at = 0;
  private depth = 0;

  constructor(code: string) {
    this.code = code;
  }

  parse(): Unit {
    const unit = this.term();
    if (this.at < this.code.length)
      throw new ParseError(`unexpected "${this.code[this.at]}"`, `「${this.code[this.at]}」は使えません`, this.at);
    return unit;
  }

  private term(): Unit {
    const terms: { divide: boolean; of: Component | Unit }[] = [];
    let worth = dimensionless;
    let divide = this.code[this.at] === '/';
    if (divide) this.at++;
    for (;;) {
      const { of, worth: own } = this.component();
      terms.push({ divide, of });
      worth = combine(worth, own, divide);
      const next = this.code[this.at];
      if (next !== '.' && next !== '/') return { terms, worth };
      divide = next === '/';
      this.at++;
    }
  }

  private component(): { of: Component | Unit; worth: Worth } {
    const next = this.code[this.at];
    if (next === '(') return this.group();
    if (next === '{') {
      this.annotation();
      return { of: { kind: 'number', value: '1' }, worth: dimensionless };
    }
    const start = this.at;
    const symbol = this.symbol();
    if (symbol === '') throw new ParseError('a unit is missing', '単位がありません', start);
    const made = this.read(symbol, start);
    if (this.code[this.at] === '{') this.annotation();
    const after = this.code[this.at];
    if (after !== undefined && !'./)'.includes(after))
      throw new ParseError(`unexpected "${after}"`, `「${after}」は使えません`, this.at);
    return made;
  }

  private group(): { of: Unit; worth: Worth } {
    const start = this.at++;
    if (++this.depth > 20) throw new ParseError('nested too deep', '括弧が深すぎます', start);
    const unit = this.term();
    if (this.code[this.at] !== ')') throw new ParseError('a "(" is not closed', '「(」が閉じていません', start);
    this.at++;
    this.depth--;
    if (this.code[this.at] === '{') this.annotation();
    return { of: unit, worth: unit.worth };
  }

  private annotation(): void {
    const close = this.code.indexOf('}', this.at);
    if (close < 0) throw new ParseError('a "{" is not closed', '「{」が閉じていません', this.at);
    const wrong = /[^\x20-\x7a\x7c\x7e]/.exec(this.code.slice(this.at + 1, close));
    if (wrong)
      throw new ParseError(
        'an annotation has ASCII characters only',
        '注釈は ASCII 文字だけで書いてください',
        this.at + 1 + wrong.index,
      );
    this.at = close + 1;
    const after = this.code[this.at];
    if (after !== undefined && !'./)'.includes(after))
      throw new ParseError('an annotation comes after its unit', '注釈は単位の後に書いてください', this.at);
  }

  /** The characters up to the next operator; what is in brackets belongs together. */
  private symbol(): string {
    const start = this.at;
    while (this.at < this.code.length && !'./(){}'.includes(this.code[this.at]!)) {
      if (this.code[this.at] === '[') {
        const close = this.code.indexOf(']', this.at);
        if (close < 0) throw new ParseError('a "[" is not closed', '「[」が閉じていません', this.at);
        this.at = close;
      }
      this.at++;
    }
    return this.code.slice(start, this.at);
  }

  private read(symbol: string, start: number): { of: Component; worth: Worth } {
    if (/^\d+$/.test(symbol)) {
      if (symbol.length > 40 || BigInt(symbol) === 0n)
        throw new ParseError(`${symbol} is no factor`, `${symbol} は係数にできません`, start);
      return { of: { kind: 'number', value: symbol }, worth: { factor: rational(BigInt(symbol)), bases: new Map() } };
    }
    const found = findAtom(symbol);
    if (found) return this.made(found.atom, found.prefix, 1);
    const [, name = '', digits = ''] = /^(.*[^\d+-])([+-]?\d{1,3})$/s.exec(symbol) ?? [];
    const powered = name === '' ? undefined : findAtom(name);
    if (powered) return this.made(powered.atom, powered.prefix, Number(digits));
    throw new ParseError(
      `"${symbol.slice(0, 40)}" is no unit of UCUM`,
      `「${symbol.slice(0, 40)}」という単位は UCUM にありません`,
      start,
    );
  }

  private made(atom: Atom, prefix: Prefix | undefined, exponent: number): { of: Component; worth: Worth } {
    const own = worthOf(atom);
    const factor: Rational = prefix ? times(prefix.factor, own.factor) : own.factor;
    return { of: { kind: 'atom', atom, prefix, exponent }, worth: raise({ factor, bases: own.bases }, exponent) };
  }
}

/** Takes a code apart; for what is no unit, says why. The empty code is the number one. */
export function parseUnit(code: string): Unit | UnitProblem {
  if (code === '') return { terms: [], worth: dimensionless };
  try {
    return new Parser(code).parse();
  } catch (error) {
    if (error instanceof ParseError) return error.found;
    throw error;
  }
}
