/**
 * The shapes all interactions and operations share: FhirRequest, FhirResponse, Interaction, Services.
 * FhirRequest is HTTP without HTTP; Bundle entries use it too.
 * @see https://hl7.org/fhir/R4/http.html
 */
import type { Caller } from '../access/caller.ts';
import type { AccessPolicy } from '../access/readable.ts';
import type { Config } from '../config.ts';
import type { Definitions } from '../definitions/definitions.ts';
import type { Paper } from '../documents/narrative/sheet.ts';
import type { Issue } from '../fhir/outcome.ts';
import type { Language, Resource } from '../fhir/types.ts';
import type { Search } from '../search/search.ts';
import type { Store } from '../store/store.ts';
import type { Terminology } from '../terminology/terminology.ts';
import type { ValidateLarge } from '../validation/large.ts';
import type { StoredDefinitions } from '../validation/stored.ts';
import type { Validator } from '../validation/validator.ts';
import type { Shelf } from './bundled/shelf.ts';
import type { Route } from './router.ts';

/** Draws sheets as a PDF; other requests are answered meanwhile. @throws FhirError 'too-costly' */
export type RenderPdf = (paper: Paper) => Promise<Uint8Array>;

/** What every interaction and operation is given. A plain object, made once in services.ts. */
export interface Services {
  readonly config: Config;
  readonly definitions: Definitions;
  readonly validator: Validator;
  /** Validates large inputs in a thread of its own; undefined where there is none. */
  readonly validateLarge?: ValidateLarge;
  readonly renderPdf: RenderPdf;
  /** Keeps definitions up to date with conformance resources in the store. */
  readonly storedDefinitions: StoredDefinitions;
  readonly search: Search;
  /** What comes with the program, as resources. */
  readonly shelf: Shelf;
  readonly store: Store;
  readonly terminology: Terminology;
  readonly access: AccessPolicy;
  readonly interactions: readonly Interaction[];
  readonly operations: readonly Operation[];
  /** Finds the interaction or operation for a method and a path. */
  readonly route: (method: FhirRequest['method'], path: readonly string[]) => Route;
  /** When this server started, as a FHIR instant. */
  readonly startedAt: string;
  /** UTC milliseconds. */
  readonly now: () => number;
  /** A new resource id. */
  readonly newId: () => string;
}

/** The Prefer header. @see https://hl7.org/fhir/R4/http.html#ops */
export interface Prefer {
  readonly return?: 'minimal' | 'representation' | 'OperationOutcome';
  readonly handling?: 'strict' | 'lenient';
  readonly respondAsync?: boolean;
}

/** A body that was read: FHIR content as JSON text with its parsed form, or other bytes (Binary, patches). */
export type Body =
  | {
      readonly kind: 'resource';
      readonly text: string;
      readonly resource: Resource;
      /** What was wrong with its XML, but could be read all the same. */
      readonly notes?: readonly Issue[];
    }
  | { readonly kind: 'json'; readonly text: string; readonly value: unknown }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** A request without HTTP. */
export interface FhirRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the base, decoded and split: `['Patient', '1', '_history']`. */
  readonly path: readonly string[];
  /** Names in the interaction's path pattern that matched: type, id, vid, operation, compartment. */
  readonly params: Readonly<Record<string, string>>;
  /** Query parameters in order, decoded; for POST _search those of the body come after those of the URL. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Lower-case header names; only those FHIR gives a meaning. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly prefer: Prefer;
  readonly body?: Body | undefined;
  readonly contentType?: string | undefined;
  readonly caller: Caller;
  readonly language: Language;
  /** The service base URL without a slash at the end, for links and Location. */
  readonly base: string;
  /** Set for entries of a transaction: reads see the state at this position. */
  readonly asOf?: number;
}

/** What the answer's body is: stored text as it is, chunks of text, a resource to be written, bytes, or bytes that are made while they are sent. */
export type ResponseBody =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'chunks'; readonly chunks: AsyncIterable<string> }
  | { readonly kind: 'resource'; readonly resource: Resource }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly contentType: string }
  | { readonly kind: 'stream'; readonly stream: AsyncIterable<Uint8Array>; readonly contentType: string };

/** An answer without HTTP. */
export interface FhirResponse {
  readonly status: number;
  /** Location, ETag, Last-Modified … with their usual spelling. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: ResponseBody;
  /** How a slow search was done, in words and without values: for the log. */
  readonly plan?: string;
  /** What was thrown that nobody expected while the rest was answered all the same: for the log. */
  readonly bugs?: readonly unknown[];
}

/** A RESTful interaction. `path` is a pattern such as `[type]/[id]/_history/[vid]`. */
export interface Interaction {
  /** Code of http://hl7.org/fhir/restful-interaction, or the name of a conditional form. */
  readonly name: string;
  readonly method: FhirRequest['method'];
  readonly path: string;
  handle(services: Services, request: FhirRequest): Promise<FhirResponse>;
}

/** An operation such as `$validate`. @see https://hl7.org/fhir/R4/operations.html */
export interface Operation {
  /** Name without `$`. */
  readonly name: string;
  readonly levels: readonly ('system' | 'type' | 'instance')[];
  /** Resource types it is defined on; absent = all. */
  readonly types?: readonly string[];
  /** Canonical of its OperationDefinition. */
  readonly definition: string;
  /** True when it changes nothing, so that GET is allowed. */
  readonly readOnly: boolean;
  handle(services: Services, request: FhirRequest): Promise<FhirResponse>;
}
