/**
 * Links of a Bundle: pages belong to search results and histories, style sheets to documents.
 * @see https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.link
 */
import type { JsonObject } from '../../fhir/types.ts';
import { addFinding, addIssueAt, type Report } from '../report.ts';
import { entryIndex } from '../scope.ts';
import { isCalled } from './entry-link.ts';
import { objects } from './questionnaire.ts';

const pages: ReadonlySet<unknown> = new Set(['first', 'previous', 'prev', 'next', 'last']);
const paged: ReadonlySet<unknown> = new Set(['searchset', 'history']);
const ownSheet = /^https?:\/\/hl7\.org\/fhir\/fhir\.css$/;

/** A style sheet is in the Bundle, or the specification's own. */
function checkStyleSheet(url: string, bundle: JsonObject, report: Report): void {
  if (
    entryIndex(bundle, report.scope).has(url) ||
    ownSheet.test(url) ||
    objects(bundle['entry']).some(one => isCalled(one, url))
  )
    return;
  if (/^https?:/.test(url))
    addFinding(report, 'warning', 'informational', {
      en: `the style sheet ${url} lies outside of the document, which may look different without it`,
      ja: `スタイルシート ${url} は文書の外にあるため、表示が変わるおそれがあります`,
    });
  else
    addIssueAt(report, 'url', 'not-found', {
      en: `the style sheet "${url}" is not found in the Bundle`,
      ja: `スタイルシート「${url}」がこの Bundle の中にありません`,
    });
}

/** Checks Bundle.link. */
export function checkBundleLinks(bundle: JsonObject, report: Report): void {
  const seen = new Set<unknown>();
  objects(bundle['link']).forEach((link, i) => {
    const depth = report.depth;
    report.segments[report.depth++] = 'link';
    report.segments[report.depth++] = i;
    const { relation, url } = link;
    if (pages.has(relation) && !paged.has(bundle['type']))
      addIssueAt(report, 'relation', 'invalid', {
        en: `a link to the ${String(relation)} page belongs to search results and histories only`,
        ja: `「${String(relation)}」のリンクは検索結果と履歴の Bundle だけで使えます`,
      });
    else if (pages.has(relation) && seen.has(relation))
      addIssueAt(report, 'relation', 'duplicate', {
        en: `there is more than one link "${String(relation)}"`,
        ja: `「${String(relation)}」のリンクが2つ以上あります`,
      });
    seen.add(relation);
    if (relation === 'stylesheet' && typeof url === 'string') checkStyleSheet(url, bundle, report);
    report.depth = depth;
  });
}
