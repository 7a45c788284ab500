/**
 * Where the marks LTS, UNINFORMED and UNDELIVERED may stand: all three on a Condition, LTS alone on an AllergyIntolerance and
 * an Observation. Source: JP-CLINS 1.10.0, tags of the profiles.
 */
import { type DocumentRule, finding, resourceAt } from './rule.ts';

const allowed: Readonly<Record<string, readonly string[]>> = {
  Condition: ['LTS', 'UNINFORMED', 'UNDELIVERED'],
  AllergyIntolerance: ['LTS'],
  Observation: ['LTS'],
};

export const marks: DocumentRule = ({ entries, kind }) => {
  if (!kind.national) return [];
  return entries.flatMap(({ index, resource, flags }) => {
    const can = allowed[resource.resourceType] ?? [];
    return [...flags]
      .filter(flag => !can.includes(flag))
      .map(flag =>
        finding('intake-mark', `${resourceAt(index)}.meta.tag`, {
          en: `the mark ${flag} is not for ${resource.resourceType}; expected ${can.length ? can.join(', ') : 'none'}`,
          ja: `${resource.resourceType} に ${flag} は付けられません（使えるもの: ${can.length ? can.join('・') : 'なし'}）`,
        }),
      );
  });
};
