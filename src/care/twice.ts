/** Two resources under one business key: which of them is meant, nobody could tell. */
import type { Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import { businessKey } from './business-key.ts';

/** What is there twice: the rule's key before `-twice`, and names for people. */
export interface Kind {
  readonly rule: string;
  readonly en: string;
  readonly ja: string;
}

/** The error of a resource whose business key another one has. */
export function twice({ rule, en, ja }: Kind, other: Resource): Issue {
  const type = other.resourceType;
  const name = `${type}/${other.id ?? '?'}`;
  return {
    severity: 'error',
    code: 'duplicate',
    rule: `${rule}-twice`,
    message: {
      en: `The key is already that of ${name}; expected one ${en} to a key. Update it with PUT ${type}?identifier=system|value`,
      ja: `同じ業務キーの${ja}が ${name} として既にあります。PUT ${type}?identifier=system|value で更新してください`,
    },
    expression: `${type}.identifier`,
  };
}

/** As {@link twice}, when one of others has the key; itself and what was entered in error are read over. */
export function findTwice(kind: Kind, own: Resource, others: readonly Resource[]): readonly Issue[] {
  const key = businessKey(own);
  if (!key) return [];
  const other = others.find(one => {
    const its = one.id !== own.id && one['status'] !== 'entered-in-error' ? businessKey(one) : undefined;
    return its?.system === key.system && its.value === key.value;
  });
  return other ? [twice(kind, other)] : [];
}
