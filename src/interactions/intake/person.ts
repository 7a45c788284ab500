/** The person of a document: looked for in the store, made, renumbered or linked. */
import { systemCaller } from '../../access/caller.ts';
import { type Document, madeAt } from '../../documents/document.ts';
import { type Numbered, numbersOf, personId, spellings } from '../../documents/keys.ts';
import { type Candidate, hasNumber, matchPerson, mergedIdentifiers, type PersonMatch } from '../../documents/person.ts';
import { object, objects, text } from '../../documents/values.ts';
import { withMembers } from '../../fhir/json-text.ts';
import type { JsonObject, Message, Resource } from '../../fhir/types.ts';
import { escapeValue } from '../../search/types/search-type.ts';
import type { Change, Current, Precondition } from '../../store/store.ts';
import type { FhirRequest, Services } from '../interaction.ts';
import { formatQuery } from '../match.ts';
import { sameVersion, writeChange } from './change.ts';

/** Who the document is about, and what has to be written for it. */
export interface Person {
  readonly id: string;
  readonly match: 'found' | 'new' | 'renumbered' | 'doubtful';
  /** Present when it is doubtful. */
  readonly reason?: Message;
  readonly notes: readonly Message[];
  readonly changes: readonly Change[];
  /** What must still be so when the document is stored. */
  readonly preconditions: readonly Precondition[];
}

interface Stored extends Candidate {
  readonly version: Current;
}

/** Stored persons with one of the numbers, and the precondition that there are no others. */
async function personsWith(services: Services, numbers: readonly Numbered[]) {
  const values = numbers.flatMap(one =>
    spellings(one).map(value => `${escapeValue(one.system)}|${escapeValue(value)}`),
  );
  const query: readonly (readonly [string, string])[] = [['identifier', values.join(',')]];
  const access = services.access.condition(systemCaller);
  const sql = services.search.matchQuery('Patient', query, access, services.store, { all: true });
  const rows = await services.store.select(sql, { newest: true, budgetMs: services.config.searchBudget });
  const ids = rows.map(row => String(row['id']));
  const precondition: Precondition = {
    kind: 'matches',
    key: `Patient?${formatQuery(query)}`,
    query: sql,
    ids,
    ...(sql.begins && { begins: sql.begins }),
  };
  const found = await Promise.all(ids.sort().map(id => readPerson(services, id)));
  return { found: found.filter(one => one !== undefined), precondition };
}

async function readPerson(services: Services, id: string): Promise<Stored | undefined> {
  const version = await services.store.read('Patient', id, services.access.condition(systemCaller));
  if (!version || version.deleted) return undefined;
  return { id, resource: JSON.parse(version.text) as Resource, version };
}

/** The person of the document. */
export async function findPerson(
  services: Services,
  request: FhirRequest,
  document: Document,
  documentId: string,
): Promise<Person> {
  const { resource } = document.patient!;
  const number = document.keys!.person;
  const id = personId(number, text(resource['birthDate']) ?? '');
  const known = await readPerson(services, id);
  const numbers = numbersOf(resource);
  // The usual case: taken in before, and nothing new is said of the identifiers.
  const isSame = known && numbers.every(one => hasNumber(known.resource, one));
  const search = isSame ? undefined : await personsWith(services, numbers);
  const candidates = [...(search?.found ?? []), ...(known && !search?.found.some(one => one.id === id) ? [known] : [])];
  const match = matchPerson(resource, number, candidates);
  const preconditions = search ? [search.precondition] : [];
  if (match.kind === 'doubtful')
    return { id, match: 'doubtful', reason: match.reason, notes: [], changes: [], preconditions };
  const context: Context = { services, request, document, documentId, preconditions };
  if (match.kind === 'new') return newPerson(context, id, match.notes);
  return knownPerson(context, match, candidates);
}

interface Context {
  readonly services: Services;
  readonly request: FhirRequest;
  readonly document: Document;
  readonly documentId: string;
  readonly preconditions: readonly Precondition[];
}

const sourceOf = (documentId: string): string => `DocumentReference/${documentId}`;

/** A person as it is to be written: its text, and the text read. */
interface Written {
  readonly text: string;
  readonly resource: Resource;
}

/** Members of a person replaced, in its text too. */
const rewritten = (content: string, resource: JsonObject, members: JsonObject): Written => ({
  text: withMembers(content, members),
  resource: { ...(resource as Resource), ...members },
});

/** The person as sent, with what this server adds. */
function personSent(
  { document }: Context,
  more: { readonly identifier?: readonly JsonObject[]; readonly link?: unknown; readonly source: string },
): Written {
  const { resource, text: content } = document.patient!;
  const { versionId: _version, lastUpdated: _time, source: _source, ...meta } = object(resource.meta);
  return rewritten(content, resource, {
    meta: { ...meta, source: more.source },
    ...(more.identifier && { identifier: more.identifier }),
    ...(more.link !== undefined && { link: more.link }),
  });
}

