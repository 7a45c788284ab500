/**
 * Parameters nobody knows: refused, or ignored by lenient handling.
 */
import { refuse, shorten } from './refuse.ts';

/** Thrown for a parameter nobody knows; lenient handling ignores it and says so. */
export class UnknownParameter {
  readonly name: string;
  readonly code: string;
  readonly type: string;
  readonly known: readonly string[];
  constructor(name: string, code: string, type: string, known: readonly string[]) {
    this.name = name;
    this.code = code;
    this.type = type;
    this.known = known;
  }
  /** The refusal of strict handling. */
  get refusal() {
    const near = nearest(this.code, this.known);
    const hint = near.length ? near.join(', ') : this.known.slice(0, 8).join(', ');
    return refuse(
      this.name,
      `${this.type} has no search parameter "${shorten(this.code)}"; did you mean ${hint}?`,
      `${this.type} に「${shorten(this.code)}」という検索パラメータはありません（近いもの: ${hint}）`,
    );
  }
}

function nearest(code: string, known: readonly string[]): string[] {
  const pairs = (text: string) => new Set(Array.from(text.slice(0, 40)).map((_, i) => text.slice(i, i + 2)));
  const wanted = pairs(code.toLowerCase());
  const score = (name: string) =>
    [...pairs(name)].filter(pair => wanted.has(pair)).length / Math.max(wanted.size, name.length);
  return known
    .map(name => [name, score(name)] as const)
    .filter(([, value]) => value > 0.3)
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([name]) => name);
}
