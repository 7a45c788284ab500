/**
 * What follows a unit that was stored, in a commit of its own: resources that name versions of those before them, such as the consent to
 * the version of a plan. A crash between the two leaves the first; the same files again bring the second.
 */
import { FhirError } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import { toTransaction } from '../../files/convert.ts';
import type { Finding } from '../../files/finding.ts';
import type { Made, Unit } from '../../files/forms/standard.ts';
import type { FhirRequest, Services } from '../../interactions/interaction.ts';
import { commitTransaction } from '../../interactions/transaction.ts';
import type { Committed } from '../../store/store.ts';

/** What was stored, and what is to follow it. */
interface Following {
  readonly unit: Unit;
  readonly after: NonNullable<Made['after']>;
  readonly committed: readonly Committed[];
}

/**
 * Stores what follows, and counts it.
 * @returns warnings when it cannot be stored: what it follows stays
 */
export async function storeAfter(
  services: Services,
  request: FhirRequest,
  { unit, after, committed }: Following,
  counts: Record<'created' | 'updated' | 'unchanged' | 'deleted', number>,
): Promise<readonly Finding[]> {
  const written = committed.flatMap(({ version }) =>
    version && !version.deleted
      ? [{ resource: JSON.parse(version.text) as Resource, id: version.id, versionId: version.versionId }]
      : [],
  );
  const drafts = after(written);
  if (drafts.length === 0) return [];
  const { text, bundle } = toTransaction(drafts, []);
  try {
    const { committed: followed } = await commitTransaction(services, request, text, bundle);
    for (const { outcome } of followed) if (outcome !== 'absent') counts[outcome]++;
    return [];
  } catch (error) {
    if (!(error instanceof FhirError) || error.status >= 500) throw error;
    return error.issues.map(one => ({
      kind: 'content',
      severity: 'warning',
      ...unit.place,
      rule: one.message,
      mend: {
        en: 'The rest of the set is stored; send the set again',
        ja: '組の他の内容は登録しました。組を送り直してください',
      },
    }));
  }
}
