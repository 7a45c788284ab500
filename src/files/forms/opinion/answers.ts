/**
 * Items of the physician opinion CSV → answers of the questionnaire kaigo-physician-opinion, as a table. An answer that the form
 * asks only after another one is left out, and told, when that one was not given; the row itself is kept in the document.
 */
import type { JsonObject } from '../../../fhir/types.ts';
import { fromWareki, toFhirDate } from '../../japanese-date.ts';
import type { FileRecord, FindCodes } from '../../layout.ts';

const engawa = 'https://w3id.org/engawa/fhir/CodeSystem';
const form = (number: string): string => `${engawa}/opinion-form-answer-${number}`;
const own = (id: string): string => `${engawa}/${id}`;

/** How an item becomes an answer. */
type How =
  | { readonly as: 'text' | 'date' | 'integer' | 'decimal' | 'check' }
  /** A code of the file → a code of the form; the same when `codes` has no other. */
  | { readonly as: 'code'; readonly system: string; readonly codes?: Readonly<Record<string, string>> }
  /** A character for each option: 1 = chosen. */
  | { readonly as: 'bits'; readonly system: string };

/** One answer: column, linkId, how, and the column and values without which the form does not ask for it. */
interface Answer {
  readonly column: number;
  readonly linkId: string;
  readonly how: How;
  readonly after?: { readonly column: number; readonly holds: (value: string) => boolean };
}

const text: How = { as: 'text' };
const date: How = { as: 'date' };
const check: How = { as: 'check' };
const code = (system: string, codes?: Readonly<Record<string, string>>): How => ({
  as: 'code',
  system,
  ...(codes && { codes }),
});
const bits = (system: string): How => ({ as: 'bits', system });
const answer = (column: number, linkId: string, how: How, after?: Answer['after']): Answer => ({
  column,
  linkId,
  how,
  ...(after && { after }),
});
const equals = (column: number, value: string): Answer['after'] => ({ column, holds: found => found === value });
const bitOf = (column: number, place: number): Answer['after'] => ({
  column,
  holds: found => found[place - 1] === '1',
});

/** The file says 1 yes and 2 no, the form has no before yes. */
const turned = { 1: '2', 2: '1' };
/** 自立度: the numbers of LIFE and of this file → the names on the form. */
const disability = { 1: '自立', 2: 'J1', 3: 'J2', 4: 'A1', 5: 'A2', 6: 'B1', 7: 'B2', 8: 'C1', 9: 'C2' };
const dementia = { 1: '自立', 2: 'Ⅰ', 3: 'Ⅱa', 4: 'Ⅱb', 5: 'Ⅲa', 6: 'Ⅲb', 7: 'Ⅳ', 8: 'M' };
const degree = (column: number, linkId: string, of: number): Answer =>
  answer(column, `${linkId}.degree`, code(own('opinion-answer-degree')), equals(of, '1'));
const part = (column: number, linkId: string, of: number): Answer =>
  answer(column, `${linkId}.part`, text, equals(of, '1'));
const checked = (column: number, linkId: string): Answer[] => [
  answer(column, linkId, check),
  part(column + 1, linkId, column),
  degree(column + 2, linkId, column),
];
const caution = (column: number, linkId: string): Answer[] => [
  answer(column, linkId, code(own('opinion-answer-caution'))),
  answer(column + 1, `${linkId}.text`, text, equals(column, '2')),
];

