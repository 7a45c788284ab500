/**
 * What form operations ask of the server: forms by canonical or id, queries as the caller may ask them, terminology.
 */
import { parseJson } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import type { FormContext } from '../../forms/expression.ts';
import { isObject, objects, text } from '../../forms/item.ts';
import type { FhirRequest, Operation, Services } from '../../interactions/interaction.ts';
import { parseQuery } from '../../interactions/match.ts';
import { readText } from '../../interactions/read.ts';
import { asOf } from '../care/as-of.ts';
import { answersOf } from '../fhirpath-answers.ts';

/** Resources a query in a form may bring. */
const mostResources = 100;

/** Codes of a value set that are looked through for a text. */
const mostCodes = 5000;

/** A resource as the caller sees it: stored, or one that comes with the program. @throws FhirError 'not-found', 'deleted' */
export async function readStored(
  services: Services,
  request: FhirRequest,
  type: string,
  id: string,
): Promise<Resource> {
  return parseJson(await readText(services, request, type, id), { lossless: true }) as Resource;
}

async function searchBundle(
  services: Services,
  request: FhirRequest,
  type: string,
  query: string,
): Promise<JsonObject> {
  const { search, store } = services;
  const page = await search.find(
    {
      types: [type],
      path: type,
      query: parseQuery(query),
      lenient: false,
      access: services.access.condition(request.caller),
      base: request.base,
      limit: mostResources,
    },
    store,
  );
  const entry: JsonObject[] = [];
  for await (const texts of search.texts(page.matches, store))
    for (const one of texts) entry.push({ resource: parseJson(one, { lossless: true }) });
  return { resourceType: 'Bundle', type: 'searchset', ...(entry.length > 0 && { entry }) };
}

/** Operations that a query in a form may ask: they only read. */
const askable: ReadonlyMap<string, Operation> = new Map([['Coverage/$as-of', asOf]]);

async function askOperation(services: Services, request: FhirRequest, operation: Operation, query: string) {
  const { body } = await operation.handle(services, {
    ...request,
    params: {},
    query: parseQuery(query),
    body: undefined,
  });
  if (body?.kind !== 'text') throw new Error('an operation that a form may ask answers with a text');
  return parseJson(body.text, { lossless: true }) as JsonObject;
}

/** A query in a form stays on this server: `Type?…`, `Type/id`, or `Coverage/$as-of?…` for what the certificates say. */
async function ask(services: Services, request: FhirRequest, query: string): Promise<JsonObject> {
  const [path = '', parameters] = query.replace(/^\//, '').split(/\?(.*)/s);
  const [type = '', id, ...rest] = path.split('/');
  const operation = askable.get(path);
  if (operation) return askOperation(services, request, operation, parameters ?? '');
  const usable = services.definitions.isResourceType(type) && rest.length === 0;
  if (usable && parameters !== undefined && id === undefined) return searchBundle(services, request, type, parameters);
  if (usable && parameters === undefined && id) return readStored(services, request, type, id);
  throw new FhirError('invalid', {
    en: 'a query in a form: expected Type?parameter=value or Type/id of this server',
    ja: 'フォームの問い合わせは、このサーバーの Type?parameter=value か Type/id の形にしてください',
  });
}

function findCodes({ terminology }: Services, valueSet: string, wanted: string): readonly JsonObject[] {
  const scope = terminology.scope();
  for (const { system, code } of terminology.codesOf(valueSet, mostCodes) ?? []) {
    const display = scope.system(system)?.find(code)?.display;
    if (code === wanted || display === wanted) return [{ system, code, ...(display !== undefined && { display }) }];
  }
  return [];
}

/** The door of forms to the server, for one request. */
export function formContext(services: Services, request: FhirRequest): FormContext {
  return {
    definitions: services.definitions,
    answers: answersOf(services),
    now: services.now(),
    search: query => ask(services, request, query),
    findCodes: (valueSet, wanted) => findCodes(services, valueSet, wanted),
  };
}

/** A Questionnaire by canonical: bundled, installed or stored. @throws FhirError 'not-found' */
export function findQuestionnaire(services: Services, canonical: string): JsonObject {
  const found = services.definitions.byCanonical('Questionnaire', canonical);
  if (found) return found;
  throw new FhirError('not-found', {
    en: `The Questionnaire ${canonical.slice(0, 200)} is not known here; store it, or send it along`,
    ja: `Questionnaire ${canonical.slice(0, 200)} は登録されていません。登録するか、一緒に送ってください`,
  });
}

/** The parameters of a form operation, from Parameters or from the URL. */
export class FormInput {
  private readonly list: readonly JsonObject[];
  private readonly request: FhirRequest;
  /** The body, when it is the resource itself and no Parameters. */
  readonly bare: JsonObject | undefined;

  constructor(request: FhirRequest) {
    this.request = request;
    const body =
      request.body?.kind === 'resource' ? (parseJson(request.body.text, { lossless: true }) as JsonObject) : undefined;
    const isParameters = body?.['resourceType'] === 'Parameters';
    this.list = isParameters ? objects(body['parameter']) : [];
    this.bare = isParameters ? undefined : body;
  }

  parameters(name: string): readonly JsonObject[] {
    return this.list.filter(one => one['name'] === name);
  }

  resource(name: string): JsonObject | undefined {
    const found = this.parameters(name)[0]?.['resource'];
    return isObject(found) ? found : undefined;
  }

  text(name: string): string | undefined {
    const found = this.parameters(name)[0];
    const key = found && Object.keys(found).find(one => one.startsWith('value'));
    return (key && text(found?.[key])) ?? this.request.query.find(([one]) => one === name)?.[1];
  }

  reference(name: string): JsonObject | undefined {
    const found = this.parameters(name)[0]?.['valueReference'];
    if (isObject(found)) return found;
    const query = this.request.query.find(([one]) => one === name)?.[1];
    return query === undefined ? undefined : { reference: query };
  }
}

const local = /^(?:.*\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/;

/** The resource a reference names on this server. @throws FhirError when there is none, or it is elsewhere */
export async function dereference(services: Services, request: FhirRequest, reference: JsonObject): Promise<Resource> {
  const name = text(reference['reference']) ?? '';
  const absolute = /^[a-z]+:/.test(name);
  const found = local.exec(
    absolute && name.startsWith(`${request.base}/`) ? name.slice(request.base.length + 1) : name,
  );
  if (found && !(absolute && !name.startsWith(`${request.base}/`)))
    return readStored(services, request, found[1]!, found[2]!);
  throw new FhirError('invalid', {
    en: 'A reference: expected a resource of this server such as Patient/1',
    ja: '参照には、このサーバーのリソース（例: Patient/1）を指定してください',
  });
}
