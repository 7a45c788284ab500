/**
 * Narratives: languages of their sections, and links within the resource.
 * @see https://hl7.org/fhir/R4/narrative.html
 */
import type { JsonObject } from '../fhir/types.ts';
import type { ItemRule } from './element-rule.ts';
import type { ProfileElement } from './profile-schema.ts';
import { addFinding, addIssue, type DocumentMemory, type Report } from './report.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name is read whole or not at all: giving back letters of it to the attributes would take the square of its length. */
const tag = /<(\/?)([A-Za-z][\w.-]*)(?![\w.-])([^<>]*?)(\/?)>/g;
const languageOf = (attributes: string): string | undefined =>
  /\s(?:xml:)?lang\s*=\s*["']([^"']*)["']/.exec(attributes)?.[1];

/** Languages of the sections that lie directly in a narrative's root. */
function sectionLanguages(div: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  for (const [, end, name, attributes = '', empty] of div.matchAll(tag)) {
    if (end) depth--;
    else {
      const language = depth === 1 && name === 'div' ? languageOf(attributes) : undefined;
      if (language !== undefined) found.push(language);
      if (!empty) depth++;
    }
  }
  return found;
}

function checkLanguage(wanted: string, found: readonly string[], report: Report): void {
  if (wanted === '_yes') return;
  if (wanted === '_no') {
    if (found.length > 0)
      addIssue(report, 'structure', {
        en: `has sections in ${found.join(', ')}, but the profile allows no sections by language`,
        ja: `${found.join('、')} の言語別の節がありますが、プロファイルでは認められていません`,
      });
    return;
  }
  const own = report.scope.resource['language'];
  const language = wanted === '_resource' ? own : wanted;
  if (typeof language === 'string' && !found.includes(language))
    addIssue(report, 'structure', {
      en: `the profile requires a section in ${language}, found ${found.join(', ') || 'none'}`,
      ja: `言語 ${language} の節が必要です（あるもの: ${found.join('、') || 'なし'}）`,
    });
}

/** What a profile asks of the languages of a narrative. */
export function narrativeRules({ narrativeLanguages }: ProfileElement): ItemRule[] {
  if (!narrativeLanguages) return [];
  return [
    (value, report) => {
      const div = isObject(value) ? value['div'] : undefined;
      if (typeof div !== 'string') return;
      const found = sectionLanguages(div);
      for (const wanted of narrativeLanguages) checkLanguage(wanted, found, report);
    },
  ];
}

const link = /<a\s[^<>]*?href\s*=\s*["']#([^"'<>]+)["']/y;
const anchor = /\s(?:id|name)\s*=\s*["']([^"'<>]+)["']/g;

/** Ids of elements and anchors of narratives, anywhere in a value. */
function collectAnchors(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectAnchors(item, found);
  else if (isObject(value))
    for (const name in value) {
      const own = value[name];
      if (name === 'id' && typeof own === 'string') found.add(own);
      else if (name === 'div' && typeof own === 'string')
        for (const match of own.matchAll(anchor)) found.add(match[1]!);
      else if (typeof own === 'object') collectAnchors(own, found);
    }
}

/**
 * The targets of a narrative's links to places in the document. Few texts have a `#` behind a quotation mark: only there the tag
 * around it is read, and then the search goes on at the next one, so that nothing is read twice.
 */
function linkTargets(div: string): readonly string[] {
  const found: string[] = [];
  let at = div.indexOf('#', 1);
  while (at > 0) {
    const quote = div.charCodeAt(at - 1);
    let next = at + 1;
    if (quote === 0x22 || quote === 0x27) {
      link.lastIndex = div.lastIndexOf('<', at);
      const match = link.exec(div);
      if (match) found.push(match[1]!);
      next = div.indexOf('<', next);
      if (next < 0) break;
    }
    at = div.indexOf('#', next);
  }
  return found;
}

/** Whether a text ends at a place of another. */
const endsAt = (text: string, end: string, at: number): boolean =>
  at >= end.length && text.startsWith(end, at - end.length);

/** True when an anchor stands in the narrative itself, as it is mostly written: asked first, because it is quick. */
function hasAnchor(div: string, target: string): boolean {
  for (let at = div.indexOf(target); at >= 0; at = div.indexOf(target, at + 1))
    if (div.charCodeAt(at + target.length) === 0x22 && (endsAt(div, ' id="', at) || endsAt(div, ' name="', at)))
      return true;
  return false;
}

function anchorsIn(resource: JsonObject, { anchors }: DocumentMemory): ReadonlySet<string> {
  const known = anchors.get(resource);
  if (known) return known;
  const found = new Set<string>();
  collectAnchors(resource, found);
  anchors.set(resource, found);
  return found;
}

/** So many links of a narrative, with targets so long, are looked for in its text; beyond, reading all anchors once is less work. */
const fewLinks = 8;
const shortTarget = 64;

/** Text that is no blank, or an image. */
const content = />[^<]*[^\s<]|<img[\s/]/;

/** A narrative says something; its links to a place in the document lead somewhere: to an element, a contained resource or an anchor. */
export const checkNarrative: ItemRule = (value, report) => {
  const div = isObject(value) ? value['div'] : undefined;
  if (typeof div !== 'string') return;
  if (!content.test(div))
    addIssue(
      report,
      'invariant',
      { en: 'the narrative is empty; leave it out instead', ja: 'ナラティブが空です。要素ごと省いてください' },
      'txt-2',
    );
  const { container, bundle, memory } = report.scope;
  for (const [i, target] of linkTargets(div).entries()) {
    if (i < fewLinks && target.length <= shortTarget && hasAnchor(div, target)) continue;
    if (anchorsIn(bundle ?? container, memory).has(target)) continue;
    report.segments[report.depth++] = 'div';
    addFinding(report, 'error', 'not-found', {
      en: `the link to #${target} leads nowhere`,
      ja: `#${target} へのリンク先がありません`,
    });
    report.depth--;
  }
};
