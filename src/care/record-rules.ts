/**
 * Rules between the items of a certificate row: what each kind needs, check digits, order of days, the year from August to July.
 * A row that keeps them gives a Coverage that keeps its profile.
 */
import type { Severity } from '../fhir/outcome.ts';
import type { Message } from '../fhir/types.ts';
import type { Library } from '../terminology/library.ts';
import { amountsDuring, benefitLimits, burdenLimits, dayBefore } from './amounts.ts';
import { type CertificateRecord, dayOf, limitKinds, recordKinds } from './certificate-record.ts';
import { master } from './masters.ts';
import { judgeInsurer, judgeOffice } from './numbers.ts';

/** A finding about an item of a row. */
export interface RecordFinding {
  readonly key: string;
  readonly severity: Severity;
  readonly rule: Message;
  readonly mend: Message;
}

const finding = (key: string, en: string, ja: string, mendEn: string, mendJa: string): RecordFinding => ({
  key,
  severity: 'error',
  rule: { en, ja },
  mend: { en: mendEn, ja: mendJa },
});

const needed = (key: string): RecordFinding =>
  finding(
    key,
    'a value is required for this kind of certificate',
    'この種類の証では必須です',
    'Fill it in',
    '値を入れてください',
  );

const isCertified = (level: string | undefined): boolean => /^(?:1[23]|2[1-5])$/.test(level ?? '');
const addMonths = (day: string, months: number): string => {
  const [year = 0, month = 0] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + months + 1, 0)).toISOString().slice(0, 10);
};

function insuredRules(record: CertificateRecord): RecordFinding[] {
  const { level, to, from, certified, limit } = record;
  if (!isCertified(level)) return [];
  const found = [
    ...(dayOf(to) ? [] : [needed('to')]),
    ...(dayOf(certified) ? [] : [needed('certified')]),
    ...(limit ? [] : [{ ...needed('limit'), severity: 'warning' as const }]),
  ];
  // From the first of a month no broken month comes before the 48.
  if (dayOf(to) && dayOf(to)! > addMonths(dayOf(from)!, from!.endsWith('01') ? 47 : 48))
    found.push(
      finding(
        'to',
        'a certification lasts 48 months at most, beside the broken first month',
        '認定有効期間は48か月（初めの端数の月を除く）までです',
        'Check the years',
        '年を確かめてください',
      ),
    );
  return found;
}

/** The last day of the year from August to July that a day is in. */
const yearEnd = (day: string): string => `${Number(day.slice(0, 4)) + (day.slice(5) >= '08-01' ? 1 : 0)}-07-31`;

function yearRules({ from, to }: CertificateRecord): RecordFinding[] {
  if (!dayOf(to)) return [needed('to')];
  if (dayOf(to)! <= yearEnd(dayOf(from)!)) return [];
  return [
    finding(
      'to',
      `a day up to ${yearEnd(dayOf(from)!)}: the year is from August to July`,
      `${yearEnd(dayOf(from)!)} までの日（8月から翌年7月の1年の中）`,
      'End the certificate with July and send the next one as a row of its own',
      '7月で終え、次の年度は別の行にしてください',
    ),
  ];
}

function burdenRules(record: CertificateRecord): RecordFinding[] {
  const found = [...yearRules(record), ...(record['burden1'] ? [] : [needed('burden1')])];
  if (!record['burden2']) return found;
  const own = ['burden1From', 'burden1To', 'burden2From', 'burden2To'];
  const missing = own.filter(key => !dayOf(record[key])).map(needed);
  const [from1 = '', to1 = '', from2 = '', to2 = ''] = own.map(key => record[key]);
  if (missing.length > 0 || to1 < from2 || to2 < from1) return [...found, ...missing];
  return [
    ...found,
    finding(
      'burden2From',
      'the two rates do not hold on the same day',
      '2つの負担割合の適用期間は重なりません',
      'End the first the day before the second begins',
      '先の期間を、後の期間の始まりの前日で終えてください',
    ),
  ];
}

/** People are insured from 40 years on, an age that is reached on the day before the birthday. */
function birthRules({ birth, from }: CertificateRecord): RecordFinding[] {
  const [born, begins] = [dayOf(birth), dayOf(from)];
  if (!born) return [needed('birth')];
  if (!begins) return [];
  const grown = dayBefore(`${Number(born.slice(0, 4)) + 40}${born.slice(4)}`);
  if (grown <= begins) return [];
  const isUnborn = born > begins;
  const told = finding(
    'birth',
    isUnborn
      ? `a day before ${begins}, the first day of the certificate`
      : `the birth of somebody of 40 or more on ${begins}`,
    isUnborn ? `有効期間の開始 ${begins} より前の日` : `${begins} に40歳以上の人の生年月日`,
    'Check the year of birth',
    '生年を確かめてください',
  );
  return [isUnborn ? told : { ...told, severity: 'warning' }];
}

