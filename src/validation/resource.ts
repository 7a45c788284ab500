/**
 * Resources within resources: each is checked by its own type.
 * @see https://hl7.org/fhir/R4/references.html#contained
 */
import type { Definitions } from '../definitions/definitions.ts';
import { nearest } from '../definitions/nearest.ts';
import type { Message } from '../fhir/types.ts';
import { addIssueAt, describe, isFull } from './report.ts';
import type { ObjectCheck } from './rule.ts';

const noType: Message = { en: 'missing; a resource must say its type', ja: 'リソースの型がありません' };

function wrongType(definitions: Definitions, name: unknown): Message {
  const found = describe(name);
  const near = typeof name === 'string' ? nearest(name, definitions.resourceTypes) : undefined;
  return {
    en: `found ${found.en}, expected a resource type of R4${near ? `; did you mean "${near}"?` : ''}`,
    ja: `${found.ja}は R4 のリソース型ではありません${near ? `。「${near}」ではありませんか` : ''}`,
  };
}

/** The check of a resource by its resourceType. */
export function checkResource(definitions: Definitions, checkOf: (type: string) => ObjectCheck): ObjectCheck {
  return (value, report) => {
    const name = value['resourceType'];
    if (typeof name === 'string' && definitions.isResourceType(name)) checkOf(name)(value, report);
    else if (name === undefined) addIssueAt(report, 'resourceType', 'required', noType);
    else if (!isFull(report)) addIssueAt(report, 'resourceType', 'value', wrongType(definitions, name));
  };
}

/** Contained resources have none of their own (dom-2). */
export function checkContained(check: ObjectCheck): ObjectCheck {
  return (value, report) => {
    if (value['contained'] !== undefined) {
      const message = {
        en: 'a contained resource must not contain resources',
        ja: '内包リソースの中にリソースを内包することはできません',
      };
      addIssueAt(report, 'contained', 'invariant', message, 'dom-2');
    }
    check(value, report);
  };
}
