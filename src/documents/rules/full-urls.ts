/** Each entry has a fullUrl of its own (R4 bdl-7 looks at stored versions; here a reference must lead to one entry). */
import { type DocumentRule, finding } from './rule.ts';

export const fullUrls: DocumentRule = ({ entries, kind }) => {
  const seen = new Map<string, number>();
  return entries.flatMap(({ index, fullUrl }) => {
    const at = `Bundle.entry[${index}].fullUrl`;
    if (fullUrl === undefined) return [];
    const first = seen.get(fullUrl);
    if (first !== undefined)
      return [
        finding('intake-full-url', at, {
          en: `the same fullUrl stands in entry ${first + 1}; each must be unique in the Bundle`,
          ja: `${first + 1}番目のエントリーと同じ fullUrl です。Bundle の中で重複しないようにしてください`,
        }),
      ];
    seen.set(fullUrl, index);
    if (!kind.national || fullUrl.startsWith('urn:uuid:')) return [];
    return [
      finding('intake-full-url', at, {
        en: 'expected a urn:uuid: that is made anew for each Bundle',
        ja: 'Bundle ごとに新しく作った urn:uuid: にしてください',
      }),
    ];
  });
};
