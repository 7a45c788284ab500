/**
 * Columns of LIFE files as data. One line is one column: its id, type, need and Japanese name, as in
 * `height dec3.1 + 身長`. Needs: `*` required in the file, `+` required to confirm the record, `?` required under a condition,
 * `-` free. A line `# group-1 ADL` begins a group of the form, `#` alone ends it.
 * Codes that depend on the method of assessment stand beside the methods: `code:12=a,56=b`.
 * Source: LIFE 外部インターフェース項目一覧 v1.0 (2021-03) and v3.10 (2025-10).
 */
import type { Message } from '../../../fhir/types.ts';
import type { Finding } from '../../finding.ts';
import { isFileDate, isFileTime } from '../../japanese-date.ts';
import type { FindCodes } from '../../layout.ts';

/** One column. */
export interface Column {
  /** Number of the item (項番), from 1. */
  readonly no: number;
  /** Its id: the cell of the second row, and the linkId of its answer. */
  readonly key: string;
  readonly name: string;
  readonly type: ColumnType;
  /** Most characters; digits before the point of a number. */
  readonly length?: number;
  readonly decimals?: number;
  readonly range?: readonly [least: number, most: number];
  readonly codes?: readonly Codes[];
  readonly need?: 'required' | 'on-confirm' | 'conditional';
  readonly group?: { readonly linkId: string; readonly text: string };
}

/** A CodeSystem of a column. */
export interface Codes {
  /** Canonical of the CodeSystem. */
  readonly system: string;
  /** Codes of the methods (column `evaluate_method`) it is for; empty: for all. */
  readonly methods: string;
}

interface Rule {
  /** Element of the answer. */
  readonly element: 'valueString' | 'valueInteger' | 'valueDecimal' | 'valueDate' | 'valueCoding';
  test(value: string, column: Column): boolean;
  rule(column: Column): Message;
  readonly mend: Message;
  canonical?(value: string): string;
  /** Blanks around it mean something. */
  readonly keepsBlanks?: true;
}

const say = (en: string, ja: string): Message => ({ en, ja });
const pattern = (test: RegExp, rule: Message, mend: Message): Rule => ({
  element: 'valueString',
  test: value => test.test(value),
  rule: () => rule,
  mend,
});
const allDigits = say('Write all characters, zeros at the front too', '先頭の 0 も含めて全桁を書いてください');
const digitsOnly = say(
  'Write digits only, without commas and units',
  '数字だけで書いてください（桁区切りや単位は不要です）',
);

const withoutZeros = (text: string): string => text.replace(/^(-?)0+(?=\d)/, '$1');
const shortNumber = (text: string): string => withoutZeros(text).replace(/\.0*$|(\.\d*[1-9])0+$/, '$1');
const within = (value: string, { range }: Column): boolean =>
  range === undefined || (Number(value) >= range[0] && Number(value) <= range[1]);
const span = ({ range }: Column): Message =>
  range === undefined ? say('', '') : say(` from ${range[0]} to ${range[1]}`, `、${range[0]}〜${range[1]}`);

