/**
 * The settings table. Each row gives a setting its flag, its environment variable, its line in `--help` and in README.md
 * (a test compares them). The only place that reads process.env.
 */
import { nearest } from './definitions/nearest.ts';
import type { Message } from './fhir/types.ts';
import { rules } from './setting-rules.ts';

interface Setting<T> {
  readonly flag: string;
  readonly env: string;
  readonly initial: T;
  readonly meaning: Message;
  /** Allowed values of a text setting. */
  readonly choices?: readonly string[];
}

const setting = <T extends string | number | boolean>(
  flag: string,
  initial: T,
  en: string,
  ja: string,
  choices?: readonly string[],
): Setting<T> => ({
  flag,
  env: `ENGAWA_${flag.toUpperCase().replaceAll('-', '_')}`,
  initial,
  meaning: { en, ja },
  ...(choices && { choices }),
});

/** Every setting. Sizes are bytes, times milliseconds unless the name says otherwise. */
export const settings = {
  port: setting('port', 8080, 'TCP port to listen on', '待ち受けポート'),
  host: setting(
    'host',
    '127.0.0.1',
    'address to listen on; only loopback while access is open',
    '待ち受けアドレス（アクセス制限がない間はループバックのみ）',
  ),
  packages: setting(
    'packages',
    './packages',
    'folder whose FHIR packages (.tgz) are installed at start',
    '起動時に登録する FHIR パッケージ（.tgz）のフォルダ',
  ),
  data: setting('data', './data', 'folder of the database', 'データベースのフォルダ'),
  database: setting(
    'database',
    '',
    'PostgreSQL database, postgres://user:password@host:port/name; empty = SQLite in the data folder',
    'PostgreSQL のデータベース（postgres://user:password@host:port/name）。空ならデータのフォルダの SQLite',
  ),
  replicas: setting(
    'replicas',
    '',
    'read replicas of the PostgreSQL database, comma-separated URLs; searches go there once they have what was written before',
    'PostgreSQL の読み取り用レプリカ（URL をカンマ区切り）。それまでの書き込みが届いていれば検索に使う',
  ),
  workers: setting(
    'workers',
    1,
    'processes that share the port and the database',
    'ポートとデータベースを共有するプロセスの数',
  ),
  baseUrl: setting(
    'base-url',
    '',
    'service base URL clients use, such as https://fhir.example.jp/fhir; empty = from the request',
    'クライアントから見たベースURL（空ならリクエストから決める）',
  ),
  trustedProxies: setting(
    'trusted-proxies',
    '',
    'addresses or CIDR ranges whose X-Forwarded-* headers are believed, comma-separated',
    'X-Forwarded-* を信用するプロキシ（カンマ区切り）',
  ),
  timezone: setting('timezone', '+09:00', 'time zone of dates without one', 'タイムゾーンのない日付の時差'),
  handling: setting(
    'handling',
    'strict',
    'unknown search parameters without a Prefer header: refuse or ignore',
    'Prefer がないときの不明な検索パラメータの扱い',
    ['strict', 'lenient'],
  ),
  validation: setting(
    'validation',
    'profiles',
    'checks on write: off; warn (findings are only told); base (structure of the R4 types); profiles (all rules of the types and of meta.profile)',
    '書き込み時の検証: off（なし）、warn（指摘のみ）、base（R4 の型の構造）、profiles（型と meta.profile の全規則）',
    ['off', 'warn', 'base', 'profiles'],
  ),
  displayIssues: setting(
    'display-issues',
    'warning',
    'severity of a display that does not belong to its code',
    'コードと合わない display の扱い',
    ['warning', 'error'],
  ),
  unknownExtensions: setting(
    'unknown-extensions',
    'error',
    'severity of an extension that is not installed; on write it is a warning',
    '登録されていない拡張の扱い（書き込み時は警告）',
    ['warning', 'error'],
  ),
  embeddedHtml: setting(
    'embedded-html',
    'warning',
    'severity of HTML tags in strings and markdown',
    '文字列や markdown の中の HTML タグの扱い',
    ['warning', 'error'],
  ),
  bestPractice: setting(
    'best-practice',
    'ignore',
    'severity of best-practice rules such as a missing narrative',
    '推奨事項（ナラティブなど）の扱い',
    ['ignore', 'warning', 'error'],
  ),
  documentIntake: setting(
    'document-intake',
    'profiled',
    'document and collection Bundles that are POSTed to the base or to Bundle: taken in when they name a known document profile (profiled), all of them (all), or stored as they are (off); $intake always takes in',
    'ベース URL や Bundle に POST された document・collection の Bundle を取り込むか: 既知の文書プロファイルを名乗るもの（profiled）、すべて（all）、取り込まずそのまま保存（off）。$intake は常に取り込む',
    ['profiled', 'all', 'off'],
  ),
  documentMaxBytes: setting(
    'document-max-bytes',
    10_000_000,
    'largest national document Bundle in bytes; 0 = no limit of its own',
    '全国の仕組みの文書 Bundle の上限（バイト。0 = 個別の上限なし）',
  ),
  myNumberExempt: setting(
    'my-number-exempt',
    '',
    'identifier systems, comma-separated, whose 12-digit values are not taken for individual numbers (個人番号), which are refused',
    '12桁の値を個人番号とみなさない identifier の system（カンマ区切り）。個人番号は受け付けない',
  ),
  conditionalDelete: setting(
    'conditional-delete',
    'single',
    'conditional delete of several matches: refuse (single) or delete all (multiple)',
    '条件付き削除で複数一致したとき',
    ['single', 'multiple'],
  ),
  pageSize: setting('page-size', 50, 'entries on a page without _count', '_count がないときの1ページの件数'),
  maxPageSize: setting('max-page-size', 1000, 'highest _count', '_count の上限'),
  maxBody: setting('max-body', 100_000_000, 'largest request body in bytes', 'リクエスト本文の上限（バイト）'),
  maxDepth: setting('max-depth', 100, 'deepest nesting of JSON or XML', 'JSON・XML の入れ子の上限'),
  maxEntries: setting(
    'max-entries',
    0,
    'most entries of a batch or transaction; 0 = no limit',
    'batch・transaction のエントリー数の上限（0 = なし）',
  ),
  maxIncludes: setting('max-includes', 10_000, 'most included resources on a page', '1ページに含める _include の上限'),
  maxParameterValues: setting(
    'max-parameter-values',
    1000,
    'most values of one search parameter',
    '検索パラメータ1つの値の数の上限',
  ),
  maxChain: setting('max-chain', 5, 'longest chain of references in a search', '検索の連鎖の上限'),
  requestTimeout: setting(
    'request-timeout',
    60_000,
    'time to receive a whole request',
    'リクエスト受信の制限時間（ミリ秒）',
  ),
  idleTimeout: setting('idle-timeout', 72_000, 'time an idle connection is kept', '無通信の接続を保つ時間（ミリ秒）'),
  searchBudget: setting(
    'search-budget',
    30_000,
    'time a search may take before it is stopped',
    '検索の制限時間（ミリ秒）',
  ),
  slowSearch: setting(
    'slow-search',
    1000,
    'searches slower than this are logged with their plan',
    'これより遅い検索を記録する（ミリ秒）',
  ),
  explain: setting('explain', true, 'answer _explain=true with the plan of a search', '_explain=true に検索計画を返す'),
  pageLifetime: setting(
    'page-lifetime',
    600_000,
    'how long page links stay valid and show one moment',
    'ページのリンクの有効時間（ミリ秒）',
  ),
  logLevel: setting(
    'log-level',
    'warn',
    'what is logged; info adds a line for each request (no content, no values)',
    'ログの詳しさ（info でリクエストごとに1行。内容や値は記録しない）',
    ['silent', 'fatal', 'error', 'warn', 'info', 'debug'],
  ),
  language: setting(
    'language',
    '',
    'language of the command line, ja or en; empty = from the locale',
    'コマンドの言語（空ならロケールから）',
    ['', 'ja', 'en'],
  ),
} as const;

