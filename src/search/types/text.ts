/**
 * Ranges of folded text: beginning, exact and containing; shared by strings, `:text` and URIs.
 */
import { hash47 } from '../../store/hash.ts';
import { list, raw, type Sql, sql } from '../../store/sql.ts';
import { allOf, anyOf, type Condition } from '../condition.ts';
import { fold } from '../fold.ts';
import { refuseValue } from '../refuse.ts';
import { notWhole, pairTable, stringTable, useTable } from '../tables.ts';
import { type Asked, type AskSettings, unescapeValue } from './search-type.ts';

/** Longest beginning of a text that is kept in the index. */
export const keptLength = 1000;

/** The least text after all that begin with the one given; undefined when there is none. */
export function afterPrefix(prefix: string): string | undefined {
  const points = [...prefix];
  while (points.length > 0) {
    const code = points.pop()!.codePointAt(0)!;
    if (code < 0x10ffff) return points.join('') + String.fromCodePoint(code === 0xd7ff ? 0xe000 : code + 1);
  }
  return undefined;
}

/** Rows whose column begins with a prefix. */
export function prefixWhere(column: 'x.text' | 'y.text', prefix: string): Sql {
  const end = afterPrefix(prefix);
  const from = sql`${raw(column)} >= ${prefix}`;
  return end === undefined ? from : sql`${from} AND ${raw(column)} < ${end}`;
}

/** Versions that have a text which fulfils a condition over the words, alias `y`. */
export function wordCondition(param: number, which: Sql, rank: number): Condition {
  const words = sql`SELECT y.word FROM index_word y WHERE y.param = ${param} AND ${which}`;
  return {
    op: 'range',
    range: {
      table: useTable,
      where: sql`x.param = ${param} AND x.word IN (${words})`,
      walk: [],
      probe: 'seq',
      repeats: true,
      rank,
      words: { param, which },
    },
  };
}

/** Versions that have one of some texts: one range each while they are few, so that they can be walked. */
export function oneWord(param: number, texts: readonly string[], rank: number): Condition {
  return usesOf(param, texts.map(hash47), rank);
}

/** Versions that have one of some words, known by their hashes. */
export function usesOf(param: number, words: readonly number[], rank: number): Condition {
  const range = (where: Sql, one: boolean): Condition => ({
    op: 'range',
    range: {
      table: useTable,
      where,
      walk: one ? ['seq'] : ['word'],
      probe: one ? 'seq' : 'set',
      repeats: !one,
      rank,
    },
  });
  if (words.length > 8) return range(sql`x.param = ${param} AND x.word IN ${list(words)}`, false);
  return anyOf(words.map(word => range(sql`x.param = ${param} AND x.word = ${word}`, true)));
}

function folded(asked: Asked, settings: AskSettings): string {
  const text = fold(unescapeValue(asked.value), settings.variants).slice(0, keptLength);
  if (text === '')
    throw refuseValue(
      asked.name,
      asked.value,
      { en: 'a text of at least one character', ja: '1文字以上の文字列' },
      '山田',
    );
  return text;
}

/** `:text`: the text begins with what was asked, or has a word that does. */
export function textCondition(param: number, asked: Asked, settings: AskSettings): Condition {
  const text = folded(asked, settings);
  return wordCondition(param, sql`instr(y.text, ${text}) > 0`, 80);
}

/**
 * Pairs of neighbouring characters beyond ASCII as numbers. Latin words are long and share few pairs worth a row; they are
 * found by reading the texts.
 */
export function pairsOf(folded: string): number[] {
  const pairs: number[] = [];
  let first = 0;
  for (let i = 0; i < folded.length; ) {
    const second = folded.codePointAt(i)!;
    if (first > 0x7f && second > 0x7f) pairs.push(first * 0x200000 + second);
    first = second;
    i += second > 0xffff ? 2 : 1;
  }
  return pairs;
}

/** Texts that hold another somewhere: those that have all its pairs, looked at closely. */
function containsCondition(param: number, text: string): Condition {
  const where = sql`x.param = ${param} AND instr(x.text, ${text}) > 0`;
  const close: Condition = {
    op: 'range',
    range: { table: stringTable, where, walk: ['text', 'exact'], probe: 'seq', repeats: true, rank: 90, scan: true },
  };
  const pairs = [...new Set(pairsOf(text))].slice(0, 3);
  return allOf([
    close,
    ...pairs.map((pair): Condition => {
      const wherePair = sql`x.param = ${param} AND x.pair = ${pair}`;
      return {
        op: 'range',
        range: { table: pairTable, where: wherePair, walk: ['moment'], probe: 'moment', repeats: false, rank: 38 },
      };
    }),
  ]);
}

/** A string parameter: begins with (default), `:exact`, `:contains`. */
export function stringCondition(param: number, asked: Asked, settings: AskSettings): Condition {
  const text = folded(asked, settings);
  const range = (where: Sql, rank: number): Condition => ({
    op: 'range',
    range: { table: stringTable, where, walk: ['text', 'exact'], probe: 'seq', repeats: true, rank },
  });
  switch (asked.modifier) {
    case 'exact':
      return range(
        sql`x.param = ${param} AND x.text = ${text} AND x.exact = ${hash47(unescapeValue(asked.value))}`,
        30,
      );
    case 'contains':
      return containsCondition(param, text);
    case 'equals':
      return range(sql`x.param = ${param} AND x.text = ${text} AND x.exact <> ${notWhole}`, 30);
    case 'ends':
      return range(sql`x.param = ${param} AND substr(x.text, length(x.text) - ${[...text].length - 1}) = ${text}`, 90);
    case 'gt':
    case 'lt':
    case 'ge':
    case 'le':
      return range(
        sql`x.param = ${param} AND x.text ${raw({ gt: '>', lt: '<', ge: '>=', le: '<=' }[asked.modifier])} ${text} AND x.exact <> ${notWhole}`,
        90,
      );
    default:
      return range(sql`x.param = ${param} AND ${prefixWhere('x.text', text)}`, 40);
  }
}
