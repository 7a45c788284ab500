/**
 * Sources: where index rows come from. Parts of expressions that are always used together become one source, so that
 * parameters share their rows.
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { Resource } from '../fhir/types.ts';
import { compileExpression, compileNode, type Expression, type TypeInfo } from '../fhirpath/compile.ts';
import { type Node, parseExpression, printExpression } from '../fhirpath/syntax.ts';
import { hash32 } from '../store/hash.ts';
import type { Component, SearchParamType, Source } from './search-param.ts';

/**
 * Counts up, kind by kind, whenever extraction makes other rows than before, so that old and new rows never mix: rows of
 * another version are made anew by the reindex job (reindex.ts).
 */
export type ExtractorVersions = Readonly<Record<SearchParamType, number> & { facts?: number }>;
export const extractorVersions: ExtractorVersions = {
  number: 2,
  date: 2,
  string: 4,
  token: 2,
  reference: 2,
  composite: 2,
  quantity: 2,
  uri: 2,
  special: 2,
  facts: 1,
};

/**
 * What stands for the facts of a type (see TypeParams).
 * @param versions of the extractors that make them; without facts = before shapes
 */
export const factsOf = (
  type: string,
  drafts: readonly Draft[],
  versions: ExtractorVersions = extractorVersions,
): number => hash32([type, 'facts', versions.facts ?? 0, ...toldApart(drafts)].join(' '));

/** What is told apart of references beyond what the specification's own parameters need: facts made without it lack it. */
function toldApart(drafts: readonly Draft[]): readonly string[] {
  const of = (some: readonly Draft[]) =>
    new Set(
      some.flatMap(({ parts }) => parts.flatMap(part => (part.onlyTarget ? `${part.text} ${part.onlyTarget}` : []))),
    );
  const core = of(drafts.filter(draft => draft.isCore));
  return [...of(drafts)].filter(one => !core.has(one)).sort();
}

/** A SearchParameter resource. */
export interface Definition extends Resource {
  url: string;
  code: string;
  base: string[];
  type: SearchParamType;
  expression?: string;
  target?: string[];
  description?: string;
  component?: { definition: string; expression: string }[];
}

/** One part of a parameter's expression for the type at hand. */
export interface Part {
  /** Its one spelling; equal for parts that can share rows. */
  readonly text: string;
  readonly node: Node | undefined;
  readonly onlyTarget?: string;
}

/** A parameter with the parts of its expression for the type at hand. */
export interface Draft {
  readonly definition: Definition;
  readonly parts: readonly Part[];
  /** One of the specification's own. */
  readonly isCore: boolean;
}

/** Makes sources: parts that are always used together become one source, the specification's own before others. */
export class SourceMaker {
  private readonly groups = new Map<string, Source | undefined>();
  private readonly groupOf = new Map<string, string>();
  /** For each part the types that some parameter asks for alone. */
  private readonly onlyTargets = new Map<string, ReadonlySet<string>>();
  private readonly type: string;
  private readonly definitions: Definitions;
  private readonly byUrl: ReadonlyMap<string, Definition>;

  constructor(
    type: string,
    drafts: readonly Draft[],
    definitions: Definitions,
    byUrl: ReadonlyMap<string, Definition>,
  ) {
    this.type = type;
    this.definitions = definitions;
    this.byUrl = byUrl;
    for (const draft of drafts)
      for (const part of draft.parts)
        if (part.onlyTarget !== undefined) {
          const key = partKey(draft, part);
          this.onlyTargets.set(key, new Set([...(this.onlyTargets.get(key) ?? []), part.onlyTarget]));
        }
    this.group(drafts.filter(draft => draft.isCore));
    for (const draft of drafts) if (!draft.isCore) this.group([draft]);
    for (const draft of drafts) if (draft.definition.component) this.shareRows(draft);
  }

  /** Composites over the whole resource use the rows of their components' own parameters, where these are the same. */
  private shareRows(draft: Draft): void {
    for (const part of draft.parts) {
      if (part.node?.op !== 'type') continue;
      const name = this.groupOf.get(partKey(draft, part))!;
      const source = this.groups.get(name);
      const whole = (draft.definition.component ?? []).map((component, i) =>
        this.sourceOf(component.expression, source?.components?.[i]),
      );
      if (source && whole.every(found => found !== undefined))
        this.groups.set(name, { ...source, whole: whole as Source[] });
    }
  }

  /** The source that indexes a component's expression on the whole resource, and nothing else of its kind. */
  private sourceOf(expression: string, component: Component | undefined): Source | undefined {
    const node = component && parseExpression(`${this.type}.${expression}`);
    const source = node && this.groups.get(this.groupOf.get(`${component.kind} ${printExpression(node)}`) ?? '');
    if (!source) return undefined;
    // What else the source indexes must be of types that the component's kind has no rows for.
    const isOwn = (one: Expression) => one.types.some(type => component!.types.includes(type.code));
    const others = source.expressions.filter(one => !isOwn(one)).flatMap(one => one.types.map(type => type.code));
    return source.expressions.filter(isOwn).length === 1 && others.every(code => code === 'SampledData')
      ? source
      : undefined;
  }

