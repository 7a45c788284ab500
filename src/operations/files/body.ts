/**
 * The files in the body of $import: one file, a ZIP archive, a multipart form, or Parameters with attachments.
 * @see https://www.rfc-editor.org/rfc/rfc7578
 */
import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject } from '../../fhir/types.ts';
import type { SourceFile } from '../../files/forms/standard.ts';
import { inMemory } from '../../files/source.ts';
import { isZip, readZip, ZipError } from '../../files/zip.ts';
import type { FhirRequest, Services } from '../../interactions/interaction.ts';
import { parameterList } from '../../interactions/parameters.ts';

interface Part {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const nothingToRead = (): FhirError =>
  new FhirError('invalid', {
    en: 'There is no file; expected one file with its name in the parameter file, a ZIP archive, a form (multipart/form-data), or Parameters with the parameter file (Attachment with title and data)',
    ja: 'ファイルがありません。1つのファイル（名前はパラメーター file）、ZIP、フォーム（multipart/form-data）、または parameter「file」（title と data のある Attachment）を入れた Parameters を送ってください',
  });

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new FhirError(
      'invalid',
      {
        en: 'Content-Disposition: filename* has a "%" that is not followed by two hexadecimal digits of valid UTF-8',
        ja: 'Content-Disposition の filename* の「%」の後が正しくありません',
      },
      { location: 'Content-Disposition' },
    );
  }
}

const fileNameOf = (header: string): string | undefined => {
  const encoded = /filename\*=(?:UTF-8|utf-8)''([^;\s]+)/.exec(header)?.[1];
  if (encoded !== undefined) return decoded(encoded);
  return /filename="([^"]*)"/.exec(header)?.[1] ?? /filename=([^;\s]+)/.exec(header)?.[1];
};

/** The files of a form. */
function formParts(bytes: Uint8Array, contentType: string): Part[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) throw nothingToRead();
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const mark = Buffer.from(`--${boundary}`);
  const parts: Part[] = [];
  for (let at = body.indexOf(mark); at >= 0; ) {
    const next = body.indexOf(mark, at + mark.length);
    if (next < 0) break;
    const part = body.subarray(at, next);
    const blank = part.indexOf('\r\n\r\n');
    if (blank >= 0) {
      const name = fileNameOf(part.toString('utf8', 0, blank));
      // The line break before the boundary belongs to the boundary.
      if (name !== undefined) parts.push({ name, bytes: part.subarray(blank + 4, -2) });
    }
    at = next;
  }
  return parts;
}

function attachments(list: readonly JsonObject[]): Part[] {
  return list
    .filter(one => one['name'] === 'file')
    .map(one => (one['valueAttachment'] ?? {}) as JsonObject)
    .map(({ title, data }) => ({ name: String(title ?? ''), bytes: Buffer.from(String(data ?? ''), 'base64') }));
}

async function unpack(part: Part, most: number): Promise<Part[]> {
  if (!isZip(part.bytes)) return [part];
  try {
    return await readZip(part.bytes, most);
  } catch (error) {
    if (error instanceof ZipError) throw new FhirError('invalid', error.text, { location: part.name });
    throw error;
  }
}

/** All files; what is unpacked counts together, so that many small archives cannot become more than one may. */
async function unpackAll(parts: readonly Part[], most: number): Promise<Part[]> {
  const all: Part[] = [];
  let left = most;
  for (const part of parts) {
    const files = await unpack(part, left);
    if (files[0] !== part) left -= files.reduce((sum, one) => sum + one.bytes.length, 0);
    for (const one of files) all.push(one);
  }
  return all;
}

/**
 * The files a request brings; archives are unpacked.
 * @throws FhirError 'invalid' when there is none, or an archive is damaged
 */
export async function filesIn(services: Services, request: FhirRequest): Promise<SourceFile[]> {
  const { body, contentType = '' } = request;
  const parameter = request.query.find(([name]) => name === 'file')?.[1];
  const name =
    parameter ??
    fileNameOf(request.headers['content-disposition'] ?? '') ??
    (contentType.includes('ndjson') ? 'body.ndjson' : '');
  let parts: Part[] = [];
  if (body?.kind === 'bytes')
    parts = contentType.includes('multipart/form-data')
      ? formParts(body.bytes, contentType)
      : [{ name, bytes: body.bytes }];
  else if (body?.kind === 'resource' && body.resource.resourceType === 'Parameters')
    parts = attachments(parameterList(body.resource));
  const files = await unpackAll(parts, services.config.maxBody * 4);
  if (files.length === 0) throw nothingToRead();
  return files.map(({ name, bytes }) => inMemory(name, bytes));
}
