/**
 * Working on the text of JSON that was read before, so that every byte that is not meant stays as it was sent: spans of
 * members, texts of Bundle entries, stamping of id and meta.
 * @see https://hl7.org/fhir/R4/json.html
 */
import type { JsonObject, Resource } from './types.ts';

/** A member of an object in its text: name, offset of the name's quote, offset of the value, offset after the value. */
export interface Span {
  readonly name: string;
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

/** Offset of the next character that is no white space. */
export const skipSpace = (text: string, at: number): number => {
  let i = at;
  while (text.charCodeAt(i) <= 0x20) i++;
  return i;
};

function skipString(text: string, at: number): number {
  let end = text.indexOf('"', at + 1);
  for (;;) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
    end = text.indexOf('"', end + 1);
  }
}

/** Offset after the value that begins at `at`; the text must be JSON that was read before. */
export function skipValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === 0x22) return skipString(text, at);
  let i = at;
  if (first !== 0x7b && first !== 0x5b) {
    for (let code = first; code > 0x20 && code !== 0x2c && code !== 0x7d && code !== 0x5d; )
      code = text.charCodeAt(++i);
    return i;
  }
  for (let depth = 0; ; ) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      i = skipString(text, i);
      continue;
    }
    if (code === 0x7b || code === 0x5b) depth++;
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) return i + 1;
    i++;
  }
}

/** Takes a member; may answer with the offset after the value when it went over the value itself. */
type TakeMember = (name: string, start: number, value: number) => number | undefined;

/** Goes over the members of the object that begins at or after `at`. @returns the offset after it */
function eachMember(text: string, at: number, take: TakeMember): number {
  let i = skipSpace(text, skipSpace(text, at) + 1);
  while (text.charCodeAt(i) !== 0x7d) {
    const start = i;
    const nameEnd = skipString(text, start);
    const value = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const raw = text.slice(start + 1, nameEnd - 1);
    // A name may be written with escapes ("\u0069d" is "id").
    const name = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
    i = skipSpace(text, take(name, start, value) ?? skipValue(text, value));
    if (text.charCodeAt(i) === 0x2c) i = skipSpace(text, i + 1);
  }
  return i + 1;
}

/** The members of the object that begins at or after `at`; the text must be JSON that was read before. */
export function memberSpans(text: string, at: number): Span[] {
  const spans: Span[] = [];
  eachMember(text, at, (name, start, value) => {
    const end = skipValue(text, value);
    spans.push({ name, start, value, end });
    return end;
  });
  return spans;
}

/** A Bundle's text taken apart: its members, and the texts of the resources in its entries, by entry index. */
export interface BundleText {
  readonly members: readonly Span[];
  readonly entries: readonly (string | undefined)[];
}

/** Takes the text of a Bundle apart that was read before. */
export function bundleText(text: string): BundleText {
  const entries: (string | undefined)[] = [];
  const takeEntries = (value: number): number => {
    let i = skipSpace(text, value + 1);
    while (text.charCodeAt(i) !== 0x5d) {
      i = skipSpace(text, takeEntry(text, i, entries));
      if (text.charCodeAt(i) === 0x2c) i = skipSpace(text, i + 1);
    }
    return i + 1;
  };
  const members: Span[] = [];
  eachMember(text, beginOf(text), (name, start, value) => {
    const end = name === 'entry' && text[value] === '[' ? takeEntries(value) : skipValue(text, value);
    members.push({ name, start, value, end });
    return end;
  });
  return { members, entries };
}

/** Offset after the mark of UTF-8 that a text may begin with. */
const beginOf = (text: string): number => (text.charCodeAt(0) === 0xfeff ? 1 : 0);

/** Adds the text of an entry's resource. @returns the offset after the entry */
function takeEntry(text: string, at: number, texts: (string | undefined)[]): number {
  const place = texts.push(undefined) - 1;
  if (text.charCodeAt(at) !== 0x7b) return skipValue(text, at);
  return eachMember(text, at, (name, _start, value) => {
    if (name !== 'resource') return undefined;
    const end = skipValue(text, value);
    texts[place] = text.slice(value, end);
    return end;
  });
}

