/**
 * $export-files: what is stored as national files, in a ZIP archive.
 */
import { FhirError } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import { conditionOf } from '../../files/convert.ts';
import { isRefusal, toIssue } from '../../files/finding.ts';
import type { Found, WrittenFile } from '../../files/forms/standard.ts';
import { Spool } from '../../files/spool.ts';
import { writeZip, zipLimits } from '../../files/zip-write.ts';
import type { FhirRequest, FhirResponse, Services } from '../../interactions/interaction.ts';
import { findMatches } from '../../interactions/match.ts';
import { DiskFullError } from '../../store/store.ts';
import { everyResource } from './every-resource.ts';
import { checkNames, readOptions, stampOf } from './export-options.ts';
import { codesOf } from './run.ts';
import { Turn } from './turn.ts';

/** How files are made from what this server has and the caller may see. */
export function foundIn(services: Services, request: FhirRequest): Found {
  const access = services.access.condition(request.caller);
  const readOne = async (type: string, id: string): Promise<Resource | undefined> => {
    const version = await services.store.read(type, id, access);
    return version && !version.deleted ? (JSON.parse(version.text) as Resource) : undefined;
  };
  const turn = new Turn();
  return {
    all: async function* (type, system) {
      for await (const one of everyResource(services, request, type, { system, value: '' })) {
        if (turn.isOver()) await turn.pass();
        yield one;
      }
    },
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

/** An export: its files, until it is closed. */
export interface Export {
  readonly files: readonly WrittenFile[];
  /** Bytes of all files, about. */
  readonly size: number;
  close(): void;
}

async function collect(
  services: Services,
  request: FhirRequest,
  get: (name: string) => string | undefined,
  spool: Spool,
): Promise<readonly WrittenFile[]> {
  await services.terminology.refresh();
  const { standard, options } = readOptions(get, services.now());
  const files: WrittenFile[] = [];
  const written = standard.write(foundIn(services, request), options, codesOf(services), spool);
  for await (const file of written) files.push(file);
  const problems = files.flatMap(one => one.findings.filter(isRefusal));
  if (problems.length > 0) throw new FhirError('unprocessable', problems.slice(0, 200).map(toIssue));
  return files;
}

/**
 * Writes files. Of what is read only the rows are put aside, beyond some megabytes on disk in the data folder.
 * @throws FhirError 'unprocessable' with each value that cannot be written, its line and column
 */
export async function writeAll(
  services: Services,
  request: FhirRequest,
  get: (name: string) => string | undefined,
): Promise<Export> {
  const spool = new Spool(services.config.data);
  try {
    const files = await collect(services, request, get, spool);
    return { files, size: files.reduce((sum, one) => sum + one.size, 0), close: () => spool.close() };
  } catch (error) {
    spool.close();
    throw isNoRoom(error) ? new DiskFullError('the disk is full') : error;
  }
}

const isNoRoom = (error: unknown): boolean => /^(ENOSPC|EDQUOT)$/.test((error as NodeJS.ErrnoException).code ?? '');

/** The archive while it is sent; the export is closed at its end, or when nobody wants it any more. */
function archiveOf({ files, close }: Export): AsyncIterableIterator<Uint8Array> {
  const archive = writeZip(files);
  return {
    async next() {
      const one = await archive.next().catch((error: unknown) => {
        close();
        throw error;
      });
      if (one.done) close();
      return one;
    },
    async return() {
      await archive.return(undefined);
      close();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function tooLarge(): FhirError {
  return new FhirError('too-costly', {
    en: 'What is asked for does not go into one ZIP archive (4 GB, 65535 files); ask for it in parts, by kind, from or month, or use engawa export-files',
    ja: '1つの ZIP（4GB・65535 ファイル）に入りきりません。kind・from・month で分けるか、engawa export-files を使ってください',
  });
}

/** POST or GET [base]/$export-files. */
export async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  checkNames(request.query.map(([name]) => name));
  const written = await writeAll(services, request, name => request.query.find(([key]) => key === name)?.[1]);
  const { files, size, close } = written;
  const isTooLarge = files.length > zipLimits.files || size > zipLimits.bytes;
  if (files.length === 0 || isTooLarge) close();
  if (isTooLarge) throw tooLarge();
  if (files.length === 0) return { status: 204, headers: {} };
  const headers = { 'Content-Disposition': `attachment; filename="files-${stampOf(services.now())}.zip"` };
  return { status: 200, headers, body: { kind: 'stream', stream: archiveOf(written), contentType: 'application/zip' } };
}
