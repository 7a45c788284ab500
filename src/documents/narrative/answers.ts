/**
 * Answers to a questionnaire as blocks: items in the order of the form, under their names; boxes for what is chosen from few.
 * @see https://hl7.org/fhir/R4/questionnaireresponse.html
 */
import { DecimalLiteral } from '../../fhir/json.ts';
import type { JsonObject, Language } from '../../fhir/types.ts';
import { objects, text } from '../values.ts';
import { japaneseDate } from './html.ts';
import { type Block, type Row, rowsBlock } from './sheet.ts';

/** What showing answers needs to know. */
export interface AnswerContext {
  readonly language: Language;
  /** Show items without an answer too, as a form on paper does. */
  readonly blanks: boolean;
  /** The name of a code; undefined when it is not known. */
  readonly display: (system: string, code: string) => string | undefined;
}

/** Most choices that are shown as boxes. */
const mostBoxes = 16;

const translation = 'http://hl7.org/fhir/StructureDefinition/translation';
const unitUrl = 'http://hl7.org/fhir/StructureDefinition/questionnaire-unit';

/** An element's text in the language that is asked for, when there is a translation. */
export function inLanguage(element: JsonObject, name: string, language: Language): string | undefined {
  const companion = element[`_${name}`] as JsonObject | undefined;
  for (const one of objects(companion?.['extension'])) {
    if (one['url'] !== translation) continue;
    const parts = objects(one['extension']);
    if (parts.find(each => each['url'] === 'lang')?.['valueCode'] === language)
      return text(parts.find(each => each['url'] === 'content')?.['valueString']);
  }
  return text(element[name]);
}

const extensionOf = (element: JsonObject, url: string): JsonObject | undefined =>
  objects(element['extension']).find(one => one['url'] === url);

const digits = (value: unknown): string => (value instanceof DecimalLiteral ? value.text : String(value));

/** One value in words. */
class Words {
  private readonly context: AnswerContext;

  constructor(context: AnswerContext) {
    this.context = context;
  }

  coding(coding: JsonObject, options: readonly JsonObject[] = []): string {
    const [system, code] = [String(coding['system'] ?? ''), String(coding['code'] ?? '')];
    const option = options.find(one => one['code'] === coding['code'] && one['system'] === coding['system']);
    return text(coding['display']) ?? text(option?.['display']) ?? this.context.display(system, code) ?? code;
  }

  value(answer: JsonObject, item: JsonObject): string {
    const key = Object.keys(answer).find(name => /^value[A-Z]/.test(name));
    const value = key === undefined ? undefined : answer[key];
    if (value === undefined || value === null) return '';
    const { language } = this.context;
    if (key === 'valueBoolean') return language === 'ja' ? (value ? '■ はい' : '□ いいえ') : value ? '■ yes' : '□ no';
    if (/^value(Date|DateTime)$/.test(key!)) return language === 'ja' ? japaneseDate(String(value)) : String(value);
    if (key === 'valueInteger' || key === 'valueDecimal') return this.withUnit(digits(value), item);
    if (typeof value !== 'object' || value instanceof DecimalLiteral) return digits(value);
    return this.complex(value as JsonObject);
  }

  private complex(value: JsonObject): string {
    if (value['code'] !== undefined && value['value'] === undefined) return this.coding(value);
    if (value['value'] !== undefined)
      return `${digits(value['value'])} ${String(value['unit'] ?? value['code'] ?? '')}`.trim();
    return (
      text(value['display']) ??
      text(value['title']) ??
      text(value['url']) ??
      text(value['reference']) ??
      text(value['contentType']) ??
      ''
    );
  }

  private withUnit(number: string, item: JsonObject): string {
    const unit = extensionOf(item, unitUrl)?.['valueCoding'] as JsonObject | undefined;
    const name = unit && (text(unit['display']) ?? text(unit['code']));
    return name === undefined ? number : `${number} ${name}`;
  }
}

/** Every item of a questionnaire, through all levels. */
function* allItems(items: readonly JsonObject[]): Generator<JsonObject> {
  for (const item of items) {
    yield item;
    yield* allItems(objects(item['item']));
  }
}

class AnswerBlocks {
  private readonly context: AnswerContext;
  private readonly words: Words;
  /** Texts that several items have, such as 部位: they say nothing without the item they belong to. */
  private readonly shared: ReadonlySet<string>;

  constructor(form: JsonObject, context: AnswerContext) {
    this.context = context;
    this.words = new Words(context);
    const seen = new Set<string>();
    const shared = new Set<string>();
    for (const item of allItems(objects(form['item']))) {
      const name = String(item['text']);
      if (seen.has(name)) shared.add(name);
      seen.add(name);
    }
    this.shared = shared;
  }