/** All types by name. */
const columnTypes = {
  office: pattern(/^[0-9A-Z]{10}$/, say('an office number of 10 characters', '事業所番号10桁'), allDigits),
  service: pattern(/^[0-9A-Z]{2}$/, say('a service type of 2 characters', 'サービス種類コード2桁'), allDigits),
  insured: pattern(
    /^(\d{10}|H\d{9})$/,
    say('an insured number: 10 digits, or H and 9 digits', '被保険者番号（数字10桁、または H と数字9桁）'),
    allDigits,
  ),
  version: pattern(/^03[01]0$/, say('the version 0310 or 0300', 'バージョン番号 0310 または 0300'), allDigits),
  digits: {
    element: 'valueString',
    test: (value, { length }) => /^\d+$/.test(value) && value.length === length,
    rule: ({ length }) => say(`exactly ${length} digits`, `数字${length}桁`),
    mend: allDigits,
  },
  id: {
    element: 'valueString',
    test: () => true,
    rule: () => say('a number of the sending system', '外部システムの番号'),
    mend: say('Write the number of the record', '記録の番号を書いてください'),
  },
  text: {
    element: 'valueString',
    test: () => true,
    rule: () => say('text', '文字列'),
    mend: say('Write text', '文字列を書いてください'),
    keepsBlanks: true,
  },
  int: {
    element: 'valueInteger',
    test: (value, column) =>
      /^\d+$/.test(value) && withoutZeros(value).length <= (column.length ?? 9) && within(value, column),
    rule: column =>
      say(
        `a whole number of at most ${column.length} digits${span(column).en}`,
        `整数（${column.length}桁以内${span(column).ja}）`,
      ),
    mend: digitsOnly,
    canonical: withoutZeros,
  },
  dec: {
    element: 'valueDecimal',
    test: (value, { length = 9, decimals = 1 }) =>
      /^-?\d+(\.\d+)?$/.test(value) &&
      new RegExp(`^-?\\d{1,${length}}(\\.\\d{1,${decimals}})?$`).test(shortNumber(value)),
    rule: ({ length, decimals }) =>
      say(
        `a number of at most ${length} digits and ${decimals} decimals`,
        `数（整数部${length}桁以内、小数第${decimals}位まで）`,
      ),
    mend: say('Write it like 51.5', '51.5 のように書いてください'),
    canonical: shortNumber,
  },
  day: {
    element: 'valueDate',
    test: value => value !== '00000000' && isFileDate(value),
    rule: () => say('a date YYYYMMDD', '日付 YYYYMMDD'),
    mend: say('Write a day that exists, western year, 8 digits', '実在する日を西暦8桁で書いてください'),
  },
  clock: {
    element: 'valueString',
    test: value => value !== '9999' && isFileTime(value),
    rule: () => say('a time HHMM from 0000 to 2359', '時刻 HHMM（0000〜2359）'),
    mend: say('Write 4 digits', '4桁で書いてください'),
  },
  code: {
    element: 'valueCoding',
    test: () => true,
    rule: () => say('a code of the list', 'コード表のコード'),
    mend: say('Choose one of the codes', 'コード表から選んでください'),
  },
} as const satisfies Record<string, Rule>;

/** Name of a type. */
export type ColumnType = keyof typeof columnTypes;

const ruleOf = ({ type }: Column): Rule => columnTypes[type];

/** The element an answer of this column is in. */
export const elementOf = (column: Column): Rule['element'] => ruleOf(column).element;

const needs: Readonly<Record<string, Column['need']>> = { '*': 'required', '+': 'on-confirm', '?': 'conditional' };
const codeSystems = 'https://w3id.org/engawa/fhir/CodeSystem/';

function readCodes(text: string): Codes {
  const [first = '', second] = text.split('=');
  return { system: codeSystems + (second ?? first), methods: second === undefined ? '' : first };
}

function readType(text: string): Pick<Column, 'type' | 'length' | 'decimals' | 'range' | 'codes'> {
  if (text.startsWith('code:')) return { type: 'code', codes: text.slice(5).split(',').map(readCodes) };
  const [, type = '', length, decimals, least, most] =
    /^([a-z]+)(\d+)?(?:\.(\d+))?(?:\((\d+)\.\.(\d+)\))?$/.exec(text) ?? [];
  if (!(type in columnTypes)) throw new Error(`No type of column: ${text}`);
  return {
    type: type as ColumnType,
    ...(length !== undefined && { length: Number(length) }),
    ...(decimals !== undefined && { decimals: Number(decimals) }),
    ...(least !== undefined && { range: [Number(least), Number(most)] as const }),
  };
}

/**
 * Reads columns in the notation above.
 * @throws Error for a line that is none: a fault of the program, found when it starts
 */
