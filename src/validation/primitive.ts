/**
 * The primitive types: JSON type, lexical form and range of each.
 * Forms are the specification's regular expressions; its `\s` means the four blanks of XML, not the ideographic space that
 * JavaScript counts in, and strings are checked by hand where the expression could run long.
 * @see https://hl7.org/fhir/R4/datatypes.html#primitive
 */
import type { TypeSchema } from '../definitions/element-schema.ts';
import { DecimalLiteral } from '../fhir/json.ts';
import type { Message } from '../fhir/types.ts';

/** How values of a primitive type are told right from wrong. */
export interface Primitive {
  readonly json: 'string' | 'number' | 'boolean';
  /** True for a right value; asked for every value, so it must be quick. */
  readonly accepts: (value: unknown) => boolean;
  /** What a right value looks like. */
  readonly expected: Message;
}

/** @see https://hl7.org/fhir/R4/datatypes.html#string */
const maxStringLength = 1024 * 1024;
const maxInteger = 2_147_483_647;

const controlCharacter = /[\0-\x08\x0b\x0c\x0e-\x1f]/;

const isText = (value: unknown): boolean =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= maxStringLength &&
  !controlCharacter.test(value) &&
  value.isWellFormed();

const matches =
  (pattern: RegExp) =>
  (value: unknown): boolean =>
    typeof value === 'string' && pattern.test(value);

const blankless = /^[^\0-\x20]+$/;
const isBlankless = (value: unknown): value is string =>
  typeof value === 'string' && blankless.test(value) && value.isWellFormed();

/**
 * OIDs and UUIDs are URIs as `urn:oid:…` and `urn:uuid:…` only, in the forms of these types; a canonical may have a version, a fragment.
 * The scheme and the namespace of a URN may be in capitals (RFC 8141, section 3.1).
 */
const hasUrn = /^(?:[Uu][Rr][Nn]:(?:[Oo][Ii][Dd]|[Uu][Uu][Ii][Dd])|oid|uuid):/;
const urn = /^urn:(?:oid:[0-2](?:\.(?:0|[1-9]\d*))+|uuid:[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12})(?:[|#].*)?$/i;
/** True for a text that is right as a `uri`, `url` or `canonical`. */
export const isUri = (value: unknown): value is string =>
  isBlankless(value) && (!hasUrn.test(value) || urn.test(value));

const codePattern = /^[^\0-\x20]+(?:[ \t\r\n][^\0-\x20]+)*$/;
const isCode = (value: unknown): boolean =>
  typeof value === 'string' && codePattern.test(value) && value.isWellFormed();

const numberOf = (value: unknown): number =>
  typeof value === 'number' ? value : value instanceof DecimalLiteral ? Number(value.text) : Number.NaN;

const integerBetween =
  (low: number, high: number) =>
  (value: unknown): boolean => {
    if (value instanceof DecimalLiteral && !/^-?\d+$/.test(value.text)) return false;
    const number = numberOf(value);
    return Number.isInteger(number) && number >= low && number <= high;
  };

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the day of a date that has one (`2026-02-29…`, its form already checked) exists. */
function dayExists(text: string): boolean {
  if (text.length < 10) return true;
  const day = (text.charCodeAt(8) - 48) * 10 + text.charCodeAt(9) - 48;
  if (day <= 28) return true;
  const month = (text.charCodeAt(5) - 48) * 10 + text.charCodeAt(6) - 48;
  if (month !== 2) return day <= monthDays[month - 1]!;
  const year = Number(text.slice(0, 4));
  return day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Fractions of a second beyond nanoseconds are noise that no system keeps. */
const tooFine = /\.\d{10}/;

const isDate =
  (pattern: RegExp) =>
  (value: unknown): boolean =>
    typeof value === 'string' && pattern.test(value) && dayExists(value) && (value.length < 30 || !tooFine.test(value));

/** From this length on, decoding is quicker than looking. */
const longBase64 = 512;

/** True for Base64 without blanks: what the platform decodes has the length it must have. It takes `-` and `_` too. */
function decodesWhole(value: string): boolean {
  if (value.length % 4 !== 0 || value.includes('-') || value.includes('_')) return false;
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0;
  return Buffer.from(value, 'base64').length === (value.length / 4) * 3 - padding;
}

/** RFC 4648 with padding; blanks may stand anywhere. By hand, because attachments have many megabytes. */
function isBase64(value: unknown): boolean {
  if (typeof value !== 'string' || value.length === 0) return false;
  if (value.length > longBase64 && decodesWhole(value)) return true;
  let digits = 0;
  let padding = 0;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) continue;
    if (code === 0x3d) padding++;
    else if (padding > 0 || !isBase64Digit(code)) return false;
    else digits++;
  }
  return digits > 0 && padding <= 2 && (digits + padding) % 4 === 0;
}

const isBase64Digit = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x30 && code <= 0x39) ||
  code === 0x2b ||
  code === 0x2f;

