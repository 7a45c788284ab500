/**
 * The XHTML of a narrative: well-formed, in its namespace, and of the elements FHIR allows (invariant txt-1),
 * so that it can be put into XML unchanged and shown without running anything.
 * @see https://hl7.org/fhir/R4/narrative.html
 */
import type { Message } from '../fhir/types.ts';

export const xhtmlNamespace = 'http://www.w3.org/1999/xhtml';

/** What is wrong with a narrative; `rule` is the invariant broken, none when it is not well-formed. */
export interface XhtmlFault {
  readonly message: Message;
  readonly rule?: 'txt-1';
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** HTML 4.0 chapters 7-11 (except 9.4) and 15, images and links: the list of txt-1. */
const allowedElements = words(
  'div p br span h1 h2 h3 h4 h5 h6 a b em i strong small big tt dfn q var abbr acronym cite blockquote hr address bdo kbd ' +
    'sub sup ul ol li dl dt dd pre table caption colgroup col thead tr tfoot tbody th td code samp img map area ins del',
);
const allowedAttributes = words(
  'xmlns title style class id lang xml:lang xml:space dir accesskey tabindex span width align valign char charoff abbr axis ' +
    'headers scope rowspan colspan rules frame border cellspacing cellpadding summary name href hreflang rel rev type charset ' +
    'target src longdesc height usemap ismap alt cite datetime clear compact start value shape coords nohref bgcolor nowrap hspace vspace',
);
const linkAttributes = words('href src cite longdesc usemap');

/** At most more attributes than HTML has: the engine needs a place on its stack for each. */
const attributes = /(?:\s+[A-Za-z_][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*')){0,500}\s*(\/?)>/y;
const entity = /&(?:lt|gt|amp|quot|apos|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/y;
const numericEntity = /&#(?:x([0-9a-fA-F]+)|(\d+));/g;
const activeScheme = /^(?:javascript|vbscript|data:text):?/;
const forbiddenCharacter = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
/** Texts without surrogates, which most are: one look tells that they are right. */
const plainCharacters = /^[\t\n\r\x20-\ud7ff\ue000-\ufffd]*$/;

const fault = (en: string, ja: string, rule?: 'txt-1'): XhtmlFault => ({ message: { en, ja }, ...(rule && { rule }) });

const isXmlCharacter = (code: number): boolean =>
  (code >= 0x20 && code < 0xd800) ||
  code === 9 ||
  code === 10 ||
  code === 13 ||
  (code > 0xdfff && code < 0xfffe) ||
  (code > 0xffff && code < 0x110000);

function entityFault(text: string, at: number): XhtmlFault | undefined {
  entity.lastIndex = at;
  const match = entity.exec(text);
  const code = match?.[1] ? Number(match[1]) : match?.[2] ? Number.parseInt(match[2], 16) : 0x20;
  if (match && isXmlCharacter(code)) return undefined;
  const found = JSON.stringify(text.slice(at, at + 10));
  return fault(
    `found ${found}; in XHTML "&" begins one of &lt; &gt; &amp; &quot; &apos; or a number such as &#160;`,
    `${found} は使えません。「&」の後には lt; gt; amp; quot; apos; か &#160; のような番号が必要です`,
  );
}

function isActive(link: string): boolean {
  const plain = link.replace(numericEntity, (_, hex?: string, decimal?: string) =>
    String.fromCodePoint(Math.min(hex ? Number.parseInt(hex, 16) : Number(decimal), 0x10ffff)),
  );
  return activeScheme.test(plain.replace(/[\0-\x20]/g, '').toLowerCase());
}

/** Checks the attributes of a start tag, whose form is right: from behind its name to its `>`. */
function attributeFault(element: string, source: string, listed: boolean): XhtmlFault | undefined {
  const seen = new Set<string>();
  for (let at = 0, equals = source.indexOf('='); equals >= 0; equals = source.indexOf('=', at)) {
    const name = source.slice(at, equals).trim();
    let open = equals + 1;
    while (source.charCodeAt(open) !== 0x22 && source.charCodeAt(open) !== 0x27) open++;
    at = source.indexOf(source[open]!, open + 1) + 1;
    const found = oneAttributeFault(element, name, source.slice(open + 1, at - 1), seen, listed);
    if (found) return found;
    seen.add(name);
  }
  return undefined;
}

function oneAttributeFault(
  element: string,
  name: string,
  value: string,
  seen: ReadonlySet<string>,
  listed: boolean,
): XhtmlFault | undefined {
  if (seen.has(name))
    return fault(`<${element}> has the attribute ${name} twice`, `<${element}> に属性 ${name} が2回あります`);
  if (listed ? !allowedAttributes.has(name) : name.includes(':') && !name.startsWith('xml:'))
    return fault(
      `the attribute ${name} of <${element}> is not allowed in a narrative`,
      `<${element}> の属性 ${name} はナラティブでは使えません`,
      'txt-1',
    );
  if (name === 'xmlns' && value !== xhtmlNamespace)
    return fault(
      `<${element}> is in the namespace "${value}", expected "${xhtmlNamespace}"`,
      `<${element}> の名前空間は ${xhtmlNamespace} でなければなりません`,
    );
  if (listed && linkAttributes.has(name) && isActive(value))
    return fault(
      `the link of <${element}> runs a script, which a narrative must not`,
      `<${element}> のリンクはスクリプトを実行するため、ナラティブでは使えません`,
      'txt-1',
    );
  return undefined;
}

/**
 * End of a comment at `at`; -1 when it is none. HTML parsers end `<!-->` and `<!--->` at once and take CDATA for a comment
 * that ends at the first `>`: what follows would be markup to them.
 */
function skipComment(text: string, at: number): number {
  if (!text.startsWith('<!--', at) || text.startsWith('>', at + 4) || text.startsWith('->', at + 4)) return -1;
  const end = text.indexOf('--', at + 4);
  return end >= 0 && text[end + 2] === '>' ? end + 3 : -1;
}

const malformed = (text: string, at: number): XhtmlFault => {
  const found = JSON.stringify(text.slice(at, at + 20));
  return fault(`is not well-formed XHTML at ${found}`, `${found} のところで XHTML の形が正しくありません`);
};

const unclosed = (name: string, found: string, ja = found): XhtmlFault =>
  fault(
    `<${name}> is not closed: found ${found}, expected </${name}>`,
    `<${name}> が閉じていません（${ja} の前に </${name}> が必要です）`,
  );

const isNameCharacter = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x30 && code <= 0x3a) ||
  (code >= 0x41 && code <= 0x5a) ||
  code === 0x5f ||
  code === 0x2d ||
  code === 0x2e;

/** Reads the end tag at `at`, which must close the last of `open`; returns the offset after it. */
function endTag(text: string, at: number, open: string[]): number | XhtmlFault {
  const name = open.pop() ?? '';
  let i = at + 2 + name.length;
  if (!text.startsWith(name, at + 2)) return unclosed(name, text.slice(at, at + 12));
  while (text.charCodeAt(i) <= 0x20) i++;
  return text.charCodeAt(i) === 0x3e ? i + 1 : unclosed(name, text.slice(at, at + 12));
}

const plainName = /^[A-Za-z][\w.-]*$/;

/** A start tag without a fault. */
interface KnownTag {
  readonly name: string;
  /** True when it ends itself. */
  readonly empty: boolean;
}

/** Start tags as they are written: those of a narrative, and of the narratives of a system, are mostly the same. */
const knownTags: ReadonlyMap<boolean, Map<string, KnownTag>> = new Map([
  [true, new Map()],
  [false, new Map()],
]);
const mostTags = 1000;
const longTag = 300;

/** Reads the start tag or empty element at `at`; returns the offset after it. */
function startTag(text: string, at: number, open: string[], listed: boolean): number | XhtmlFault {
  // A tag that was read before ended at its first `>`: what begins like it is the same tag.
  const end = text.indexOf('>', at) + 1;
  const written = end - at < longTag ? text.slice(at, end) : '';
  const tags = knownTags.get(listed)!;
  const known = tags.get(written);
  if (known !== undefined) {
    if (!known.empty) open.push(known.name);
    return end;
  }
  const found = readTag(text, at, listed);
  if ('message' in found) return found;
  if (!found.empty) open.push(found.name);
  if (found.end === end && written !== '') keepTag(tags, written, found);
  return found.end;
}

function keepTag(tags: Map<string, KnownTag>, written: string, { name, empty }: KnownTag): void {
  if (tags.size >= mostTags) tags.clear();
  // A part of a text would keep the whole text in memory: so it is copied.
  const own = Buffer.from(written).toString();
  tags.set(own, { name: own.slice(1, name.length + 1), empty });
}

function readTag(text: string, at: number, listed: boolean): (KnownTag & { readonly end: number }) | XhtmlFault {
  let i = at + 1;
  while (isNameCharacter(text.charCodeAt(i))) i++;
  const name = text.slice(at + 1, i);
  if (!allowedElements.has(name) && (listed || !plainName.test(name))) {
    if (!plainName.test(name)) return malformed(text, at);
    return fault(
      `the element <${name}> is not allowed in a narrative`,
      `要素 <${name}> はナラティブでは使えません`,
      'txt-1',
    );
  }
  if (text.charCodeAt(i) === 0x3e) return { name, empty: false, end: i + 1 };
  attributes.lastIndex = i;
  const match = attributes.exec(text);
  if (!match) return malformed(text, at);
  return attributeFault(name, match[0], listed) ?? { name, empty: match[1] !== '', end: i + match[0].length };
}

/** Reads one tag or comment; returns the offset after it. */
function markup(text: string, at: number, open: string[], listed: boolean): number | XhtmlFault {
  const next = text.charCodeAt(at + 1);
  if (next === 0x2f) return endTag(text, at, open);
  if (next !== 0x21) return startTag(text, at, open, listed);
  const end = skipComment(text, at);
  return end > 0 && open.length > 0 ? end : malformed(text, at);
}

function scan(text: string, start: number, end: number, listed: boolean): XhtmlFault | undefined {
  const open: string[] = [];
  let ampersand = text.indexOf('&', start);
  for (let at = start; ; ) {
    const after = markup(text, at, open, listed);
    if (typeof after !== 'number') return after;
    if (open.length === 0) return after === end ? undefined : malformed(text, after);
    const next = text.indexOf('<', after);
    if (next < 0) return unclosed(open.at(-1) ?? 'div', 'the end of the text', '本文の終わり');
    const literal = text.charCodeAt(at + 1) === 0x21;
    for (; ampersand >= 0 && ampersand < next; ampersand = text.indexOf('&', ampersand + 1)) {
      const found = literal && ampersand < after ? undefined : entityFault(text, ampersand);
      if (found) return found;
    }
    at = next;
  }
}

const rootTag =
  /<div(?:\s[^<>]*)?\sxmlns\s*=\s*(?:"http:\/\/www\.w3\.org\/1999\/xhtml"|'http:\/\/www\.w3\.org\/1999\/xhtml')[^<>]*>/y;

/**
 * Finds what keeps a text from being a narrative's `div`; undefined when nothing does.
 * @param listed false to ask for well-formed XHTML only, not for the elements and attributes of txt-1
 */
export function findXhtmlFault(text: string, listed = true): XhtmlFault | undefined {
  const start = text.length - text.trimStart().length;
  const end = text.trimEnd().length;
  rootTag.lastIndex = start;
  if (!rootTag.test(text)) {
    const found = JSON.stringify(text.slice(start, start + 20));
    return fault(
      `begins with ${found}, expected <div xmlns="${xhtmlNamespace}">`,
      `${found} で始まっています。<div xmlns="${xhtmlNamespace}"> で始めてください`,
    );
  }
  if (!plainCharacters.test(text) && (forbiddenCharacter.test(text) || !text.isWellFormed()))
    return fault('holds a character that XML does not allow', 'XML で使えない文字が含まれています');
  return scan(text, start, end, listed);
}

/**
 * The source of an XML narrative as the text of JSON's `div`: as written, with the namespace declared on the `div` itself
 * and without the prefix it had in the document.
 */
export function narrativeSource(source: string, prefix: string): string {
  const plain = prefix ? source.replaceAll(`<${prefix}:`, '<').replaceAll(`</${prefix}:`, '</') : source;
  const head = plain.slice(0, plain.indexOf('>'));
  const ownPrefix = new RegExp(`\\sxmlns:${prefix}\\s*=\\s*(?:"[^"]*"|'[^']*')`);
  const unprefixed = prefix ? head.replace(ownPrefix, '') : head;
  const declared = /\sxmlns\s*=/.test(unprefixed);
  return (
    (declared ? unprefixed : unprefixed.replace('<div', `<div xmlns="${xhtmlNamespace}"`)) + plain.slice(head.length)
  );
}
