/**
 * 介護予防サービス・支援計画書 as a sheet.
 * Source: items as in ケアプランデータ連携標準仕様 4.1.
 */
import { type Paper, rowsBlock } from '../../documents/narrative/sheet.ts';
import { text } from '../../documents/values.ts';
import type { Resource } from '../../fhir/types.ts';
import { readSheet, sheetKey } from '../../files/forms/careplan/forms.ts';
import { upyobo, upyoboSub } from '../../files/forms/careplan/layouts/preventive.ts';
import { identifierValue } from '../../files/forms/careplan/parts.ts';
import { readPreventive } from '../../files/forms/careplan/preventive-plan.ts';
import { systems } from '../../files/forms/careplan/systems.ts';
import { readingOf } from './home-plan.ts';
import { recordGrid, recordRows } from './records.ts';
import { counted, personBlocks, type Surroundings } from './surroundings.ts';

/** A CarePlan of 介護予防サービス・支援計画書, with its assessment when that is there. */
export async function preventivePaper(around: Surroundings, resource: Resource): Promise<Paper> {
  const { plan, rows } = readPreventive(resource, await readingOf(around, resource));
  const wording = { codes: around.codes, language: around.request.language };
  const key = identifierValue(resource, systems.preventive) ?? '';
  const response = await around.byKey('QuestionnaireResponse', sheetKey('UPYOBO', key));
  const assessment = response ? readSheet('UPYOBO', counted(response)).top : {};
  const title = '介護予防サービス・支援計画書';
  const blocks = [
    ...(await personBlocks(around, resource['subject'])),
    ...rowsBlock(recordRows(upyobo, { ...assessment, ...plan }, wording)),
    ...recordGrid(upyoboSub, rows, wording, ['planDate']),
  ];
  return {
    language: wording.language,
    title,
    date: text(resource['created']),
    sheets: [{ title, landscape: true, blocks }],
  };
}