  /** Items and answers of one level. @param level of the headings of its groups */
  level(items: readonly JsonObject[], answers: readonly JsonObject[], level: number): readonly Block[] {
    const blocks: Block[] = [];
    let rows: Row[] = [];
    const flush = () => {
      blocks.push(...rowsBlock(rows));
      rows = [];
    };
    const given = new Map<unknown, JsonObject[]>();
    for (const one of answers) {
      const same = given.get(one['linkId']);
      if (same) same.push(one);
      else given.set(one['linkId'], [one]);
    }
    const known = new Set(items.map(one => one['linkId']));
    // An answer whose item the form does not have is shown after the others: nothing that was filled in may be missing.
    const surplus = [...given]
      .filter(([linkId]) => !known.has(linkId))
      .map(([linkId, [first]]) => ({ linkId, text: first!['text'] ?? linkId }));
    for (const item of [...items, ...surplus] as JsonObject[]) {
      const own = given.get(item['linkId']) ?? [];
      if (item['type'] === 'group' || own.some(one => one['item'] !== undefined && one['answer'] === undefined)) {
        flush();
        blocks.push(...this.groups(item, own, level));
        continue;
      }
      rows.push([this.nameOf(item, items), this.answerText(item, own)]);
      const nested = this.nested(item, own, level);
      if (nested.length > 0) {
        flush();
        blocks.push(...nested);
      }
    }
    flush();
    return blocks;
  }

  /** Each time a group was answered; a form shows a group once at least. */
  private groups(item: JsonObject, answers: readonly JsonObject[], level: number): readonly Block[] {
    const times = answers.length === 0 && this.context.blanks ? [{}] : answers;
    return times.flatMap((one, i) => {
      const inner = this.level(objects(item['item']), objects(one['item']), level + 1);
      if (inner.length === 0) return [];
      const number = times.length > 1 ? ` ${i + 1}` : '';
      const name = `${inLanguage(item, 'text', this.context.language) ?? String(item['linkId'])}${number}`;
      return [{ kind: 'heading' as const, level, text: name }, ...inner];
    });
  }

  /** Items below an answer. */
  private nested(item: JsonObject, answers: readonly JsonObject[], level: number): readonly Block[] {
    const inner = answers.flatMap(one => objects(one['answer']).flatMap(answer => objects(answer['item'])));
    return inner.length === 0 ? [] : this.level(objects(item['item']), inner, level + 1);
  }

  private nameOf(item: JsonObject, siblings: readonly JsonObject[]): string {
    const name = inLanguage(item, 'text', this.context.language) ?? String(item['linkId'] ?? '');
    const [, parent] = /^(.+)\.[^.]+$/.exec(String(item['linkId'])) ?? [];
    const owner = siblings.find(one => one['linkId'] === parent);
    const prefix = text(item['prefix']);
    const own = prefix === undefined ? name : `${prefix} ${name}`;
    if (!owner || !this.shared.has(String(item['text']))) return own;
    return `${inLanguage(owner, 'text', this.context.language) ?? ''}・${own}`;
  }

  /** All answers of an item; undefined when it has none and blanks are not shown. */
  private answerText(item: JsonObject, own: readonly JsonObject[]): string | undefined {
    const answers = own.flatMap(one => objects(one['answer']));
    const options = objects(item['answerOption']).flatMap(one => objects(one['valueCoding']));
    if (answers.length === 0 && !this.context.blanks) return item['type'] === 'display' ? '' : undefined;
    if (item['type'] === 'boolean' && answers.length === 0) return '□';
    if (options.length === 0 || options.length > mostBoxes)
      return answers.map(one => this.words.value(one, item)).join('\n');
    const chosen = answers.map(one => objects(one['valueCoding'])[0]);
    const isChosen = (option: JsonObject) =>
      chosen.some(one => one?.['code'] === option['code'] && one?.['system'] === option['system']);
    const boxes = options.map(one => `${isChosen(one) ? '■' : '□'} ${this.words.coding(one)}`).join('　');
    // What was answered but is no option is told as well.
    const others = answers
      .filter(
        (_, i) => !options.some(one => one['code'] === chosen[i]?.['code'] && one['system'] === chosen[i]?.['system']),
      )
      .map(one => this.words.value(one, item));
    return [boxes, ...others].join('\n');
  }
}

/** A QuestionnaireResponse in blocks. @param form its Questionnaire; without one its own items and texts are shown */
export function answerBlocks(
  response: JsonObject,
  form: JsonObject | undefined,
  context: AnswerContext,
): readonly Block[] {
  return new AnswerBlocks(form ?? {}, context).level(objects(form?.['item']), objects(response['item']), 2);
}
