/** What the store throws, told as a refusal; and the refusal for a bug. */
import { FhirError, operationOutcome } from '../fhir/outcome.ts';
import type { Language } from '../fhir/types.ts';
import { DiskFullError, QueryTimeoutError, UnavailableError } from '../store/store.ts';
import type { FhirResponse } from './interaction.ts';

/** The refusal for trouble of the store: a full disk, a lost connection, a query that took too long; undefined for a bug. */
export function storeRefusal(error: unknown): FhirError | undefined {
  if (error instanceof DiskFullError)
    return new FhirError(
      'disk-full',
      {
        en: 'The disk is full: what was being written was not stored. Reading goes on; writing resumes when there is room',
        ja: 'ディスクに空きがないため、書き込もうとした内容は保存していません。読み取りはできます。空きができれば書き込みも再開します',
      },
      { headers: { 'Retry-After': '30' } },
    );
  if (error instanceof UnavailableError) return unavailable(error.unknown);
  if (error instanceof QueryTimeoutError)
    return new FhirError('timeout', {
      en: 'The search took too long and was stopped (setting search-budget); make it more selective, for example by patient, code or date',
      ja: '検索に時間がかかりすぎたため中止しました（設定 search-budget）。患者・コード・日付などで絞ってください',
    });
  return undefined;
}

/** The database cannot be reached; a write whose answer was lost may or may not be there. */
function unavailable(unknown: boolean): FhirError {
  const message = unknown
    ? {
        en: 'The connection to the database was lost while this was being stored: it may or may not be there. Look before you send it again',
        ja: '保存中にデータベースとの接続が切れました。保存されたかどうか分かりません。送り直す前に確認してください',
      }
    : {
        en: 'The database cannot be reached at the moment; what was being written was not stored. Try again',
        ja: '現在データベースに接続できません。書き込もうとした内容は保存していません。もう一度送ってください',
      };
  return new FhirError('unavailable', message, { headers: { 'Retry-After': '2' } });
}

/** What a client is told of a bug: nothing of it. */
export const bug = (): FhirError =>
  new FhirError('exception', {
    en: 'Something went wrong inside the server',
    ja: 'サーバー内部でエラーが起きました',
  });

/**
 * The answer to an entry of a Bundle that failed: others may have been stored already, so it is its own affair.
 * @param bugs takes what was thrown when nobody expected it
 */
export function failedResponse(error: unknown, language: Language, bugs: unknown[]): FhirResponse {
  const refused = error instanceof FhirError ? error : storeRefusal(error);
  if (!refused) bugs.push(error);
  const { issues, status, headers } = refused ?? bug();
  return { status, headers, body: { kind: 'resource', resource: operationOutcome(issues, language) } };
}