function newPerson(context: Context, id: string, notes: readonly Message[]): Person {
  const { services, request, preconditions } = context;
  const change = writeChange(services, request, {
    type: 'Patient',
    id,
    ...personSent(context, { source: sourceOf(context.documentId) }),
    preconditions: [...preconditions, sameVersion('Patient', id, 0)],
  });
  return { id, match: 'new', notes, changes: [change], preconditions: [] };
}

/** A resource's content without what each version has anew, as text. */
function contentOf(resource: JsonObject): string {
  const { id: _id, meta, ...rest } = resource;
  const { versionId: _version, lastUpdated: _time, ...kept } = object(meta);
  return JSON.stringify([kept, rest]);
}

/** True when what the document says is not older than what is stored of the person. */
async function isNewer(
  services: Services,
  stored: JsonObject,
  document: Document,
  documentId: string,
): Promise<boolean> {
  const source = text(object(stored['meta'])['source']);
  if (source === undefined || source === sourceOf(documentId)) return true;
  const [type = '', id = ''] = source.split('/');
  const told = await services.store.read(type, id, services.access.condition(systemCaller));
  if (!told || told.deleted) return true;
  const attachment = object(objects((JSON.parse(told.text) as Resource)['content'])[0]?.['attachment']);
  const [before, now] = [text(attachment['creation']), madeAt(document)];
  return before === undefined || now === undefined || Date.parse(now) >= Date.parse(before);
}

type Known = Extract<PersonMatch, { kind: 'found' | 'renumbered' }>;

async function knownPerson(context: Context, match: Known, candidates: readonly Stored[]): Promise<Person> {
  const { services, request, document, documentId, preconditions } = context;
  const stored = candidates.find(one => one.id === match.candidate.id)!;
  const others = candidates.filter(one => match.also.some(also => also.id === one.id));
  const newer = await isNewer(services, stored.resource, document, documentId);
  const content = personContent(context, stored, others, newer);
  const here: Precondition = { kind: 'exists', type: 'Patient', id: stored.id };
  const unchanged = contentOf(content.resource) === contentOf(stored.resource);
  const base = { id: stored.id, match: match.kind, notes: match.notes };
  if (unchanged) return { ...base, changes: [], preconditions: [...preconditions, here] };
  const change = writeChange(services, request, {
    type: 'Patient',
    id: stored.id,
    ...content,
    preconditions: [...preconditions, sameVersion('Patient', stored.id, stored.version.versionId)],
  });
  return { ...base, changes: [change, ...others.map(one => linkBack(context, one, stored.id))], preconditions: [] };
}

const linkTo = (id: string): JsonObject => ({ other: { reference: `Patient/${id}` }, type: 'seealso' });

function withLinks(stored: JsonObject, ids: readonly string[]): readonly JsonObject[] {
  const links = objects(stored['link']);
  const known = new Set(links.map(one => object(one['other'])['reference']));
  return [...links, ...ids.filter(id => !known.has(`Patient/${id}`)).map(linkTo)];
}

/** A number that another record of the person has stays that record's alone: business keys name one resource. */
function isElsewhere({ system, value }: JsonObject, stored: Stored, others: readonly Stored[]): boolean {
  const number = { system: text(system) ?? '', value: text(value) ?? '' };
  return !hasNumber(stored.resource, number) && others.some(one => hasNumber(one.resource, number));
}

/** What the stored person becomes: with what the document says when intake made it, else with identifiers only. */
function personContent(context: Context, stored: Stored, others: readonly Stored[], newer: boolean) {
  const sent = context.document.patient!.resource;
  const day = madeAt(context.document)?.slice(0, 10);
  const said = objects(sent['identifier']).filter(one => !isElsewhere(one, stored, others));
  const identifier = mergedIdentifiers(stored.resource, { ...sent, identifier: said }, day, newer);
  const links = withLinks(
    stored.resource,
    others.map(one => one.id),
  );
  const link = links.length > 0 ? links : undefined;
  const before = text(object(stored.resource['meta'])['source']);
  if (stored.id.startsWith('p-') && before !== undefined && newer) {
    // Said again by another document, it stays as it is.
    const same = personSent(context, { identifier, link, source: before });
    const isSame = contentOf(same.resource) === contentOf(stored.resource);
    return isSame ? same : personSent(context, { identifier, link, source: sourceOf(context.documentId) });
  }
  return rewritten(stored.version.text, stored.resource, { identifier, ...(link && { link }) });
}

/** The other record of the same person points back. */
function linkBack({ services, request }: Context, other: Stored, id: string): Change {
  return writeChange(services, request, {
    type: 'Patient',
    id: other.id,
    ...rewritten(other.version.text, other.resource, { link: withLinks(other.resource, [id]) }),
    preconditions: [sameVersion('Patient', other.id, other.version.versionId)],
  });
}
