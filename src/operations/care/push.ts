/**
 * Coverage/$push-certificates: an insurer's file of certificates over HTTP; the answer is a receipt for each row, as NDJSON.
 * Definition: profiles/engawa-kaigo/OperationDefinition-kaigo-push-certificates.json; what is promised: docs/certificates-push.md.
 */
import { FhirError } from '../../fhir/outcome.ts';
import { type CertificateMap, mapProblem, ownCsv, ownJsonLines } from '../../files/certificates/map.ts';
import type { SourceFile } from '../../files/forms/standard.ts';
import { rowsOf } from '../../interactions/certificates/file.ts';
import { pushCertificates } from '../../interactions/certificates/push.ts';
import { receiptLine } from '../../interactions/certificates/receipt.ts';
import type { FhirRequest, FhirResponse, Services } from '../../interactions/interaction.ts';
import { filesIn } from '../files/body.ts';

const isMap = ({ name }: SourceFile): boolean => /\.json$/i.test(name);

/** The map that was sent along, or our own layout by the kind of file. @throws FhirError 'invalid' for a map that cannot be used */
function mapFor(file: SourceFile, map: SourceFile | undefined, contentType: string): CertificateMap {
  if (!map) return /\.(?:ndjson|jsonl)$/i.test(file.name) || /ndjson|jsonl/i.test(contentType) ? ownJsonLines : ownCsv;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat([...map.chunks()]).toString('utf8'));
  } catch {
    value = undefined;
  }
  const problem = mapProblem(value);
  if (problem) throw new FhirError('invalid', problem, { location: map.name });
  return value as CertificateMap;
}

async function* chunksOf(file: SourceFile): AsyncGenerator<Uint8Array> {
  yield* file.chunks();
}

/** POST Coverage/$push-certificates. */
export async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const files = await filesIn(services, request);
  const rows = files.filter(file => !isMap(file));
  if (rows.length !== 1)
    throw new FhirError('invalid', {
      en: `$push-certificates: found ${rows.length} files, expected one file of certificates, and a column map (.json) if it needs one`,
      ja: `$push-certificates: ファイルが ${rows.length} 個あります。証情報のファイル1つと、必要なら列マップ（.json）を送ってください`,
    });
  const map = mapFor(rows[0]!, files.find(isMap), request.contentType ?? '');
  const lines: string[] = [];
  for await (const receipts of pushCertificates(services, request, rowsOf(chunksOf(rows[0]!), map)))
    for (const one of receipts) lines.push(receiptLine(one, request.language));
  const bytes = Buffer.from(lines.join(''));
  return { status: 200, headers: {}, body: { kind: 'bytes', bytes, contentType: 'application/x-ndjson' } };
}
