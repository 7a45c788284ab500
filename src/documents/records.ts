/**
 * What intake writes beside the parts of a document: the bytes as they came (Binary), what they are (DocumentReference), and where
 * each resource is from (Provenance).
 * @see https://hl7.org/fhir/R4/documentreference.html and https://hl7.org/fhir/R4/provenance.html
 */
import { hash } from 'node:crypto';
import { drawnContent } from '../fhir/drawn.ts';
import { stampableOf } from '../fhir/json-text.ts';
import type { JsonObject, Language, Resource } from '../fhir/types.ts';
import { compositionOf, type Document, hasFlag, madeAt } from './document.ts';
import { targetOf } from './extract.ts';
import { object, objects, text } from './values.ts';

const engawa = 'https://w3id.org/engawa/fhir';
/** Profile and extension of the DocumentReferences intake makes. */
export const documentProfile = `${engawa}/StructureDefinition/engawa-document`;
export const keptUntilUrl = `${engawa}/StructureDefinition/engawa-kept-until`;
const kindSystem = `${engawa}/CodeSystem/document-kind`;

/** The bytes as a Binary's data, and what DocumentReference says of them. */
export interface Kept {
  readonly contentType: string;
  readonly data: string;
  readonly size: number;
  /** SHA-1 in Base64, as Attachment.hash asks. */
  readonly hash: string;
}

/** What a DocumentReference is made from. */
export interface RecordInput {
  readonly id: string;
  readonly document: Document;
  /** `Patient/id`. */
  readonly person: string;
  readonly kept: Kept;
  /** When the document was taken in, as an instant. */
  readonly receivedAt: string;
  /** Until when it is kept; undefined = no end. */
  readonly keptUntil: string | undefined;
  /** True when the Bundle itself is not shown. */
  readonly withheld: boolean;
  /** Where references of the document lead. */
  readonly targets: ReadonlyMap<string, string>;
}

/** Hash and Base64 form of bytes. */
export function keep(bytes: Uint8Array, original: Uint8Array, contentType: string): Kept {
  return {
    contentType,
    data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
    size: original.length,
    hash: hash('sha1', original, 'base64'),
  };
}

/** The Binary that holds a document's bytes. */
export function binaryOf(id: string, person: string, kept: Kept): Resource {
  return {
    resourceType: 'Binary',
    id,
    contentType: kept.contentType,
    securityContext: { reference: person },
    data: kept.data,
  };
}

/** The text of such a Binary, with holes for what a commit stamps in. Base64 has nothing to escape, so it is not looked through. */
export function binaryTemplate({ data, ...rest }: Resource): { readonly before: string; readonly after: string } {
  const { before, after } = stampableOf(rest);
  return { before, after: `${after.slice(0, -1)},"data":"${data as string}"}` };
}

/** References of an element of the Composition as references of this server; those that lead nowhere are left out. */
function led({ document, targets }: RecordInput, element: string): readonly JsonObject[] {
  const home = document.entries.find(one => one.resource.resourceType === 'Composition');
  return objects(home?.resource[element]).flatMap(one => {
    const target = targetOf(String(one['reference']), home?.fullUrl, targets);
    return target === undefined ? [] : [{ reference: target }];
  });
}

function typeOf({ kind }: Document, composition: JsonObject | undefined): JsonObject {
  if (composition && object(composition['type'])['coding']) return object(composition['type']);
  if (kind.type) return { coding: [{ ...kind.type }] };
  return { coding: [{ system: kindSystem, code: kind.name }], text: kind.title.ja };
}

/** What is said of a document. @see https://hl7.org/fhir/R4/documentreference.html */
export function documentReference(input: RecordInput): Resource {
  const { id, document, person, kept } = input;
  const { bundle, kind } = document;
  const composition = compositionOf(document);
  const made = madeAt(document);
  const title = (composition && text(composition['title'])) ?? kind.title.ja;
  const [custodian] = led(input, 'custodian');
  const authors = led(input, 'author');
  return {
    resourceType: 'DocumentReference',
    id,
    // The other marks are not repeated here: that there is something untold is itself not to be told.
    meta: { profile: [documentProfile], ...(hasFlag(document, 'LTS') && { tag: [markTag('LTS')] }) },
    ...(input.keptUntil && { extension: [{ url: keptUntilUrl, valueDate: input.keptUntil }] }),
    masterIdentifier: object(bundle['identifier']),
    status: 'current',
    docStatus: text(composition?.['status']) === 'preliminary' ? 'preliminary' : 'final',
    type: typeOf(document, composition),
    category: [{ coding: [{ system: kindSystem, code: kind.name }] }],
    subject: { reference: person },
    date: input.receivedAt,
    ...(authors.length > 0 && { author: authors }),
    ...(custodian && { custodian }),
    description: title,
    content: [
      {
        attachment: {
          contentType: kept.contentType,
          url: `Binary/${id}`,
          size: kept.size,
          hash: kept.hash,
          title,
          ...(made && { creation: made }),
        },
        ...(kind.profile && {
          format: { system: 'urn:ietf:rfc:3986', code: kind.profile, display: kind.title.en },
        }),
      },
      ...(input.withheld ? [] : [drawnContent(`DocumentReference/${id}`, title)]),
    ],
    ...(!input.withheld && { context: { related: [{ reference: `Bundle/${id}` }] } }),
  };
}

const markTag = (code: string): JsonObject => ({
  system: 'http://jpfhir.jp/fhir/clins/CodeSystem/JP_ehrshrs_indication',
  code,
});

/** Where the resources of a document are from. @see https://hl7.org/fhir/R4/provenance.html */
export function provenance(input: RecordInput, made: readonly string[], activity: string): Resource {
  const { id, document, receivedAt, withheld } = input;
  const authors = led(input, 'author');
  const when = madeAt(document);
  return {
    resourceType: 'Provenance',
    id,
    target: [`DocumentReference/${id}`, ...made].map(reference => ({ reference })),
    ...(when && { occurredDateTime: when }),
    recorded: receivedAt,
    activity: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-DocumentCompletion', code: 'AU' }],
      text: activity,
    },
    agent: [
      ...authors.map(who => ({
        type: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'author' }],
        },
        who,
      })),
      {
        type: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'assembler' }],
        },
        who: { display: 'Engawa' },
      },
    ],
    entity: [{ role: 'source', what: { reference: withheld ? `Binary/${id}` : `Bundle/${id}` } }],
  };
}

/** The words for a document taken in, in both languages. */
export const takenIn: Readonly<Record<Language, string>> = { en: 'document intake', ja: '文書の取り込み' };

/** True when the Bundle as a whole may not be shown, because something in it goes to nobody. */
export const isWithheld = (document: Document): boolean => hasFlag(document, 'UNDELIVERED');
