/**
 * Sheets as a PDF: A4, the font embedded as a subset, text that can be searched and copied. The same sheets give the same bytes.
 * @see https://pdfkit.org/docs/getting_started.html
 */
import PDFDocument from 'pdfkit';
import type { Block, Paper, Sheet } from '../narrative/sheet.ts';
import { type Cell, Flow } from './flow.ts';
import { plainText } from './plain.ts';
import { openTypeface } from './typeface.ts';

/** Part of the width that names of items take. */
const nameShare = 0.27;
/** Sizes of letters, in points. */
const sizes = { title: 16, heading: 11.5, text: 9.5, grid: 7.5, smallGrid: 6.2 };
/** Grids with more columns have smaller letters. */
const manyColumns = 12;

const text = (flow: Flow, content: string, size: number, color?: string): void =>
  flow.row([{ text: content, width: flow.width }], { size, framed: false, ...(color !== undefined && { color }) });

function drawRows(flow: Flow, rows: Extract<Block, { kind: 'rows' }>['rows']): void {
  const width = flow.width * nameShare;
  for (const [name, value] of rows)
    if (value !== undefined)
      flow.row(
        [
          { text: name, width, shaded: true },
          { text: value, width: flow.width - width },
        ],
        { size: sizes.text, framed: true },
      );
}

function drawGrid(flow: Flow, { columns, rows }: Extract<Block, { kind: 'grid' }>): void {
  const whole = columns.reduce((sum, one) => sum + one.width, 0);
  const style = { size: columns.length > manyColumns ? sizes.smallGrid : sizes.grid, framed: true };
  const cells = (texts: readonly string[], shaded: boolean): Cell[] =>
    columns.map(({ width }, i) => ({ text: texts[i] ?? '', width: (width / whole) * flow.width, shaded }));
  const head = cells(
    columns.map(one => one.name),
    true,
  );
  flow.under(
    () => flow.row(head, style),
    () => {
      for (const row of rows) flow.row(cells(row, false), style);
    },
  );
}

function drawBlock(flow: Flow, block: Block): void {
  flow.space(block.kind === 'heading' ? 9 : 5, block.kind === 'heading' ? 60 : 0);
  if (block.kind === 'heading') text(flow, block.text, Math.max(sizes.text, sizes.heading - (block.level - 2)));
  else if (block.kind === 'rows') drawRows(flow, block.rows);
  else if (block.kind === 'grid') drawGrid(flow, block);
  else if (block.kind === 'narrative') text(flow, plainText(block.html), sizes.text);
  else text(flow, block.text, sizes.text, block.kind === 'mark' ? '#a00000' : undefined);
}

function drawSheet(flow: Flow, { title, landscape = false, blocks }: Sheet): void {
  flow.newPage(landscape);
  text(flow, title, sizes.title);
  for (const block of blocks) drawBlock(flow, block);
}

/** Most characters that are named one by one. */
const mostNamed = 60;

/** Which characters stand as numbers, so that nobody takes the brackets for the author's. */
function missingNote({ language }: Paper, { missing }: Flow): string {
  const named = [...missing].sort().slice(0, mostNamed).join(', ');
  const more = missing.size > mostNamed ? ', …' : '';
  return language === 'ja'
    ? `この PDF の字体にない文字・見えない文字は〔U+…〕で示しています（${missing.size} 種類）: ${named}${more}`
    : `Characters that the font of this PDF lacks, or that cannot be seen, stand as 〔U+…〕 (${missing.size}): ${named}${more}`;
}

/** The document's own date: the clock must not change its bytes. */
function dateOf({ date }: Paper): Date {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return new Date(Number.isNaN(time) ? 0 : time);
}

/**
 * Draws sheets.
 * @returns the bytes of a PDF 1.7
 */
export function renderPdf(paper: Paper): Promise<Uint8Array> {
  const face = openTypeface();
  const date = dateOf(paper);
  const doc = new PDFDocument({
    autoFirstPage: false,
    bufferPages: true,
    pdfVersion: '1.7',
    lang: paper.language === 'ja' ? 'ja-JP' : 'en',
    displayTitle: true,
    info: { Title: paper.title, Creator: 'Engawa', Producer: 'Engawa', CreationDate: date, ModDate: date },
  });
  const chunks: Uint8Array[] = [];
  const finished = new Promise<Uint8Array>((resolve, reject) => {
    doc.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
  doc.registerFont('text', Buffer.from(face.bytes));
  doc.font('text');
  const flow = new Flow(doc, face);
  for (const sheet of paper.sheets) drawSheet(flow, sheet);
  if (flow.missing.size > 0) {
    flow.space(12);
    text(flow, missingNote(paper, flow), sizes.grid);
  }
  flow.footers(paper.title);
  doc.end();
  return finished;
}
