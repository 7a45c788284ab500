/**
 * Codes: what search asks of terminology for :in, :not-in, :above and :below.
 */
import type { Resource } from '../fhir/types.ts';

/** A code with its system. */
export interface CodedValue {
  readonly system: string;
  readonly code: string;
}

/** What search asks of terminology. */
export interface Codes {
  /** Takes over what was stored since; called before codes are asked for. */
  refresh(): Promise<void>;
  /** The codes of a value set; undefined when it is not known, cannot be listed, or has more than `limit`. */
  codesOf(valueSet: string, limit?: number): readonly CodedValue[] | undefined;
  /** A value set that is stored here, by its id. */
  stored(type: 'ValueSet', id: string): Resource | undefined;
  /** A code and all below (or above) it in its system; undefined when the system is not known. */
  familyOf(system: string, code: string, direction: 'above' | 'below'): readonly string[] | undefined;
}

/** Terminology of a server that has none. */
export const noCodes: Codes = {
  refresh: async () => {},
  codesOf: () => undefined,
  stored: () => undefined,
  familyOf: () => undefined,
};
