/** What cannot be done to a resource that comes with the program: it is no part of the database, so it has no versions and stays as it is. */
import { systemCaller } from '../../access/caller.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { FhirRequest, Services } from '../interaction.ts';
import { parseQuery } from '../match.ts';

type Asker = Pick<FhirRequest, 'caller'>;

/** The stored resource of an id, and whether one comes with the program. */
async function bothOf(services: Services, { caller }: Asker, type: string, id: string) {
  const isBundled = (await services.shelf.read(type, id)) !== undefined;
  return { isBundled, stored: isBundled && (await services.store.read(type, id, services.access.condition(caller))) };
}

/**
 * Refuses a patch or a deletion by id of a resource that comes with the program.
 * @param method of a deletion a resource of one's own that was deleted before counts too: deleting it again changes nothing
 * @throws FhirError 'method-not-allowed'
 */
export async function refuseChange(
  services: Services,
  request: Asker,
  { method, type, id }: { readonly method: 'PATCH' | 'DELETE'; readonly type: string; readonly id: string },
): Promise<void> {
  const { isBundled, stored } = await bothOf(services, request, type, id);
  if (!isBundled || (stored && (method === 'DELETE' || !stored.deleted))) return;
  throw new FhirError(
    'method-not-allowed',
    {
      en: `${type}/${id} comes with the program and can be neither patched nor deleted; PUT ${type}/${id} stores one of your own, which is shown in its place`,
      ja: `${type}/${id} はプログラムに付属するため、パッチも削除もできません。PUT ${type}/${id} で独自のものを保存すると、そちらが表示されます`,
    },
    { headers: { Allow: 'GET, HEAD, PUT' } },
  );
}

/**
 * Refuses a conditional patch or deletion that finds nothing stored, but what comes with the program: a search shows it.
 * @param condition text after `?`, which can be searched
 * @throws FhirError 'method-not-allowed'
 */
export async function refuseMatches(
  services: Services,
  request: Pick<FhirRequest, 'caller' | 'base'>,
  {
    method,
    type,
    condition,
  }: { readonly method: 'PATCH' | 'DELETE'; readonly type: string; readonly condition: string },
): Promise<void> {
  const access = services.access.condition(systemCaller);
  const found = await services.shelf.find(type, { query: parseQuery(condition), base: request.base, access }, []);
  for (const { id } of found) await refuseChange(services, request, { method, type, id });
}

/** @throws FhirError 'not-found' when the versions asked for are those of a resource that comes with the program */
export async function refuseVersions(services: Services, request: Asker, type: string, id: string): Promise<void> {
  const { isBundled, stored } = await bothOf(services, request, type, id);
  if (!isBundled || stored) return;
  throw new FhirError('not-found', {
    en: `${type}/${id} comes with the program and has no versions here; GET ${type}/${id} shows it`,
    ja: `${type}/${id} はプログラムに付属するため、版の記録はありません。GET ${type}/${id} で参照できます`,
  });
}
