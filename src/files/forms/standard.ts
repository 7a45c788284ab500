/**
 * A national file standard: which files are its own, how they become units of work, and how resources become files again.
 */
import type { Issue } from '../../fhir/outcome.ts';
import type { Message, Resource } from '../../fhir/types.ts';
import type { Draft, Key, PlainEntry, Removal } from '../convert.ts';
import type { Finding } from '../finding.ts';
import type { FindCodes } from '../layout.ts';
import type { Spool } from '../spool.ts';

/** A file as it came. It is read again: set by set, and for giving refused rows back. */
export interface SourceFile {
  readonly name: string;
  /** Why it cannot be read: a damaged archive. */
  readonly problem?: Message;
  /** Its bytes from the beginning, in pieces. */
  chunks(): Iterable<Uint8Array>;
  /** Its bytes from one position to another; absent where they can only be gone through. */
  read?(from: number, to: number): Uint8Array;
}

/** Rows of a file, as bytes. */
export interface Span {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** What making resources needs to know. */
export interface Making {
  readonly codes: FindCodes;
  /** `Organization/id` of an office that is there already; undefined when it has to be made. */
  readonly office: (number: string) => string | undefined;
  /** A resource the unit asked for by `reads`; undefined when it is not there. */
  readonly stored?: (type: string, key: Key) => Resource | undefined;
  /** Findings of the rules of care insurance about a resource of a unit that asked by `judged`; expressions are FHIRPath. */
  readonly judge?: (resource: Resource) => readonly Issue[];
}

/** A resource that a unit is merged with. */
export interface Stored {
  readonly type: string;
  readonly key: Key;
}

/** A resource that was stored, or was there already as it is. */
export interface Written {
  readonly resource: Resource;
  readonly id: string;
  readonly versionId: number;
}

/** What a unit becomes. */
export interface Made {
  readonly drafts: readonly Draft[];
  readonly removals: readonly Removal[];
  /** Resources that have no business key. */
  readonly plain?: readonly PlainEntry[];
  /** What is stored once the others are, because it names their versions; given them, new or unchanged. */
  readonly after?: ((written: readonly Written[]) => readonly Draft[]) | undefined;
  /** What was found in comparing with what is stored. */
  readonly findings?: readonly Finding[];
}

/** What belongs together and is stored as a whole or not at all: one person's set. */
export interface Unit {
  /** Name in reports, such as `UP1KYO 492017:0000000001:20260401`. */
  readonly name: string;
  readonly findings: readonly Finding[];
  /** The rows it came from. */
  readonly spans: readonly Span[];
  /** Place of its first row, for what the server finds. */
  readonly place: Pick<Finding, 'file' | 'line'>;
  /** Key of the person it is about, when the unit does not tell enough to make one. */
  readonly person?: Key | undefined;
  /** Resources that have to be read before it is made. */
  readonly reads?: readonly Stored[];
  /** True when its resources are judged while they are made, so that findings are told at rows and items. */
  readonly judged?: boolean;
  /** Makes its resources; absent when findings refuse it. */
  readonly make?: ((making: Making) => Made) | undefined;
}

/** A file that was written. Its bytes are there as long as the spool of its export is. */
export interface WrittenFile {
  readonly name: string;
  /** Its bytes, about. */
  readonly size: number;
  pieces(): Iterable<Uint8Array>;
  readonly findings: readonly Finding[];
}

/** What an export is asked for; a standard says which of them it uses. */
export interface WriteOptions {
  /** Names of interfaces; absent: all. */
  readonly kinds?: readonly string[];
  /** Office (and service type) that sends and that receives, as in file names. */
  readonly from?: string;
  readonly to?: string;
  /** YYYYMM. */
  readonly month?: string;
  /** What the receiver shall delete, such as `DLT1KYO:492017:0000000001:20260401`; then nothing else is written. */
  readonly deletions?: readonly string[];
  /** YYYYMMDDHHMMSS, Japanese time. */
  readonly stamp: string;
}

/** How stored resources are found for an export. */
export interface Found {
  /** All resources of a type with an identifier in the system. */
  readonly all: (type: string, system: string) => AsyncIterable<Resource>;
  /** The resource a reference such as `Goal/1` leads to. */
  readonly read: (reference: string) => Promise<Resource | undefined>;
  /** The resource of a type with a key. */
  readonly byKey: (type: string, key: Key) => Promise<Resource | undefined>;
}

/** What an export can be asked for beside its standard. */
export type ExportOption = 'kind' | 'from' | 'to' | 'month' | 'deletion';

/** How a standard's files are asked for. */
export interface Asked {
  /** Options that mean something in it; the others are refused. */
  readonly options: readonly ExportOption[];
  /** True for a value of `kind`. */
  readonly isKind: (kind: string) => boolean;
  /** Values of `kind`, or examples of them. */
  readonly kinds: string;
  /** How its files say that something is taken back; for standards without files of deletions. */
  readonly takesBack?: Message;
}

/** One standard. The list is in all.ts. */
export interface Standard {
  readonly id: string;
  readonly title: Message;
  /** True for names of its files. */
  accepts(name: string): boolean;
  /**
   * Units in the order in which they take effect. Files are those of one delivery. Undefined while rows are read and no unit is ready: whoever
   * goes through a large file can let others have their turn then.
   */
  units(files: readonly SourceFile[], codes: FindCodes): Iterable<Unit | undefined>;
  /** How `write` is asked; there when it is. */
  readonly asked?: Asked;
  /**
   * Files of what is stored; absent when the standard has no way back. Rows go to the spool while resources are read; the files come when all have
   * been read.
   */
  write?(found: Found, options: WriteOptions, codes: FindCodes, spool: Spool): AsyncIterable<WrittenFile>;
}
