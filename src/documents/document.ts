/** A document Bundle as it was read: its entries, its person, its marks. */
import { bundleText, type Span } from '../fhir/json-text.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import { type Flag, flagsOf } from './flags.ts';
import { type DocumentKeys, documentKeys } from './keys.ts';
import type { DocumentKind } from './kind.ts';
import { object, text } from './values.ts';

/** An entry with its text as it was sent. */
export interface DocumentEntry {
  readonly index: number;
  readonly fullUrl: string | undefined;
  readonly resource: Resource;
  readonly text: string;
  /** The members of its text. */
  readonly members: readonly Span[];
  readonly flags: ReadonlySet<Flag>;
}

/** A Bundle of a known kind. */
export interface Document {
  readonly kind: DocumentKind;
  /** The Bundle as it came. */
  readonly text: string;
  /** The members of its text. */
  readonly members: readonly Span[];
  readonly bundle: Resource;
  readonly entries: readonly DocumentEntry[];
  /** The one person it is about; undefined when there is none. */
  readonly patient: DocumentEntry | undefined;
  readonly keys: DocumentKeys | undefined;
}

/** Reads a Bundle's entries. @param text JSON of the Bundle, read before as `bundle` */
export function readDocument(kind: DocumentKind, bundle: Resource, content: string): Document {
  const { members, entries: own } = bundleText(content);
  const entries = (Array.isArray(bundle['entry']) ? bundle['entry'] : []).flatMap((one: unknown, index: number) => {
    const resource = object(object(one)['resource']) as Resource;
    const found = own[index];
    if (typeof resource.resourceType !== 'string' || found === undefined) return [];
    return [{ index, fullUrl: text(object(one)['fullUrl']), resource, ...found, flags: flagsOf(resource) }];
  });
  const patient = subjectOf(entries);
  return {
    kind,
    text: content,
    members,
    bundle,
    entries,
    patient,
    keys: patient && documentKeys(bundle, patient.resource),
  };
}

/** The Patient of a document's subject; else the first Patient. */
function subjectOf(entries: readonly DocumentEntry[]): DocumentEntry | undefined {
  const composition = entries.find(one => one.resource.resourceType === 'Composition');
  const subject = composition && text(object(composition.resource['subject'])['reference']);
  const patients = entries.filter(one => one.resource.resourceType === 'Patient');
  return patients.find(one => subject !== undefined && one.fullUrl === subject) ?? patients[0];
}

/** The document's Composition, if it has one. */
export function compositionOf({ entries }: Document): JsonObject | undefined {
  return entries.find(one => one.resource.resourceType === 'Composition')?.resource;
}

/** True when an entry of the document has the mark. */
export function hasFlag({ entries }: Pick<Document, 'entries'>, flag: Flag): boolean {
  return entries.some(one => one.flags.has(flag));
}

/** When the sender made the Bundle: its timestamp, else the Composition's date; as written. */
export function madeAt(document: Document): string | undefined {
  const composition = compositionOf(document);
  return text(document.bundle['timestamp']) ?? (composition && text(composition['date']));
}
