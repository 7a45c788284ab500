/**
 * All resources of a type with an identifier, page by page.
 */
import type { Resource } from '../../fhir/types.ts';
import type { Key } from '../../files/convert.ts';
import type { FhirRequest, Services } from '../../interactions/interaction.ts';

/** Resources read at a time. */
const pageSize = 200;

/**
 * The resources the caller may see.
 * @param key value empty: any in the system
 */
export async function* everyResource(
  services: Services,
  request: FhirRequest,
  type: string,
  { system, value }: Key,
): AsyncGenerator<Resource> {
  const input = {
    types: [type],
    path: type,
    query: [['identifier', `${system}|${value}`]] as [string, string][],
    lenient: false,
    access: services.access.condition(request.caller),
    base: request.base,
    limit: pageSize,
  };
  let page = await services.search.find(input, services.store);
  for (;;) {
    for await (const texts of services.search.texts(page.matches, services.store))
      for (const text of texts) yield JSON.parse(text) as Resource;
    if (page.next === undefined) return;
    page = await services.search.find({ ...input, query: [['_page', page.next]] }, services.store);
  }
}
