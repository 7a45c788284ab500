/** $render: documents, answers and plans for people, as an HTML page or a PDF. */
import { paperHtml } from '../../documents/narrative/sheet-html.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import type { FhirRequest, FhirResponse, Services } from '../../interactions/interaction.ts';
import { gone, notFound } from '../../interactions/read.ts';
import { paperOf } from './papers.ts';
import { readText, storedAround } from './surroundings.ts';

/** The resource that is meant: the stored one, or the one sent. */
async function meant(services: Services, request: FhirRequest): Promise<Resource> {
  const { type = '', id } = request.params;
  if (id === undefined) {
    const { body } = request;
    if (body?.kind === 'resource' && body.resource.resourceType === type) return readText(body.text);
    throw new FhirError('invalid', { en: `Expected a ${type} as the body`, ja: `本文に ${type} を送ってください` });
  }
  const version = await services.store.read(type, id, services.access.condition(request.caller), request.asOf);
  if (!version) throw notFound(type, id);
  if (version.deleted) throw gone(version);
  return readText(version.text);
}

type Form = 'html' | 'pdf';

const forms: Readonly<Record<string, Form>> = {
  html: 'html',
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  pdf: 'pdf',
  'application/pdf': 'pdf',
};

/** The form the client wants: `_format` wins over Accept; a page when neither names one. */
function formOf({ query, headers }: FhirRequest): Form {
  const asked = query.find(([name]) => name === '_format')?.[1];
  if (asked !== undefined) {
    const form = forms[asked.split(';')[0]!.trim().toLowerCase()];
    if (form) return form;
    throw new FhirError(
      'not-acceptable',
      {
        en: `_format: found ${asked.slice(0, 100)}, expected text/html or application/pdf`,
        ja: `_format:「${asked.slice(0, 100)}」には対応していません。text/html か application/pdf を指定してください`,
      },
      { location: '_format' },
    );
  }
  const ranges = (headers['accept'] ?? '').split(',').map((range, order) => {
    const [type = '', ...parameters] = range.split(';').map(one => one.trim().toLowerCase());
    const quality = Number(parameters.find(one => one.startsWith('q='))?.slice(2) ?? 1);
    return { form: forms[type], quality, order };
  });
  const known = ranges.filter(one => one.form !== undefined && one.quality > 0);
  return known.sort((a, b) => b.quality - a.quality || a.order - b.order)[0]?.form ?? 'html';
}

/** [base]/[type]/$render and [base]/[type]/[id]/$render. */
export async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const form = formOf(request);
  const paper = await paperOf(storedAround(services, request), await meant(services, request));
  if (form === 'pdf') {
    const bytes = await services.renderPdf(paper);
    return { status: 200, headers: {}, body: { kind: 'bytes', bytes, contentType: 'application/pdf' } };
  }
  return {
    status: 200,
    // Narratives come from others: nothing in them may run or load.
    headers: { 'Content-Security-Policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:" },
    body: { kind: 'bytes', bytes: Buffer.from(paperHtml(paper)), contentType: 'text/html; charset=utf-8' },
  };
}
