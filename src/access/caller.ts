/**
 * Caller: who asks, with which rights. Made once a request, in http/auth.
 */

/** Who asks. `system` is the server itself (start-up, purge), `anonymous` whoever speaks to an open server. */
export interface Caller {
  readonly kind: 'system' | 'anonymous' | 'user' | 'client';
  /** Reference of the person or client that acts, such as `Practitioner/1`. */
  readonly subject: string | null;
  /** Reference of the organisation it acts for. */
  readonly organization: string | null;
  readonly scopes: readonly string[];
}

/** Whoever speaks to a server that is open (loopback only). */
export const anonymous: Caller = { kind: 'anonymous', subject: null, organization: null, scopes: [] };

/** The server itself. */
export const systemCaller: Caller = { kind: 'system', subject: null, organization: null, scopes: [] };
