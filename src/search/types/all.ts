/**
 * The list of search types.
 */
import type { SearchParamType } from '../search-param.ts';
import { compositeType } from './composite.ts';
import { dateType } from './date.ts';
import { nearType } from './near.ts';
import { numberType } from './number.ts';
import { quantityType } from './quantity.ts';
import { referenceType } from './reference.ts';
import type { SearchType } from './search-type.ts';
import { stringType } from './string.ts';
import { tokenType } from './token.ts';
import { uriType } from './uri.ts';

/** Every search type by name. */
export const searchTypes: ReadonlyMap<SearchParamType, SearchType> = new Map(
  [tokenType, referenceType, dateType, stringType, numberType, quantityType, uriType, compositeType, nearType].map(
    type => [type.type, type],
  ),
);
