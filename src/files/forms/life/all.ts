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
import { serviceUserInfo } from './columns/service-user-info.ts';
import { serviceUserInfo0310 } from './columns/service-user-info-0310.ts';
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

const dayColumns = ['evaluate_date', 'implementation_date', 'create_date'];

function form(id: string, title: Message, questionnaire: string, text: string, parent?: string): Form {
  const columns = readColumns(text);
  const dated = dayColumns.find(key => columns.some(one => one.key === key));
  return {
    id,
    title,
    questionnaire,
    columns,
    ...(parent !== undefined && { parent }),
    ...(dated !== undefined && { dated }),
    hasDetails: columns.some(({ key }) => key === detailColumn),
  };
}

/** The data type of the persons. */
export const users = 'SERVICE_USER_INFO';

/** Every data type; persons first, parents before children. */
export const allForms: readonly Form[] = [
  form('SERVICE_USER_INFO', { en: 'users of an office', ja: '利用者情報' }, 'life-service-user-info', serviceUserInfo),
  form(
    'SERVICE_USER_INFO',
    { en: 'users of an office, 3.10', ja: '利用者情報（3.10）' },
    'life-service-user-info',
    serviceUserInfo0310,
  ),
  form(
    'FORM_0000_2021',
    { en: 'promotion of scientific care', ja: '科学的介護推進情報' },
    'life-form-0000-2021',
    form0000,
  ),
  form(
    'FORM_0001_2021',
    { en: 'promotion of scientific care, past illnesses', ja: '科学的介護推進情報 (既往歴情報)' },
    'life-form-0001-2021',
    form0001,
    'FORM_0000_2021',
  ),
  form(
    'FORM_0002_2021',
    { en: 'promotion of scientific care, medication', ja: '科学的介護推進情報 (服薬情報)' },
    'life-form-0002-2021',
    form0002,
    'FORM_0000_2021',
  ),
  form('FORM_0100_2021', { en: 'nutrition and swallowing', ja: '栄養・摂食嚥下情報' }, 'life-form-0100-2021', form0100),
  form('FORM_0210_2021', { en: 'oral hygiene', ja: '口腔衛生管理情報' }, 'life-form-0210-2021', form0210),
  form('FORM_0220_2021', { en: 'oral function', ja: '口腔機能向上サービス管理情報' }, 'life-form-0220-2021', form0220),
  form('FORM_0310_2021', { en: 'interests', ja: '興味関心チェック情報' }, 'life-form-0310-2021', form0310),
  form(
    'FORM_0320_2021',
    { en: 'functions of daily life', ja: '生活機能チェック情報' },
    'life-form-0320-2021',
    form0320,
  ),
  form(
    'FORM_0330_2021',
    { en: 'individual training plan', ja: '個別機能訓練計画情報' },
    'life-form-0330-2021',
    form0330,
  ),
  form(
    'FORM_0410_2021',
    { en: 'rehabilitation plan, part shared with medicine', ja: 'リハビリテーション計画書（医療介護共通部分）' },
    'life-form-0410-2021',
    form0410,
  ),
  form(
    'FORM_0420_2021',
    { en: 'rehabilitation plan, care', ja: 'リハビリテーション計画書（介護）' },
    'life-form-0420-2021',
    form0420,
  ),
  form(
    'FORM_0430_2021',
    { en: 'minutes of the rehabilitation meeting', ja: 'リハビリテーション会議録(様式3情報)' },
    'life-form-0430-2021',
    form0430,
  ),
  form(
    'FORM_0440_2021',
    { en: 'rehabilitation process', ja: 'リハビリテーションマネジメントにおけるプロセス管理票(様式4情報)' },
    'life-form-0440-2021',
    form0440,
  ),
  form(
    'FORM_0450_2021',
    { en: 'plan for better daily activities', ja: '生活行為向上リハビリテーション実施計画書(様式5情報)' },
    'life-form-0450-2021',
    form0450,
  ),
  form('FORM_0500_2021', { en: 'pressure ulcers', ja: '褥瘡マネジメント情報' }, 'life-form-0500-2021', form0500),
  form('FORM_0600_2021', { en: 'excretion', ja: '排せつ支援情報' }, 'life-form-0600-2021', form0600),
  form('FORM_0700_2021', { en: 'support for independence', ja: '自立支援促進情報' }, 'life-form-0700-2021', form0700),
  form('FORM_0800_2021', { en: 'change of medicines', ja: '薬剤変更情報' }, 'life-form-0800-2021', form0800),
  form(
    'FORM_0801_2021',
    { en: 'change of medicines, past illnesses', ja: '薬剤変更情報(既往歴情報)' },
    'life-form-0801-2021',
    form0801,
    'FORM_0800_2021',
  ),
  form('FORM_0900_2021', { en: 'keeping ADL', ja: 'ADL維持等情報' }, 'life-form-0900-2021', form0900),
  form('FORM_8000_2021', { en: 'others', ja: 'その他情報' }, 'life-form-8000-2021', form8000),
  form(
    'NUTRITION_FEEDING_SWALLOWING_SCREENING_ASSESSMENT_MONITORING_2024',
    { en: 'nutrition and swallowing, 3.10', ja: '栄養・摂食嚥下スクリーニング・アセスメント・モニタリング（3.10）' },
    'life-nutrition-screening-2024',
    nutritionScreening2024,
  ),
  form(
    'NUTRITION_CARE_PLAN_2024',
    { en: 'nutrition care plan, 3.10', ja: '栄養ケア計画（3.10）' },
    'life-nutrition-care-plan-2024',
    nutritionCarePlan2024,
  ),
];
