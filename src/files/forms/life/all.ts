/**
 * The data types of LIFE: interface v1.0 (2021-03) in full, and those of v3.10 (2025-10) whose columns are known.
 */
import type { Message } from '../../../fhir/types.ts';
import { type Column, readColumns } from './column.ts';
import { form0000 } from './columns/form-0000.ts';
import { form0001 } from './columns/form-0001.ts';
import { form0002 } from './columns/form-0002.ts';
import { form0100 } from './columns/form-0100.ts';
import { form0210 } from './columns/form-0210.ts';
import { form0220 } from './columns/form-0220.ts';
import { form0310 } from './columns/form-0310.ts';
import { form0320 } from './columns/form-0320.ts';
import { form0330 } from './columns/form-0330.ts';
import { form0410 } from './columns/form-0410.ts';
import { form0420 } from './columns/form-0420.ts';
import { form0430 } from './columns/form-0430.ts';
import { form0440 } from './columns/form-0440.ts';
import { form0450 } from './columns/form-0450.ts';
import { form0500 } from './columns/form-0500.ts';
import { form0600 } from './columns/form-0600.ts';
import { form0700 } from './columns/form-0700.ts';
import { form0800 } from './columns/form-0800.ts';
import { form0801 } from './columns/form-0801.ts';
import { form0900 } from './columns/form-0900.ts';
import { form8000 } from './columns/form-8000.ts';
import { nutritionCarePlan2024 } from './columns/nutrition-care-plan-2024.ts';
import { nutritionScreening2024 } from './columns/nutrition-screening-2024.ts';
import { serviceUserInfo, serviceUserInfo0310 } from './columns/service-user-info.ts';
import { detailColumn } from './systems.ts';

/** One data type in one edition. */
export interface Form {
  /** Name of the data type: the first row of its files. */
  readonly id: string;
  readonly title: Message;
  /** Id of its Questionnaire. */
  readonly questionnaire: string;
  readonly columns: readonly Column[];
  /** Data type of the record it belongs to. */
  readonly parent?: string;
  /** The column whose day the record is about. */
  readonly dated?: string;
  /** True when several rows share a number and are told apart by the number of the detail. */
  readonly hasDetails: boolean;
}

/** The first of them that a form has. */
const dayColumns = ['evaluate_date', 'implementation_date', 'create_date', 'adl_evaluate'];

type Row = readonly [
  id: string,
  en: string,
  ja: string,
  columns: string,
  more?: Partial<Pick<Form, 'parent' | 'questionnaire'>>,
];

/** Persons first, parents before children. */
const rows: readonly Row[] = [
  ['SERVICE_USER_INFO', 'users of an office', '利用者情報', serviceUserInfo],
  ['SERVICE_USER_INFO', 'users of an office, 3.10', '利用者情報（3.10）', serviceUserInfo0310],
  ['FORM_0000_2021', 'promotion of scientific care', '科学的介護推進情報', form0000],
  [
    'FORM_0001_2021',
    'promotion of scientific care, past illnesses',
    '科学的介護推進情報 (既往歴情報)',
    form0001,
    { parent: 'FORM_0000_2021' },
  ],
  [
    'FORM_0002_2021',
    'promotion of scientific care, medication',
    '科学的介護推進情報 (服薬情報)',
    form0002,
    { parent: 'FORM_0000_2021' },
  ],
  ['FORM_0100_2021', 'nutrition and swallowing', '栄養・摂食嚥下情報', form0100],
  ['FORM_0210_2021', 'oral hygiene', '口腔衛生管理情報', form0210],
  ['FORM_0220_2021', 'oral function', '口腔機能向上サービス管理情報', form0220],
  ['FORM_0310_2021', 'interests', '興味関心チェック情報', form0310],
  ['FORM_0320_2021', 'functions of daily life', '生活機能チェック情報', form0320],
  ['FORM_0330_2021', 'individual training plan', '個別機能訓練計画情報', form0330],
  [
    'FORM_0410_2021',
    'rehabilitation plan, part shared with medicine',
    'リハビリテーション計画書（医療介護共通部分）',
    form0410,
  ],
  ['FORM_0420_2021', 'rehabilitation plan, care', 'リハビリテーション計画書（介護）', form0420],
  ['FORM_0430_2021', 'minutes of the rehabilitation meeting', 'リハビリテーション会議録(様式3情報)', form0430],
  [
    'FORM_0440_2021',
    'rehabilitation process',
    'リハビリテーションマネジメントにおけるプロセス管理票(様式4情報)',
    form0440,
  ],
  [
    'FORM_0450_2021',
    'plan for better daily activities',
    '生活行為向上リハビリテーション実施計画書(様式5情報)',
    form0450,
  ],
  ['FORM_0500_2021', 'pressure ulcers', '褥瘡マネジメント情報', form0500],
  ['FORM_0600_2021', 'excretion', '排せつ支援情報', form0600],
  ['FORM_0700_2021', 'support for independence', '自立支援促進情報', form0700],
  ['FORM_0800_2021', 'change of medicines', '薬剤変更情報', form0800],
  [
    'FORM_0801_2021',
    'change of medicines, past illnesses',
    '薬剤変更情報(既往歴情報)',
    form0801,
    { parent: 'FORM_0800_2021' },
  ],
  ['FORM_0900_2021', 'keeping ADL', 'ADL維持等情報', form0900],
  ['FORM_8000_2021', 'others', 'その他情報', form8000],
  [
    'NUTRITION_FEEDING_SWALLOWING_SCREENING_ASSESSMENT_MONITORING_2024',
    'nutrition and swallowing, 3.10',
    '栄養・摂食嚥下スクリーニング・アセスメント・モニタリング（3.10）',
    nutritionScreening2024,
    { questionnaire: 'life-nutrition-screening-2024' },
  ],
  ['NUTRITION_CARE_PLAN_2024', 'nutrition care plan, 3.10', '栄養ケア計画（3.10）', nutritionCarePlan2024],
];

function form([id, en, ja, text, more]: Row): Form {
  const columns = readColumns(text);
  const dated = dayColumns.find(key => columns.some(one => one.key === key));
  return {
    id,
    title: { en, ja },
    questionnaire: `life-${id.toLowerCase().replaceAll('_', '-')}`,
    columns,
    ...(dated !== undefined && { dated }),
    hasDetails: columns.some(({ key }) => key === detailColumn),
    ...more,
  };
}

/** The data type of the persons. */
export const users = 'SERVICE_USER_INFO';

/** Every data type, in the order of their rows above. */
export const allForms: readonly Form[] = rows.map(form);
