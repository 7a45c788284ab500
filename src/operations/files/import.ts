/**
 * $import: national files in. Each person's set is stored as a whole or refused as a whole; the answer says which, and why.
 */
import { FhirError } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import type { SourceFile } from '../../files/forms/standard.ts';
import type { FhirRequest, FhirResponse, Services } from '../../interactions/interaction.ts';
import { ImportAnswer } from './answer.ts';
import { filesIn } from './body.ts';
import { findJob, type Job, startJob } from './jobs.ts';
import { importFiles } from './run.ts';

async function run(
  services: Services,
  request: FhirRequest,
  files: readonly SourceFile[],
  job?: Job,
): Promise<Resource> {
  const answer = new ImportAnswer(request.language);
  for await (const receipt of importFiles(services, request, files)) {
    answer.add(receipt);
    job?.progress(answer.units);
  }
  return answer.write(files);
}

/** POST [base]/$import. */
export async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const files = await filesIn(services, request);
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
