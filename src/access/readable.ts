/**
 * The one function that hands out what a caller may read. Read, history, search (base table, chain and `_has` targets,
 * include candidates, sort joins), conditional matches: all take their `version` rows through it, and the brand on
 * {@link Readable} makes forgetting it a compile error.
 */
import { raw } from '../store/sql.ts';
import type { Readable } from '../store/store.ts';
import type { Caller } from './caller.ts';
import { informationClass } from './information-class.ts';

/** A rule of who may read what; `open` is the default until access rules are configured. */
export interface AccessPolicy {
  readonly name: string;
  /** Condition over the alias `v` of table `version`. */
  condition(caller: Caller): Readable;
}

const everything = { ...raw('1 = 1'), always: true } as Readable;

const toldOnly = raw(`v.class <> ${informationClass.notTold}`) as Readable;

/** True for the person and the family, who must not learn of a diagnosis here first. */
const isPersonal = ({ subject }: Caller): boolean => /^(?:Patient|RelatedPerson)\//.test(subject ?? '');

/** Everybody may read everything but what the person has not been told (未告知); allowed on loopback only. */
export const openPolicy: AccessPolicy = {
  name: 'open',
  condition: caller => (isPersonal(caller) ? toldOnly : everything),
};
