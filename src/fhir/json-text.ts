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
  addSpans(text, at, 0, spans);
  return spans;
}

/** Adds the members of an object, their offsets counted from `from`. @returns the offset after the object */
const addSpans = (text: string, at: number, from: number, spans: Span[]): number =>
  eachMember(text, at, (name, start, value) => {
    const end = skipValue(text, value);
    spans.push({ name, start: start - from, value: value - from, end: end - from });
    return end;
  });

/** The resource of an entry: its own text, and its members there. */
export interface ResourceText {
  readonly text: string;
  readonly members: readonly Span[];
}

/** A Bundle's text taken apart: its members, and the resources in its entries, by entry index. */
export interface BundleText {
  readonly members: readonly Span[];
  readonly entries: readonly (ResourceText | undefined)[];
}

/** Takes the text of a Bundle apart that was read before. */
export function bundleText(text: string): BundleText {
  const entries: (ResourceText | undefined)[] = [];
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

/** Adds the resource of an entry. @returns the offset after the entry */
function takeEntry(text: string, at: number, resources: (ResourceText | undefined)[]): number {
  const place = resources.push(undefined) - 1;
  if (text.charCodeAt(at) !== 0x7b) return skipValue(text, at);
  return eachMember(text, at, (name, _start, value) => {
    if (name !== 'resource') return undefined;
    const members: Span[] = [];
    const end = text.charCodeAt(value) === 0x7b ? addSpans(text, value, value, members) : skipValue(text, value);
    resources[place] = { text: text.slice(value, end), members };
    return end;
  });
}

/** A piece of a text, and what is to stand there. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Edits of the strings of all members of a name, however deep they stand, in their order.
 * @param name as it is in the text, without escapes
 * @param map undefined leaves a string as it is
 */
export function memberEdits(text: string, name: string, map: (value: string) => string | undefined): Edit[] {
  const quoted = `"${name}"`;
  const edits: Edit[] = [];
  for (let at = text.indexOf(quoted); at >= 0; at = text.indexOf(quoted, at + 1)) {
    const colon = skipSpace(text, at + quoted.length);
    const from = skipSpace(text, colon + 1);
    if (text.charCodeAt(colon) !== 0x3a || text.charCodeAt(from) !== 0x22) continue;
    const to = skipString(text, from);
    const raw = text.slice(from + 1, to - 1);
    const next = map(raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw);
    if (next !== undefined) edits.push({ from, to, text: JSON.stringify(next) });
    at = to - 1;
  }
  return edits;
}

/** A piece of a text with those edits that lie in it. */
export function edited(text: string, edits: readonly Edit[], from = 0, to = text.length): string {
  let result = '';
  let position = from;
  for (const edit of edits) {
    if (edit.from < from || edit.to > to) continue;
    result += text.slice(position, edit.from) + edit.text;
    position = edit.to;
  }
  return result + text.slice(position, to);
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
 * @param edits of anything but the id, in their order
 */
export function stampable(
  text: string,
  id: string,
  members?: readonly Span[],
  edits: readonly Edit[] = [],
): { before: string; after: string } {
  const start = skipSpace(text, beginOf(text));
  let end = text.length;
  while (text.charCodeAt(end - 1) <= 0x20) end--;
  const spans = members ?? memberSpans(text, start);
  const type = spans.find(span => span.name === 'resourceType')!;
  const oldId = spans.find(span => span.name === 'id');
  const meta = spans.find(span => span.name === 'meta');
  const { from, to } = oldId ? { from: oldId.value, to: oldId.end } : { from: type.end, to: type.end };
  const own = { from, to, text: `${oldId ? '' : ',"id":'}${JSON.stringify(id)}` };
  const all = edits.length === 0 ? [own] : [...edits, own].sort((a, b) => a.from - b.from);
  if (!meta) return { before: `${edited(text, all, start, to)},"meta":{`, after: `}${edited(text, edits, to, end)}` };
  return {
    before: `${edited(text, all, start, meta.value)}{`,
    after: `${otherMeta(text, meta.value, edits)}}${edited(text, all, meta.end, end)}`,
  };
}

/** As {@link stampable}, of a resource that has no text yet: this server made it. Type, id and meta come first. */
export function stampableOf(resource: Resource): { before: string; after: string } {
  const { resourceType, id, meta: found } = resource;
  const { versionId: _version, lastUpdated: _time, ...meta } = found ?? {};
  const text = JSON.stringify(Object.assign({ resourceType, id, meta }, resource, { meta }));
  const before = `{"resourceType":${JSON.stringify(resourceType)},"id":${JSON.stringify(id)},"meta":{`;
  const after = text.slice(before.length);
  return { before, after: after.startsWith('}') ? after : `,${after}` };
}

/** The members of meta that are the client's, from the first one on, with a comma before; empty when there are none. */
function otherMeta(text: string, at: number, edits: readonly Edit[]): string {
  let result = '';
  for (const { name, start, end } of memberSpans(text, at))
    if (name !== 'versionId' && name !== 'lastUpdated') result += `,${edited(text, edits, start, end)}`;
  return result;
}

/** What is written into the hole of a template; ASCII. */
export const stampOf = (versionId: number, lastUpdated: string): string =>
  `"versionId":"${versionId}","lastUpdated":"${lastUpdated}"`;

/** The stamped text: what is stored and sent. */
export function stamp(template: { before: string; after: string }, versionId: number, lastUpdated: string): string {
  return `${template.before}${stampOf(versionId, lastUpdated)}${template.after}`;
}
