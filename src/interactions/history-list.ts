/**
 * `_list` of a history: only versions that a List refers to. A reference to one version means that one, any other all versions of the
 * resource.
 * @see https://hl7.org/fhir/R4/http.html#history
 */
import { FhirError } from '../fhir/outcome.ts';
import { parseReference } from '../fhir/reference.ts';
import type { Message, Resource } from '../fhir/types.ts';
import { listQuery } from '../search/search.ts';
import type { ListedVersion } from '../store/store.ts';
import type { FhirRequest, Services } from './interaction.ts';

/** Most Lists a value may name, and most entries they may have together. */
const mostLists = 100;
const mostEntries = 5000;

interface List extends Resource {
  readonly entry?: readonly { readonly item?: { readonly reference?: string } }[];
}

const refuse = (message: Message) => new FhirError('search-parameter', message, { location: '_list' });

async function readLists(services: Services, request: FhirRequest, value: string): Promise<readonly List[]> {
  const page = await services.search.find(
    {
      types: ['List'],
      path: 'List',
      query: listQuery('_list', value),
      lenient: false,
      access: services.access.condition(request.caller),
      base: request.base,
      limit: mostLists,
      ...(request.asOf !== undefined && { asOf: request.asOf }),
    },
    services.store,
  );
  if (page.next !== undefined)
    throw refuse({
      en: `${value} is more than ${mostLists} Lists; name one by its id`,
      ja: `${value} に当たる List が ${mostLists} 件を超えます。id で1つを指定してください`,
    });
  const lists: List[] = [];
  for await (const texts of services.search.texts(page.matches, services.store))
    lists.push(...texts.map(text => JSON.parse(text) as List));
  return lists;
}

/** What an entry refers to; undefined for what is not of this server. */
function versionOf(reference: string, base: string): ListedVersion | undefined {
  const parsed = parseReference(reference, base);
  if (parsed.kind !== 'local') return undefined;
  const { type, id, versionId } = parsed;
  if (versionId === undefined) return { type, id };
  return /^\d{1,15}$/.test(versionId) ? { type, id, versionId: Number(versionId) } : undefined;
}

/**
 * The versions that Lists refer to.
 * @param value ids of Lists or `$current-…`, separated by commas
 * @throws FhirError for a value of another form, and for Lists too large to look up
 */
export async function listedVersions(
  services: Services,
  request: FhirRequest,
  value: string,
): Promise<readonly ListedVersion[]> {
  const listed: ListedVersion[] = [];
  for (const one of value.split(',')) {
    for (const { entry = [] } of await readLists(services, request, one)) {
      for (const { item } of entry) {
        const version = item?.reference === undefined ? undefined : versionOf(item.reference, request.base);
        if (version) listed.push(version);
      }
    }
  }
  if (listed.length > mostEntries)
    throw refuse({
      en: `the list has ${listed.length} entries; the history of at most ${mostEntries} can be asked for at once`,
      ja: `リストに ${listed.length} 項目あります。履歴は一度に ${mostEntries} 項目までです`,
    });
  return listed;
}
