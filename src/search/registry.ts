/**
 * Registry: the search parameters of each resource type, compiled on first use. Parameters whose expressions have parts in
 * common share their index rows: `patient` of Observation is `subject`, `combo-code` is `code` and `component-code`.
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { Resource } from '../fhir/types.ts';
import { compileExpression, compileNode, type Expression, type TypeInfo } from '../fhirpath/compile.ts';
import { type Node, parseExpression, printExpression, unionParts } from '../fhirpath/syntax.ts';
import { hash32 } from '../store/hash.ts';
import type { Component, SearchParam, SearchParamType, Source, TypeParams } from './search-param.ts';

/** Changes whenever extraction makes other rows than before, so that old and new rows never mix. */
export const extractorVersion = 1;

/** Parameters that can be a resource's moment, the first that it has, in order. */
const momentCodes = ['date', 'authoredon', 'authored-on', 'authored', 'period', 'whenhandedover', 'effective-time', 'recorded-date', 'created', 'issued', 'sent', 'recorded'];

const coreUrl = 'http://hl7.org/fhir/SearchParameter/';
/** Answered from the version itself, without index rows. */
export const withoutRows: ReadonlySet<string> = new Set(['_id', '_lastUpdated']);

interface Definition extends Resource {
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
interface Part {
  /** Its one spelling; equal for parts that can share rows. */
  readonly text: string;
  readonly node: Node | undefined;
  readonly onlyTarget?: string;
}

interface Draft {
  readonly definition: Definition;
  readonly parts: readonly Part[];
}

/** Finds the parameters of a type. */
export type Registry = (resourceType: string) => TypeParams;

/** The registry over all loaded SearchParameters. */
export function createRegistry(definitions: Definitions): Registry {
  const byBase = new Map<string, Definition[]>();
  const byUrl = new Map<string, Definition>();
  for (const definition of definitions.all('SearchParameter') as Definition[]) {
    byUrl.set(definition.url, definition);
    for (const base of definition.base ?? []) byBase.set(base, [...(byBase.get(base) ?? []), definition]);
  }
  const compiled = new Map<string, TypeParams>();
  return resourceType => {
    let params = compiled.get(resourceType);
    if (!params) {
      params = compileType(resourceType, byBase, byUrl, definitions);
      compiled.set(resourceType, params);
    }
    return params;
  };
}

const isDomainResource = (type: string) => !['Bundle', 'Binary', 'Parameters'].includes(type);

function compileType(type: string, byBase: ReadonlyMap<string, Definition[]>, byUrl: ReadonlyMap<string, Definition>, definitions: Definitions): TypeParams {
  const drafts = new Map<string, Draft>();
  const absent: string[] = [];
  const bases = [type, ...(isDomainResource(type) ? ['DomainResource'] : []), 'Resource'];
  for (const definition of bases.flatMap(base => byBase.get(base) ?? [])) {
    const parts = partsOf(definition, type);
    if (parts.length > 0 && definition.type !== 'special') drafts.set(definition.code, { definition, parts });
    else if (!withoutRows.has(definition.code)) absent.push(definition.code);
  }
  const sources = new SourceMaker(type, [...drafts.values()], definitions, byUrl);
  const byCode = new Map<string, SearchParam>();
  const momentCode = momentCodes.find(code => isSingleDate(drafts.get(code), sources));
  for (const [code, draft] of drafts) {
    const made = sources.of(draft);
    if (made.length === 0) absent.push(code);
    else byCode.set(code, toParam(type, draft, made, code === momentCode, byUrl));
  }
  const moment = momentCode === undefined ? undefined : byCode.get(momentCode)?.sources[0];
  return { resourceType: type, byCode, sources: sources.all(), ...(moment && { moment }), absent };
}

function toParam(type: string, { definition, parts }: Draft, sources: readonly Source[], isMoment: boolean, byUrl: ReadonlyMap<string, Definition>): SearchParam {
  const onlyTarget = parts[0]?.onlyTarget;
  const components = (definition.component ?? []).flatMap(component => {
    const inner = byUrl.get(component.definition);
    return inner ? [toParam(type, { definition: inner, parts: [] }, [], false, byUrl)] : [];
  });
  return {
    code: definition.code,
    type: definition.type,
    resourceType: type,
    url: definition.url,
    description: definition.description ?? '',
    sources,
    targets: onlyTarget ? [onlyTarget] : (definition.target ?? []),
    ...(onlyTarget && parts.every(part => part.onlyTarget === onlyTarget) && { onlyTarget }),
    components,
    isMoment,
  };
}

/** The parts of a parameter's expression that apply to a type. */
function partsOf(definition: Definition, type: string): Part[] {
  if (!definition.expression || withoutRows.has(definition.code)) return [];
  const tree = parseExpression(definition.expression);
  if (!tree) return textParts(definition.expression, type);
  return unionParts(tree)
    .filter(node => appliesTo(node, type))
    .map(node => {
      if (node.op === 'where' && node.test.op === 'resolves') return { node: node.of, text: spell(node.of), onlyTarget: node.test.type };
      return { node, text: spell(node) };
    });
}

const spell = (node: Node) => printExpression(node);

/** Parts of an expression beyond the walk: cut at unions outside of brackets, each left to the engine. */
function textParts(expression: string, type: string): Part[] {
  return expression
    .split(/\|(?![^(]*\))/)
    .map(text => text.trim())
    .filter(text => !/^\(*[A-Z][A-Za-z]+\b/.test(text) || new RegExp(`^\\(*(${type}|Resource|DomainResource)\\b`).test(text))
    .map(text => ({ text, node: parseExpression(text) }));
}

function appliesTo(node: Node, type: string): boolean {
  switch (node.op) {
    case 'type':
      return node.name === type || node.name === 'Resource' || node.name === 'DomainResource';
    case 'this':
    case 'resource':
      return true;
    case 'and':
      return appliesTo(node.left, type);
    case 'union':
      return node.parts.some(part => appliesTo(part, type));
    default:
      return appliesTo(node.of, type);
  }
}

function isSingleDate(draft: Draft | undefined, sources: SourceMaker): boolean {
  if (draft?.definition.type !== 'date' || !draft.definition.url.startsWith(coreUrl)) return false;
  const made = sources.of(draft);
  return made.length === 1 && made[0]!.single;
}

/** Makes sources: parts that are always used together become one source, the specification's own before others. */
class SourceMaker {
  private readonly groups = new Map<string, Source | undefined>();
  private readonly groupOf = new Map<string, string>();
  private readonly type: string;
  private readonly definitions: Definitions;
  private readonly byUrl: ReadonlyMap<string, Definition>;

  constructor(type: string, drafts: readonly Draft[], definitions: Definitions, byUrl: ReadonlyMap<string, Definition>) {
    this.type = type;
    this.definitions = definitions;
    this.byUrl = byUrl;
    this.group(drafts.filter(draft => draft.definition.url.startsWith(coreUrl)));
    for (const draft of drafts) if (!draft.definition.url.startsWith(coreUrl)) this.group([draft]);
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
    const name = members.map(member => member.key).sort().join(' | ');
    for (const member of members) this.groupOf.set(member.key, name);
    const { definition } = members[0]!.draft;
    const expressions = members.flatMap(({ part }) => this.compile(part) ?? []);
    const focuses = expressions.flatMap(expression => expression.types);
    const components = definition.component && this.components(definition.component, focuses);
    const usable = expressions.length === members.length && !components?.includes(undefined);
    this.groups.set(
      name,
      usable
        ? {
            param: hash32(`${this.type} ${name} ${extractorVersion}`),
            kind: definition.type,
            expressions,
            single: expressions.length === 1 && expressions[0]!.single,
            ...(components && { components: components as Component[] }),
          }
        : undefined,
    );
  }

  private compile({ node, text }: Part): Expression | undefined {
    const model = this.definitions.typeSchema;
    return (node && compileNode(node, this.type, model)) ?? compileExpression(text, this.type, model);
  }

  private components(declared: NonNullable<Definition['component']>, focuses: readonly TypeInfo[]): (Component | undefined)[] {
    const make = (expressions: readonly string[]) => declared.map(({ definition }, i) => this.component(expressions[i]!, this.byUrl.get(definition), focuses));
    const expressions = declared.map(component => component.expression);
    const made = make(expressions);
    // DocumentReference.relationship: the specification has the expressions of its two components exchanged.
    const exchanged = made.length === 2 && made.every(component => component && isCoded(component.kind) && !fits(component));
    return exchanged ? make(expressions.toReversed()) : made;
  }

  private component(expression: string, definition: Definition | undefined, focuses: readonly TypeInfo[]): Component | undefined {
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
