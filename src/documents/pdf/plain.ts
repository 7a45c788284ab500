/** A narrative (XHTML) as plain text for paper: paragraphs, rows and list items become lines; nothing that is written is left out. */

const newLine = /^(p|div|tr|li|h[1-6]|br|table|ul|ol|dl|dt|dd|blockquote|pre|hr|caption)$/;
const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** The character an entity stands for; one that is not known stays as it is written. */
function entity(name: string, whole: string): string {
  if (!name.startsWith('#')) return entities[name] ?? whole;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

/** Comments are not for readers. */
function withoutComments(html: string): string {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const start = html.indexOf('<!--', from);
    const end = start < 0 ? -1 : html.indexOf('-->', start);
    if (end < 0) return parts.join('') + html.slice(from);
    parts.push(html.slice(from, start));
    from = end + 3;
  }
}

const token = /<(\/?)([A-Za-z][\w:-]*)(?![\w:-])((?:"[^"]*"|'[^']*'|[^'"<>])*)>|&(#?\w{1,8});/g;

/** What a tag becomes. */
function tagText(closing: boolean, name: string, attributes: string): string {
  if (name === 'img') {
    const alt = /\balt\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(attributes);
    return `〔${alt?.[1] ?? alt?.[2] ?? ''}〕`;
  }
  if (name === 'li' && !closing) return '\n・';
  if (name === 'td' || name === 'th') return closing ? '　' : '';
  return newLine.test(name) ? '\n' : '';
}

/** The text of a narrative. */
export function plainText(html: string): string {
  const flat = withoutComments(html).replace(/\s+/g, ' ');
  const text = flat.replace(
    token,
    (whole, slash: string, name: string | undefined, attributes: string, code: string) =>
      name === undefined ? entity(code, whole) : tagText(slash === '/', name.toLowerCase(), attributes),
  );
  return text
    .split('\n')
    .map(line => line.trim())
    .filter((line, i, lines) => line !== '' || (i > 0 && lines[i - 1] !== ''))
    .join('\n')
    .trim();
}