/** Answers by the group of the form they are in; `3-13` and the like are groups within. */
const groups: Readonly<Record<string, readonly Answer[]>> = {
  0: [
    answer(14, '0-1', date),
    answer(15, '0-2', text),
    answer(16, '0-3', text),
    answer(19, '0-4', code(own('sex'))),
    answer(17, '0-5', date),
    answer(18, '0-5.age', { as: 'integer' }),
    answer(20, '0-6', text),
    answer(21, '0-7', text),
    answer(22, '0-8', text),
    answer(23, '0-9', text),
    answer(24, '0-10', text),
    answer(26, '0-11', text),
    answer(25, '0-11.postal', text),
    answer(27, '0-12', text),
    answer(28, '0-13', text),
    answer(29, '0-14', code(form('0-14'))),
    answer(30, '0-15', date),
    answer(31, '0-16', code(form('0-16'))),
    answer(32, '0-17', code(form('0-17'))),
    answer(33, '0-18', bits(form('0-18')), equals(32, '1')),
    answer(34, '0-18.other', text, bitOf(33, 13)),
  ],
  1: [answer(41, '1-3', code(form('1-3'))), answer(42, '1-4', text, equals(41, '2')), answer(43, '1-5', text)],
  2: [answer(44, '2-1', bits(form('2-1'))), answer(45, '2-2', bits(form('2-2'))), answer(46, '2-3', bits(form('2-3')))],
  3: [
    answer(47, '3-1', code(own('disability-independence'), disability)),
    answer(48, '3-2', code(own('dementia-independence'), dementia)),
    answer(49, '3-3', code(form('3-3'))),
    answer(50, '3-4', code(form('3-4'))),
    answer(51, '3-5', code(form('3-5'))),
    answer(52, '3-6', code(form('3-6'), turned)),
    answer(53, '3-7', bits(form('3-7')), equals(52, '1')),
    answer(54, '3-7.other', text, bitOf(53, 12)),
    answer(55, '3-8', code(form('3-6'), turned)),
    answer(56, '3-8.name', text, equals(55, '1')),
    answer(57, '3-8.specialist', code(form('0-17')), equals(55, '1')),
    answer(58, '3-8.department', text, equals(57, '1')),
    answer(59, '3-9', code(form('3-9'))),
    answer(60, '3-10.height', { as: 'decimal' }),
    answer(61, '3-10.weight', { as: 'decimal' }),
    answer(62, '3-11', code(form('3-11'))),
    answer(63, '3-12', check),
    part(64, '3-12', 63),
  ],
  '3-13': [
    ...[66, 68, 70, 72].flatMap((column, i) => [
      answer(column, `3-13.${i + 1}`, check),
      degree(column + 1, `3-13.${i + 1}`, column),
    ]),
    ...checked(74, '3-13.5'),
  ],
  '3a': [...checked(77, '3-14'), ...checked(80, '3-15'), ...checked(83, '3-16')],
  '3-17': [87, 88, 89].map((column, i) => answer(column, `3-17.${i + 1}`, bits(own('opinion-bit-sides')))),
  '3b': [...checked(90, '3-18'), ...checked(93, '3-19')],
  4: [
    answer(96, '4-1', code(form('4-1'))),
    answer(97, '4-2', code(form('4-2'))),
    answer(98, '4-3', bits(form('4-3'))),
    answer(99, '4-4', code(form('4-4'))),
    answer(100, '4-5', code(form('4-5'))),
    answer(101, '4-6', text),
    answer(102, '4-7', bits(form('4-7'))),
    answer(103, '4-7.other', text, bitOf(102, 14)),
    answer(104, '4-8', text),
    answer(105, '4-9', code(form('4-9'))),
  ],
  '4-11': [
    ...[108, 110, 112, 114, 116].flatMap((column, i) => caution(column, `4-11.${i + 1}`)),
    answer(118, '4-11.6', text),
  ],
  '4a': [answer(119, '4-12', code(form('4-12'), turned)), answer(120, '4-12.text', text, equals(119, '1'))],
  5: [answer(121, '5-1', text)],
};

/** 医学的管理の必要性: the order of the file → the number on the form. */
const management = ['1', '2', '5', '9', '6', '3', '7', '4', '8', '12', 'consultation'];

/** Columns of answers, for the table of coverage: column → linkId. */
export const answerPlaces: ReadonlyMap<number, readonly string[]> = new Map<number, readonly string[]>([
  ...Object.values(groups)
    .flat()
    .map(({ column, linkId }): [number, string[]] => [column, [linkId]]),
  ...[35, 37, 39].map((column): [number, string[]] => [column, ['1-1.name']]),
  ...[36, 38, 40].map((column): [number, string[]] => [column, ['1-2', '1-2.date']]),
  [106, management.map(one => `4-10.${one}`)],
  [107, ['4-10.other']],
]);

const cell = (record: FileRecord, column: number): string => record[`c${column}`] ?? '';
const isGiven = (value: string, { as }: How): boolean =>
  value !== '' &&
  value !== '00000000' &&
  !((as === 'code' || as === 'check') && value === '0') &&
  !(as === 'bits' && !/1/.test(value));

/** Looks displays up. */
const codingOf = (system: string, value: string, codes: FindCodes): JsonObject => {
  const display = codes(system)?.get(value);
  return { system, code: value, ...(display !== undefined && { display }) };
};