type Settings = typeof settings;
type Widen<T> = T extends string ? string : T extends number ? number : T extends boolean ? boolean : never;

/** The value of each setting. */
export type Config = { readonly [K in keyof Settings]: Widen<Settings[K]['initial']> };

/** Thrown for a flag or variable that cannot be used; says which, what was found and what is allowed. */
export class SettingError extends Error {
  readonly text: Message;
  constructor(text: Message) {
    super(text.en);
    this.name = 'SettingError';
    this.text = text;
  }
}

const wrongValue = (from: string, text: string, en: string, ja: string): SettingError =>
  new SettingError({
    en: `${from}: found "${text}", expected ${en}`,
    ja: `${from}: 「${text}」ではなく${ja}を指定してください`,
  });

function checkedValue(key: keyof Settings, from: string, text: string): string | number | boolean {
  const value = parseValue(settings[key], from, text);
  const rule = rules[key];
  if (rule && !rule.fits(value)) throw wrongValue(from, text, rule.en, rule.ja);
  return value;
}

function parseValue(row: Setting<string | number | boolean>, from: string, text: string): string | number | boolean {
  const refuse = (en: string, ja: string) => wrongValue(from, text, en, ja);
  if (typeof row.initial === 'number') {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < 0)
      throw refuse('a whole number, 0 or more', '0 以上の整数');
    return value;
  }
  if (typeof row.initial === 'boolean') {
    if (!['true', 'false'].includes(text)) throw refuse('true or false', ' true か false ');
    return text === 'true';
  }
  if (row.choices && !row.choices.includes(text))
    throw refuse(`one of ${row.choices.join(', ')}`, ` ${row.choices.join('・')} のどれか`);
  return text;
}

