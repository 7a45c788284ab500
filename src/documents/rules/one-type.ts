/**
 * 5情報: beside the Patient, resources of the type the tag names and of no other. Source: JP-CLINS 1.10.0, JP_Bundle_CLINS
 * (several types in one Bundle are an error).
 */
import { codeSystems } from '../systems.ts';
import { object, objects } from '../values.ts';
import { type DocumentRule, finding, resourceAt } from './rule.ts';

export const oneType: DocumentRule = ({ bundle, entries, kind }) => {
  if (kind.name !== 'five-information') return [];
  const tag = objects(object(bundle['meta'])['tag']).find(one => one['system'] === codeSystems.resourceType);
  const asked = tag?.['code'];
  if (typeof asked !== 'string') return [];
  return entries
    .filter(({ resource }) => resource.resourceType !== 'Patient' && resource.resourceType !== asked)
    .map(({ index, resource }) =>
      finding('intake-one-type', resourceAt(index), {
        en: `found ${resource.resourceType}, but the Bundle's tag says ${asked}; one Bundle holds one type, others go into Bundles of their own`,
        ja: `${resource.resourceType} がありますが、Bundle のタグは ${asked} です。1つの Bundle には1種類だけ入れ、ほかは別の Bundle にしてください`,
      }),
    );
};
