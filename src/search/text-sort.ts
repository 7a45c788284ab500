/**
 * text-sort: sorting by codes, references and URIs, which the index keeps as hashes. Where there are few different ones, or they are
 * known in order, the rows of one are walked after those of the other; where there are too many, the resources are read.
 */
import { findByBody } from './body-sort.ts';
import { type Match, type RunSettings, type TypeSearch, timeLeft } from './match.ts';
import type { Position } from './order.ts';
import { usualDriver } from './rank.ts';
import type { SearchParam } from './search-param.ts';
import { catalogueTexts, hasCatalogue } from './sort-catalogue.ts';
import { type SortedText, sortedBy, textsOfParam } from './sort-texts.ts';
import { type TextSearch, walkTexts } from './text-walk.ts';

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
    // What is left of the one budget goes from each to the next.
    const left = timeLeft(settings.budgetMs);
    const texts = await textsInOrder(search.sort[0].param, settings);
    const run = { ...settings, budgetMs: left() };
    if (texts) return walkTexts(search, texts, position, limit, run);
    tooMany.add(search);
    const usual = usualDriver(search.parts);
    return findByBody(search, usual ? search.parts.indexOf(usual) : -1, position, limit, run);
  }
  return findByBody(search, driver, position, limit, settings);
}

/** The texts of a parameter in ascending order: hopped to while they are few, else kept in memory. */
async function textsInOrder(param: SearchParam, settings: RunSettings): Promise<readonly SortedText[] | undefined> {
  const left = timeLeft(settings.budgetMs);
  const few = hasCatalogue(param, settings) ? undefined : await textsOfParam(param, settings);
  return few ?? catalogueTexts(param, { ...settings, budgetMs: left() });
}

/** True when the texts of the first key can be walked, and all that is within one be sorted by the database. */
export const isWalkedByText = (search: TypeSearch): search is TextSearch =>
  search.sort[0]?.by === 'body' && search.sort.slice(1).every(key => key.by !== 'body');
