/**
 * Resources found by a search, whole, for rules and operations that compute with them. Numbers keep their digits.
 */
import { parseJson } from '../fhir/json.ts';
import type { Resource } from '../fhir/types.ts';
import type { FhirRequest, Services } from './interaction.ts';

/** Resources looked at at a time. */
const chunk = 200;

/**
 * All current resources of a type that match and that the caller may see, in the order of the search.
 * @param query decoded search parameters
 * @param most stop after this many
 * @throws FhirError for what cannot be searched
 */
export async function findRelated(
  services: Services,
  request: Pick<FhirRequest, 'caller' | 'base' | 'asOf'>,
  type: string,
  query: readonly (readonly [string, string])[],
  most = Number.POSITIVE_INFINITY,
): Promise<readonly Resource[]> {
  const input = {
    types: [type],
    path: type,
    lenient: false,
    access: services.access.condition(request.caller),
    base: request.base,
    limit: Math.min(chunk, most),
    ...(request.asOf !== undefined && { asOf: request.asOf }),
  };
  const found: Resource[] = [];
  let page = await services.search.find({ ...input, query }, services.store);
  for (;;) {
    for await (const texts of services.search.texts(page.matches, services.store))
      for (const text of texts) found.push(parseJson(text, { lossless: true }) as Resource);
    if (page.next === undefined || found.length >= most) return found.slice(0, most);
    page = await services.search.find({ ...input, query: [['_page', page.next]] }, services.store);
  }
}
