/** String manipulation. @see https://hl7.org/fhirpath/N1/#string-manipulation */
import { booleanType, charge, type State, singleSystem } from '../code.ts';
import { fault, type Place } from '../fault.ts';
import { type Collection, type Item, none, systemOf } from '../item.ts';
import { madeText } from '../operators.ts';
import { argumentValues, type FunctionEntry, integerOf, ofCollections, ofText, ofValue, textOf } from './define.ts';
import { guarded, toRegExp } from './regex.ts';

function substring(text: string, start: number, length: number | undefined): string | undefined {
  if (start < 0 || start >= text.length) return undefined;
  return length === undefined ? text.slice(start) : text.slice(start, start + Math.max(0, length));
}

/** matches, matchesFull and replaceMatches know whether the expression is a definition's. */
function withRegex(
  least: number,
  most: number,
  compute: (text: string, args: readonly string[], trusted: boolean, state: State, place: Place) => Item,
): FunctionEntry {
  return {
    arity: [least, most],
    build(call) {
      const { input, place, name, scope } = call;
      const whole = `${name}()`;
      const valuesOf = argumentValues(call, name);
      return {
        run(self, state) {
          const text = singleSystem(input.run(self, state), place, whole);
          const values = valuesOf(self, state);
          if (text === undefined || values.some(value => value === undefined)) return none;
          const texts = values.map(value => textOf(value!, place));
          return [compute(textOf(text, place), texts, scope.trusted, state, place)];
        },
        type: name === 'replaceMatches' ? { system: 'String', single: true } : booleanType,
      };
    },
  };
}

const encodings: ReadonlyMap<string, BufferEncoding> = new Map([
  ['hex', 'hex'],
  ['base64', 'base64'],
  ['urlbase64', 'base64url'],
]);
const encodedForms: Record<string, RegExp> = {
  hex: /^(?:[0-9a-fA-F]{2})*$/,
  base64: /^[A-Za-z0-9+/]*={0,2}$/,
  base64url: /^[A-Za-z0-9_-]*={0,2}$/,
};

function encodingOf(name: Item, place: Place): BufferEncoding {
  const encoding = encodings.get(textOf(name, place));
  if (!encoding)
    throw fault(place, 'expected hex, base64 or urlbase64', 'hex・base64・urlbase64 のどれかを指定してください');
  return encoding;
}

function decode(text: string, name: Item, place: Place): string {
  const encoding = encodingOf(name, place);
  if (!encodedForms[encoding]!.test(text))
    throw fault(place, `the text is not ${encoding}`, `${encoding} の文字列ではありません`);
  return Buffer.from(text, encoding).toString('utf8');
}

const entities: readonly (readonly [string, string])[] = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
];
const characters: ReadonlyMap<string, string> = new Map(entities.map(([character, entity]) => [entity, character]));

