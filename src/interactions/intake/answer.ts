/** What became of a document, entry by entry: the receipt, as Parameters. */

import { type Issue, operationOutcome } from '../../fhir/outcome.ts';
import type { JsonObject, Language, Message, Resource } from '../../fhir/types.ts';
import type { Change, Committed } from '../../store/store.ts';
import type { Prepared } from './prepare.ts';

/** What became of the document as a whole. */
export type DocumentOutcome = 'created' | 'replaced' | 'unchanged' | 'restored' | 'withdrawn' | 'absent';

/** A receipt. */
export interface Receipt {
  readonly outcome: DocumentOutcome;
  readonly id: string;
  /** Number of resources written or removed. */
  readonly changed: number;
  readonly resource: Resource;
  /** Versions written, by `Type/id`. */
  readonly committed: ReadonlyMap<string, Committed>;
}

const part = (name: string, value: JsonObject): JsonObject => ({ name, ...value });
const wrote = ({ outcome }: Committed): boolean => outcome !== 'unchanged' && outcome !== 'absent';

/** Outcomes by `Type/id`. */
export function outcomesOf(
  changes: readonly Change[],
  committed: readonly Committed[],
): ReadonlyMap<string, Committed> {
  return new Map(changes.map((change, i) => [`${change.type}/${change.id}`, committed[i]!]));
}

const nameOf: Readonly<Record<string, string>> = { absent: 'unchanged', deleted: 'removed' };

/** What a receipt tells of a document. */
export type Told = Pick<Prepared, 'id' | 'parts' | 'person' | 'removed' | 'before'>;

function entryParts(prepared: Told, outcomes: ReadonlyMap<string, Committed>): JsonObject[] {
  const entries = prepared.parts.map(({ entry, role, type, id }) => {
    const reference = `${type}/${id}`;
    const outcome = outcomes.get(reference)?.outcome ?? 'unchanged';
    return part('entry', {
      part: [
        part('index', { valueInteger: entry.index }),
        ...(entry.fullUrl === undefined ? [] : [part('fullUrl', { valueUri: entry.fullUrl })]),
        part('type', { valueCode: type }),
        part('outcome', { valueCode: role === 'withheld' ? 'withheld' : (nameOf[outcome] ?? outcome) }),
        ...(role === 'withheld' ? [] : [part('resource', { valueReference: { reference } })]),
      ],
    });
  });
  const removed = prepared.removed.map(reference =>
    part('entry', {
      part: [
        part('type', { valueCode: reference.split('/')[0]! }),
        part('outcome', { valueCode: 'removed' }),
        part('resource', { valueReference: { reference } }),
      ],
    }),
  );
  return [...entries, ...removed];
}

/** Notes about the person as findings. */
const noteIssue = (message: Message): Issue => ({
  severity: 'warning',
  code: 'informational',
  rule: 'intake-person',
  message,
});

/** The receipt of an intake that was committed. */
export function intakeReceipt(
  prepared: Prepared,
  committed: readonly Committed[],
  findings: readonly Issue[],
  options: { readonly language: Language; readonly restored?: boolean },
): Receipt {
  return receiptOf(prepared, outcomesOf(prepared.changes, committed), findings, options);
}

/** The receipt of a document. @param outcomes what became of each resource, by `Type/id` */
export function receiptOf(
  prepared: Told,
  outcomes: ReadonlyMap<string, Committed>,
  findings: readonly Issue[],
  options: { readonly language: Language; readonly restored?: boolean },
): Receipt {
  const changed = [...outcomes.values()].filter(wrote).length;
  const stored = prepared.before === 'current' ? 'replaced' : 'created';
  const outcome = changed === 0 ? 'unchanged' : options.restored ? 'restored' : stored;
  const { id, person } = prepared;
  const issues = [...findings, ...person.notes.map(noteIssue)];
  const resource = {
    resourceType: 'Parameters',
    parameter: [
      part('outcome', { valueCode: outcome }),
      part('changed', { valueInteger: changed }),
      part('document', { valueReference: { reference: `DocumentReference/${id}` } }),
      ...(outcomes.get(`Bundle/${id}`)?.version?.deleted === false
        ? [part('bundle', { valueReference: { reference: `Bundle/${id}` } })]
        : []),
      part('person', { valueReference: { reference: `Patient/${person.id}` } }),
      part('match', { valueCode: person.match }),
      ...entryParts(prepared, outcomes),
      ...(issues.length > 0 ? [part('findings', { resource: operationOutcome(issues, options.language) })] : []),
    ],
  };
  return { outcome, id, changed, resource, committed: outcomes };
}

/** The receipt of a withdrawal. @param removed `Type/id` of what is no longer shown */
export function withdrawReceipt(id: string, removed: readonly string[], committed: readonly Committed[]): Receipt {
  const changed = committed.filter(wrote).length;
  const outcome = changed === 0 ? 'unchanged' : 'withdrawn';
  const resource = {
    resourceType: 'Parameters',
    parameter: [
      part('outcome', { valueCode: outcome }),
      part('changed', { valueInteger: changed }),
      part('document', { valueReference: { reference: `DocumentReference/${id}` } }),
      ...removed.map(reference =>
        part('entry', {
          part: [
            part('type', { valueCode: reference.split('/')[0]! }),
            part('outcome', { valueCode: 'removed' }),
            part('resource', { valueReference: { reference } }),
          ],
        }),
      ),
    ],
  };
  return { outcome, id, changed, resource, committed: new Map() };
}
