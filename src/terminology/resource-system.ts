/**
 * A code system kept in a CodeSystem resource: found by code, with its hierarchy (nested concepts, and the properties
 * `parent` and `child`).
 * @see https://hl7.org/fhir/R4/codesystem.html
 */
import type { JsonObject, Resource } from '../fhir/types.ts';
import { standardsStatusUrl } from './concept.ts';
import { extensionOf, objects, text, valueIn, valueText } from './json.ts';
import type { CodeSystem, Concept, Content, SystemHead } from './shapes.ts';

const effectivePeriod = 'http://hl7.org/fhir/StructureDefinition/resource-effectivePeriod';

/** The head of a CodeSystem resource. */
export function headOf(resource: Resource): SystemHead {
  const period = valueIn(extensionOf(resource, effectivePeriod)) as JsonObject | undefined;
  const standards = text(valueIn(extensionOf(resource, standardsStatusUrl)));
  const optional = {
    version: text(resource['version']),
    name: text(resource['name']),
    title: text(resource['title']),
    language: text(resource['language']),
    status: text(resource['status']),
    standardsStatus: standards,
    valueSet: text(resource['valueSet']),
    validFrom: text(period?.['start'])?.slice(0, 10),
    validTo: text(period?.['end'])?.slice(0, 10),
  };
  return {
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Partial<SystemHead>),
    url: text(resource['url']) ?? '',
    ...(resource['experimental'] === true && { experimental: true }),
    content: (text(resource['content']) ?? 'complete') as Content,
    caseSensitive: resource['caseSensitive'] !== false,
    properties: objects(resource['property']) as unknown as SystemHead['properties'],
    supplements: [],
  };
}

interface Links {
  readonly parents: Map<string, string[]>;
  readonly children: Map<string, string[]>;
}

const none: readonly string[] = [];

function add(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (!list) map.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}

/** Property codes that name parents and children in this code system. */
function linkCodes(head: SystemHead): { parent: ReadonlySet<string>; child: ReadonlySet<string> } {
  const called = (name: string) =>
    new Set([
      name,
      ...head.properties
        .filter(one => one.uri === `http://hl7.org/fhir/concept-properties#${name}`)
        .map(one => one.code),
    ]);
  return { parent: called('parent'), child: called('child') };
}

class ResourceSystem implements CodeSystem {
  readonly head: SystemHead;
  private readonly byCode = new Map<string, Concept>();
  private readonly lower: Map<string, Concept> | undefined;
  private readonly links: Links = { parents: new Map(), children: new Map() };

  constructor(resource: Resource) {
    this.head = headOf(resource);
    this.lower = this.head.caseSensitive ? undefined : new Map();
    this.addAll(objects(resource['concept']));
    this.addLinks();
  }

  private addAll(top: readonly JsonObject[]): void {
    const waiting: { concept: JsonObject; parent: string | undefined }[] = [];
    const push = (list: readonly JsonObject[], parent: string | undefined) => {
      for (let i = list.length - 1; i >= 0; i--) waiting.push({ concept: list[i]!, parent });
    };
    push(top, undefined);
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { concept, parent } = next;
      const code = text(concept['code']);
      if (code === undefined) continue;
      if (!this.byCode.has(code)) {
        this.byCode.set(code, concept as unknown as Concept);
        this.lower?.set(code.toLowerCase(), concept as unknown as Concept);
      }
      if (parent !== undefined) this.link(parent, code);
      if (concept['concept'] !== undefined) push(objects(concept['concept']), code);
    }
  }

  private link(parent: string, child: string): void {
    add(this.links.parents, child, parent);
    add(this.links.children, parent, child);
  }

  private addLinks(): void {
    const { parent, child } = linkCodes(this.head);
    for (const concept of this.byCode.values()) {
      for (const property of concept.property ?? []) {
        const code = property['code'] as string;
        if (parent.has(code)) this.linkKnown(valueText(valueIn(property)), concept.code);
        else if (child.has(code)) this.linkKnown(concept.code, valueText(valueIn(property)));
      }
    }
  }

  private linkKnown(parent: string, child: string): void {
    if (parent !== child && this.byCode.has(parent) && this.byCode.has(child)) this.link(parent, child);
  }

  get size(): number {
    return this.byCode.size;
  }

  get hierarchical(): boolean {
    return this.links.children.size > 0;
  }

  find(code: string): Concept | undefined {
    return this.byCode.get(code) ?? this.lower?.get(code.toLowerCase());
  }

  concepts(): Iterable<Concept> {
    return this.byCode.values();
  }

  parents(code: string): readonly string[] {
    return this.links.parents.get(code) ?? none;
  }

  children(code: string): readonly string[] {
    return this.links.children.get(code) ?? none;
  }

  *roots(): Iterable<string> {
    for (const code of this.byCode.keys()) if (!this.links.parents.has(code)) yield code;
  }
}

/** The code system of a CodeSystem resource. */
export function resourceSystem(resource: Resource): CodeSystem {
  return new ResourceSystem(resource);
}

/** The concepts of a supplement by code. */
export function supplementConcepts(resource: Resource): ReadonlyMap<string, JsonObject> {
  const byCode = new Map<string, JsonObject>();
  const collect = (list: readonly JsonObject[]) => {
    for (const concept of list) {
      const code = text(concept['code']);
      if (code !== undefined) byCode.set(code, concept);
      collect(objects(concept['concept']));
    }
  };
  collect(objects(resource['concept']));
  return byCode;
}
