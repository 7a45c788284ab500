/** Pages that are filled from top to bottom: rows of cells that go on on the next page, and a line at the foot of each. */
import type { Typeface } from './typeface.ts';
import { wrap } from './wrap.ts';

/** Blank edge of a page, and of a cell, in points (1/72 inch). */
const margin = 42;
const padding = 3.5;
const lineRatio = 1.5;
/** From the top of a line to its base line, in parts of the size. */
const ascent = 1.12;
/** Rows up to this many lines are not torn apart. */
const wholeLines = 12;
/** Longer ones begin where there is room for this many. */
const fewLines = 3;
const frameColor = '#8890a0';

/** Text in a cell. */
export interface Cell {
  readonly text: string;
  /** Points. */
  readonly width: number;
  readonly shaded?: boolean;
}

/** How a row looks. */
export interface RowStyle {
  /** Size of the letters, in points. */
  readonly size: number;
  readonly framed: boolean;
  readonly color?: string;
}

interface Laid extends Cell {
  readonly lines: readonly string[];
}

/** Where text goes. */
export class Flow {
  /** Characters that could not be drawn, by number. */
  readonly missing = new Set<string>();
  private readonly doc: PDFKit.PDFDocument;
  private readonly face: Typeface;
  private y = 0;
  private landscape = false;
  /** Drawn again at the top of a page that goes on with a grid. */
  private head: (() => void) | undefined;

  constructor(doc: PDFKit.PDFDocument, face: Typeface) {
    this.doc = doc;
    this.face = face;
  }

  /** Width of a line from edge to edge, in points. */
  get width(): number {
    return this.doc.page.width - 2 * margin;
  }

  private get bottom(): number {
    return this.doc.page.height - margin - 14;
  }

  /** Begins a page; all that follow have the same direction. */
  newPage(landscape = this.landscape): void {
    this.landscape = landscape;
    this.doc.addPage({ size: 'A4', layout: landscape ? 'landscape' : 'portrait', margin: 0 });
    this.y = margin;
    const { head } = this;
    this.head = undefined;
    head?.();
    this.head = head;
  }

  /** Room between blocks; keeps that much of what follows on the same page. */
  space(points: number, keep = 0): void {
    this.y += points;
    if (this.y + keep > this.bottom) this.newPage();
  }

  /** Rows under a head that stands on each page again. */
  under(head: () => void, rows: () => void): void {
    head();
    this.head = head;
    rows();
    this.head = undefined;
  }

  /** Draws a row; a long one goes on on the next page. */
  row(cells: readonly Cell[], style: RowStyle): void {
    const laid = cells.map(cell => ({ ...cell, lines: this.lines(cell, style) }));
    const total = Math.max(1, ...laid.map(one => one.lines.length));
    let wanted = total <= wholeLines ? total : fewLines;
    for (let from = 0; from < total; wanted = 1) {
      if (this.room(style) < wanted) this.newPage();
      from = this.part(laid, from, total, style);
    }
  }

  private lines({ text, width }: Cell, { size, framed }: RowStyle): string[] {
    const inner = width - (framed ? 2 * padding : 0);
    return wrap(this.face.drawable(text, this.missing), inner / size, one => this.face.width(one));
  }

  /** Lines that still go on this page. */
  private room({ size, framed }: RowStyle): number {
    return Math.floor((this.bottom - this.y - (framed ? 2 * padding : 0)) / (size * lineRatio));
  }

  /** Draws as many lines as fit. @returns the first line that is left */
  private part(cells: readonly Laid[], from: number, total: number, style: RowStyle): number {
    const { size, framed, color = '#111' } = style;
    const count = Math.max(1, Math.min(total - from, this.room(style)));
    const pad = framed ? padding : 0;
    const height = count * size * lineRatio + 2 * pad;
    let x = margin;
    for (const { lines, width, shaded } of cells) {
      if (framed) this.frame(x, width, height, shaded === true);
      this.doc.fillColor(color).fontSize(size);
      for (const [i, line] of lines.slice(from, from + count).entries())
        if (line !== '') this.line(line, x + pad, this.y + pad + i * size * lineRatio + size * ascent);
      x += width;
    }
    this.y += height;
    return from + count;
  }

  private frame(x: number, width: number, height: number, shaded: boolean): void {
    if (shaded) this.doc.rect(x, this.y, width, height).fill('#eef0f5');
    this.doc.lineWidth(0.5).rect(x, this.y, width, height).stroke(frameColor);
  }

  /** Text on a base line; what was measured is what is drawn, so pairs and ligatures are left alone. */
  private line(text: string, x: number, y: number): void {
    this.doc.text(text, x, y, { lineBreak: false, baseline: 'alphabetic', features: [] });
  }

  /** Writes at the foot of every page. */
  footers(text: string): void {
    const { start, count } = this.doc.bufferedPageRange();
    const size = 7.5;
    const title = wrap(this.face.drawable(text, this.missing), (this.doc.page.width * 0.7) / size, one =>
      this.face.width(one),
    )[0]!;
    for (let page = start; page < start + count; page++) {
      this.doc.switchToPage(page);
      const base = this.doc.page.height - margin + 4;
      this.doc.fillColor('#555').fontSize(size);
      this.line(title, margin, base);
      const number = `${page - start + 1} / ${count}`;
      const width = [...number].reduce((sum, one) => sum + this.face.width(one), 0) * size;
      this.line(number, this.doc.page.width - margin - width, base);
    }
  }
}
