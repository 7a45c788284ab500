/**
 * A document as a page for people: who, from whom, when, and its sections with their narratives and what they point to.
 * Narratives are taken as they are; the answer forbids scripts.
 * @see https://hl7.org/fhir/R4/documents.html#presentation
 */
import type { JsonObject, Language, Resource } from '../../fhir/types.ts';
import { object, objects, text } from '../values.ts';
import { escaped, japaneseDate, page, table } from './html.ts';
import { summaryOf, words } from './summaries.ts';

/** A document's entries by what references call them: fullUrl, and `Type/id`. */
export type Entries = ReadonlyMap<string, JsonObject>;

/** The entries of a document Bundle. */
export function entriesOf(bundle: Resource): Entries {
  const found = new Map<string, JsonObject>();
  for (const entry of objects(bundle['entry'])) {
    const resource = object(entry['resource']);
    const fullUrl = text(entry['fullUrl']);
    if (fullUrl !== undefined) found.set(fullUrl, resource);
    if (text(resource['id']) !== undefined)
      found.set(`${String(resource['resourceType'])}/${String(resource['id'])}`, resource);
  }
  return found;
}

interface Context {
  readonly entries: Entries;
  readonly language: Language;
  readonly say: (ja: string, en: string) => string;
}

const target = ({ entries }: Context, reference: unknown): JsonObject | undefined =>
  entries.get(String(object(reference)['reference']));

/** A resource as a table, with its marks before it. */
function resourceHtml(resource: JsonObject, { language }: Context): string {
  const { rows, marks } = summaryOf(resource, language);
  return marks.map(mark => `<p class="mark">${escaped(mark)}</p>`).join('') + table(rows);
}

/** The narrative's div; nothing when it has none. */
const narrative = (value: unknown): string => text(object(value)['div']) ?? '';

function sectionHtml(section: JsonObject, context: Context, level: number): string {
  const heading = Math.min(level, 6);
  const title = text(section['title']) ?? words(section['code']) ?? '';
  const entries = objects(section['entry'])
    .map(reference => target(context, reference))
    .filter(one => one !== undefined);
  const empty = words(section['emptyReason']);
  return [
    `<h${heading}>${escaped(title)}</h${heading}>`,
    narrative(section['text']),
    ...entries.map(one => resourceHtml(one, context)),
    empty === undefined ? '' : `<p>${escaped(empty)}</p>`,
    ...objects(section['section']).map(one => sectionHtml(one, context, level + 1)),
  ].join('');
}

function headHtml(composition: JsonObject, context: Context): string {
  const { say, language } = context;
  const patient = target(context, composition['subject']);
  const authors = objects(composition['author'])
    .map(one => {
      const author = target(context, one);
      return (author && (text(author['name']) ?? text(objects(author['name'])[0]?.['text']))) ?? text(one['display']);
    })
    .filter(Boolean)
    .join('、');
  const date = text(composition['date']);
  return [
    patient ? resourceHtml(patient, context) : '',
    table([
      [say('作成', 'Author'), authors],
      [say('日付', 'Date'), date && (language === 'ja' ? japaneseDate(date) : date)],
      [say('種類', 'Kind'), words(composition['type'])],
    ]),
  ].join('');
}

/** A document Bundle, or a collection without Composition, as an HTML page. */
export function renderDocument(bundle: Resource, language: Language): string {
  const entries = entriesOf(bundle);
  const say = (ja: string, en: string) => (language === 'ja' ? ja : en);
  const context: Context = { entries, language, say };
  const resources = objects(bundle['entry']).map(one => object(one['resource']));
  const composition = resources.find(one => one['resourceType'] === 'Composition');
  if (!composition) {
    const body = resources.map(one => resourceHtml(one, context)).join('');
    const title = say('記録', 'Records');
    return page(language, title, `<h1>${escaped(title)}</h1>${body}`);
  }
  const title = text(composition['title']) ?? say('文書', 'Document');
  const sections = objects(composition['section']).map(one => sectionHtml(one, context, 2));
  const own = narrative(composition['text']);
  return page(language, title, `<h1>${escaped(title)}</h1>${headHtml(composition, context)}${own}${sections.join('')}`);
}
