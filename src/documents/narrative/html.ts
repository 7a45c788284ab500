/** Pieces of HTML for people: escaped text, headings, tables. */

/** Text with what HTML would take as markup escaped. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A table of two columns; rows without a value are left out, blanks of a form (an empty text) are shown. */
export function table(rows: readonly (readonly [name: string, value: string | undefined])[]): string {
  const lines = rows
    .filter((row): row is readonly [string, string] => row[1] !== undefined)
    .map(([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`);
  return lines.length === 0 ? '' : `<table>${lines.join('')}</table>`;
}

/** The first years of the eras, latest first. Source: 元号法 and the orders under it. */
const eras = [
  ['2019-05-01', 2019, '令和'],
  ['1989-01-08', 1989, '平成'],
  ['1926-12-25', 1926, '昭和'],
  ['1912-07-30', 1912, '大正'],
  ['1868-10-23', 1868, '明治'],
] as const;

/** A date as Japanese read it, with the year of the era: `2026年10月5日（令和8年）`. Parts that are not there are left out. */
export function japaneseDate(date: string): string {
  const [year = '', month, rest] = date.split('-');
  const day = rest?.slice(0, 2);
  const era = eras.find(([from]) => date >= from.slice(0, date.length));
  const inEra = era ? `（${era[2]}${Number(year) === era[1] ? '元' : Number(year) - era[1] + 1}年）` : '';
  const time = /T(\d\d:\d\d)/.exec(date)?.[1];
  const parts = [`${Number(year)}年`, month && `${Number(month)}月`, day && `${Number(day)}日`, time && ` ${time}`];
  return parts.filter(Boolean).join('') + inEra;
}

const style = `body{font-family:system-ui,"Hiragino Kaku Gothic ProN","Noto Sans JP",sans-serif;line-height:1.7;max-width:50rem;margin:1rem auto;padding:0 1rem;color:#222}
h1{font-size:1.5rem;border-bottom:2px solid #668}h2{font-size:1.15rem;border-left:.4rem solid #668;padding-left:.5rem;margin-top:1.6rem}h3{font-size:1rem}
table{border-collapse:collapse;margin:.4rem 0}td{white-space:pre-wrap}table.grid{width:100%;font-size:.85rem}table.grid th{white-space:normal}th,td{border:1px solid #bbc;padding:.15rem .6rem;text-align:left;vertical-align:top}th{background:#f2f3f8;font-weight:normal;white-space:nowrap}
.mark{color:#a00;font-weight:bold}`;

/** A whole page. @param body HTML */
export function page(language: string, title: string, body: string): string {
  return `<!DOCTYPE html>\n<html lang="${language}"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style></head><body>${body}</body></html>\n`;
}
