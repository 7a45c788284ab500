/**
 * $expire: takes back the documents whose time of keeping is over (terminology/engawa-documents, docs/documents.md). Nothing does
 * that by itself; an operator, or a timer of the operator's, asks for it.
 */
import { systemCaller } from '../access/caller.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import { withdrawById } from '../interactions/intake.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../interactions/interaction.ts';
import { parseQuery } from '../interactions/match.ts';
import { japaneseDay } from '../terminology/terminology.ts';

/** Documents taken back by one request; the answer says when there are more. */
const most = 1000;

const parameters = (request: FhirRequest): readonly JsonObject[] => {
  const body = request.body?.kind === 'resource' ? request.body.resource : undefined;
  return (Array.isArray(body?.['parameter']) ? body['parameter'] : []) as JsonObject[];
};

/** The day on which documents are over; today when none is given. @throws FhirError 'invalid' */
function dayOf(services: Services, request: FhirRequest): string {
  const given = parameters(request).find(one => one['name'] === 'date')?.['valueDate'];
  const today = japaneseDay(services.now());
  if (given === undefined) return today;
  if (typeof given === 'string' && /^\d{4}-\d\d-\d\d$/.test(given) && given <= today) return given;
  throw new FhirError(
    'invalid',
    {
      en: 'date: expected a day that is not in the future, such as 2026-04-01',
      ja: 'date には 2026-04-01 のような今日までの日付を指定してください',
    },
    { location: 'date' },
  );
}

/** Ids of current documents kept until a day before the one given. */
async function overdue(services: Services, day: string): Promise<readonly string[]> {
  const access = services.access.condition(systemCaller);
  const query = parseQuery(`kept-until=lt${day}&status=current`);
  const sql = services.search.matchQuery('DocumentReference', query, access, services.store, { all: true });
  const rows = await services.store.select(sql, { newest: true, budgetMs: services.config.searchBudget });
  return rows.map(row => String(row['id'])).filter(id => id.startsWith('doc-'));
}

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const day = dayOf(services, request);
  const onlyTell = parameters(request).some(one => one['name'] === 'dryRun' && one['valueBoolean'] === true);
  await services.search.refresh(services.store);
  const ids = await overdue(services, day);
  const now = ids.slice(0, most);
  if (!onlyTell) for (const id of now) await withdrawById(services, request, id);
  const resource: Resource = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'date', valueDate: day },
      { name: 'count', valueInteger: now.length },
      { name: 'left', valueInteger: onlyTell ? ids.length : ids.length - now.length },
      ...now.map(id => ({ name: 'document', valueReference: { reference: `DocumentReference/${id}` } })),
    ],
  };
  return { status: 200, headers: {}, body: { kind: 'resource', resource } };
}

/** POST [base]/$expire. */
export const expire: Operation = {
  name: 'expire',
  levels: ['system'],
  definition: 'https://w3id.org/engawa/fhir/OperationDefinition/expire',
  readOnly: false,
  handle,
};
