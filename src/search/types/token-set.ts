/**
 * `:in`, `:not-in`, `:above`, `:below`: a value set or a hierarchy as a set of codes.
 * @see https://hl7.org/fhir/R4/search.html#modifiers
 */
import { list, sql } from '../../store/sql.ts';
import type { CodedValue } from '../codes.ts';
import { anyOf, type Condition } from '../condition.ts';
import { refuse, refuseValue, shorten } from '../refuse.ts';
import type { Source } from '../search-param.ts';
import { tokenTable } from '../tables.ts';
import { type Asked, type AskSettings, unescapeValue } from './search-type.ts';
import { takeApart } from './token.ts';
import { codeHashes, implied, isCoded, noSystem, systemHash, typesOf } from './token-hash.ts';

/** Most codes a value set or a hierarchy may bring into a search. */
const maxCodes = 20_000;

/** The codes a modifier stands for. */
export function codedValues(
  asked: Asked,
  modifier: 'in' | 'not-in' | 'above' | 'below',
  { codes }: AskSettings,
): readonly CodedValue[] {
  const inSet = modifier === 'in' || modifier === 'not-in';
  const { system, code } = inSet ? { system: '', code: unescapeValue(asked.value) } : takeApart(asked);
  if (!inSet && !system)
    throw refuseValue(
      asked.name,
      asked.value,
      {
        en: '[system]|[code]: a code has relatives only within its system',
        ja: ' [system]|[コード]（上位・下位はコード体系の中で決まる）',
      },
      'http://snomed.info/sct|73211009',
    );
  const found = inSet
    ? codes.codesOf(canonicalOf(code, codes), maxCodes)
    : codes.familyOf(system!, code, modifier)?.map(one => ({ system: system!, code: one }));
  if (!found)
    throw inSet
      ? refuse(
          asked.name,
          `the value set ${shorten(code)} is not known here or cannot be listed`,
          `値セット ${shorten(code)} はここにないか、列挙できません`,
        )
      : refuse(
          asked.name,
          `the code ${shorten(asked.value)} is not in a code system known here`,
          `コード ${shorten(asked.value)} を含むコード体系がここにありません`,
        );
  if (found.length > maxCodes)
    throw refuse(
      asked.name,
      `this stands for ${found.length} codes, at most ${maxCodes} can be searched`,
      `${found.length} 個のコードになります（上限 ${maxCodes}）`,
    );
  return found;
}

/** A value set is named by its canonical, or by its id on this server. */
function canonicalOf(text: string, codes: AskSettings['codes']): string {
  const id = /(?:^|\/)ValueSet\/([A-Za-z0-9\-.]{1,64})$/.exec(text)?.[1];
  const url = id === undefined ? undefined : codes.stored('ValueSet', id)?.['url'];
  return typeof url === 'string' ? url : text;
}

/** Any of many codes, system by system. */
export function codesCondition(source: Source, wanted: readonly CodedValue[]): Condition {
  const types = typesOf(source);
  const bySystem = new Map<string, string[]>();
  for (const { system, code } of wanted) bySystem.set(system, [...(bySystem.get(system) ?? []), code]);
  return anyOf(
    [...bySystem].map(([system, codes]): Condition => {
      const systems = types.some(type => implied.has(type)) ? [systemHash(system), noSystem] : [systemHash(system)];
      const hashes = codes.flatMap(code => codeHashes(code, types));
      const where = sql`x.param = ${source.param} AND x.code IN ${list(hashes)} AND x.system IN ${list(systems)}`;
      return {
        op: 'range',
        range: {
          table: tokenTable,
          where,
          walk: [],
          probe: codes.length > 100 ? 'set' : 'moment',
          repeats: true,
          rank: 70,
          codes: { param: source.param, hashes, systems, few: isCoded(source) },
        },
      };
    }),
  );
}
