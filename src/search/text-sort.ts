/**
 * text-sort: sorting by codes, references and URIs, which the index keeps as hashes. Where there are few different ones they are
 * brought into the order of their texts, and the rows of one are walked after those of the other; where there are many, the
 * resources are read.
 */
import { raw, sql } from '../store/sql.ts';
import { findByBody } from './body-sort.ts';
import { type Drive, drive, feedOfType, momentOf } from './compile.ts';
import type { Condition } from './condition.ts';
import { type Begun, byMoment, findRows, type Match, type RunSettings, type TypeSearch, timeLeft } from './match.ts';
import { constantKey, type OrderKey, type Position } from './order.ts';
import { usualDriver } from './rank.ts';
import { byTextAndMoment, orderKeys, type SortKey } from './sort.ts';
import {
  hasOneText,
  missingText,
  type SortedText,
  sortedBy,
  sortText,
  textsOfParam,
  withoutText,
} from './sort-texts.ts';

type TextKey = SortKey & { by: 'body' };

/** True when a key cannot be sorted by the database. */
export const needsBodies = (search: TypeSearch): boolean => search.sort.some(key => key.by === 'body');

/** Searches that found more texts than are walked. */
const tooMany = new WeakSet<TypeSearch>();

/** The table whose rows a search walked text after text; undefined where it read the resources. */
export const textWalk = (search: TypeSearch, driver: number): string | undefined =>
  driver < 0 && isWalkedByText(search) && !tooMany.has(search) ? sortedBy(search.sort[0].param).table.name : undefined;

/** The rows after a position, at most `limit`, sorted by texts, alone or with other keys. */
export async function findByText(
  search: TypeSearch,
  driver: number,
  position: Position | undefined,
  limit: number,
  settings: RunSettings,
): Promise<Match[]> {
  if (driver < 0 && isWalkedByText(search)) {
    const texts = await textsOfParam(search.sort[0].param, settings);
    if (texts) return walkTexts(search, texts, position, limit, settings);
    tooMany.add(search);
    const usual = usualDriver(search.parts);
    return findByBody(search, usual ? search.parts.indexOf(usual) : -1, position, limit, settings);
  }
  return findByBody(search, driver, position, limit, settings);
}

/** True when the texts of the first key can be walked, and all that is within one be sorted by the database. */
export const isWalkedByText = (search: TypeSearch): search is TypeSearch & { sort: readonly [TextKey, ...SortKey[]] } =>
  search.sort[0]?.by === 'body' && search.sort.slice(1).every(key => key.by !== 'body');

async function walkTexts(
  search: TypeSearch & { sort: readonly [TextKey, ...SortKey[]] },
  texts: SortedText[],
  position: Position | undefined,
  limit: number,
  settings: RunSettings,
): Promise<Match[]> {
  const [key] = search.sort;
  const sign = key.descending ? -1 : 1;
  const ordered = texts.sort((a, b) => (a.text < b.text ? -sign : sign));
  const last = { text: missingText(key.descending), rows: [] };
  const found: Match[] = [];
  const left = timeLeft(settings.budgetMs);
  for (const [i, one] of [...ordered, last].entries()) {
    if (position && one.text < position[0]! === !key.descending && one.text !== position[0]) continue;
    const begun = one === last ? [withoutTexts(search, settings)] : withText(search, one, settings);
    // What has several texts is found at its first: at the first of all there is nothing before.
    const isSure = one === last || hasOneText(key.param) || (i === 0 && key.param.type === 'token');
    const parts = isSure ? search.parts : [...search.parts, sortedAs(one.text, key, settings.base)];
    const from = position?.[0] === one.text ? position.slice(1) : undefined;
    const rows = await findRows({ ...search, parts }, begun, from, limit - found.length, {
      ...settings,
      budgetMs: left(),
    });
    found.push(...rows.map(match => ({ ...match, position: [one.text, ...match.position] })));
    if (found.length >= limit) break;
  }
  return found;
}

/** A resource is sorted by a text. */
const sortedAs = (text: string, { param, descending }: TextKey, base: string): Condition => ({
  op: 'body',
  name: '_sort',
  test: resource => sortText(resource, param, descending, base) === text,
});

/** The resources that have a text, in the order of the other keys. */
function withText(search: TypeSearch, { rows }: SortedText, settings: RunSettings): readonly Begun[] {
  const [key, ...rest] = search.sort as readonly [TextKey, ...SortKey[]];
  const { table } = sortedBy(key.param);
  const hasMoment = table.columns.some(column => column.name === 'moment');
  const branches = rows.map(
    where => sql`(SELECT x.seq${raw(hasMoment ? ', x.moment' : '')} FROM ${raw(table.name)} x WHERE ${where}) d`,
  );
  const whole = drive(search.parts, undefined, search.scope, settings);
  const begin: Drive = { ...whole, branches, kind: 'rows', hasMoment, walk: [], repeats: true };
  if (hasMoment && rest.length === 1 && rest[0]!.by === 'moment') return byMoment(begin, { ...search, sort: rest });
  return [{ begin, keys: keysWithin(search.sort, begin, search), tests: raw('') }];
}

/** The keys behind the first. */
const keysWithin = (sort: readonly SortKey[], begin: Drive, { scope }: TypeSearch): readonly OrderKey[] =>
  orderKeys(sort, momentOf(begin, scope)).slice(1);

/** The resources that have no text, of which no moment is asked. */
function withoutTexts(search: TypeSearch, settings: RunSettings): Begun {
  const [key] = search.sort as readonly [TextKey];
  const begin = { ...drive(search.parts, undefined, search.scope, settings), branches: [feedOfType(search.scope)] };
  const keys = keysWithin(search.sort, begin, search).map((one, i) =>
    i === 0 && byTextAndMoment(search.sort) ? constantKey(0, one.descending) : one,
  );
  return { begin, keys, tests: sql` AND ${withoutText(key.param)}` };
}
