/**
 * What an export is asked for: names and values of a query or a command line → options, each checked against what its standard takes.
 */
import { nearest } from '../../definitions/nearest.ts';
import { FhirError } from '../../fhir/outcome.ts';
import { allStandards } from '../../files/forms/all.ts';
import { isDeletion } from '../../files/forms/careplan/deletions.ts';
import type { Asked, ExportOption, Standard, WriteOptions } from '../../files/forms/standard.ts';

/** A value by the name of its option. */
type Get = (name: string) => string | undefined;

/** A standard that writes. */
type Writable = Standard & Required<Pick<Standard, 'asked' | 'write'>>;

const names = ['deletion', 'kind', 'from', 'to', 'month'] as const satisfies readonly ExportOption[];

function refuse(name: string, en: string, ja: string): FhirError {
  return new FhirError('invalid', { en: `${name}: ${en}`, ja: `${name}: ${ja}` }, { location: name });
}

/** YYYYMMDDHHMMSS in Japan. */
export const stampOf = (time: number): string =>
  new Date(time + 9 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);

const isWritable = (one: Standard): one is Writable => one.write !== undefined && one.asked !== undefined;

function standardAsked(get: Get): Writable {
  const writable = allStandards.filter(isWritable);
  const asked = get('standard') ?? 'careplan';
  const standard = writable.find(one => one.id === asked);
  if (standard) return standard;
  const known = writable.map(one => one.id).join(', ');
  const found = asked.slice(0, 40);
  throw refuse(
    'standard',
    `found ${found}, expected one of ${known}`,
    `「${found}」ではなく ${known} のどれかを指定してください`,
  );
}

/** An option the standard does not have would be ignored: other files would be written than were asked for. */
function checkTaken(get: Get, { id, asked: { options, takesBack } }: Writable): void {
  const stranger = names.find(one => get(one) !== undefined && !options.includes(one));
  if (stranger === undefined) return;
  const known = options.join(', ');
  const why = stranger === 'deletion' ? takesBack : undefined;
  throw refuse(
    stranger,
    `files of the standard ${id} are asked for by ${known}${why ? `; ${why.en}` : ''}`,
    `標準 ${id} で使えるのは ${known} です${why ? `。${why.ja}` : ''}`,
  );
}

/**
 * A misspelt parameter would give other files than were asked for. Those of every request begin with an underscore.
 * @throws FhirError 'invalid'
 */
export function checkNames(given: Iterable<string>): void {
  const known = ['standard', ...names];
  for (const name of given) {
    if (name.startsWith('_') || known.includes(name)) continue;
    const near = nearest(name, known);
    throw refuse(
      name.slice(0, 40),
      near ? `there is no such parameter, did you mean ${near}?` : `expected one of ${known.join(', ')}`,
      near ? `このパラメーターはありません。${near} のことですか` : `使えるのは ${known.join(', ')} です`,
    );
  }
}

function readKinds(text: string, { isKind, kinds }: Asked): string[] {
  const list = text.split(',').map(one => one.trim());
  const wrong = list.find(one => !isKind(one));
  if (wrong === undefined) return list;
  const found = wrong.slice(0, 40);
  throw refuse(
    'kind',
    `found ${found}, expected some of ${kinds}`,
    `「${found}」ではなく ${kinds} から指定してください`,
  );
}

function checkOffice(name: ExportOption, value: string | undefined): void {
  if (value === undefined || /^\d[0-9A-Z]{9}(_[0-9A-Z]{2})?$/.test(value)) return;
  throw refuse(
    name,
    'expected an office number, with its service type: 4970100014_43',
    '事業所番号とサービス種類で指定してください（例: 4970100014_43）',
  );
}

function readDeletions(text: string, from: string | undefined, to: string | undefined): string[] {
  const list = text.split(',');
  if (!list.every(isDeletion))
    throw refuse(
      'deletion',
      'expected an interface and a key: DLT1KYO:492017:0000000001:20260401',
      'インターフェースと業務キーで指定してください（例: DLT1KYO:492017:0000000001:20260401）',
    );
  if (from === undefined || to === undefined)
    throw refuse('deletion', 'from and to are needed as well', 'from と to も指定してください');
  return list;
}

/**
 * Options of an export.
 * @param now UTC milliseconds
 * @throws FhirError 'invalid' for a value that cannot be used, or an option the standard does not have
 */
export function readOptions(get: Get, now: number): { standard: Writable; options: WriteOptions } {
  const standard = standardAsked(get);
  checkTaken(get, standard);
  const [deletion, kind, from, to, month] = names.map(get);
  checkOffice('from', from);
  checkOffice('to', to);
  if (month !== undefined && !/^\d{4}(0[1-9]|1[0-2])$/.test(month))
    throw refuse('month', 'expected YYYYMM', 'YYYYMM で指定してください');
  const options = {
    ...(kind !== undefined && { kinds: readKinds(kind, standard.asked) }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(month !== undefined && { month }),
    ...(deletion !== undefined && { deletions: readDeletions(deletion, from, to) }),
    stamp: stampOf(now),
  };
  return { standard, options };
}
