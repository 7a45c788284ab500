/** From a checked document to Changes: person, organisations, parts, records, and the removal of what is no longer in it. */

import { systemCaller } from '../../access/caller.ts';
import { informationClass } from '../../access/information-class.ts';
import { type Document, hasFlag } from '../../documents/document.ts';
import { type Part, partsOf, targetsOf, withReferences } from '../../documents/extract.ts';
import { documentId } from '../../documents/keys.ts';
import {
  binaryOf,
  binaryTemplate,
  documentReference,
  isWithheld,
  provenance,
  type RecordInput,
  takenIn,
} from '../../documents/records.ts';
import { keptUntil, retentionTable } from '../../documents/retention.ts';
import { object, objects, text } from '../../documents/values.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import type { Change, Current } from '../../store/store.ts';
import { japaneseDay } from '../../terminology/terminology.ts';
import type { FhirRequest, Services } from '../interaction.ts';
import { prepareDelete } from '../write.ts';
import { resourceChange, sameVersion, writeChange } from './change.ts';
import { keptBytes } from './kept.ts';
import { sharedOrganization } from './organizations.ts';
import { findPerson, type Person } from './person.ts';

/** A prepared intake. */
export interface Prepared {
  readonly id: string;
  readonly changes: readonly Change[];
  readonly parts: readonly Part[];
  readonly person: Person;
  /** Resources of the earlier Bundle that this one has no more. */
  readonly removed: readonly string[];
  /** What was stored under these keys before. */
  readonly before: 'nothing' | 'current' | 'withdrawn';
}

/** What is stored of a document. */
export interface StoredDocument {
  readonly version: Current | undefined;
  readonly resource: Resource | undefined;
  readonly state: Prepared['before'];
  /** `Type/id` of the resources that came out of it alone. */
  readonly own: readonly string[];
}

/** What is stored under an id of intake. */
export async function storedDocument(services: Services, id: string): Promise<StoredDocument> {
  const access = services.access.condition(systemCaller);
  const version = await services.store.read('DocumentReference', id, access);
  if (!version || version.deleted) return { version, resource: undefined, state: 'nothing', own: [] };
  const resource = JSON.parse(version.text) as Resource;
  const source = await services.store.read('Provenance', id, access);
  const targets = source && !source.deleted ? objects((JSON.parse(source.text) as Resource)['target']) : [];
  const own = targets.map(one => String(one['reference'])).filter(one => /\/x-/.test(one));
  return { version, resource, own, state: resource['status'] === 'current' ? 'current' : 'withdrawn' };
}

function refuseDoubt(document: Document, person: Person): void {
  if (!person.reason) return;
  const expression = `Bundle.entry[${document.patient!.index}].resource.identifier`;
  const { en, ja } = person.reason;
  throw new FhirError('business-rule', [
    {
      severity: 'error',
      code: 'conflict',
      rule: 'intake-person',
      expression,
      message: { en: `${expression}: ${en}`, ja: `${expression}: ${ja}` },
    },
  ]);
}

/** When the document was taken in: the first time these very bytes came. */
function receivedAt(services: Services, stored: StoredDocument, hash: string): string {
  const attachment = object(objects(stored.resource?.['content'])[0]?.['attachment']);
  const same = stored.state === 'current' && attachment['hash'] === hash;
  return (same ? text(stored.resource?.['date']) : undefined) ?? new Date(services.now()).toISOString();
}

/** The parts with their final ids, and the changes of the organisations among them. */
async function placeParts(services: Services, request: FhirRequest, parts: readonly Part[]) {
  const placed: Part[] = [];
  const changes: Change[] = [];
  for (const part of parts) {
    if (part.role !== 'shared') {
      placed.push(part);
      continue;
    }
    const shared = await sharedOrganization(services, request, part);
    placed.push(shared.part);
    const isNew = !changes.some(one => one.type === part.type && one.id === shared.part.id);
    if (isNew) changes.push(...shared.changes);
  }
  return { placed, changes };
}

/** Prepares a document against the present state; called again when another commit came between. */
export async function prepareIntake(services: Services, request: FhirRequest, document: Document): Promise<Prepared> {
  const id = documentId(document.keys!);
  const stored = await storedDocument(services, id);
  const person = await findPerson(services, request, document, id);
  refuseDoubt(document, person);
  const { placed, changes: organizations } = await placeParts(services, request, partsOf(document, id, person.id));
  const targets = targetsOf(placed);
  const withheld = isWithheld(document);
  const kept = await keptBytes(services, document.text, withheld);
  const at = receivedAt(services, stored, kept.hash);
  const [table] = services.terminology.library.resources('CodeSystem', retentionTable);
  const until = keptUntil(document, japaneseDay(Date.parse(at)), table);
  const input: RecordInput = {
    id,
    document,
    person: `Patient/${person.id}`,
    kept,
    receivedAt: at,
    keptUntil: until,
    withheld,
    targets,
  };
  const own = placed
    .filter(one => one.role === 'own')
    .map(part => partChange(services, request, document, part, targets));
  const names = new Set(own.map(one => `${one.type}/${one.id}`));
  const removed = stored.state === 'current' ? stored.own.filter(one => !names.has(one)) : [];
  const records = recordChanges(services, request, input, placed, stored);
  const all = [...person.changes, ...organizations, ...own, ...removed.map(one => removal(request, one)), ...records];
  const [first, ...rest] = all;
  const changes = [{ ...first!, preconditions: [...first!.preconditions, ...person.preconditions] }, ...rest];
  return { id, changes, parts: placed, person, removed, before: stored.state };
}

function removal(request: FhirRequest, reference: string): Change {
  const [type = '', id = ''] = reference.split('/');
  return prepareDelete(request, type, id, []);
}

function partChange(
  services: Services,
  request: FhirRequest,
  document: Document,
  { entry, type, id }: Part,
  targets: ReadonlyMap<string, string>,
): Change {
  // The Composition's text tells of everything in the document.
  const hidden = type === 'Composition' && hasFlag(document, 'UNINFORMED');
  return writeChange(services, request, {
    type,
    id,
    ...withReferences(entry, targets),
    ...(hidden && { informationClass: informationClass.notTold }),
  });
}

/** Bundle, Binary, DocumentReference and Provenance. */
function recordChanges(
  services: Services,
  request: FhirRequest,
  input: RecordInput,
  parts: readonly Part[],
  stored: StoredDocument,
): readonly Change[] {
  const { id, document, person, kept, withheld } = input;
  const level = hasFlag(document, 'UNINFORMED') ? informationClass.notTold : informationClass.ordinary;
  const whole = { person, informationClass: level };
  const made = parts
    .filter(one => one.role !== 'withheld' && /^[xpo]-/.test(one.id))
    .map(one => `${one.type}/${one.id}`);
  const bundle = withheld
    ? stored.state === 'nothing'
      ? []
      : [prepareDelete(request, 'Bundle', id, [])]
    : [
        writeChange(services, request, {
          type: 'Bundle',
          id,
          text: document.text,
          members: document.members,
          resource: document.bundle,
          ...whole,
        }),
      ];
  const before = sameVersion(
    'DocumentReference',
    id,
    stored.version && !stored.version.deleted ? stored.version.versionId : 0,
  );
  const binary = binaryOf(id, person, kept);
  return [
    ...bundle,
    resourceChange(services, request, binary, { ...whole, template: binaryTemplate(binary) }),
    resourceChange(services, request, documentReference(input), { preconditions: [before] }),
    resourceChange(services, request, provenance(input, [...new Set(made)], takenIn.ja), { person }),
  ];
}
