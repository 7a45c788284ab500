/**
 * Words that are looked for in a text: `liver metastases`, `"liver metastases"`, `liver OR bone`, `liver NOT (bone OR lung)`. OR binds
 * closer than words that stand side by side, NOT closest; AND says what standing side by side says.
 * @see https://hl7.org/fhir/R4/search.html#content
 */
import type { FhirError } from '../fhir/outcome.ts';
import { fold, type Variants } from './fold.ts';
import { refuse, refuseValue } from './refuse.ts';

/** What a text must hold. */
export type Words =
  | { readonly op: 'word'; readonly word: string }
  | { readonly op: 'all' | 'any'; readonly of: readonly Words[] }
  | { readonly op: 'not'; readonly of: Words };

/** Most words of one search. */
const maxWords = 50;
/** Most parentheses within each other. */
const maxDepth = 20;

interface Token {
  readonly kind: 'word' | 'and' | 'or' | 'not' | '(' | ')';
  readonly text: string;
}

function tokensOf(value: string): readonly Token[] {
  return Array.from(value.matchAll(/"([^"]*)"|[()]|[^\s"()]+/g), ([whole, phrase]): Token => {
    if (phrase !== undefined) return { kind: 'word', text: phrase };
    if (whole === '(' || whole === ')') return { kind: whole, text: whole };
    // "not" in small letters is a word of many texts, and would turn what is found into its opposite.
    if (whole === 'NOT') return { kind: 'not', text: whole };
    const kind = /^and$/i.test(whole) ? 'and' : /^or$/i.test(whole) ? 'or' : 'word';
    return { kind, text: whole };
  });
}

/** Reads the value of `_text` or `_content`. Words of punctuation alone ask for nothing and are left out. */
class WordReader {
  private readonly name: string;
  private readonly value: string;
  private readonly variants: Variants;
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(name: string, value: string, variants: Variants) {
    this.name = name;
    this.value = value;
    this.variants = variants;
    this.tokens = tokensOf(value);
    if (this.tokens.filter(token => token.kind === 'word').length > maxWords)
      throw refuse(name, `at most ${maxWords} words can be searched`, `語は ${maxWords} 個までです`);
  }

  read(): Words {
    const words = this.all(0);
    if (this.at < this.tokens.length || !words) throw this.malformed();
    return words;
  }

  private malformed(): FhirError {
    return refuseValue(
      this.name,
      this.value,
      {
        en: 'words, phrases in quotes, OR between alternatives, NOT before what must not be there, and parentheses',
        ja: '語、引用符で囲んだ語句、OR、NOT（含まない語の前）、括弧',
      },
      '(liver OR 肝臓) NOT metastases',
    );
  }

  private get kind(): Token['kind'] | undefined {
    return this.tokens[this.at]?.kind;
  }

  private all(depth: number): Words | undefined {
    const of: Words[] = [];
    while (this.kind !== undefined && this.kind !== ')') {
      if (this.kind === 'and') {
        this.at++;
        continue;
      }
      const words = this.any(depth);
      if (words) of.push(words);
    }
    return of.length > 1 ? { op: 'all', of } : of[0];
  }

  private any(depth: number): Words | undefined {
    const of = [this.one(depth)];
    while (this.kind === 'or') {
      this.at++;
      of.push(this.one(depth));
    }
    const asked = of.filter(words => words !== undefined);
    return asked.length > 1 ? { op: 'any', of: asked } : asked[0];
  }

  private one(depth: number): Words | undefined {
    const token = this.tokens[this.at++];
    if (token?.kind === 'word') {
      const word = fold(token.text, this.variants);
      return word === '' ? undefined : { op: 'word', word };
    }
    if (token?.kind === 'not') {
      const of = this.one(depth);
      return of && { op: 'not', of };
    }
    if (token?.kind !== '(' || depth >= maxDepth) throw this.malformed();
    const words = this.all(depth + 1);
    if (this.tokens[this.at++]?.kind !== ')') throw this.malformed();
    return words;
  }
}

/** Reads the value of `_text` or `_content`. @throws FhirError for one that asks for nothing, or whose operators lack a side */
export function parseWords(name: string, value: string, variants: Variants): Words {
  return new WordReader(name, value, variants).read();
}

/** Whether a folded text holds what is asked for. */
export function holds(text: string, words: Words): boolean {
  switch (words.op) {
    case 'word':
      return text.includes(words.word);
    case 'not':
      return !holds(text, words.of);
    case 'all':
      return words.of.every(one => holds(text, one));
    case 'any':
      return words.of.some(one => holds(text, one));
  }
}
