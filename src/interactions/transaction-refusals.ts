/**
 * What no transaction may hold: one resource, or what is meant to be one, in two entries.
 * @see https://hl7.org/fhir/R4/http.html#trules
 */
import { FhirError } from '../fhir/outcome.ts';
import { asEntryError } from './entry.ts';
import { parseQuery } from './match.ts';
import type { Step, TransactionContext } from './transaction-context.ts';

const normalized = (query: string): string =>
  parseQuery(query)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('&');

/** The condition of a conditional create or update, as text after `?`. */
function conditionOf({ route, entry, request }: Step): string | undefined {
  if (route.name === 'conditional-update') return entry.queryText;
  return route.name === 'create' ? request.headers['if-none-exist']?.replace(/^[^?=]*\?/, '') : undefined;
}

/** The same text for the same condition. @throws FhirError naming the entry when it cannot be read */
function keyOf(step: Step, query: string): string {
  try {
    return `${step.route.params['type']}?${normalized(query)}`;
  } catch (error) {
    throw asEntryError(error, step.entry);
  }
}

/** One condition may stand once: twice it would make two resources of what is meant to be one. */
export function refuseSameCondition(steps: readonly Step[]): void {
  const seen = new Map<string, Step>();
  for (const step of steps) {
    const query = conditionOf(step);
    if (query === undefined) continue;
    const key = keyOf(step, query);
    const other = seen.get(key);
    if (other)
      throw asEntryError(
        new FhirError('invalid', {
          en: `the same condition stands in entry ${other.entry.index + 1}; each may be there once, references can use that entry's fullUrl`,
          ja: `同じ条件が${other.entry.index + 1}番目のエントリーにもあります。1回だけにし、参照にはそのエントリーの fullUrl を使ってください`,
        }),
        step.entry,
      );
    seen.set(key, step);
  }
}

/** Each resource may be changed by one entry. */
export function refuseSameTarget(steps: readonly Step[]): void {
  const seen = new Map<string, Step>();
  for (const step of steps) {
    for (const { type, id } of step.changes) {
      const other = seen.get(`${type}/${id}`);
      if (other)
        throw asEntryError(
          new FhirError('invalid', {
            en: `${type}/${id} is changed by entry ${other.entry.index + 1} too; each resource may be there once`,
            ja: `${type}/${id} は${other.entry.index + 1}番目のエントリーでも変更されています（1回だけにしてください）`,
          }),
          step.entry,
        );
      seen.set(`${type}/${id}`, step);
    }
  }
}

/** The entry of a conditional write is the only one that writes what its condition asks for: with another there would be two of it. */
export function refuseOtherMatches(steps: readonly Step[], context: TransactionContext): void {
  const writers = new Map<string, Step>();
  for (const step of steps) {
    const id = step.patched?.id ?? step.id;
    if (id !== undefined && step.existingId === undefined) writers.set(`${step.route.params['type']}/${id}`, step);
  }
  for (const step of steps) {
    const [query, type] = [conditionOf(step), step.route.params['type']!];
    if (query === undefined || step.existingId !== undefined) continue;
    const others = context.written(type, query)?.map(id => writers.get(`${type}/${id}`));
    const other = others?.find(one => one !== undefined && one !== step);
    if (other)
      throw asEntryError(
        new FhirError('invalid', {
          en: `the condition finds what entry ${other.entry.index + 1} writes too; one entry may write it, references can use that entry's fullUrl`,
          ja: `条件は${other.entry.index + 1}番目のエントリーが書き込むものにも一致します。1つのエントリーだけにし、参照にはその fullUrl を使ってください`,
        }),
        step.entry,
      );
  }
}
