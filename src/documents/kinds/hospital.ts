/**
 * The hospital documents of the national exchange: 診療情報提供書, 退院時サマリー, 患者サマリー（療養計画書）, 健診結果報告書.
 * Source: JP-CLINS 1.10.0 and eCheckup 1.5.0 (Composition.type, Bundle profiles).
 */
import type { DocumentKind } from '../kind.ts';
import { canonicals, codeSystems } from '../systems.ts';
import { hasCode, object, objects } from '../values.ts';

const document = (
  name: string,
  ja: string,
  en: string,
  profile: string,
  types: readonly [code: string, ...others: string[]],
): DocumentKind => ({
  name,
  title: { en, ja },
  profile,
  bundleType: 'document',
  type: { system: codeSystems.documentType, code: types[0], display: ja },
  looksLike: bundle => {
    const type = object(objects(bundle['entry'])[0]?.['resource'])['type'];
    return bundle['type'] === 'document' && types.some(code => hasCode(type, codeSystems.documentType, code));
  },
  national: true,
});

export const referral = document('referral', '診療情報提供書', 'referral', canonicals.referral, ['57133-1']);
export const discharge = document('discharge', '退院時サマリー', 'discharge summary', canonicals.discharge, [
  '18842-5',
]);
export const patientSummary = document('summary', '患者サマリー（療養計画書）', 'patient summary', canonicals.summary, [
  '56447-6',
]);
export const checkup = document('checkup', '健診結果報告書', 'health check-up report', canonicals.checkup, [
  '53576-5',
  'JPGCHKUP01',
]);