function escapeText(text: string, target: Item): string | undefined {
  if (target === 'html')
    return text.replace(/[&<>"']/g, found => entities.find(([character]) => character === found)![1]);
  return target === 'json' ? JSON.stringify(text).slice(1, -1) : undefined;
}

function unescapeText(text: string, target: Item): string | undefined {
  if (target === 'html') return text.replace(/&(?:amp|lt|gt|quot|#39);/g, found => characters.get(found)!);
  if (target !== 'json') return undefined;
  try {
    return JSON.parse(`"${text.replace(/(^|[^\\])"/g, '$1\\"')}"`) as string;
  } catch {
    return undefined;
  }
}

/** RFC 4648's alphabet for URLs, with the padding that Buffer leaves out. */
function encode(text: string, encoding: BufferEncoding): string {
  const encoded = Buffer.from(text, 'utf8').toString(encoding);
  return encoding === 'base64url' ? encoded.padEnd(Math.ceil(encoded.length / 4) * 4, '=') : encoded;
}

/** A text's pieces, as many as the budget allows. */
function pieces(
  name: string,
  cut: (text: string, args: readonly Item[], place: Place) => string[],
  count: number,
): FunctionEntry {
  return ofCollections(count, count, (input, args, state, place): Collection => {
    const text = singleSystem(input, place, `${name}()`);
    const values = args.map(arg => singleSystem(arg, place, name));
    if (text === undefined || values.some(value => value === undefined)) return none;
    const found = cut(textOf(text, place), values as Item[], place);
    charge(state, found.length, place);
    return found;
  });
}

const join: FunctionEntry = ofCollections(
  0,
  1,
  (input, [separator], state, place) => {
    const between = separator === undefined ? '' : singleSystem(separator, place, 'join()');
    const texts = input.map(systemOf).filter(value => value !== undefined);
    if (texts.length === 0 || between === undefined) return none;
    const [parts, gap] = [texts.map(text => textOf(text, place)), textOf(between, place)];
    const length = parts.reduce((sum, part) => sum + part.length + gap.length, 0);
    charge(state, texts.length + (length >> 6), place);
    return [madeText(length > 2_000_000 ? ' '.repeat(2_000_000) : parts.join(gap), state, place)];
  },
  () => ({ system: 'String', single: true }),
);

const optionalLength = (value: Item | undefined, place: Place): number | undefined =>
  value === undefined ? undefined : integerOf(value, place);

/** The functions of this file by name. */
export const strings: readonly (readonly [string, FunctionEntry])[] = [
  ['indexOf', ofText(1, 1, (text, [part], _, place) => text.indexOf(textOf(part!, place)), 'Integer')],
  ['lastIndexOf', ofText(1, 1, (text, [part], _, place) => text.lastIndexOf(textOf(part!, place)), 'Integer')],
  [
    'substring',
    ofValue(1, 2, (text, [start, length], _, place) =>
      start === undefined
        ? undefined
        : substring(textOf(text, place), integerOf(start, place), optionalLength(length, place)),
    ),
  ],
  ['startsWith', ofText(1, 1, (text, [part], _, place) => text.startsWith(textOf(part!, place)), 'Boolean')],
  ['endsWith', ofText(1, 1, (text, [part], _, place) => text.endsWith(textOf(part!, place)), 'Boolean')],
  ['contains', ofText(1, 1, (text, [part], _, place) => text.includes(textOf(part!, place)), 'Boolean')],
  ['upper', ofText(0, 0, text => text.toUpperCase())],
  ['lower', ofText(0, 0, text => text.toLowerCase())],
  ['trim', ofText(0, 0, text => text.trim())],
  ['length', ofText(0, 0, text => text.length, 'Integer')],
  [
    'replace',
    ofText(2, 2, (text, [pattern, substitution], state, place) => {
      const [from, to] = [textOf(pattern!, place), textOf(substitution!, place)];
      const times = from === '' ? text.length + 1 : text.split(from).length - 1;
      if (times * to.length > 1_000_000) return madeText(' '.repeat(1_000_001), state, place);
      return madeText(
        text.replaceAll(from, () => to),
        state,
        place,
      );
    }),
  ],
  [
    'matches',
    withRegex(1, 2, (text, [pattern, flags = ''], trusted, state, place) => {
      const regex = toRegExp(pattern!, flags, place);
      return guarded(regex, text, trusted, () => regex.test(text), state, place);
    }),
  ],
  [
    'matchesFull',
    withRegex(1, 2, (text, [pattern, flags = ''], trusted, state, place) => {
      const regex = toRegExp(`^(?:${pattern})$`, flags, place);
      return guarded(regex, text, trusted, () => regex.test(text), state, place);
    }),
  ],
  [
    'replaceMatches',
    withRegex(2, 3, (text, [pattern, substitution, flags = ''], trusted, state, place) => {
      if (pattern === '') return text;
      // Only $1, $2 … and $<name> stand for something; the text before and after a match must not be multiplied.
      const groupsOnly = substitution!.replace(/\$(?=[`'])/g, '$$$$');
      const regex = new RegExp(toRegExp(pattern!, flags, place), `${toRegExp(pattern!, flags, place).flags}g`);
      if (text.length * substitution!.length > 20_000_000)
        throw fault(place, 'the result would be too long', '結果が長すぎます', 'too-costly');
      return madeText(
        guarded(regex, text, trusted, () => text.replace(regex, groupsOnly), state, place),
        state,
        place,
      );
    }),
  ],
  ['toChars', pieces('toChars', text => [...text], 0)],
  ['split', pieces('split', (text, [separator], place) => text.split(textOf(separator!, place)), 1)],
  ['join', join],
  [
    'encode',
    ofText(1, 1, (text, [encoding], state, place) =>
      madeText(encode(text, encodingOf(encoding!, place)), state, place),
    ),
  ],
  ['decode', ofText(1, 1, (text, [encoding], _, place) => decode(text, encoding!, place))],
  [
    'escape',
    ofText(1, 1, (text, [target], state, place) =>
      madeText(escapeText(text, target!) ?? unknownTarget(place), state, place),
    ),
  ],
  ['unescape', ofText(1, 1, (text, [target], _, place) => unescapeText(text, target!) ?? unknownTarget(place))],
];

function unknownTarget(place: Place): never {
  throw fault(place, 'expected html or json', 'html か json を指定してください');
}