export function readColumns(text: string): readonly Column[] {
  const columns: Column[] = [];
  let group: Column['group'];
  for (const line of text.trim().split('\n')) {
    const [first = '', type = '', need = '', ...name] = line.split(' ');
    if (first === '#') group = type === '' ? undefined : { linkId: type, text: [need, ...name].join(' ') };
    else {
      const told = needs[need];
      columns.push({
        no: columns.length + 1,
        key: first,
        name: name.join(' '),
        ...readType(type),
        ...(told !== undefined && { need: told }),
        ...(group && { group }),
      });
    }
  }
  return columns;
}

/** A cell that says: the value is to be deleted. An empty cell says: the value that is stored stays. */
export const deleted = ' ';

/** The one spelling of a cell's value. */
export function readCell(cell: string, column: Column, codes: FindCodes): string {
  if (cell === '' || cell === deleted) return cell;
  const rule = ruleOf(column);
  const value = rule.keepsBlanks ? cell : cell.trim();
  return rule.canonical && checkValue(value, column, codes) === undefined ? rule.canonical(value) : value;
}

type Problem = Pick<Finding, 'kind' | 'severity' | 'rule' | 'mend'>;
const problem = (kind: Finding['kind'], rule: Message, mend: Message): Problem => ({
  kind,
  severity: 'error',
  rule,
  mend,
});

const list = (codes: ReadonlyMap<string, string>): string => {
  const names = [...codes].map(([code, name]) => `${code} ${name}`);
  return names.length > 12 ? `${names.slice(0, 12).join(', ')} …` : names.join(', ');
};

/**
 * The rule a cell breaks, if any.
 * @param method of assessment, as {@link methodOf} finds it
 */
export function checkValue(value: string, column: Column, codes: FindCodes, method = ''): Problem | undefined {
  if (value === '' || value === deleted) {
    if (column.need !== 'required') return undefined;
    return problem('required', say('a value is required', '必須項目です'), say('Fill it in', '値を入れてください'));
  }
  const rule = ruleOf(column);
  if (/^[\s\u3000]*$/.test(value))
    return problem(
      'format',
      say(
        'a value, nothing (keeps what is stored) or one half-width space (deletes it)',
        '値、空（保存済みの値を残す）、または半角スペース1つ（値を消す）',
      ),
      say('Leave the cell empty, or write one half-width space', '空にするか、半角スペースを1つだけ書いてください'),
    );
  const { length } = column;
  if (rule.element === 'valueString' && length !== undefined && [...value].length > length && column.type !== 'digits')
    return problem(
      'length',
      say(`at most ${length} characters`, `${length}文字以内`),
      say('Shorten it', '短くしてください'),
    );
  if (!rule.test(value, column)) return problem('format', rule.rule(column), rule.mend);
  const lists = codesFor(column, method).map(one => codes(one.system));
  if (lists.length === 0 || lists.some(one => !one || one.has(value))) return undefined;
  const known = new Map(lists.flatMap(one => [...one!]));
  return problem('code', say(`one of the codes ${list(known)}`, `次のコードのどれか: ${list(known)}`), rule.mend);
}

/** The lists a column's code is from, where the method of assessment is known or not (empty). */
function codesFor({ codes = [] }: Column, method: string): readonly Codes[] {
  const fits = codes.filter(({ methods }) => methods === '' || method === '' || methods.includes(method));
  return fits.length > 0 ? fits : codes;
}

/** The method of assessment of a record; empty when it is not told. */
export const methodOf = (record: Readonly<Record<string, string>>): string => (record['evaluate_method'] ?? '').trim();

/** Canonical of the CodeSystem of a value, by the method of assessment. */
export function systemOf(value: string, column: Column, codes: FindCodes, method: string): string {
  const all = codesFor(column, method);
  return (all.find(({ system }) => codes(system)?.has(value)) ?? all[0]!).system;
}
