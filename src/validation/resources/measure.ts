/**
 * Measures: criteria in CQL name something that one of the Measure's libraries defines.
 * @see https://hl7.org/fhir/R4/measure.html
 */
import type { JsonObject, Message, Resource } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import { addFinding, type Report } from '../report.ts';
import { at } from './place.ts';
import { isObject, objects } from './questionnaire.ts';

/** Names a library defines, in CQL or ELM; undefined when it holds neither. */
function definedIn(library: Resource): ReadonlySet<string> | undefined {
  const texts = objects(library['content']).flatMap(({ contentType, data }) =>
    typeof data === 'string' && /cql|elm/.test(String(contentType)) ? [Buffer.from(data, 'base64').toString()] : [],
  );
  if (texts.length === 0) return undefined;
  const found = new Set<string>();
  for (const text of texts) {
    for (const [, quoted, plain] of text.matchAll(/^\s*define\s+(?:function\s+)?(?:"([^"]+)"|(\w+))/gm))
      found.add(quoted ?? plain!);
    for (const [, name = ''] of text.matchAll(/<def\b[^>]*?\bname="([^"]+)"/g)) found.add(name);
    for (const [, name = ''] of text.matchAll(/"name"\s*:\s*"([^"]+)"/g)) found.add(name);
  }
  return found;
}

/** The library an expression is in: the one it names, or the only one there is. */
function libraryOf(name: string | undefined, libraries: readonly Resource[]): Resource | undefined {
  if (name === undefined) return libraries.length === 1 ? libraries[0] : undefined;
  return libraries.find(one => one['name'] === name || String(one['url']).endsWith(`/${name}`));
}

const noLibrary = (named: unknown): Message =>
  Array.isArray(named)
    ? {
        en: `the criteria are CQL, but the library ${named.join(', ')} is not installed`,
        ja: `条件が CQL ですが、ライブラリ ${named.join('、')} が登録されていません`,
      }
    : {
        en: 'the criteria are CQL, but the Measure names no library',
        ja: '条件が CQL ですが、Measure に library がありません',
      };

/** Criteria of populations are often filled in later than those of stratifiers: theirs are warnings. */
type Tell = (code: string, message: Message) => void;

function checkCriteria(criteria: JsonObject, measure: JsonObject, libraries: readonly Resource[], tell: Tell): void {
  const { language, expression } = criteria;
  if ((language !== 'text/cql' && language !== 'text/cql.identifier') || typeof expression !== 'string') return;
  if (libraries.length === 0) {
    tell('not-found', noLibrary(measure['library']));
    return;
  }
  const dot = expression.indexOf('.');
  if (dot < 0 && libraries.length > 1)
    tell('invalid', {
      en: `"${expression}" does not say which of the ${libraries.length} libraries defines it, such as Library.${expression}`,
      ja: `「${expression}」が${libraries.length}個のライブラリのどれにあるか分かりません（Library.${expression} のように書いてください）`,
    });
  const library = libraryOf(dot < 0 ? undefined : expression.slice(0, dot), libraries);
  const called = expression.slice(dot + 1).replace(/^"(.*)"$/, '$1');
  const defined = library && definedIn(library);
  if (defined && /^[\w ,/-]+$/.test(called) && !defined.has(called))
    tell('not-found', {
      en: `the library ${String(library['url'])} defines no "${called}"`,
      ja: `ライブラリ ${String(library['url'])} に「${called}」の定義がありません`,
    });
}

/** The rule of Measure resources. */
export function checkMeasure(measure: JsonObject, report: Report, { definitions }: Compiler): void {
  const named = Array.isArray(measure['library']) ? (measure['library'] as unknown[]) : [];
  const libraries = named
    .map(one => (typeof one === 'string' ? definitions.byCanonical('Library', one) : undefined))
    .filter(one => one !== undefined);
  const visit = (holder: JsonObject, severity: 'error' | 'warning'): void => {
    const { criteria } = holder;
    const tell: Tell = (code, message) => addFinding(report, severity, code, message);
    if (isObject(criteria)) at(report, ['criteria'], () => checkCriteria(criteria, measure, libraries, tell));
    for (const part of ['group', 'population', 'stratifier', 'component', 'supplementalData'])
      objects(holder[part]).forEach(
        (one, i) => void at(report, [part, i], () => visit(one, part === 'population' ? 'warning' : 'error')),
      );
  };
  visit(measure, 'error');
}
