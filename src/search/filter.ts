/**
 * `_filter`: the whole grammar, as a tree of criteria joined by and, or, not.
 * @see https://hl7.org/fhir/R4/search_filter.html
 */

import { type ParamPath, parsePath } from './parse.ts';
import { refuse, shorten } from './refuse.ts';

/** One comparison, or comparisons joined. */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly op: 'not'; readonly of: Filter }
  | { readonly op: 'compare'; readonly path: FilterPath; readonly operator: FilterOperator; readonly value: string };

/** `a.b[condition].c`: parameters followed, each with a condition on what it leads to. */
export type FilterPath = readonly { readonly code: string; readonly condition?: Filter }[];

const operators = [
  'eq',
  'ne',
  'co',
  'sw',
  'ew',
  'gt',
  'lt',
  'ge',
  'le',
  'ap',
  'sa',
  'eb',
  'pr',
  'po',
  'ss',
  'sb',
  'in',
  'ni',
  're',
] as const;

/** Operators of the grammar. */
export type FilterOperator = (typeof operators)[number];

/** Most comparisons, and deepest nesting, of one filter. */
const maxComparisons = 100;
const maxDepth = 20;
const name = '_filter';
const example = '_filter=given eq "Hanako" and birthdate ge 1950-01-01';

function fail(text: string, at: number, en: string, ja: string) {
  return refuse(
    name,
    `at character ${at + 1} ("${shorten(text.slice(at, at + 20))}"): expected ${en}; for example ${example}`,
    `${at + 1} 文字目（「${shorten(text.slice(at, at + 20))}」）: ${ja}が必要です（例: ${example}）`,
  );
}

const tokenForm = /\s*(?:("(?:[^"\\]|\\.)*")|([()[\]])|([^\s()[\]"]+))/y;

interface Token {
  readonly text: string;
  readonly at: number;
  readonly quoted: boolean;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  tokenForm.lastIndex = 0;
  const end = text.trimEnd().length;
  while (tokenForm.lastIndex < end) {
    const from = tokenForm.lastIndex;
    const match = tokenForm.exec(text);
    if (!match) throw fail(text, from, 'a closing quote', '閉じる引用符');
    const found = match[1] ?? match[2] ?? match[3] ?? '';
    tokens.push({
      text: match[1] === undefined ? found : found.slice(1, -1).replace(/\\(.)/g, '$1'),
      at: tokenForm.lastIndex - found.length,
      quoted: match[1] !== undefined,
    });
  }
  return tokens;
}

class FilterParser {
  private at = 0;
  private comparisons = 0;
  private readonly text: string;
  private readonly tokens: readonly Token[];

  constructor(text: string) {
    this.text = text;
    this.tokens = tokenize(text);
  }

  whole(): Filter {
    const filter = this.joined(0);
    if (this.at < this.tokens.length) throw this.fail('"and", "or" or the end', 'and・or・終わりのどれか');
    return filter;
  }

  private fail(en: string, ja: string) {
    return fail(this.text, this.tokens[this.at]?.at ?? this.text.length, en, ja);
  }

  private is(word: string): boolean {
    const token = this.tokens[this.at];
    return token !== undefined && !token.quoted && token.text === word;
  }

  private take(word: string): void {
    if (!this.is(word)) throw this.fail(`"${word}"`, `「${word}」`);
    this.at++;
  }

  /** `and` and `or` bind alike, from left to right, as the grammar says. */
  private joined(depth: number): Filter {
    if (depth > maxDepth) throw this.fail(`at most ${maxDepth} levels of parentheses`, `かっこは ${maxDepth} 段まで`);
    let left = this.unit(depth);
    for (;;) {
      const op = this.is('and') ? 'and' : this.is('or') ? 'or' : undefined;
      if (op === undefined) return left;
      this.at++;
      left = { op, left, right: this.unit(depth) };
    }
  }

  private unit(depth: number): Filter {
    if (this.is('not')) {
      this.at++;
      this.take('(');
      const of = this.joined(depth + 1);
      this.take(')');
      return { op: 'not', of };
    }
    if (this.is('(')) {
      this.at++;
      const inner = this.joined(depth + 1);
      this.take(')');
      return inner;
    }
    return this.comparison(depth);
  }

  private comparison(depth: number): Filter {
    if (++this.comparisons > maxComparisons)
      throw this.fail(`at most ${maxComparisons} comparisons`, `比較は ${maxComparisons} 個まで`);
    const path = this.path(depth);
    const operator = operators.find(one => this.is(one));
    if (!operator) throw this.fail(`one of ${operators.join(', ')}`, `${operators.join('・')} のどれか`);
    this.at++;
    const value = this.tokens[this.at];
    if (!value || (!value.quoted && /^[()[\]]$/.test(value.text))) throw this.fail('a value', '値');
    this.at++;
    return { op: 'compare', path, operator, value: value.text };
  }

  private path(depth: number): FilterPath {
    const steps: { code: string; condition?: Filter }[] = [];
    const token = this.tokens[this.at];
    if (!token || token.quoted || !/^[A-Za-z_]/.test(token.text)) throw this.fail('a parameter', 'パラメータ');
    this.at++;
    steps.push(...token.text.split('.').map(code => ({ code })));
    while (this.is('[')) {
      this.at++;
      steps.at(-1)!.condition = this.joined(depth + 1);
      this.take(']');
      const next = this.tokens[this.at];
      if (!next || next.quoted || !next.text.startsWith('.'))
        throw this.fail('a dot and a parameter after "]"', '「]」の後にはドットとパラメータ');
      this.at++;
      steps.push(
        ...next.text
          .slice(1)
          .split('.')
          .map(code => ({ code })),
      );
    }
    if (steps.some(step => !/^[A-Za-z_][A-Za-z0-9_-]*(:[A-Za-z]+)?$/.test(step.code)))
      throw this.fail('parameters between dots', 'ドット区切りのパラメータ');
    return steps;
  }
}

/** Reads a filter. @throws FhirError that names the character where it went wrong */
export function parseFilter(text: string): Filter {
  if (text.length > 20_000)
    throw refuse(name, 'the filter is longer than 20,000 characters', 'フィルターが 20,000 文字を超えています');
  return new FilterParser(text).whole();
}

/** The path of a filter that has no conditions inside, as a parameter's path. */
export function plainPath(path: FilterPath): ParamPath {
  return parsePath(name, path.map(step => step.code).join('.'));
}
