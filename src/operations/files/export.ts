/**
 * $export-files: what is stored as national files, in a ZIP archive.
 */
import { FhirError } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import { conditionOf } from '../../files/convert.ts';
import { isRefusal, toIssue } from '../../files/finding.ts';
import { allStandards } from '../../files/forms/all.ts';
import { isDeletion } from '../../files/forms/careplan/deletions.ts';
import type { Found, WriteOptions, WrittenFile } from '../../files/forms/standard.ts';
import { writeZip } from '../../files/zip.ts';
import type { FhirRequest, FhirResponse, Services } from '../../interactions/interaction.ts';
import { findMatches } from '../../interactions/match.ts';
import { everyResource } from './every-resource.ts';
import { codesOf } from './run.ts';

/** How files are made from what this server has and the caller may see. */
export function foundIn(services: Services, request: FhirRequest): Found {
  const access = services.access.condition(request.caller);
  const readOne = async (type: string, id: string): Promise<Resource | undefined> => {
    const version = await services.store.read(type, id, access);
    return version && !version.deleted ? (JSON.parse(version.text) as Resource) : undefined;
  };
  return {
    all: (type, system) => everyResource(services, request, type, { system, value: '' }),
    read: reference => {
      const [type = '', id = ''] = reference.split('/').slice(-2);
      return readOne(type, id);
    },
    byKey: async (type, key) => {
      const { ids } = await findMatches(services, request, type, conditionOf(key));
      return ids[0] === undefined ? undefined : readOne(type, ids[0]);
    },
  };
}

function refuse(name: string, en: string, ja: string): FhirError {
  return new FhirError('invalid', { en: `${name}: ${en}`, ja: `${name}: ${ja}` }, { location: name });
}

/** YYYYMMDDHHMMSS in Japan. */
export const stampOf = (time: number): string =>
  new Date(time + 9 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);

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

/** Options from names and values, as of a query or a command line. */
export function readOptions(
  get: (name: string) => string | undefined,
  now: number,
): { standard: (typeof allStandards)[number]; options: WriteOptions } {
  const writable = allStandards.filter(one => one.write);
  const asked = get('standard') ?? 'careplan';
  const standard = writable.find(one => one.id === asked);
  const known = writable.map(one => one.id).join(', ');
  if (!standard)
    throw refuse(
      'standard',
      `found ${asked.slice(0, 40)}, expected one of ${known}`,
      `${known} のどれかを指定してください`,
    );
  const [from, to, month, kind, deletion] = ['from', 'to', 'month', 'kind', 'deletion'].map(get);
  for (const [name, value] of [
    ['from', from],
    ['to', to],
  ] as const)
    if (value !== undefined && !/^\d[0-9A-Z]{9}(_[0-9A-Z]{2})?$/.test(value))
      throw refuse(
        name,
        'expected an office number, with its service type: 4970100014_43',
        '事業所番号とサービス種類で指定してください（例: 4970100014_43）',
      );
  if (month !== undefined && !/^\d{4}(0[1-9]|1[0-2])$/.test(month))
    throw refuse('month', 'expected YYYYMM', 'YYYYMM で指定してください');
  const options = {
    ...(kind !== undefined && { kinds: kind.split(',') }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(month !== undefined && { month }),
    ...(deletion !== undefined && { deletions: readDeletions(deletion, from, to) }),
    stamp: stampOf(now),
  };
  return { standard, options };
}

/**
 * Writes files.
 * @throws FhirError 'unprocessable' with each value that cannot be written, its line and column
 */
export async function writeAll(
  services: Services,
  request: FhirRequest,
  get: (name: string) => string | undefined,
): Promise<WrittenFile[]> {
  await services.terminology.refresh();
  const { standard, options } = readOptions(get, services.now());
  const files: WrittenFile[] = [];
  for await (const file of standard.write!(foundIn(services, request), options, codesOf(services))) files.push(file);
  const problems = files.flatMap(one => one.findings.filter(isRefusal));
  if (problems.length > 0) throw new FhirError('unprocessable', problems.slice(0, 200).map(toIssue));
  return files;
}

/** POST or GET [base]/$export-files. */
export async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const files = await writeAll(services, request, name => request.query.find(([key]) => key === name)?.[1]);
  if (files.length === 0) return { status: 204, headers: {} };
  const headers = { 'Content-Disposition': `attachment; filename="files-${stampOf(services.now())}.zip"` };
  return { status: 200, headers, body: { kind: 'bytes', bytes: writeZip(files), contentType: 'application/zip' } };
}
