/**
 * Taking a document apart: which entries become resources of their own, under which ids, and where their references lead.
 * The text of an entry stays as it was sent but for references to other entries.
 */
import { type Edit, edited, memberEdits, type Span } from '../fhir/json-text.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import type { Document, DocumentEntry } from './document.ts';
import { extractedId, type Numbered, numbersOf, organizationId } from './keys.ts';
import { identifiers } from './systems.ts';

/** What becomes of an entry. */
export interface Part {
  readonly entry: DocumentEntry;
  /** `person`: the one person; `shared`: an organisation known by a national number; `own`: of this document alone. */
  readonly role: 'person' | 'shared' | 'own' | 'withheld';
  readonly type: string;
  /** Id it has on this server; for a person and an organisation the one to make when none is known. */
  readonly id: string;
  /** The national number of an organisation. */
  readonly number?: Numbered;
}

const organizationNumbers: readonly string[] = [
  identifiers.institution,
  identifiers.institutionCode,
  identifiers.office,
  identifiers.insurer,
];

/** What a resource is called in its document: its own identifier, else its place among those of its type. */
function nameOf({ resource }: DocumentEntry, place: number): string {
  const own = numbersOf(resource);
  const best = own.find(one => one.system === identifiers.resource) ?? (own.length === 1 ? own[0] : undefined);
  return best ? `${best.system}|${best.value}` : `#${place}`;
}

/** The parts of a document. @param id of the document; @param personId of its person */
export function partsOf(document: Document, id: string, personId: string): readonly Part[] {
  const places = new Map<string, number>();
  const names = new Set<string>();
  return document.entries.map((entry): Part => {
    const type = entry.resource.resourceType;
    const place = places.get(type) ?? 0;
    places.set(type, place + 1);
    if (entry === document.patient) return { entry, role: 'person', type, id: personId };
    const number =
      type === 'Organization'
        ? numbersOf(entry.resource).find(one => organizationNumbers.includes(one.system))
        : undefined;
    if (number) return { entry, role: 'shared', type, id: organizationId(number), number };
    let name = nameOf(entry, place);
    // Two resources of one identifier would be one: the second goes by its place too.
    if (names.has(`${type} ${name}`)) name += `#${place}`;
    names.add(`${type} ${name}`);
    const role = entry.flags.has('UNDELIVERED') ? 'withheld' : 'own';
    return { entry, role, type, id: extractedId(id, type, name) };
  });
}

/** Where references lead: fullUrl → Type/id on this server. */
export function targetsOf(parts: readonly Part[]): ReadonlyMap<string, string> {
  const shown = parts.filter(one => one.role !== 'withheld' && one.entry.fullUrl !== undefined);
  return new Map(shown.map(({ entry, type, id }) => [entry.fullUrl!, `${type}/${id}`]));
}

const serverUrl = /^(https?:\/\/.*\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/;

/** The base of an entry's fullUrl; undefined when it is no URL of a server. */
const serverOf = (fullUrl: string | undefined): string | undefined =>
  fullUrl?.startsWith('http') ? serverUrl.exec(fullUrl)?.[1] : undefined;

function leadFrom(
  server: string | undefined,
  reference: string,
  targets: ReadonlyMap<string, string>,
): string | undefined {
  const at = reference.indexOf('#');
  const url = at < 0 ? reference : reference.slice(0, at);
  const target = targets.get(url) ?? (server === undefined ? undefined : targets.get(server + url));
  return target === undefined || at < 0 ? target : `${target}#${reference.slice(at + 1).split('#', 1)[0]}`;
}

/**
 * Where a reference of an entry leads on this server; undefined when it leads to no other entry. A relative reference is read
 * from the base of the entry's own fullUrl.
 * @see https://hl7.org/fhir/R4/bundle.html#references
 */
export const targetOf = (
  reference: string,
  fullUrl: string | undefined,
  targets: ReadonlyMap<string, string>,
): string | undefined => leadFrom(serverOf(fullUrl), reference, targets);

/** What is to be stored of an entry: its text, and what is to stand there instead. */
export interface Led {
  readonly text: string;
  readonly members: readonly Span[];
  readonly edits: readonly Edit[];
  readonly resource: Resource;
}

/** An entry with its references to other entries led to this server's resources; every other byte of its text stays. */
export function withReferences(
  { text, members, fullUrl, resource }: DocumentEntry,
  targets: ReadonlyMap<string, string>,
): Led {
  const server = serverOf(fullUrl);
  const edits = memberEdits(text, 'reference', reference => leadFrom(server, reference, targets));
  if (edits.length === 0) return { text, members, edits, resource };
  let found = 0;
  const copy = mapReferences(resource, reference => {
    const target = leadFrom(server, reference, targets);
    if (target !== undefined) found++;
    return target ?? reference;
  });
  // A name written with escapes is found in the resource, and not in its text: what is stored is what the text says.
  const same = found === edits.length ? copy : JSON.parse(edited(text, edits));
  return { text, members, edits, resource: same as Resource };
}

/** A value with its references mapped; what holds none that changes is shared with the value. */
function mapReferences(value: unknown, map: (reference: string) => string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return mapItems(value, map);
  let copy: JsonObject | undefined;
  for (const name in value) {
    const inner = (value as JsonObject)[name];
    if (typeof inner !== 'object' && name !== 'reference') continue;
    const next = name === 'reference' && typeof inner === 'string' ? map(inner) : mapReferences(inner, map);
    if (next === inner) continue;
    copy ??= { ...value } as JsonObject;
    copy[name] = next;
  }
  return copy ?? value;
}

function mapItems(items: readonly unknown[], map: (reference: string) => string): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const next = mapReferences(items[i], map);
    if (next === items[i]) continue;
    copy ??= [...items];
    copy[i] = next;
  }
  return copy ?? items;
}
