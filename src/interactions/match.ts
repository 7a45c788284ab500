/**
 * The search behind a conditional interaction: which current resources match, and the precondition that they still do
 * inside the commit.
 * @see https://hl7.org/fhir/R4/http.html#cond-update
 */
import { FhirError } from '../fhir/outcome.ts';
import type { Precondition } from '../store/store.ts';
import type { FhirRequest, Services } from './interaction.ts';

function isEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Query text such as `identifier=a|b&active=true` as decoded parameters.
 * @throws FhirError 'invalid' where it is no percent-encoded UTF-8: decoded all the same, it would find something else
 */
export function parseQuery(text: string): (readonly [string, string])[] {
  if (!text.includes('%') || isEncoded(text)) return [...new URLSearchParams(text)];
  const wrong = text.split('&').find(one => !isEncoded(one)) ?? '';
  const name = wrong.split('=')[0]!.slice(0, 100);
  throw new FhirError(
    'invalid',
    {
      en: `The parameter ${name} has a "%" that is not followed by two hexadecimal digits of valid UTF-8; expected for example 山 as %E5%B1%B1, and % itself as %25`,
      ja: `パラメータ ${name} の「%」の後が、正しい UTF-8 の16進数2桁ではありません（例: 山 → %E5%B1%B1、% そのものは %25）`,
    },
    { location: name },
  );
}

/** Decoded parameters as query text. */
export function formatQuery(query: readonly (readonly [string, string])[]): string {
  return new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])).toString();
}

/**
 * Ids of at most two current matches the caller may see, and the precondition for the commit.
 * @param query text after `?`
 * @param without ids that do not count, because the same transaction deletes them
 * @throws FhirError 'search-parameter' for a condition that cannot be searched
 */
export async function findMatches(
  services: Services,
  request: FhirRequest,
  type: string,
  query: string,
  without: ReadonlySet<string> = new Set(),
): Promise<Match> {
  if (!services.definitions.isResourceType(type))
    throw new FhirError('not-supported', {
      en: `${type} is not a resource type of FHIR R4`,
      ja: `${type} は FHIR R4 のリソース型ではありません`,
    });
  const access = services.access.condition(request.caller);
  const options = { all: without.size > 0 };
  const sql = services.search.matchQuery(type, parseQuery(query), access, services.store, options);
  const rows = await services.store.select(sql, { newest: true, budgetMs: services.config.searchBudget });
  const ids = rows.map(row => String(row['id']));
  return {
    ids: ids.filter(id => !without.has(id)),
    precondition: {
      kind: 'matches',
      key: `${type}?${query}`,
      query: sql,
      ids,
      ...(sql.begins && { begins: sql.begins }),
    },
  };
}

/** What a condition found. */
export interface Match {
  readonly ids: readonly string[];
  /** That the search finds the same inside the commit. */
  readonly precondition: Precondition;
}

/** Ids of all current matches the caller may see, for deleting several at once. */
export async function findAllMatches(
  services: Services,
  request: FhirRequest,
  type: string,
  query: string,
): Promise<readonly string[]> {
  const access = services.access.condition(request.caller);
  const sql = services.search.matchQuery(type, parseQuery(query), access, services.store, { all: true });
  return (await services.store.select(sql, { newest: true })).map(row => String(row['id']));
}

/** The refusal when a condition that must be unique is not. */
export function multipleMatches(type: string): FhirError {
  return new FhirError('multiple-matches', {
    en: `More than one ${type} matches the condition; expected at most one. Make the condition more selective, for example by identifier`,
    ja: `条件に一致する ${type} が複数あります（1件まで）。identifier などで条件を絞ってください`,
  });
}
