/**
 * Items of a file ⇄ answers of a QuestionnaireResponse: the linkId of an item is its key in the layout.
 * @see https://hl7.org/fhir/R4/questionnaireresponse.html
 */
import type { JsonObject } from '../fhir/types.ts';
import { getAt, setAt } from './element-path.ts';
import type { Field, FileRecord, FindCodes, Layout } from './layout.ts';
import { toFhirValue, toFileValue } from './mapping.ts';

const elements: Partial<Record<Field['type'], string>> = {
  code: 'valueCoding',
  date8: 'valueDate',
  ym6: 'valueDate',
  hhmm4: 'valueTime',
  int: 'valueInteger',
  decimal: 'valueDecimal',
};

/** The element an answer of this field is in, such as `valueCoding`. */
export const answerElement = ({ type }: Field): string => elements[type] ?? 'valueString';

/** Both directions of some items of a layout. */
export interface Answers {
  readonly layout: Layout;
  readonly fields: readonly Field[];
  toItems(record: FileRecord, codes: FindCodes): JsonObject[];
  toRecord(items: readonly JsonObject[]): Record<string, string>;
}

/** Answers for the items of a layout but those whose keys are named: they have another place. */
export function answers(layout: Layout, except: readonly string[]): Answers {
  const fields = layout.fields.filter(({ key }) => !except.includes(key));
  const byKey = new Map(fields.map(field => [field.key, field]));
  return {
    layout,
    fields,
    toItems: (record, codes) =>
      fields.flatMap(field => {
        const element = answerElement(field);
        const value = toFhirValue(record[field.key] ?? '', field, element, codes);
        if (value === undefined) return [];
        const answer: JsonObject = {};
        setAt(answer, element, value);
        return [{ linkId: field.key, text: field.name, answer: [answer] }];
      }),
    toRecord(items) {
      const record: Record<string, string> = Object.fromEntries(fields.map(({ key }) => [key, '']));
      for (const item of items) {
        const field = byKey.get(String(item['linkId']));
        const answer = (item['answer'] as JsonObject[] | undefined)?.[0];
        if (field && answer) record[field.key] = toFileValue(getAt(answer, answerElement(field)), field);
      }
      return record;
    },
  };
}
