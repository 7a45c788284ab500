/**
 * A readable page for people who open a URL in a browser: the JSON as text, references as links, nothing that runs.
 */
import type { Language } from '../fhir/types.ts';

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const words = {
  en: { json: 'JSON', xml: 'XML', about: 'What this server can do' },
  ja: { json: 'JSON', xml: 'XML', about: 'このサーバーの機能' },
} as const;

/** Links that lead somewhere on this server. */
function linkReferences(escaped: string, base: string): string {
  return escaped
    .replace(
      /(&quot;reference&quot;: &quot;)([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})(&quot;)/g,
      `$1<a href="${escapeHtml(base)}/$2">$2</a>$3`,
    )
    .replace(
      /(&quot;(?:url|fullUrl)&quot;: &quot;)(https?:\/\/[^\s&]*(?:&amp;[^\s&]*)*)(&quot;)/g,
      (whole, before: string, url: string, after: string) =>
        url.startsWith(escapeHtml(base)) ? `${before}<a href="${url}">${url}</a>${after}` : whole,
    );
}

/** The URL with another `_format`. */
function withFormat(url: string, name: string): string {
  const [path = '', query = ''] = url.split(/\?(.*)/s);
  const kept = query.split('&').filter(part => part !== '' && !/^(?:_|%5f)format(?:=|$)/i.test(part));
  return `${path}?${[...kept, `_format=${name}`].join('&')}`;
}

/**
 * The page of an answer.
 * @param text indented JSON
 * @param url the request's URL, for the links to the formats
 */
export function writePage(
  text: string,
  options: { title: string; base: string; url: string; language: Language },
): string {
  const { title, base, url, language } = options;
  const format = (name: string) => escapeHtml(withFormat(url, name));
  const word = words[language];
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><title>${escapeHtml(title)} – Engawa</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fafaf7; }
header { padding: 0.8em 1.2em; background: #3f5d4e; color: #fff; }
header a { color: #fff; margin-left: 1em; }
pre { margin: 0; padding: 1.2em; overflow-x: auto; font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; word-break: break-word; }
</style></head>
<body><header><strong>Engawa</strong> ${escapeHtml(title)}<a href="${format('json')}">${word.json}</a><a href="${format('xml')}">${word.xml}</a><a href="${escapeHtml(base)}/metadata">${word.about}</a></header>
<pre>${linkReferences(escapeHtml(text), base)}</pre></body></html>
`;
}
