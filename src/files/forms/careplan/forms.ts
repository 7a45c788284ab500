/**
 * Sheets that are answers, not plans: 利用者補足情報, 第7表, 利用者基本情報 and the assessment of 介護予防サービス・支援計画書, each a
 * QuestionnaireResponse of a Questionnaire in profiles/engawa-kaigo.
 */
import type { JsonObject, Resource } from '../../../fhir/types.ts';
import { type Answers, answers } from '../../answers.ts';
import type { Draft, Key } from '../../convert.ts';
import type { FileRecord, FindCodes } from '../../layout.ts';
import { upkihon, upkihonSub1, upkihonSub2 } from './layouts/basic.ts';
import { upsikyu } from './layouts/month.ts';
import { upyobo } from './layouts/preventive.ts';
import { uphosoku } from './layouts/supplement.ts';
import { preventiveMapping } from './preventive-plan.ts';
import { key, questionnaire } from './systems.ts';

const identity = ['insurer', 'insured'];

/** The sheets: their Questionnaire, the items of their first table, and of tables that repeat. */
export const sheets = {
  UPHOSOKU: { id: 'kaigo-person-supplement', top: answers(uphosoku, [...identity, 'planDate', 'month']), repeated: {} },
  UPSIKYU: {
    id: 'kaigo-benefit-sheet',
    top: answers(
      upsikyu,
      upsikyu.fields.map(({ key }) => key).filter(key => key !== 'version' && key !== 'created'),
    ),
    repeated: { line: answers(upsikyu, [...identity, 'version', 'created', 'month']) },
  },
  UPKIHON: {
    id: 'kaigo-basic-information',
    top: answers(upkihon, [...identity, 'consultedOn']),
    repeated: {
      days: answers(upkihonSub1, [...identity, 'version', 'consultedOn']),
      diseases: answers(upkihonSub2, [...identity, 'version', 'consultedOn']),
    },
  },
  UPYOBO: {
    id: 'kaigo-preventive-sheet',
    top: answers(upyobo, [...identity, ...Object.keys(preventiveMapping.places), 'goalDay', 'goalYear']),
    repeated: {},
  },
} as const satisfies Record<string, { id: string; top: Answers; repeated: Readonly<Record<string, Answers>> }>;

/** Name of a sheet: the interface its first table comes from. */
export type SheetName = keyof typeof sheets;

/** The records of a sheet: the one of its first table, and those of each table that repeats. */
export interface SheetRows {
  readonly top: FileRecord;
  readonly repeated: Readonly<Record<string, readonly FileRecord[]>>;
}

/** Key of a sheet: name:key of the plan, month or interview it belongs to. */
export const sheetKey = (name: SheetName, of: string): Key => key('form', `${name}:${of}`);

/** A picture that goes with a sheet. */
export interface Picture {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a sheet belongs to. */
export interface SheetOwner {
  /** Business key of the plan, month or interview. */
  readonly key: string;
  readonly subject: JsonObject;
  readonly basedOn?: JsonObject;
  /** 事業所番号 of the office that sends it. */
  readonly sender: string;
}

/** Records → QuestionnaireResponse. */
export function writeSheet(
  name: SheetName,
  of: SheetOwner,
  rows: SheetRows,
  codes: FindCodes,
  pictures: readonly Picture[] = [],
): Draft {
  const { id, top, repeated } = sheets[name];
  const own = sheetKey(name, of.key);
  const items = top.toItems(rows.top, codes);
  for (const [linkId, table] of Object.entries(repeated as Record<string, Answers>))
    for (const record of rows.repeated[linkId] ?? []) {
      const item = table.toItems(record, codes);
      items.push({ linkId, text: table.layout.title.ja, ...(item.length > 0 && { item }) });
    }
  for (const { name: title, bytes } of pictures) {
    const data = Buffer.from(bytes).toString('base64');
    items.push({
      linkId: 'picture',
      text: '家族構成',
      answer: [{ valueAttachment: { contentType: 'image/jpeg', data, title } }],
    });
  }
  const resource: Resource = {
    resourceType: 'QuestionnaireResponse',
    identifier: own,
    ...(of.basedOn && { basedOn: [of.basedOn] }),
    questionnaire: questionnaire(id),
    status: 'completed',
    subject: of.subject,
    author: { identifier: key('office', of.sender) },
    ...(items.length > 0 && { item: items }),
  };
  return { key: own, resource };
}

/** QuestionnaireResponse → records; what they are keyed by is added by the caller. */
export function readSheet(name: SheetName, response: Resource): SheetRows & { pictures: Picture[] } {
  const { top, repeated } = sheets[name];
  const items = (response['item'] ?? []) as JsonObject[];
  const tables = Object.entries(repeated as Record<string, Answers>).map(([linkId, table]) => [
    linkId,
    items.filter(one => one['linkId'] === linkId).map(one => table.toRecord((one['item'] ?? []) as JsonObject[])),
  ]);
  const pictures = items
    .filter(one => one['linkId'] === 'picture')
    .flatMap(one => (one['answer'] ?? []) as { valueAttachment?: { title?: string; data?: string } }[])
    .map(({ valueAttachment = {} }) => ({
      name: valueAttachment.title ?? '',
      bytes: Buffer.from(valueAttachment.data ?? '', 'base64'),
    }));
  return { top: top.toRecord(items), repeated: Object.fromEntries(tables), pictures };
}
