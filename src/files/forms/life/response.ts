/**
 * A row of a LIFE file ⇄ the answers of a QuestionnaireResponse: the linkId of an answer is the id of its column. A value that the
 * file deletes is an item without an answer, so that writing the file again deletes it again.
 * @see https://hl7.org/fhir/R4/questionnaireresponse.html
 */
import type { JsonObject, Resource } from '../../../fhir/types.ts';
import { toFhirDate, toFileDate } from '../../japanese-date.ts';
import type { FileRecord, FindCodes } from '../../layout.ts';
import type { Form } from './all.ts';
import { type Column, deleted, elementOf, methodOf, systemOf } from './column.ts';
import { keyColumns, questionnaire } from './systems.ts';

const isKey = ({ key }: Column): boolean => (keyColumns as readonly string[]).includes(key);

/** The columns of a form that are answers. */
export const answerColumns = ({ columns }: Form): readonly Column[] => columns.filter(one => !isKey(one));

function answerOf(value: string, column: Column, codes: FindCodes, method: string): JsonObject {
  const element = elementOf(column);
  if (element === 'valueDate') return { valueDate: toFhirDate(value) };
  if (element === 'valueInteger' || element === 'valueDecimal') return { [element]: Number(value) };
  if (element === 'valueString') return { valueString: value };
  const system = systemOf(value, column, codes, method);
  const display = codes(system)?.get(value);
  return { valueCoding: { system, code: value, ...(display !== undefined && { display }) } };
}

function itemsOf(form: Form, record: FileRecord, codes: FindCodes): JsonObject[] {
  const items: JsonObject[] = [];
  const groups = new Map<string, JsonObject[]>();
  for (const column of answerColumns(form)) {
    const value = record[column.key] ?? '';
    if (value === '') continue;
    const answer = value === deleted ? {} : { answer: [answerOf(value, column, codes, methodOf(record))] };
    let target = items;
    if (column.group) {
      const { linkId, text } = column.group;
      const known = groups.get(linkId);
      target = known ?? [];
      if (!known) {
        groups.set(linkId, target);
        items.push({ linkId, text, item: target });
      }
    }
    target.push({ linkId: column.key, text: column.name, ...answer });
  }
  return items;
}

/** Whether everything is there that LIFE needs to confirm the record. */
const isConfirmable = ({ columns }: Form, record: FileRecord): boolean =>
  columns.every(({ key, need }) => need !== 'on-confirm' || (record[key] ?? '').trim() !== '');

/** A record as answers: questionnaire, status, day and items of a response. */
export function toAnswers(form: Form, record: FileRecord, codes: FindCodes): JsonObject {
  const items = itemsOf(form, record, codes);
  const authored = form.dated === undefined ? undefined : toFhirDate(record[form.dated] ?? '');
  return {
    questionnaire: questionnaire(form.questionnaire),
    status: isConfirmable(form, record) ? 'completed' : 'in-progress',
    ...(authored !== undefined && { authored }),
    ...(items.length > 0 && { item: items }),
  };
}

function* everyItem(items: readonly JsonObject[]): Generator<JsonObject> {
  for (const item of items) {
    yield item;
    yield* everyItem((item['item'] ?? []) as JsonObject[]);
  }
}

function toCell(answer: JsonObject, column: Column): string {
  const value = answer[elementOf(column)];
  if (value === undefined || value === null) return '';
  if (column.type === 'day') return toFileDate(String(value));
  if (column.type === 'dec') return decimalText(Number(value));
  return typeof value === 'object' ? String((value as JsonObject)['code'] ?? '') : String(value);
}

/** Without an exponent: 1e-7 is no number of a file. */
const decimalText = (value: number): string =>
  /e/.test(String(value)) ? value.toFixed(10).replace(/\.?0+$/, '') : String(value);

/** The answers of a response as a record, without the columns of its key. */
export function toRecord(form: Form, response: Resource): Record<string, string> {
  const items = new Map<string, JsonObject>();
  for (const item of everyItem((response['item'] ?? []) as JsonObject[])) items.set(String(item['linkId']), item);
  const record: Record<string, string> = {};
  for (const column of answerColumns(form)) {
    const item = items.get(column.key);
    const [answer] = (item?.['answer'] ?? []) as JsonObject[];
    record[column.key] = item === undefined ? '' : answer === undefined ? deleted : toCell(answer, column);
  }
  return record;
}
