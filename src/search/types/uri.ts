/**
 * uri: compared as they are; `:below` finds what begins with the value, `:above` what the value begins with.
 * @see https://hl7.org/fhir/R4/search.html#uri
 */
import { hash47 } from '../../store/hash.ts';
import { sql } from '../../store/sql.ts';
import { anyOf, type Condition } from '../condition.ts';
import { refuseValue } from '../refuse.ts';
import { useTable, wordTable } from '../tables.ts';
import { type Asked, extensionValue, type SearchType, type SortedByText, unescapeValue } from './search-type.ts';
import { oneWord, prefixWhere, wordCondition } from './text.ts';

/** `http://a/b/c` → every beginning of it that names a server. */
function beginnings(uri: string): string[] {
  const from = uri.indexOf('://') + 4;
  return Array.from({ length: Math.max(uri.length - from + 1, 1) }, (_, i) => uri.slice(0, Math.max(from, 1) + i));
}

function uriCondition(param: number, asked: Asked): Condition {
  const uri = unescapeValue(asked.value);
  if (uri === '')
    throw refuseValue(asked.name, asked.value, { en: 'a URI', ja: 'URI' }, 'http://example.org/fhir/ValueSet/1');
  // Names that are no URLs (urn:…) have nothing above or below.
  const isUrl = uri.includes('://');
  const same = oneWord(param, [uri.slice(0, keptUri)], 35);
  switch (asked.modifier) {
    case 'below':
      return isUrl ? wordCondition(param, prefixWhere('y.text', uri), 36) : same;
    case 'above':
      return isUrl ? oneWord(param, beginnings(uri), 36) : same;
    case 'starts':
      return wordCondition(param, prefixWhere('y.text', uri), 36);
    case 'contains':
      return wordCondition(param, sql`instr(y.text, ${uri}) > 0`, 36);
    default:
      // A canonical with a version is also found by its URL alone.
      return uri.includes('|') ? same : anyOf([same, wordCondition(param, prefixWhere('y.text', `${uri}|`), 36)]);
  }
}

/** Longest URI that is kept. */
export const keptUri = 2000;

const sorted: SortedByText = {
  table: useTable,
  column: 'word',
  manyRows: () => false,
  texts(value, type, _source, _base, add) {
    const text = type.code === 'Extension' ? extensionValue(value)?.[0] : value;
    if (typeof text !== 'string' || text === '') return;
    const kept = text.slice(0, keptUri);
    add(kept, BigInt(hash47(kept)));
  },
};

/** URIs. */
export const uriType: SearchType = {
  type: 'uri',
  modifiers: ['below', 'above', 'contains'],
  tables: [wordTable, useTable],
  entries(value, type, rows) {
    const text = type.code === 'Extension' ? extensionValue(value)?.[0] : value;
    if (typeof text !== 'string' || text === '') return;
    rows.addPresence();
    rows.addWord(rows.param, text.slice(0, keptUri));
  },
  sorted,
  condition: asked => anyOf(asked.param.sources.map(source => uriCondition(source.param, asked))),
};
