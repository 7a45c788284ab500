/**
 * uri: compared as they are; `:below` finds what lies under a path, `:above` what lies over it.
 * @see https://hl7.org/fhir/R4/search.html#uri
 */
import { list, type Sql, sql } from '../../store/sql.ts';
import { anyOf, type Condition } from '../condition.ts';
import { refuseValue } from '../refuse.ts';
import { uriTable } from '../tables.ts';
import { type Asked, extensionValue, type SearchType, unescapeValue } from './search-type.ts';
import { prefixWhere } from './text.ts';

/** `http://a/b/c` → itself, `http://a/b`, `http://a`. */
function pathsAbove(uri: string): string[] {
  const found = [uri, `${uri}/`];
  let rest = uri;
  for (;;) {
    const cut = rest.lastIndexOf('/');
    if (cut <= rest.indexOf('://') + 2 || cut < 1) return found;
    rest = rest.slice(0, cut);
    found.push(rest, `${rest}/`);
  }
}

function uriCondition(param: number, asked: Asked): Condition {
  const uri = unescapeValue(asked.value);
  if (uri === '')
    throw refuseValue(asked.name, asked.value, { en: 'a URI', ja: 'URI' }, 'http://example.org/fhir/ValueSet/1');
  const range = (where: Sql, probe: 'seq' | 'set' = 'seq'): Condition => ({
    op: 'range',
    range: { table: uriTable, where: sql`x.param = ${param} AND ${where}`, walk: [], probe, repeats: true, rank: 35 },
  });
  if (asked.modifier === 'below') {
    const base = uri.replace(/\/$/, '');
    return anyOf([
      range(sql`x.value IN ${list([base, `${base}/`])}`),
      range(prefixWhere('value', `${base}/`), 'set'),
      range(prefixWhere('value', `${base}|`), 'set'),
    ]);
  }
  if (asked.modifier === 'above') return range(sql`x.value IN ${list(pathsAbove(uri.replace(/\/$/, '')))}`);
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
