/**
 * uri: compared as they are; `:below` finds what begins with the value, `:above` what the value begins with.
 * @see https://hl7.org/fhir/R4/search.html#uri
 */
import { list, type Sql, sql } from '../../store/sql.ts';
import { anyOf, type Condition } from '../condition.ts';
import { refuseValue } from '../refuse.ts';
import { uriTable } from '../tables.ts';
import { type Asked, extensionValue, type SearchType, unescapeValue } from './search-type.ts';
import { prefixWhere } from './text.ts';

/** `http://a/b/c` → every beginning of it that names a server. */
function beginnings(uri: string): string[] {
  const from = uri.indexOf('://') + 4;
  return Array.from({ length: Math.max(uri.length - from + 1, 1) }, (_, i) => uri.slice(0, Math.max(from, 1) + i));
}

function uriCondition(param: number, asked: Asked): Condition {
  const uri = unescapeValue(asked.value);
  if (uri === '')
    throw refuseValue(asked.name, asked.value, { en: 'a URI', ja: 'URI' }, 'http://example.org/fhir/ValueSet/1');
  const range = (where: Sql, probe: 'seq' | 'set' = 'seq'): Condition => ({
    op: 'range',
    range: { table: uriTable, where: sql`x.param = ${param} AND ${where}`, walk: [], probe, repeats: true, rank: 35 },
  });
  // Names that are no URLs (urn:…) have nothing above or below.
  const isUrl = uri.includes('://');
  if (asked.modifier === 'below') return range(isUrl ? prefixWhere('value', uri) : sql`x.value = ${uri}`, 'set');
  if (asked.modifier === 'above') return range(sql`x.value IN ${list(isUrl ? beginnings(uri) : [uri])}`);
  if (asked.modifier === 'starts') return range(prefixWhere('value', uri), 'set');
  if (asked.modifier === 'contains') return range(sql`instr(x.value, ${uri}) > 0`, 'set');
  // A canonical with a version is also found by its URL alone.
  return uri.includes('|')
    ? range(sql`x.value = ${uri}`)
    : anyOf([range(sql`x.value = ${uri}`), range(prefixWhere('value', `${uri}|`), 'set')]);
}

/** URIs. */
export const uriType: SearchType = {
  type: 'uri',
  modifiers: ['below', 'above', 'contains'],
  tables: [uriTable],
  entries(value, type, rows) {
    const text = type.code === 'Extension' ? extensionValue(value)?.[0] : value;
    if (typeof text === 'string' && text !== '') rows.add(uriTable, [rows.param, text.slice(0, 2000), rows.moment]);
  },
  condition: asked => anyOf(asked.param.sources.map(source => uriCondition(source.param, asked))),
};