  /** Parts not grouped yet: those used by exactly the same parameters form a group. */
  private group(drafts: readonly Draft[]): void {
    const users = new Map<string, { part: Part; draft: Draft; codes: string[] }>();
    for (const draft of drafts) {
      for (const part of draft.parts) {
        const key = partKey(draft, part);
        if (this.groupOf.has(key)) continue;
        const known = users.get(key);
        if (known) known.codes.push(draft.definition.code);
        else users.set(key, { part, draft, codes: [draft.definition.code] });
      }
    }
    const groups = new Map<string, { part: Part; draft: Draft; key: string }[]>();
    for (const [key, { part, draft, codes }] of users) {
      const name = `${draft.definition.type} ${[...new Set(codes)].sort().join(' ')}`;
      groups.set(name, [...(groups.get(name) ?? []), { part, draft, key }]);
    }
    for (const members of groups.values()) this.addGroup(members);
  }

  private addGroup(members: readonly { part: Part; draft: Draft; key: string }[]): void {
    const name = members
      .map(member => member.key)
      .sort()
      .join(' | ');
    for (const member of members) this.groupOf.set(member.key, name);
    const { definition } = members[0]!.draft;
    const onlyTargets = [...new Set(members.flatMap(member => [...(this.onlyTargets.get(member.key) ?? [])]))];
    const expressions = members.flatMap(({ part }) => this.compile(part) ?? []);
    const focuses = expressions.flatMap(expression => expression.types);
    const components = definition.component && this.components(definition.component, focuses);
    const usable = expressions.length === members.length && !components?.includes(undefined);
    this.groups.set(
      name,
      usable
        ? {
            param: hash32(`${this.type} ${name} ${extractorVersions[definition.type]}`),
            paramAt: versions => hash32(`${this.type} ${name} ${versions[definition.type]}`),
            kind: definition.type,
            ofName: members.some(member => /\b(name|family|given)\b/.test(member.part.text)),
            expressions,
            single: expressions.length === 1 && expressions[0]!.single,
            ...(definition.type === 'reference' &&
              definition.target?.length === 1 && { soleTarget: definition.target[0]! }),
            ...(onlyTargets.length > 0 && { onlyTargets }),
            ...(components && { components: components as Component[] }),
          }
        : undefined,
    );
  }

  private compile({ node, text }: Part): Expression | undefined {
    const model = this.definitions.typeSchema;
    return (node && compileNode(node, this.type, model)) ?? compileExpression(text, this.type, model);
  }

  private components(
    declared: NonNullable<Definition['component']>,
    focuses: readonly TypeInfo[],
  ): (Component | undefined)[] {
    const make = (expressions: readonly string[]) =>
      declared.map(({ definition }, i) => this.component(expressions[i]!, this.byUrl.get(definition), focuses));
    const expressions = declared.map(component => component.expression);
    const made = make(expressions);
    // DocumentReference.relationship: the specification has the expressions of its two components exchanged.
    const exchanged =
      made.length === 2 && made.every(component => component && isCoded(component.kind) && !fits(component));
    return exchanged ? make(expressions.toReversed()) : made;
  }

  private component(
    expression: string,
    definition: Definition | undefined,
    focuses: readonly TypeInfo[],
  ): Component | undefined {
    if (!definition) return undefined;
    const made = new Map<string, Expression | undefined>();
    const on = (focus: TypeInfo) => {
      const key = `${focus.code} ${focus.element?.path ?? ''}`;
      if (!made.has(key)) made.set(key, compileExpression(expression, focus, this.definitions.typeSchema));
      return made.get(key);
    };
    const types = [...new Set(focuses.flatMap(focus => on(focus)?.types.map(type => type.code) ?? []))];
    return { kind: definition.type, types, on };
  }

  /** The sources of a parameter; none when one of them cannot be indexed. */
  of(draft: Draft): readonly Source[] {
    const names = new Set(draft.parts.map(part => this.groupOf.get(partKey(draft, part))!));
    const found = [...names].map(name => this.groups.get(name));
    return found.some(source => source === undefined) ? [] : (found as Source[]);
  }

  all(): readonly Source[] {
    return [...this.groups.values()].filter(source => source !== undefined);
  }
}

const isCoded = (kind: SearchParamType): boolean => kind === 'token' || kind === 'reference';

/** True when a component's values are of the kind its parameter says. */
function fits({ kind, types }: Component): boolean {
  const references = types.every(type => type === 'Reference' || type === 'canonical');
  return types.length === 0 || references === (kind === 'reference');
}

function partKey({ definition }: Draft, part: Part): string {
  const components = definition.component?.map(component => component.expression).join(' $ ');
  return `${definition.type} ${part.text}${components ? ` $ ${components}` : ''}`;
}