const strings = (accepts: (value: unknown) => boolean, en: string, ja: string): Primitive => ({
  json: 'string',
  accepts,
  expected: { en, ja },
});
const numbers = (accepts: (value: unknown) => boolean, en: string, ja: string): Primitive => ({
  json: 'number',
  accepts,
  expected: { en, ja },
});

const text = strings(
  isText,
  'text that is not empty, without control characters and of at most 1,048,576 characters',
  '制御文字を含まない、空でない1,048,576文字以内の文字列',
);
const uri = strings(
  isUri,
  'a URI without blanks; OIDs and UUIDs as urn:oid:1.2.392.100495 and urn:uuid:0a1b2c3d-0000-4000-8000-000000000001',
  '空白を含まない URI（OID・UUID は urn:oid:1.2.392.100495・urn:uuid:0a1b2c3d-0000-4000-8000-000000000001 の形）',
);

/** What a type with a regular expression of its own expects, beside the expression. */
const byPattern: ReadonlyMap<string, (pattern: RegExp) => Primitive> = new Map([
  [
    'date',
    pattern =>
      strings(
        isDate(pattern),
        'an existing date such as 2026, 2026-04 or 2026-04-01',
        '2026、2026-04、2026-04-01 のような、実在する日付',
      ),
  ],
  [
    'dateTime',
    pattern =>
      strings(
        isDate(pattern),
        'an existing date, or date and time with seconds and zone such as 2026-04-01T09:00:00+09:00',
        '実在する日付、または 2026-04-01T09:00:00+09:00 のような秒と時差のある日時',
      ),
  ],
  [
    'instant',
    pattern =>
      strings(
        isDate(pattern),
        'an existing date and time with seconds and zone such as 2026-04-01T09:00:00+09:00',
        '2026-04-01T09:00:00+09:00 のような秒と時差のある、実在する日時',
      ),
  ],
  [
    'time',
    pattern =>
      strings(
        value => matches(pattern)(value) && !tooFine.test(String(value)),
        'a time such as 09:00:00',
        '09:00:00 のような時刻',
      ),
  ],
  ['id', pattern => strings(matches(pattern), '1 to 64 of A-Z a-z 0-9 - .', '英数字・「-」・「.」の1〜64文字')],
  ['oid', pattern => strings(matches(pattern), 'an OID such as urn:oid:1.2.3', 'urn:oid:1.2.3 のような OID ')],
  [
    'uuid',
    pattern =>
      strings(
        matches(pattern),
        'a lower-case UUID such as urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
        'urn:uuid:c757873d-ec9a-4326-a141-556f43239520 のような小文字の UUID ',
      ),
  ],
]);

const byHand: ReadonlyMap<string, Primitive> = new Map([
  ['string', text],
  ['markdown', text],
  ['uri', uri],
  ['url', uri],
  ['canonical', uri],
  [
    'code',
    strings(
      isCode,
      'a code: no blanks at its ends and only single ones within',
      '前後に空白がなく、途中の空白も1つずつのコード',
    ),
  ],
  ['base64Binary', strings(isBase64, 'Base64 with padding', '「=」で長さを揃えた Base64 ')],
  [
    'boolean',
    {
      json: 'boolean',
      accepts: (value: unknown) => typeof value === 'boolean',
      expected: { en: 'true or false', ja: 'true か false ' },
    },
  ],
  ['decimal', numbers(value => Number.isFinite(numberOf(value)), 'a number', '数値')],
  ['integer', numbers(integerBetween(-maxInteger - 1, maxInteger), 'a whole number of 32 bits', '32ビットの整数')],
  [
    'unsignedInt',
    numbers(integerBetween(0, maxInteger), 'a whole number from 0 to 2147483647', '0〜2147483647 の整数'),
  ],
  [
    'positiveInt',
    numbers(integerBetween(1, maxInteger), 'a whole number from 1 to 2147483647', '1〜2147483647 の整数'),
  ],
]);

/** The value of an id attribute: any text without blanks, also one that looks like a URI. @see https://hl7.org/fhir/R4/element.html */
export const elementId: Primitive = strings(
  value => isBlankless(value) && value.length <= maxStringLength,
  'an id without blanks, of at most 1,048,576 characters',
  '空白を含まない1,048,576文字以内の id ',
);

/** The primitive of a type; text for one this file does not know. */
export function primitiveOf(schema: TypeSchema): Primitive {
  const make = byPattern.get(schema.name);
  if (make && schema.pattern) return make(new RegExp(`^(?:${schema.pattern})$`));
  return byHand.get(schema.name) ?? text;
}
