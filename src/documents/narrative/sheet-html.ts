/** Sheets as an HTML page for people. Narratives are taken as they are; the answer forbids scripts. */
import { escaped, page, table } from './html.ts';
import type { Block, Paper, Sheet } from './sheet.ts';

const cells = (tag: 'th' | 'td', texts: readonly string[]): string =>
  `<tr>${texts.map(text => `<${tag}>${escaped(text)}</${tag}>`).join('')}</tr>`;

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'heading': {
      const level = Math.min(block.level, 6);
      return `<h${level}>${escaped(block.text)}</h${level}>`;
    }
    case 'rows':
      return table(block.rows);
    case 'grid': {
      const head = cells(
        'th',
        block.columns.map(one => one.name),
      );
      return `<table class="grid">${head}${block.rows.map(row => cells('td', row)).join('')}</table>`;
    }
    case 'text':
      return `<p>${escaped(block.text)}</p>`;
    case 'mark':
      return `<p class="mark">${escaped(block.text)}</p>`;
    case 'narrative':
      return block.html;
  }
}

const sheetHtml = ({ title, blocks }: Sheet): string => `<h1>${escaped(title)}</h1>${blocks.map(blockHtml).join('')}`;

/** All sheets, one after the other. */
export const paperHtml = ({ language, title, sheets }: Paper): string =>
  page(language, title, sheets.map(sheetHtml).join(''));
