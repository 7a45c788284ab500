/** Reads the PDFs of this program back: text by page through ToUnicode, fonts, properties. Written for tests; not a general reader. */
import zlib from 'node:zlib';

/** What a PDF holds. */
export interface PdfContent {
  /** Text of each page, a line for each line drawn. */
  readonly pages: readonly string[];
  /** Every line, where it stands: page from 0, points from the left. */
  readonly lines: readonly {
    readonly page: number;
    readonly x: number;
    readonly text: string;
    readonly flat: string;
  }[];
  readonly fonts: readonly { readonly name: string; readonly embedded: boolean; readonly toUnicode: boolean }[];
  readonly info: string;
  /** Width and height of each page, in points. */
  readonly sizes: readonly (readonly [number, number])[];
}

interface PdfObject {
  readonly dictionary: string;
  readonly stream: Buffer | undefined;
}

function objectsOf(bytes: Buffer): ReadonlyMap<number, PdfObject> {
  const text = bytes.toString('latin1');
  const found = new Map<number, PdfObject>();
  const start = /(\d+) 0 obj\r?\n/g;
  for (let match = start.exec(text); match; match = start.exec(text)) {
    const from = match.index + match[0].length;
    const end = text.indexOf('endobj', from);
    const streamAt = text.indexOf('stream\n', from);
    if (streamAt < 0 || streamAt > end) {
      found.set(Number(match[1]), { dictionary: text.slice(from, end), stream: undefined });
      continue;
    }
    const dictionary = text.slice(from, streamAt);
    const length = Number(/\/Length (\d+)/.exec(dictionary)![1]);
    const raw = bytes.subarray(streamAt + 7, streamAt + 7 + length);
    const stream = dictionary.includes('/FlateDecode') ? zlib.inflateSync(raw) : raw;
    found.set(Number(match[1]), { dictionary, stream });
    start.lastIndex = streamAt + 7 + length;
  }
  return found;
}

const utf16 = (hex: string): string => Buffer.from(hex, 'hex').swap16().toString('utf16le');

/** Code → text, from a ToUnicode map. */
function readMap(map: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const [, block = ''] of map.matchAll(/beginbfrange([\s\S]*?)endbfrange/g))
    for (const [, from = '', , list = ''] of block.matchAll(/<([0-9a-f]+)> <([0-9a-f]+)> \[([^\]]*)\]/gi))
      for (const [i, [, hex = '']] of [...list.matchAll(/<([0-9a-f ]*)>/gi)].entries())
        found.set(Number.parseInt(from, 16) + i, utf16(hex.replaceAll(' ', '')));
  for (const [, block = ''] of map.matchAll(/beginbfchar([\s\S]*?)endbfchar/g))
    for (const [, code = '', hex = ''] of block.matchAll(/<([0-9a-f]+)>\s*<([0-9a-f ]*)>/gi))
      found.set(Number.parseInt(code, 16), utf16(hex.replaceAll(' ', '')));
  return found;
}

const numberOf = (dictionary: string, name: string): number =>
  Number(new RegExp(`/${name} (\\d+) 0 R`).exec(dictionary)?.[1] ?? -1);

/** Reads a PDF. @throws when it is none */
export function readPdf(bytes: Buffer): PdfContent {
  if (!bytes.subarray(0, 8).toString('latin1').startsWith('%PDF-1.7')) throw new Error('no PDF 1.7');
  const objects = objectsOf(bytes);
  const all = [...objects.values()];
  const fonts = all.filter(one => one.dictionary.includes('/Subtype /Type0'));
  const maps = fonts.map(font => {
    const map = objects.get(numberOf(font.dictionary, 'ToUnicode'));
    return map?.stream ? readMap(map.stream.toString('latin1')) : new Map<number, string>();
  });
  const [map] = maps;
  const decoded = (list: string): string =>
    [...list.matchAll(/<([0-9a-f]*)>/g)]
      .flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? [])
      .map(code => map?.get(Number.parseInt(code, 16)) ?? '\uFFFD')
      .join('');
  const linesOf = (content: string, page: number) =>
    [...content.matchAll(/1 0 0 1 ([\d.-]+) [\d.-]+ Tm\s[\s\S]*?\[([^\]]*)\] TJ/g)].map(([, x, list = '']) => {
      const text = decoded(list);
      return { page, x: Number(x), text, flat: squeezed(text) };
    });
  const tree = all.find(one => one.dictionary.includes('/Type /Pages'))!;
  const kids = [...(/\/Kids \[([^\]]*)\]/.exec(tree.dictionary)?.[1] ?? '').matchAll(/(\d+) 0 R/g)];
  const pages = kids.map(([, kid]) => objects.get(Number(kid))!);
  const info = objects.get(numberOf(bytes.subarray(bytes.lastIndexOf('trailer')).toString('latin1'), 'Info'));
  const lines = pages.flatMap((page, i) =>
    linesOf(objects.get(numberOf(page.dictionary, 'Contents'))!.stream!.toString('latin1'), i),
  );
  return {
    lines,
    pages: pages.map((_, i) =>
      lines
        .filter(one => one.page === i)
        .map(one => one.text)
        .join('\n'),
    ),
    sizes: pages.map(page => {
      const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(page.dictionary) ?? [];
      return [Number(width), Number(height)] as const;
    }),
    fonts: fonts.map(font => {
      const descendant = objects.get(Number(/\/DescendantFonts \[(\d+)/.exec(font.dictionary)?.[1]));
      const descriptor = objects.get(numberOf(descendant?.dictionary ?? '', 'FontDescriptor'));
      return {
        name: /\/BaseFont \/(\S+)/.exec(font.dictionary)?.[1] ?? '',
        embedded: /\/FontFile[23]? /.test(descriptor?.dictionary ?? ''),
        toUnicode: numberOf(font.dictionary, 'ToUnicode') > 0,
      };
    }),
    info: info?.dictionary ?? '',
  };
}

/**
 * True when a text stands in one cell: whole in a line, or line after line below each other, going on on the next pages (below
 * what stands there again, such as the head of a table).
 */
export function hasCell({ lines }: PdfContent, text: string): boolean {
  const wanted = squeezed(text);
  if (wanted === '' || lines.some(one => one.flat.includes(wanted))) return true;
  return lines.some((first, at) => {
    if (first.flat === '' || !wanted.startsWith(first.flat)) return false;
    let rest = wanted.slice(first.flat.length);
    for (const line of lines.slice(at + 1)) {
      if (rest === '' || line.page > first.page + 40) break;
      if (Math.abs(line.x - first.x) < 0.01 && line.flat !== '' && rest.startsWith(line.flat))
        rest = rest.slice(line.flat.length);
    }
    return rest === '';
  });
}

/** Text as it is compared: lines are broken where the paper ends. */
export const squeezed = (text: string): string => text.replace(/\s/g, '');
