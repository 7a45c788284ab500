/**
 * Parameters nobody knows: refused, or ignored by lenient handling.
 */
import { nearest } from '../definitions/nearest.ts';
import type { FhirError } from '../fhir/outcome.ts';
import { refuse, shorten } from './refuse.ts';

/**
 * Thrown for a parameter nobody knows; lenient handling ignores it and says so. With `other`, for what is known but cannot be asked
 * of the type: of several types the others may still be found, and where none is, that is refused by any handling.
 */
export class UnknownParameter {
  readonly name: string;
  readonly code: string;
  readonly type: string;
  readonly known: readonly string[];
  readonly other: FhirError | undefined;
  constructor(name: string, code: string, type: string, known: readonly string[], other?: FhirError) {
    this.name = name;
    this.code = code;
    this.type = type;
    this.known = known;
    this.other = other;
  }
  /** The refusal of strict handling. */
  get refusal(): FhirError {
    if (this.other) return this.other;
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