function valuesOf(value: string, how: How, codes: FindCodes): JsonObject[] {
  switch (how.as) {
    case 'text':
      return [{ valueString: value }];
    case 'date':
      return [{ valueDate: toFhirDate(value) }];
    case 'integer':
      return [{ valueInteger: Number(value) }];
    case 'decimal':
      return [{ valueDecimal: Number(value) }];
    case 'check':
      return [{ valueBoolean: true }];
    case 'code':
      return [{ valueCoding: codingOf(how.system, how.codes?.[value] ?? value, codes) }];
    case 'bits':
      return [...value].flatMap((bit, i) =>
        bit === '1' ? [{ valueCoding: codingOf(how.system, String(i + 1), codes) }] : [],
      );
  }
}

/** What makes answers. */
export interface Answering {
  readonly record: FileRecord;
  readonly codes: FindCodes;
  /** Columns whose text the form does not ask for, because another answer was not given. */
  readonly left: number[];
}

function items(list: readonly Answer[], { record, codes, left }: Answering): JsonObject[] {
  return list.flatMap(({ column, linkId, how, after }) => {
    const value = cell(record, column);
    if (!isGiven(value, how)) return [];
    if (after && !after.holds(cell(record, after.column))) {
      left.push(column);
      return [];
    }
    return [{ linkId, answer: valuesOf(value, how, codes) }];
  });
}

const group = (linkId: string, list: readonly JsonObject[]): JsonObject[] =>
  list.length > 0 ? [{ linkId, item: list }] : [];

/** Up to three diagnoses with their onset, as it was written and as a date when it is one. */
function diagnoses({ record }: Answering): JsonObject[] {
  return [35, 37, 39].flatMap(column => {
    const [name, onset] = [cell(record, column), cell(record, column + 1)];
    if (name === '') return [];
    const day = fromWareki(onset);
    return [
      {
        linkId: '1-1',
        item: [
          { linkId: '1-1.name', answer: [{ valueString: name }] },
          ...(onset ? [{ linkId: '1-2', answer: [{ valueString: onset }] }] : []),
          ...(day ? [{ linkId: '1-2.date', answer: [{ valueDate: day }] }] : []),
        ],
      },
    ];
  });
}

function managed({ record, codes, left }: Answering): JsonObject[] {
  const marks = cell(record, 106);
  const list = management.flatMap((number, i) => {
    const mark = marks[i] ?? '0';
    if (mark !== '1' && mark !== '2') return [];
    return [{ linkId: `4-10.${number}`, answer: [{ valueCoding: codingOf(own('opinion-mark'), mark, codes) }] }];
  });
  const otherText = cell(record, 107);
  const hasOther = /[12]/.test(marks[9] ?? '');
  if (otherText !== '' && !hasOther) left.push(107);
  if (otherText === '' || !hasOther) return list;
  return [...list, { linkId: '4-10.other', answer: [{ valueString: otherText }] }];
}

/** In the order of the form. */
const sorted = <T extends { readonly linkId: string }>(list: readonly T[]): T[] =>
  [...list].sort((a, b) => Number(a.linkId.split('.')[1]) - Number(b.linkId.split('.')[1]) || 0);

/** The items of the QuestionnaireResponse, in the order of the form. */
export function opinionItems(answering: Answering): JsonObject[] {
  const of = (name: string) => items(groups[name]!, answering);
  const four = managed(answering);
  return [
    ...group('0', of('0')),
    ...group('1', [...diagnoses(answering), ...of('1')]),
    ...group('2', of('2')),
    ...group('3', [...of('3'), ...group('3-13', of('3-13')), ...of('3a'), ...group('3-17', of('3-17')), ...of('3b')]),
    ...group('4', [...of('4'), ...group('4-10', sortedLast(four)), ...group('4-11', of('4-11')), ...of('4a')]),
    ...group('5', of('5')),
  ];
}

/** Counselling visits stand last, whatever else there is. */
function sortedLast(list: readonly JsonObject[]): JsonObject[] {
  const last = list.filter(one => one['linkId'] === '4-10.consultation');
  const other = list.filter(one => one['linkId'] === '4-10.other');
  const numbered = list.filter(one => /^4-10\.\d+$/.test(String(one['linkId']))) as (JsonObject & { linkId: string })[];
  return [...sorted(numbered), ...other, ...last];
}
