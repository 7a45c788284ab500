/** XML as a tree of plain elements: names without prefixes, attributes, children, text. Nothing is fetched, no entity is defined. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** An element. */
export interface Xml {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Xml[];
  /** Its own text, without white space around it. */
  readonly text: string;
}

type Node = Record<string, unknown>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

function toXml(node: Node): Xml {
  const name = Object.keys(node).find(key => key !== ':@')!;
  const inside = node[name] as Node[];
  const children = inside.filter(one => !('#text' in one)).map(toXml);
  const text = inside.map(one => ('#text' in one ? String(one['#text']) : '')).join('');
  return { name, attributes: (node[':@'] ?? {}) as Record<string, string>, children, text };
}

/** Reads XML; undefined when it is not well-formed, declares a document type or is nested deeper than the parser goes. */
export function readXml(content: string): Xml | undefined {
  if (/<!DOCTYPE|<!ENTITY/i.test(content) || XMLValidator.validate(content) !== true) return undefined;
  const roots = parsed(content)?.filter(one => !('#text' in one));
  return roots?.length === 1 ? toXml(roots[0]!) : undefined;
}

function parsed(content: string): Node[] | undefined {
  try {
    return parser.parse(content) as Node[];
  } catch {
    return undefined;
  }
}

/** The first element that a path of names leads to, one child after the other. */
export function first(from: Xml | undefined, ...path: readonly string[]): Xml | undefined {
  return path.reduce<Xml | undefined>((at, name) => at?.children.find(one => one.name === name), from);
}

/** The children of a name. */
export const all = (from: Xml | undefined, name: string): readonly Xml[] =>
  from?.children.filter(one => one.name === name) ?? [];

/** Every element of a name below, in the order of the document. */
export function* below(from: Xml | undefined, name: string): Generator<Xml> {
  for (const child of from?.children ?? []) {
    if (child.name === name) yield child;
    yield* below(child, name);
  }
}

/** An attribute that is not empty. */
export const attribute = (from: Xml | undefined, name: string): string | undefined =>
  from?.attributes[name] || undefined;