/**
 * The text of an object with members in place of those it has; members it does not have come last. Every other byte stays.
 * @param text JSON of an object that was read before
 */
export function withMembers(text: string, members: JsonObject): string {
  let result = '';
  let position = beginOf(text);
  const added = new Map(Object.entries(members));
  let count = 0;
  const after = eachMember(text, position, (name, _start, value) => {
    count++;
    if (!added.has(name)) return undefined;
    const end = skipValue(text, value);
    result += text.slice(position, value) + JSON.stringify(added.get(name));
    position = end;
    added.delete(name);
    return end;
  });
  const more = [...added].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `${result}${text.slice(position, after - 1)}${count > 0 && more.length > 0 ? ',' : ''}${more.join(',')}}`;
}

/**
 * The text of a resource with `id` in place and a hole for meta.versionId and meta.lastUpdated; every other byte stays.
 * @param text JSON of a resource that was read before
 * @param members its members, when they are known
 */
export function stampable(text: string, id: string, members?: readonly Span[]): { before: string; after: string } {
  const start = beginOf(text);
  const spans = members ?? memberSpans(text, start);
  const type = spans.find(span => span.name === 'resourceType')!;
  const oldId = spans.find(span => span.name === 'id');
  const meta = spans.find(span => span.name === 'meta');
  const insertions: { from: number; to: number; text: string }[] = [];
  const anchor = oldId ?? type;
  const idText = oldId ? '' : `,"id":${JSON.stringify(id)}`;
  if (oldId) insertions.push({ from: oldId.value, to: oldId.end, text: JSON.stringify(id) });
  const hole = '\u0000';
  insertions.push({ from: anchor.end, to: anchor.end, text: meta ? idText : `${idText},"meta":{${hole}}` });
  if (meta) insertions.push({ from: meta.value, to: meta.end, text: `{${hole}${otherMeta(text, meta.value)}}` });
  insertions.sort((a, b) => a.from - b.from || a.to - b.to);
  let result = '';
  let position = start;
  for (const insertion of insertions) {
    result += text.slice(position, insertion.from) + insertion.text;
    position = insertion.to;
  }
  result = (result + text.slice(position)).trim();
  const at = result.indexOf(hole);
  return { before: result.slice(0, at), after: result.slice(at + 1) };
}

/**
 * As {@link stampable}, of a resource that has no text yet.
 * @param resource as this server made it: type, id and meta come first, or meta is absent
 */
export function stampableOf({ resourceType, id, meta, ...rest }: Resource): { before: string; after: string } {
  const { versionId: _version, lastUpdated: _time, ...own } = meta ?? {};
  const [ownText, restText] = [JSON.stringify(own), JSON.stringify(rest)];
  return {
    before: `{"resourceType":${JSON.stringify(resourceType)},"id":${JSON.stringify(id)},"meta":{`,
    after: `${ownText === '{}' ? '' : `,${ownText.slice(1, -1)}`}}${restText === '{}' ? '}' : `,${restText.slice(1)}`}`,
  };
}

/** The members of meta that are the client's, from the first one on, with a comma before; empty when there are none. */
function otherMeta(text: string, at: number): string {
  const spans = memberSpans(text, at);
  const kept = spans.filter(span => span.name !== 'versionId' && span.name !== 'lastUpdated');
  return kept.map(span => `,${text.slice(span.start, span.end)}`).join('');
}

/** What is written into the hole of a template; ASCII. */
export const stampOf = (versionId: number, lastUpdated: string): string =>
  `"versionId":"${versionId}","lastUpdated":"${lastUpdated}"`;

/** The stamped text: what is stored and sent. */
export function stamp(template: { before: string; after: string }, versionId: number, lastUpdated: string): string {
  return `${template.before}${stampOf(versionId, lastUpdated)}${template.after}`;
}
