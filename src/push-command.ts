/** `engawa push-certificates`: an insurer's daily file of certificates into the database, also while a server runs on it. */
import fs from 'node:fs';
import { systemCaller } from './access/caller.ts';
import { canReadBeside, readBeside } from './certificate-reader.ts';
import type { CommandInput } from './commands.ts';
import { SettingError } from './config.ts';
import type { Language, Message } from './fhir/types.ts';
import { type CertificateMap, mapProblem, ownCsv, ownJsonLines } from './files/certificates/map.ts';
import { type Counts, pushFile } from './interactions/certificates/file.ts';
import type { FhirRequest } from './interactions/interaction.ts';
import { createServices } from './services.ts';
import { interrupted, Stopping } from './stopping.ts';

/** The column map of a file; our own layout when none is given. @throws SettingError */
export function readMap(file: string, map: string | undefined): CertificateMap {
  if (map === undefined) return /\.(?:ndjson|jsonl)$/i.test(file) ? ownJsonLines : ownCsv;
  const refuse = ({ en, ja }: Message) => new SettingError({ en: `--map ${map}: ${en}`, ja: `--map ${map}: ${ja}` });
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(map, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined) throw refuse({ en: `cannot be read (${code})`, ja: `読めません（${code}）` });
    throw refuse({ en: 'cannot be read as JSON', ja: 'JSON として読めません' });
  }
  const problem = mapProblem(value);
  if (problem) throw refuse(problem);
  return value as CertificateMap;
}

const tellCounts = (rows: number, { created, changed, unchanged, refused }: Counts, seconds: number): Message => ({
  en: `${rows} rows: ${created} created, ${changed} changed, ${unchanged} unchanged, ${refused} refused (${Math.round(rows / seconds)} rows/s)`,
  ja: `${rows} 行: 作成 ${created}、変更 ${changed}、変更なし ${unchanged}、拒否 ${refused}（毎秒 ${Math.round(rows / seconds)} 行）`,
});

/** A request of the operator's own. */
const request = (language: Language): FhirRequest => ({
  method: 'POST',
  path: ['Coverage'],
  params: {},
  query: [],
  headers: {},
  prefer: {},
  caller: systemCaller,
  language,
  base: '',
});

/** Runs the command. @throws SettingError for a file or map that cannot be used */
export async function pushCertificatesCommand({
  config,
  words,
  flags,
  tell,
}: CommandInput): Promise<Message & { readonly failed?: boolean; readonly code?: number }> {
  const file = words[0]!;
  if (!fs.existsSync(file))
    throw new SettingError({ en: `${file}: no such file`, ja: `${file}: ファイルがありません` });
  const map = readMap(file, flags.get('map'));
  const language: Language = config.language === 'en' ? 'en' : 'ja';
  const receipts = flags.get('receipts') ?? `${file}.receipts`;
  const services = createServices(config, { bulk: true });
  const stopping = new Stopping();
  await services.store.ready();
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  let told = 0;
  try {
    const counts = await pushFile(services, request(language), {
      ...{ file, map, receipts, language, stopped: stopping.isAsked },
      // A page of SQLite's index is written once for all rows of a chunk; a second one at a time would only take room.
      ...(config.database ? { parallel: 2, chunk: 2048 } : { parallel: 1, chunk: 8192 }),
      ...(canReadBeside && { source: options => readBeside(config, { file, map }, options) }),
      progress(rows, so) {
        if (seconds() - told < 5) return;
        told = seconds();
        tell(tellCounts(rows, so, seconds()));
      },
    });
    const rows = Object.values(counts).reduce((sum, one) => sum + one, 0);
    const all = tellCounts(rows, counts, seconds());
    const message = { en: `${all.en}. Receipts: ${receipts}`, ja: `${all.ja}。受領結果: ${receipts}` };
    if (!stopping.isAsked()) return { ...message, failed: counts.refused > 0 };
    return {
      en: `${message.en}\nStopped. Run the same command again: it goes on where the receipts end`,
      ja: `${message.ja}\n中断しました。同じコマンドをもう一度実行すると、受領結果の続きから始まります`,
      code: interrupted,
    };
  } finally {
    stopping.end();
    await services.store.close();
  }
}
