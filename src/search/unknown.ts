/**
 * Parameters nobody knows: refused, or ignored by lenient handling.
 */
import { nearest } from '../definitions/nearest.ts';
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
    const some = this.known.filter(one => !one.startsWith('_')).slice(0, 8);
    const hint = near
      ? { en: `did you mean ${near}?`, ja: `${near} のことですか` }
      : {
          en: `expected one of those GET metadata lists, such as ${some.join(', ')}`,
          ja: `GET metadata にあるもの（${some.join('・')} など）を指定してください`,
        };
    return refuse(
      this.name,
      `${this.type} has no search parameter "${shorten(this.code)}"; ${hint.en}`,
      `${this.type} に「${shorten(this.code)}」という検索パラメータはありません。${hint.ja}`,
    );
  }
}
