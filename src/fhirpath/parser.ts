/**
 * Text of FHIRPath → syntax tree, by precedence climbing.
 * @see https://hl7.org/fhirpath/N1/#operator-precedence
 */
import type { Ast, TypeName } from './ast.ts';
import { Decimal } from './decimal.ts';
import { refuse } from './fault.ts';
import { type Token, tokenize } from './lexer.ts';
import { calendarUnit, Quantity } from './quantity.ts';
import { parseTemporal } from './temporal.ts';

/** How tightly each binary operator binds; all lean to the left. */
const strength: ReadonlyMap<string, number> = new Map([
  ['implies', 1],
  ['or', 2],
  ['xor', 2],
  ['and', 3],
  ['in', 4],
  ['contains', 4],
  ['=', 5],
  ['~', 5],
  ['!=', 5],
  ['!~', 5],
  ['<=', 6],
  ['<', 6],
  ['>', 6],
  ['>=', 6],
  ['|', 7],
  ['is', 8],
  ['as', 8],
  ['+', 9],
  ['-', 9],
  ['&', 9],
  ['*', 10],
  ['/', 10],
  ['div', 10],
  ['mod', 10],
]);

const maxDepth = 200;
/** Words that cannot begin a path: N1 allows as, contains, in and is as names. */
const reserved: ReadonlySet<string> = new Set(['and', 'or', 'xor', 'implies', 'div', 'mod', 'true', 'false']);
const maxInteger = 2_147_483_647;

class Parser {
  private next = 0;
  private depth = 0;
  private readonly text: string;
  private readonly tokens: readonly Token[];
  constructor(text: string) {
    this.text = text;
    this.tokens = tokenize(text);
  }

  whole(): Ast {
    const ast = this.expression(0);
    if (this.peek().kind !== 'end') this.unexpected('an operator or the end');
    return ast;
  }

  private peek(): Token {
    return this.tokens[this.next]!;
  }

  private take(): Token {
    return this.tokens[this.next++]!;
  }

  private skip(symbol: string): boolean {
    const token = this.peek();
    if (token.kind !== 'symbol' || token.text !== symbol) return false;
    this.next++;
    return true;
  }

  private expect(symbol: string): void {
    if (!this.skip(symbol)) this.unexpected(`"${symbol}"`);
  }

  private unexpected(expected: string): never {
    const { kind, text, at } = this.peek();
    const found = kind === 'end' ? 'the end' : `"${text.slice(0, 40)}"`;
    throw refuse(
      { text: this.text, at },
      `found ${found}, expected ${expected}`,
      `${found} は使えません（${expected} が必要です）`,
    );
  }

  private expression(least: number): Ast {
    if (++this.depth > maxDepth)
      throw refuse(
        { text: this.text, at: this.peek().at },
        `nested deeper than ${maxDepth}`,
        `入れ子が ${maxDepth} を超えています`,
      );
    let left = this.prefixed();
    for (;;) {
      const token = this.peek();
      const binds = token.kind === 'symbol' || token.kind === 'name' ? strength.get(token.text) : undefined;
      if (binds === undefined || binds <= least) break;
      this.next++;
      left = this.operation(token, left, binds);
    }
    this.depth--;
    return left;
  }

  private operation(token: Token, left: Ast, binds: number): Ast {
    const operator = token.text;
    if (operator === 'is' || operator === 'as')
      return { op: 'type', at: token.at, operator, of: left, type: this.typeName() };
    return { op: 'binary', at: token.at, operator, left, right: this.expression(binds) };
  }

  private prefixed(): Ast {
    const { at } = this.peek();
    if (this.skip('-')) return { op: 'sign', at, minus: true, of: this.guarded() };
    if (this.skip('+')) return { op: 'sign', at, minus: false, of: this.guarded() };
    return this.path();
  }

  private guarded(): Ast {
    if (++this.depth > maxDepth) this.unexpected(`at most ${maxDepth} signs`);
    const ast = this.prefixed();
    this.depth--;
    return ast;
  }

  private path(): Ast {
    let ast = this.term();
    for (;;) {
      const { at } = this.peek();
      if (this.skip('.')) ast = this.invocation(ast);
      else if (this.skip('[')) {
        ast = { op: 'index', at, of: ast, index: this.expression(0) };
        this.expect(']');
      } else return ast;
    }
  }

