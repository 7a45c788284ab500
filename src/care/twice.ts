/** Two resources under one business key: which of them is meant, nobody could tell. */
import type { Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import { businessKey } from './business-key.ts';

/** What is there twice: the rule's key before `-twice`, and names for people. */
export interface Kind {
  readonly rule: string;
  readonly en: string;
  readonly ja: string;
  /** The key may stand once for each person: one person may be stored twice, and where none of this server is named nothing is told. */
  readonly ofOnePerson?: true;
}

/** The error of a resource whose business key another one has. */
function twice({ rule, en, ja }: Kind, other: Resource): Issue {
  const type = other.resourceType;
  const name = `${type}/${other.id ?? '?'}`;
  return {
    severity: 'error',
    code: 'duplicate',
    rule: `${rule}-twice`,
    message: {
      en: `${name} has the same key already; expected one ${en} to a key. Update it with PUT ${type}?identifier=system|value`,
      ja: `同じ業務キーの${ja}が ${name} として既にあります。PUT ${type}?identifier=system|value で更新してください`,
    },
    expression: `${type}.identifier`,
  };
}

/**
 * As {@link twice}, when one of others has the key; itself and what was entered in error are read over. A warning only for one that is
 * stored with the key already: else two that are there could not even be taken back.
 * @param stored the resource as it is stored now; undefined when it is new
 */
export function findTwice(
  kind: Kind,
  own: Resource,
  others: readonly Resource[],
  stored: Resource | undefined,
): readonly Issue[] {
  const key = businessKey(own);
  if (!key || isError(own)) return [];
  const hasKey = (one: Resource | undefined): boolean => {
    const its = one && businessKey(one);
    return its?.system === key.system && plain(its.value) === plain(key.value);
  };
  const other = others.find(one => one.id !== own.id && !isError(one) && hasKey(one));
  if (!other) return [];
  const told = twice(kind, other);
  return [hasKey(stored) ? { ...told, severity: 'warning' } : told];
}

/** A key that ends in a number (履歴番号) without the zeros before it. */
const plain = (key: string): string => key.replace(/:0+(?=\d+$)/, ':');
const isError = (one: Resource): boolean => one['status'] === 'entered-in-error';
