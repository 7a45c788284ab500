/**
 * Strings and markdown that hold HTML tags: shown as they are, they would be part of the page.
 * @see https://hl7.org/fhir/R4/security.html#narrative
 */
import { addFinding, type Report } from './report.ts';

/** `<script>`, `</b>`, `<img src=…>`; `a < b` and `<3` are none. */
const tag = /<\/?[A-Za-z][A-Za-z0-9]*(?:[\s/][^<>]*)?>/;
/** In markdown, where `<https://…>` is a link, also the start of a tag that is never closed. */
const markdownTag = /<\/?[A-Za-z][A-Za-z0-9]*(?=[\s/>])/;

/** Severity of a tag where none belongs. */
export type HtmlSeverity = 'error' | 'warning';

/** Tells of tags in a text that is known to have a `<`. */
export function tellTags(value: string, type: string, severity: HtmlSeverity, report: Report): void {
  const found = (type === 'markdown' ? markdownTag : tag).exec(value)?.[0];
  if (found === undefined) return;
  addFinding(report, severity, 'security', {
    en: `holds "${found.slice(0, 40)}", which looks like an HTML tag; a page that shows it as it is would be at its mercy`,
    ja: `HTML のタグのような「${found.slice(0, 40)}」が含まれています。そのまま表示する画面では危険です`,
  });
}