  private term(): Ast {
    const token = this.peek();
    const { at } = token;
    if (this.skip('(')) {
      const inner = this.expression(0);
      this.expect(')');
      return inner;
    }
    if (this.skip('{')) {
      this.expect('}');
      return { op: 'empty', at };
    }
    switch (token.kind) {
      case 'string':
        this.next++;
        return { op: 'literal', at, value: token.text };
      case 'number':
      case 'long':
        return this.number();
      case 'temporal':
        return this.temporal();
      case 'external':
        this.next++;
        return { op: 'external', at, name: token.text };
      default:
        return this.word(token);
    }
  }

  private word(token: Token): Ast {
    if (token.kind === 'name' && (token.text === 'true' || token.text === 'false')) {
      this.next++;
      return { op: 'literal', at: token.at, value: token.text === 'true' };
    }
    if (token.kind === 'name' && reserved.has(token.text)) this.unexpected('a name or a literal');
    return this.invocation(undefined);
  }

  private invocation(of: Ast | undefined): Ast {
    const token = this.peek();
    const { kind, text: name, at } = token;
    if (kind === 'special') {
      this.next++;
      return { op: 'special', at, name };
    }
    if (kind !== 'name' && kind !== 'quoted') this.unexpected('a name');
    this.next++;
    if (!this.skip('(')) return { op: 'child', at, of, name };
    const args: Ast[] = [];
    if (!this.skip(')')) {
      do args.push(this.expression(0));
      while (this.skip(','));
      this.expect(')');
    }
    return { op: 'call', at, of, name, args };
  }

  private number(): Ast {
    const { kind, text, at } = this.take();
    if (kind === 'long') return { op: 'literal', at, value: BigInt(text) };
    const unit = this.unit();
    if (unit !== undefined)
      return {
        op: 'literal',
        at,
        value: new Quantity(Decimal.parse(text)!, unit.code, unit.calendar ? 'calendar' : 'ucum'),
      };
    if (text.includes('.')) return { op: 'literal', at, value: Decimal.parse(text)! };
    const value = Number(text);
    const afterMinus = this.tokens[this.next - 2]?.text === '-';
    if (value > (afterMinus ? maxInteger + 1 : maxInteger))
      throw refuse(
        { text: this.text, at },
        `the integer ${text} is larger than ${maxInteger}`,
        `整数 ${text} は ${maxInteger} を超えています`,
      );
    return { op: 'literal', at, value };
  }

  /** The unit of a quantity literal: a UCUM code in quotes or a calendar word. */
  private unit(): { code: string; calendar: boolean } | undefined {
    const { kind, text } = this.peek();
    const word = kind === 'name' || kind === 'string' ? calendarUnit(text) : undefined;
    if (kind !== 'string' && word === undefined) return undefined;
    this.next++;
    return { code: word ?? text, calendar: word !== undefined };
  }

  private temporal(): Ast {
    const { text, at } = this.take();
    const value = parseTemporal(text);
    if (!value)
      throw refuse({ text: this.text, at }, `@${text} is no date or time`, `@${text} は日付でも時刻でもありません`);
    return { op: 'literal', at, value };
  }

  private typeName(): TypeName {
    const first = this.name();
    return this.skip('.') ? { namespace: first, name: this.name() } : { name: first };
  }

  private name(): string {
    const { kind, text } = this.peek();
    if (kind !== 'name' && kind !== 'quoted') this.unexpected('a type name');
    this.next++;
    return text;
  }
}

/**
 * The syntax tree of an expression.
 * @throws FhirError with line and column for text that is no FHIRPath
 */
export function parseFhirPath(text: string): Ast {
  return new Parser(text).whole();
}

/** The type an argument of is(), as() or ofType() names; undefined when it is no name. */
export function typeNameOf(ast: Ast | undefined): TypeName | undefined {
  if (ast?.op !== 'child') return undefined;
  if (!ast.of) return { name: ast.name };
  return ast.of.op === 'child' && !ast.of.of ? { namespace: ast.of.name, name: ast.name } : undefined;
}
