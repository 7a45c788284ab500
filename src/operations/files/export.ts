/**
 * $export-files: what is stored as national files, in a ZIP archive.
 */
import { FhirError } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import { conditionOf } from '../../files/convert.ts';
import { isRefusal, toIssue } from '../../files/finding.ts';
import type { Found, WrittenFile } from '../../files/forms/standard.ts';
import { writeZip } from '../../files/zip.ts';
import type { FhirRequest, FhirResponse, Services } from '../../interactions/interaction.ts';
import { findMatches } from '../../interactions/match.ts';
import { everyResource } from './every-resource.ts';
import { readOptions, stampOf } from './export-options.ts';
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
  for await (const file of standard.write(foundIn(services, request), options, codesOf(services))) files.push(file);
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
