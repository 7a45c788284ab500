/** The thread that draws PDFs. */
import { parentPort } from 'node:worker_threads';
import type { Paper } from './documents/narrative/sheet.ts';
import { renderPdf } from './documents/pdf/pdf.ts';
import type { PdfAnswer } from './pdf-thread.ts';

async function draw(paper: Paper): Promise<PdfAnswer> {
  try {
    return { bytes: await renderPdf(paper) };
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on('message', (paper: Paper) => {
  void draw(paper).then(answer => parentPort?.postMessage(answer));
});
