/**
 * A document can be replaced and withdrawn only by its three keys, so all three must be there: the number of the person,
 * the system and the value of Bundle.identifier. Source: JP-CLINS 1.10.0, update and deletion of Bundles.
 */
import { object, text } from '../values.ts';
import { type DocumentRule, finding, resourceAt } from './rule.ts';

export const keys: DocumentRule = ({ bundle, patient, keys: found }) => {
  if (found) return [];
  const { system, value } = object(bundle['identifier']);
  const issues = [];
  if (text(system) === undefined || text(value) === undefined)
    issues.push(
      finding('intake-keys', 'Bundle.identifier', {
        en: 'system and value are needed: the document is replaced and withdrawn by them',
        ja: 'system と value が必要です（文書の差し替え・取消に使います）',
      }),
    );
  if (!patient)
    issues.push(
      finding('intake-keys', 'Bundle.entry', {
        en: 'there is no Patient; the document must be about one person, who is in the Bundle',
        ja: 'Patient がありません。文書の本人を Bundle に入れてください',
      }),
    );
  else if (issues.length === 0)
    issues.push(
      finding('intake-keys', `${resourceAt(patient.index)}.identifier`, {
        en: 'the person has no number (system and value), so it cannot be found again',
        ja: '本人を特定する番号（system と value）がありません',
      }),
    );
  return issues;
};