/** The database setting holds a password, so its value is not repeated. */
function checkDatabase(text: string): void {
  if (text === '' || (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text))) return;
  throw new SettingError({
    en: '--database: expected postgres://user:password@host:port/name (special characters as %xx), or empty for SQLite',
    ja: '--database: postgres://user:password@host:port/name の形（記号は %xx）か、SQLite なら空にしてください',
  });
}

function unknownOption(flag: string, known: readonly string[]): SettingError {
  const near = nearest(flag, known);
  return new SettingError({
    en: `unknown option --${flag}${near ? `, did you mean --${near}?` : ';'} --help lists the options`,
    ja: `--${flag} というオプションはありません${near ? `。--${near} のことですか` : ''}（--help で一覧）`,
  });
}

/**
 * Reads the settings: flags win over variables, variables over defaults.
 * @param flags `--name value` pairs of the command line, names without dashes
 * @param more options of the command itself, for telling which one was meant
 * @throws SettingError for an unknown flag, an unknown ENGAWA_ variable or a value that cannot be used
 */
export function readConfig(
  flags: ReadonlyMap<string, string> = new Map(),
  env: NodeJS.ProcessEnv = process.env,
  more: readonly string[] = [],
): Config {
  const rows = Object.entries(settings) as [keyof Settings, Setting<string | number | boolean>][];
  const known = rows.map(([, row]) => row.flag);
  for (const flag of flags.keys()) if (!known.includes(flag)) throw unknownOption(flag, [...known, ...more]);
  for (const name of Object.keys(env)) {
    if (name.startsWith('ENGAWA_') && !rows.some(([, row]) => row.env === name))
      throw new SettingError({
        en: `unknown variable ${name}; --help lists the settings`,
        ja: `${name} という環境変数はありません（--help で一覧）`,
      });
  }
  const values = rows.map(([key, row]) => {
    const flag = flags.get(row.flag);
    if (flag !== undefined) return [key, checkedValue(key, `--${row.flag}`, flag)];
    const variable = env[row.env];
    return [key, variable === undefined ? row.initial : checkedValue(key, row.env, variable)];
  });
  const config = Object.fromEntries(values) as Config;
  for (const url of [config.database, ...config.replicas.split(',')]) checkDatabase(url.trim());
  return config;
}
