/**
 * Search results: every entry holds a resource with an id, of the type that was asked for or said to be something else.
 * @see https://hl7.org/fhir/R4/search.html#searchset
 */
import type { JsonObject, Message } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import { addFinding, addIssue, type Report } from '../report.ts';
import { atEntry } from './entry-link.ts';
import { isObject, objects } from './questionnaire.ts';

/** The resource types the search behind the `self` link was about; none when it does not say. */
function askedTypes(bundle: JsonObject, { definitions }: Compiler): readonly string[] {
  const url = objects(bundle['link']).find(one => one['relation'] === 'self')?.['url'];
  if (typeof url !== 'string') return [];
  const [path = '', query = ''] = url.split('?');
  const last =
    path
      .replace(/\/(?:_search)?$/, '')
      .split('/')
      .at(-1) ?? '';
  if (definitions.isResourceType(last)) return [last];
  const listed = /(?:^|&)_type=([^&]*)/.exec(query)?.[1] ?? '';
  return listed.split(/,|%2C/i).filter(definitions.isResourceType);
}

function entryFault(mode: unknown, resource: JsonObject, asked: readonly string[]): Message | undefined {
  const type = String(resource['resourceType']);
  if (mode === 'outcome')
    return type === 'OperationOutcome'
      ? undefined
      : { en: `an outcome is an OperationOutcome, found a ${type}`, ja: `mode が outcome ですが、${type} です` };
  if (mode !== 'match' && mode !== 'include') return undefined;
  if (resource['id'] === undefined)
    return { en: 'a resource that was found has an id', ja: '検索で見つかったリソースには id が必要です' };
  return mode === 'include' || asked.length === 0 || asked.includes(type)
    ? undefined
    : {
        en: `found a ${type}, but ${asked.join(', ')} was searched for`,
        ja: `${asked.join('・')} の検索結果に ${type} があります`,
      };
}

/** Checks a Bundle of type searchset. */
export function checkSearchSet(bundle: JsonObject, report: Report, compiler: Compiler): void {
  const asked = askedTypes(bundle, compiler);
  const entries: readonly unknown[] = Array.isArray(bundle['entry']) ? bundle['entry'] : [];
  if (!objects(bundle['link']).some(one => one['relation'] === 'self'))
    addFinding(report, 'warning', 'informational', {
      en: 'a search result should have a self link, which says what was searched for',
      ja: '検索結果には、検索条件を示す self のリンクを付けるべきです',
    });
  entries.forEach((entry, i) => {
    if (!isObject(entry)) return;
    const resource = entry['resource'];
    const mode = isObject(entry['search']) ? entry['search']['mode'] : undefined;
    const fault = isObject(resource)
      ? entryFault(mode, resource, asked)
      : { en: 'an entry of a search result holds a resource', ja: '検索結果のエントリーにはリソースが必要です' };
    if (fault) atEntry(report, i, () => addIssue(report, 'invalid', fault));
  });
}
