/**
 * $import: national files in. Each person's set is stored as a whole or refused as a whole; the answer says which, and why.
 */
import { FhirError, operationOutcome } from '../../fhir/outcome.ts';
import type { JsonObject, Language, Resource } from '../../fhir/types.ts';
import { isRefusal, summarize, toIssue } from '../../files/finding.ts';
import type { SourceFile } from '../../files/forms/standard.ts';
import { refusedFiles } from '../../files/report.ts';
import type { FhirRequest, FhirResponse, Services } from '../../interactions/interaction.ts';
import { filesIn } from './body.ts';
import { findJob, type Job, startJob } from './jobs.ts';
import { importFiles, type Receipt } from './run.ts';

/** Units told one by one; beyond that only those with findings are. */
const mostUnits = 1000;
/** Refused rows given back in an answer, in bytes. */
const mostRefusedBytes = 20_000_000;

function unitParameter(receipt: Receipt, language: Language): JsonObject {
  const { unit, outcome, counts, findings } = receipt;
  const numbers = Object.entries(counts).filter(([, count]) => count > 0);
  return {
    name: 'unit',
    part: [
      { name: 'name', valueString: unit },
      { name: 'outcome', valueCode: outcome },
      ...numbers.map(([name, count]) => ({ name, valueInteger: count })),
      ...(findings.length > 0
        ? [{ name: 'findings', resource: operationOutcome(findings.map(toIssue), language) }]
        : []),
    ],
  };
}

/** The refused rows as attachments; those that are too large for an answer are told by their size. */
function refusedRows(receipts: readonly Receipt[], files: readonly SourceFile[]): JsonObject[] {
  let left = mostRefusedBytes;
  return refusedFiles(receipts, files).flatMap(({ name, pieces }): JsonObject[] => {
    const kept: Uint8Array[] = [];
    let size = 0;
    for (const piece of pieces()) {
      size += piece.length;
      if (size <= left) kept.push(piece);
    }
    if (size === 0) return [];
    if (size > left) return [{ name: 'refused-rows', valueAttachment: { contentType: 'text/csv', title: name, size } }];
    left -= size;
    const data = Buffer.concat(kept).toString('base64');
    return [{ name: 'refused-rows', valueAttachment: { contentType: 'text/csv', title: name, data } }];
  });
}

/** The answer: counts, summary by kind of error, units, refused rows. */
export function writeReceipts(
  receipts: readonly Receipt[],
  files: readonly SourceFile[],
  language: Language,
): Resource {
  const count = (outcome: Receipt['outcome']) => receipts.filter(one => one.outcome === outcome).length;
  const kinds = summarize(receipts.flatMap(one => one.findings.filter(isRefusal)));
  const told = receipts.length <= mostUnits ? receipts : receipts.filter(one => one.findings.length > 0);
  return {
    resourceType: 'Parameters',
    parameter: [
      ...(['stored', 'unchanged', 'refused'] as const).map(name => ({ name, valueInteger: count(name) })),
      ...kinds.map(({ kind, title, count: times }) => ({
        name: 'summary',
        part: [
          { name: 'kind', valueCode: kind },
          { name: 'title', valueString: title[language] },
          { name: 'count', valueInteger: times },
        ],
      })),
      ...told.map(one => unitParameter(one, language)),
      ...refusedRows(receipts, files),
    ],
  };
}

async function run(
  services: Services,
  request: FhirRequest,
  files: readonly SourceFile[],
  job?: Job,
): Promise<Resource> {
  const receipts: Receipt[] = [];
  for await (const receipt of importFiles(services, request, files)) {
    receipts.push(receipt);
    job?.progress(receipts.length);
  }
  return writeReceipts(receipts, files, request.language);
}

/** POST [base]/$import. */
export async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const files = filesIn(services, request);
  if (!request.prefer.respondAsync)
    return { status: 200, headers: {}, body: { kind: 'resource', resource: await run(services, request, files) } };
  const id = await startJob(services, job => run(services, request, files, job));
  return { status: 202, headers: { 'Content-Location': `${request.base}/$import-status?job=${id}` } };
}

/** GET [base]/$import-status?job=… */
export async function handleStatus(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const id = request.query.find(([name]) => name === 'job')?.[1] ?? '';
  const job = await findJob(services, id);
  if (!job)
    throw new FhirError(
      'not-found',
      {
        en: 'There is no import with this number, or it is older than the ones that are kept',
        ja: 'この番号の取り込みはありません（古いものは消えています）',
      },
      { location: 'job' },
    );
  if (job.state === 'running')
    return { status: 202, headers: { 'X-Progress': `${job.done} units`, 'Retry-After': '2' } };
  if (job.state === 'failed') throw job.error;
  return { status: 200, headers: {}, body: { kind: 'resource', resource: job.result } };
}
