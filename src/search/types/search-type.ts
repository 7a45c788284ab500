/**
 * SearchType: the shape of a kind of search parameter; one file in this folder each, listed in all.ts.
 */

import type { JsonObject, Resource } from '../../fhir/types.ts';
import type { TypeInfo } from '../../fhirpath/compile.ts';
import type { Sql } from '../../store/sql.ts';
import type { IndexTable } from '../../store/store.ts';
import type { Codes } from '../codes.ts';
import type { Condition } from '../condition.ts';
import type { IndexSettings, Rows } from '../rows.ts';
import type { SearchParam, SearchParamType, Source } from '../search-param.ts';

/** One parameter of a query, taken apart as far as its type needs. */
export interface Asked {
  readonly param: SearchParam;
  /** As the client wrote it, for messages. */
  readonly name: string;
  readonly modifier?: string;
  /** One of the values between commas, escapes still inside. */
  readonly value: string;
}

/** A reference by an id alone: the resources it can mean. */
export interface BareId {
  /** Name of the parameter as the client wrote it. */
  readonly name: string;
  readonly value: string;
  readonly hashes: readonly bigint[];
}

/** What answering depends on besides the parameter. */
export interface AskSettings extends IndexSettings {
  /** UTC milliseconds, for `ap` on dates. */
  readonly now: number;
  /** Canonicals of code systems that have a code. */
  readonly inCodeSystem: (system: string, code: string) => boolean;
  readonly codes: Codes;
  isResourceType(name: string): boolean;
  /** Takes note of references by an id alone, so that whoever runs the query can look whether they are ambiguous. */
  readonly bareIds?: BareId[];
}

/**
 * Receives a text that a resource is sorted by, with its hash in the index; `isValue` is false for a row beside it that is only
 * looked up; `target` is the type that a reference leads to, where it is known.
 */
export type AddSorted = (text: string, hash: bigint, isValue?: boolean, target?: string) => void;

/** How values are sorted that the index keeps as hashes: the column that has them, and the texts behind. */
export interface SortedByText {
  readonly table: IndexTable;
  readonly column: string;
  /** True when a value of such a type can have more than one row. */
  readonly manyRows: (type: string) => boolean;
  /** What references lead to: the type that a text tells, '' for none, undefined where only the rows `x` tell. */
  readonly target?: { of(text: string): string | undefined; rows(type: string): Sql };
  /** @param base service base URL that the index was made with */
  texts(value: unknown, type: TypeInfo, source: Source, base: string, add: AddSorted): void;
}

/** A kind of search parameter. */
export interface SearchType {
  readonly type: SearchParamType;
  /** Modifiers it understands besides `missing`. */
  readonly modifiers: readonly string[];
  readonly tables: readonly IndexTable[];
  /** Adds the rows of one value; source and resource matter to composites only. */
  entries(value: unknown, type: TypeInfo, rows: Rows, source: Source, resource: Resource): void;
  /** What a resource has to fulfil for one value; throws FhirError for a malformed one. */
  condition(asked: Asked, settings: AskSettings): Condition;
  /** Only where the index has no values in order. */
  readonly sorted?: SortedByText;
}

/** True for a JSON object. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value of an Extension with its type; undefined when it has none. */
export function extensionValue(value: unknown): readonly [unknown, TypeInfo] | undefined {
  if (!isObject(value)) return undefined;
  for (const name of Object.keys(value)) {
    if (name.startsWith('value') && name.length > 5) {
      const code = name.slice(5);
      const primitive = code[0]!.toLowerCase() + code.slice(1);
      return [value[name], { code: typeof value[name] === 'object' ? code : primitive }];
    }
  }
  return undefined;
}

/** A value as a search has it: characters that separate are escaped. */
export const escapeValue = (text: string): string => text.replace(/[\\,$|]/g, '\\$&');

/** Takes `\,`, `\|`, `\$` and `\\` back to what they stand for. */
export function unescapeValue(text: string): string {
  return text.includes('\\') ? text.replace(/\\([,|$\\])/g, '$1') : text;
}

/** Cuts at a separator that is not escaped; the parts keep their escapes. */
export function splitEscaped(text: string, separator: string): string[] {
  if (!text.includes('\\')) return text.split(separator);
  const parts = [''];
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '\\' && i + 1 < text.length) parts[parts.length - 1] += character + text[++i]!;
    else if (character === separator) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

/** Prefixes of ordered values. @see https://hl7.org/fhir/R4/search.html#prefix */
export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

/** Takes the prefix off a value; without one it is `eq`. */
export function takePrefix(value: string): readonly [Prefix, string] {
  const match = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[-+.\d])/.exec(value);
  return match ? [match[1] as Prefix, value.slice(2)] : ['eq', value];
}
