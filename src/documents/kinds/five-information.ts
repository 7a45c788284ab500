/**
 * 5情報: a collection Bundle with one person and resources of one type, replaced as a whole.
 * Source: JP-CLINS 1.10.0, JP_Bundle_CLINS.
 */
import type { DocumentKind } from '../kind.ts';
import { canonicals, codeSystems } from '../systems.ts';
import { object, objects } from '../values.ts';

export const fiveInformation: DocumentKind = {
  name: 'five-information',
  title: { en: 'collection of conditions, allergies or laboratory results (5情報)', ja: '5情報' },
  profile: canonicals.fiveInformation,
  bundleType: 'collection',
  looksLike: bundle =>
    bundle['type'] === 'collection' &&
    objects(object(bundle['meta'])['tag']).some(tag => tag['system'] === codeSystems.resourceType),
  national: true,
};