/** Limits that no master has on any day of the certificate: a municipality may have its own. */
function amountRules(record: CertificateRecord, library: Pick<Library, 'resources'>): RecordFinding[] {
  const days = { start: dayOf(record['from'])!, ...(dayOf(record['to']) && { end: dayOf(record['to'])! }) };
  const { kind, level = '', stage = '' } = record;
  const asked: readonly (readonly [key: string, expected: () => readonly number[]])[] =
    kind === 'hihokensha'
      ? [['limit', () => amountsDuring(library, benefitLimits, [level], days)]]
      : kind === 'futangendo'
        ? limitKinds.map(one => [`limit.${one}`, () => amountsDuring(library, burdenLimits, [stage, one], days)])
        : [];
  return asked.flatMap(([key, amounts]) => {
    const found = record[key];
    const expected = found ? amounts() : [];
    if (expected.length === 0 || expected.includes(Number(found))) return [];
    const told = finding(
      key,
      `${expected.join(' or ')}, the amount of the master in force`,
      `その期間のマスタの額 ${expected.join(' または ')}`,
      'Check it; right only if the municipality has its own amount',
      '市町村独自の額でなければ誤りです。確かめてください',
    );
    return [{ ...told, severity: 'warning' as const }];
  });
}

const byKind: Readonly<Record<string, (record: CertificateRecord) => RecordFinding[]>> = {
  hihokensha: insuredRules,
  futanwariai: burdenRules,
  futangendo: record => [
    ...yearRules(record),
    ...(Object.keys(record).some(key => key.startsWith('limit.') && record[key]) ? [] : [needed('limit.shared')]),
  ],
  shafukuKeigen: record =>
    ['relief.care', 'relief.meal', 'relief.room'].some(key => record[key]) ? [] : [needed('relief.care')],
  gengakuMenjo: ({ benefitRate }) =>
    /^(?:9[1-9]|100)$/.test(benefitRate ?? '')
      ? []
      : [
          finding(
            'benefitRate',
            'from 91 to 100',
            '91から100',
            'Write the benefit rate in percent',
            '給付率（％）を書いてください',
          ),
        ],
};

function numberRules({ insurer = '', office }: CertificateRecord): RecordFinding[] {
  const found: RecordFinding[] = [];
  if (judgeInsurer(insurer) === 'check-digit')
    found.push(
      finding(
        'insurer',
        '保険者番号 with its check digit',
        '検証番号の合う保険者番号',
        'Check the number; it is not the local government code',
        '番号を確かめてください（地方公共団体コードとは異なります）',
      ),
    );
  if (office && judgeOffice(office) !== 'right')
    found.push({
      key: 'office',
      severity: judgeOffice(office) === 'form' ? 'error' : 'warning',
      rule: { en: '事業所番号 with its check digit', ja: '検証番号の合う事業所番号' },
      mend: { en: 'Check the number', ja: '番号を確かめてください' },
    });
  return found;
}

/** Items that hold several values: the form of each, and the master of its first part. */
const lists: readonly (readonly [key: string, form: RegExp, codes: string, shape: Message])[] = [
  ['serviceLimits', /^[^/]+\/\d{1,6}$/, 'service-type', { en: 'service type/units', ja: 'サービス種類/単位' }],
  ['services', /^[^/]+$/, 'service-type', { en: 'service types', ja: 'サービス種類' }],
  ['reliefServices', /^[^/]+$/, 'service-type', { en: 'service types', ja: 'サービス種類' }],
  [
    'restrictions',
    /^[^/]+\/\d{8}(?:\/(?:\d{8})?(?:\/(?:\d{1,2}|100)?)?)?$/,
    'benefit-restriction',
    { en: 'kind/from/to/benefit rate', ja: '内容/開始/終了/給付率' },
  ],
  [
    'stays',
    /^[^/]*\/[^/]+\/\d{8}(?:\/(?:\d{8})?)?$/,
    'service-type',
    { en: 'kind/name/from/to', ja: '種類/名称/入所/退所' },
  ],
];

function listRules(record: CertificateRecord, library: Pick<Library, 'resources'>): RecordFinding[] {
  return lists.flatMap(([key, form, codes, shape]) => {
    const value = record[key];
    if (!value) return [];
    const known = master(library, codes);
    const wrong = value
      .split(';')
      .map(one => one.trim())
      .find(one => one !== '' && !(form.test(one) && (one.startsWith('/') || known.has(one.split('/')[0]!.trim()))));
    if (wrong === undefined) return [];
    return [
      finding(
        key,
        `values "${shape.en}" separated by ";", with codes of ${codes}`,
        `「${shape.ja}」を「;」で区切ったもの（コードは ${codes}）`,
        'Write it in that form',
        'この形で書いてください',
      ),
    ];
  });
}

function periodRules({ from, to }: CertificateRecord): RecordFinding[] {
  if (!dayOf(from)) return [needed('from')];
  if (!dayOf(to) || dayOf(to)! >= dayOf(from)!) return [];
  return [
    finding(
      'to',
      `a day not before ${dayOf(from)}`,
      `${dayOf(from)} 以降の日`,
      'Check both days',
      '開始と終了を確かめてください',
    ),
  ];
}

/** Findings about a row whose items are each well-formed. */
export function findRecordIssues(
  record: CertificateRecord,
  library: Pick<Library, 'resources'>,
): readonly RecordFinding[] {
  const kind = record['kind'] ?? '';
  if (!recordKinds.has(kind))
    return [
      finding(
        'kind',
        `one of ${[...recordKinds].join(', ')}`,
        `次のどれか: ${[...recordKinds].join('・')}`,
        'This kind stays on paper; leave the row out',
        'この種類は紙の証です。行を除いてください',
      ),
    ];
  const dated = [...periodRules(record), ...(dayOf(record['issued']) ? [] : [needed('issued')])];
  const born = birthRules(record);
  if (dated.some(one => one.key !== 'issued')) return [...dated, ...born];
  return [
    ...dated,
    ...born,
    ...numberRules(record),
    ...byKind[kind]!(record),
    ...listRules(record, library),
    ...amountRules(record, library),
  ];
}
