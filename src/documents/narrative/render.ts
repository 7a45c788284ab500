/**
 * A document as a sheet: who, from whom, when, and its sections with their narratives and what they point to.
 * @see https://hl7.org/fhir/R4/documents.html#presentation
 */
import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject, Language, Resource } from '../../fhir/types.ts';
import { object, objects, text } from '../values.ts';
import { japaneseDate } from './html.ts';
import { type Block, type Paper, rowsBlock } from './sheet.ts';
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

/** Blocks of a resource that has a form of its own, such as answers to a questionnaire; undefined for all others. */
export type FormBlocks = (resource: JsonObject) => readonly Block[] | undefined;

interface Context {
  readonly entries: Entries;
  readonly language: Language;
  readonly forms: FormBlocks;
  /** Blocks of each resource that was shown. */
  readonly shown: Map<JsonObject, readonly Block[]>;
  /** Counts what is shown a second time. */
  readonly repeated: { rows: number };
  readonly say: (ja: string, en: string) => string;
}

const target = ({ entries }: Context, reference: unknown): JsonObject | undefined =>
  entries.get(String(object(reference)['reference']));

/** A resource in rows, with its marks before it. */
export function summaryBlocks(resource: JsonObject, language: Language): readonly Block[] {
  const { rows, marks } = summaryOf(resource, language);
  const told = marks.map((mark): Block => ({ kind: 'mark', text: mark }));
  return [...told, ...rowsBlock(rows.map(([name, value]) => [name, value === '' ? undefined : value]))];
}

/** Most rows that are shown again: sections may point to the same entry, but a few bytes each must not fill the memory. */
const mostRepeated = 100_000;

const tooOften = (): FhirError =>
  new FhirError('too-costly', {
    en: `The sections point to the same entries so often that more than ${mostRepeated} rows would be shown again; point to each entry once`,
    ja: `同じエントリーへの参照が多すぎます（繰り返して表示する行が ${mostRepeated} を超えます）。参照は一度ずつにしてください`,
  });

function resourceBlocks(resource: JsonObject, { forms, language, shown, repeated }: Context): readonly Block[] {
  const known = shown.get(resource);
  const blocks = known ?? forms(resource) ?? summaryBlocks(resource, language);
  if (!known) shown.set(resource, blocks);
  else for (const one of blocks) repeated.rows += 1 + (one.kind === 'rows' ? one.rows.length : 0);
  if (repeated.rows > mostRepeated) throw tooOften();
  return blocks;
}

/** The narrative's div; nothing when it has none. */
function narrative(value: unknown): readonly Block[] {
  const html = text(object(value)['div']);
  return html === undefined ? [] : [{ kind: 'narrative', html }];
}

function sectionBlocks(section: JsonObject, context: Context, level: number): readonly Block[] {
  const title = text(section['title']) ?? words(section['code']) ?? '';
  const entries = objects(section['entry'])
    .map(reference => target(context, reference))
    .filter(one => one !== undefined);
  const empty = words(section['emptyReason']);
  return [
    { kind: 'heading', level, text: title },
    ...narrative(section['text']),
    ...entries.flatMap(one => resourceBlocks(one, context)),
    ...(empty === undefined ? [] : [{ kind: 'text', text: empty } as const]),
    ...objects(section['section']).flatMap(one => sectionBlocks(one, context, level + 1)),
  ];
}

function headBlocks(composition: JsonObject, context: Context): readonly Block[] {
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
    ...(patient ? resourceBlocks(patient, context) : []),
    ...rowsBlock([
      [say('作成', 'Author'), text(authors)],
      [say('日付', 'Date'), date && (language === 'ja' ? japaneseDate(date) : date)],
      [say('種類', 'Kind'), words(composition['type'])],
    ]),
  ];
}

/** A document Bundle, or a collection without Composition. */
export function documentPaper(bundle: Resource, language: Language, forms: FormBlocks): Paper {
  const entries = entriesOf(bundle);
  const say = (ja: string, en: string) => (language === 'ja' ? ja : en);
  const context: Context = { entries, language, forms, shown: new Map(), repeated: { rows: 0 }, say };
  const resources = objects(bundle['entry']).map(one => object(one['resource']));
  const composition = resources.find(one => one['resourceType'] === 'Composition');
  if (!composition) {
    const title = say('記録', 'Records');
    const date = text(bundle['timestamp']);
    return {
      language,
      title,
      date,
      sheets: [{ title, blocks: resources.flatMap(one => resourceBlocks(one, context)) }],
    };
  }
  const title = text(composition['title']) ?? say('文書', 'Document');
  const blocks = [
    ...headBlocks(composition, context),
    ...narrative(composition['text']),
    ...objects(composition['section']).flatMap(one => sectionBlocks(one, context, 2)),
  ];
  return { language, title, date: text(composition['date']), sheets: [{ title, blocks }] };
}
