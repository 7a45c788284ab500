/**
 * The one function that hands out what a caller may read. Read, history, search (base table, chain and `_has` targets,
 * include candidates, sort joins), conditional matches: all take their `version` rows through it, and the brand on
 * {@link Readable} makes forgetting it a compile error.
 */
import { raw } from '../store/sql.ts';
import type { Readable } from '../store/store.ts';
import type { Caller } from './caller.ts';

/** A rule of who may read what; `open` is the default until access rules are configured. */
export interface AccessPolicy {
  readonly name: string;
  /** Condition over the alias `v` of table `version`. */
  condition(caller: Caller): Readable;
}

const everything = { ...raw('1 = 1'), always: true } as Readable;

/** Everybody may read everything; allowed on loopback only. */
export const openPolicy: AccessPolicy = { name: 'open', condition: () => everything };
