/** PDFs are drawn in a thread of their own: a font is large, and a long document takes seconds. */
import type { Paper } from './documents/narrative/sheet.ts';
import { FhirError } from './fhir/outcome.ts';
import type { RenderPdf } from './interactions/interaction.ts';
import { mostMs, WorkThread } from './thread.ts';

/** What comes back: the PDF, or that drawing failed. */
export type PdfAnswer = { readonly bytes: Uint8Array } | { readonly failure: string };

const tooLong = (): FhirError =>
  new FhirError('too-costly', {
    en: `Drawing the PDF took longer than ${mostMs / 1000} s and was given up; ask for the page (text/html), or for parts of it`,
    ja: `PDF の作成に${mostMs / 1000}秒以上かかったため、中止しました。HTML（text/html）で表示するか、分けて表示してください`,
  });

/** Drawing in a thread. */
export function openPdfThread(): RenderPdf {
  const script = new URL('./pdf-thread-worker.js', import.meta.url);
  const thread = new WorkThread<Paper, PdfAnswer>({ script, tooLong });
  return async paper => {
    const answer = await thread.run(paper);
    if ('failure' in answer) throw new Error(answer.failure);
    return answer.bytes;
  };
}

/** Drawing in this thread, where there is no built program to start another with. */
export const drawHere: RenderPdf = async paper => (await import('./documents/pdf/pdf.ts')).renderPdf(paper);
