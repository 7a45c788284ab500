/**
 * Conformance resources that clients keep on this server: what is written is used by the next validation.
 */
import type { OpenDefinitions } from '../definitions/overlay.ts';
import type { Resource } from '../fhir/types.ts';
import { sql } from '../store/sql.ts';
import type { Store } from '../store/store.ts';

/** Types that validation looks up by canonical. */
export const definitionTypes: ReadonlySet<string> = new Set([
  ...['StructureDefinition', 'ValueSet', 'CodeSystem', 'Questionnaire', 'NamingSystem', 'SearchParameter'],
  ...['ImplementationGuide', 'Measure', 'Library', 'OperationDefinition'],
]);

/** The stored part of the definitions. */
export interface StoredDefinitions {
  /**
   * Takes over what was written since the last time; quick when nothing was.
   * @param anew true to look although this process wrote nothing and looked a moment ago
   */
  refresh(anew?: boolean): Promise<void>;
  /** Says that this process wrote resources of these types. */
  note(types: Iterable<string>): void;
}

/** Other processes on the same database are noticed after this time. */
const lookAgainMs = 2000;

/** Keeps definitions up to date with a store; nothing is read yet. */
export function openStoredDefinitions(
  store: Pick<Store, 'state' | 'stream'>,
  definitions: OpenDefinitions,
  now: () => number,
): StoredDefinitions {
  let seen = 0;
  let dirty = true;
  let looked = 0;
  let running: Promise<void> | undefined;
  const read = async (): Promise<void> => {
    dirty = false;
    looked = now();
    const upTo = (await store.state()).position;
    if (upTo === seen) return;
    const rows = store.stream(
      sql`SELECT v.type AS type, v.id AS id, v.deleted AS deleted, b.text AS text FROM version v LEFT JOIN body b ON b.seq = v.seq
        WHERE v.type IN ('StructureDefinition', 'ValueSet', 'CodeSystem', 'Questionnaire', 'NamingSystem', 'SearchParameter',
          'ImplementationGuide', 'Measure', 'Library', 'OperationDefinition')
          AND v.seq > ${seen} AND v.seq <= ${upTo} AND (v.end_seq IS NULL OR v.end_seq > ${upTo})`,
    );
    for await (const chunk of rows)
      for (const row of chunk) {
        if (row['deleted']) definitions.remove(String(row['type']), String(row['id']));
        else definitions.put(JSON.parse(row['text'] as string) as Resource);
      }
    seen = upTo;
  };
  return {
    async refresh(anew = false) {
      if (!anew && !dirty && now() - looked < lookAgainMs) return;
      running ??= read().finally(() => {
        running = undefined;
      });
      await running;
    },
    note(types) {
      for (const type of types) if (definitionTypes.has(type)) dirty = true;
    },
  };
}
