/**
 * string: folded text; begins with by default, `:exact`, `:contains`. Names and addresses give each of their parts.
 * @see https://hl7.org/fhir/R4/search.html#string
 */
import type { TypeInfo } from '../../fhirpath/compile.ts';
import { hash47 } from '../../store/hash.ts';
import { anyOf } from '../condition.ts';
import { fold, folded } from '../fold.ts';
import type { Rows } from '../rows.ts';
import type { Source } from '../search-param.ts';
import { notWhole, pairTable, stringTable } from '../tables.ts';
import { extensionValue, isObject, type SearchType } from './search-type.ts';
import { keptLength, pairsOf, stringCondition } from './text.ts';

/** @param isWhole false for a part of a text */
function addString(rows: Rows, text: unknown, isWhole = true): void {
  if (typeof text !== 'string' || text === '') return;
  const known = folded(text, rows.settings.variants);
  const kept = known.text.slice(0, keptLength);
  if (kept === '') return;
  if (isWhole) known.exact ??= hash47(text);
  rows.add(stringTable, [rows.param, kept, isWhole ? known.exact! : notWhole, rows.moment]);
  known.pairs ??= pairsOf(kept);
  for (const pair of known.pairs) rows.addPair(pair);
}

/** Most words of a name that are found by themselves. */
const maxWords = 5;

/** A name, and what follows each of its spaces: "Quinones" of "Carreno Quinones". */
function addName(rows: Rows, text: unknown): void {
  addString(rows, text);
  if (typeof text !== 'string' || text.length > 100) return;
  const words = fold(text, rows.settings.variants).split(' ').slice(0, maxWords);
  for (let i = 1; i < words.length; i++) addString(rows, words.slice(i).join(' '), false);
}

const nameParts = ['text', 'family', 'given', 'prefix', 'suffix'];
const addressParts = ['text', 'line', 'city', 'district', 'state', 'country', 'postalCode'];
const japanese = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

function addParts(
  rows: Rows,
  value: Record<string, unknown>,
  parts: readonly string[],
  add: (rows: Rows, text: unknown) => void,
): void {
  for (const part of parts) {
    const found = value[part];
    if (Array.isArray(found)) for (const item of found) add(rows, item);
    else add(rows, found);
  }
}

/**
 * A name is also found by family and given name together, as it is said: a Japanese one in one word, others with the given names, all or
 * the first, before the family name, and behind it as in Japan.
 */
function addWholeName(rows: Rows, { text, family, given }: Record<string, unknown>): void {
  const names = Array.isArray(given) ? given.filter(name => typeof name === 'string') : [];
  const [first] = names;
  if (typeof family !== 'string' || first === undefined) return;
  if (japanese.test(family)) {
    addString(rows, family + first);
    return;
  }
  const folded = (one: string) => fold(one, rows.settings.variants);
  const forms = [
    [...names, family],
    [first, family],
    [family, ...names],
  ].map(parts => folded(parts.join(' ')));
  const whole = typeof text === 'string' ? folded(text) : '';
  for (const form of new Set(forms)) if (form !== whole) addString(rows, form, false);
}

/** A Japanese address is also found from the prefecture on in one. */
function addWholeAddress(rows: Rows, { state, city, line }: Record<string, unknown>): void {
  const parts = [state, city, ...(Array.isArray(line) ? line : [])].filter(part => typeof part === 'string');
  if (parts.length < 2 || !japanese.test(parts[0]!)) return;
  addString(rows, parts.join(''));
  if (typeof state === 'string' && parts.length > 2) addString(rows, parts.slice(1).join(''));
}

function entries(value: unknown, type: TypeInfo, rows: Rows, source: Source): void {
  if (typeof value === 'string') (source.ofName ? addName : addString)(rows, value);
  else if (!isObject(value)) return;
  else if (type.code === 'HumanName') {
    addParts(rows, value, nameParts, addName);
    addWholeName(rows, value);
  } else if (type.code === 'Address') {
    addParts(rows, value, addressParts, addString);
    addWholeAddress(rows, value);
  } else if (type.code === 'Extension') {
    const inner = extensionValue(value);
    if (inner) entries(inner[0], inner[1], rows, source);
  } else if (type.code === 'CodeableConcept') {
    addString(rows, value['text']);
    for (const coding of Array.isArray(value['coding']) ? value['coding'] : [])
      if (isObject(coding)) addString(rows, coding['display']);
  }
}

/** Folded text. */
export const stringType: SearchType = {
  type: 'string',
  modifiers: ['exact', 'contains'],
  tables: [stringTable, pairTable],
  entries,
  condition: (asked, settings) =>
    anyOf(asked.param.sources.map(source => stringCondition(source.param, asked, settings))),
};
