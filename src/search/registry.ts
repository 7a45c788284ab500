/**
 * Registry: the search parameters of each resource type, compiled on first use. Parameters whose expressions have parts in
 * common share their index rows: `patient` of Observation is `subject`, `combo-code` is `code` and `component-code`.
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { Resource } from '../fhir/types.ts';
import { type Node, parseExpression, printExpression, unionParts } from '../fhirpath/syntax.ts';
import type { SearchParam, Source, TypeParams } from './search-param.ts';
import { type Definition, type Draft, factsOf, type Part, SourceMaker } from './sources.ts';

/** Parameters that can be a resource's moment, the first that it has, in order. */
const momentCodes = [
  'date',
  'authoredon',
  'authored-on',
  'authored',
  'period',
  'whenhandedover',
  'effective-time',
  'recorded-date',
  'created',
  'issued',
  'sent',
  'recorded',
];

const coreUrl = 'http://hl7.org/fhir/SearchParameter/';
/** Answered from the version itself, without index rows. */
export const withoutRows: ReadonlySet<string> = new Set(['_id', '_lastUpdated']);

/** Finds the parameters of a type. */
export type Registry = (resourceType: string) => TypeParams;

/** SearchParameters by base type and by canonical. */
interface Catalogue {
  readonly byBase: ReadonlyMap<string, readonly Definition[]>;
  readonly byUrl: ReadonlyMap<string, Definition>;
  /** Canonicals of the specification's own parameters. */
  readonly core: ReadonlySet<string>;
}

function catalogue(definitions: readonly Definition[], core: ReadonlySet<string>): Catalogue {
  const byBase = new Map<string, Definition[]>();
  const byUrl = new Map<string, Definition>();
  for (const definition of definitions) {
    if (byUrl.has(definition.url)) continue;
    byUrl.set(definition.url, definition);
    for (const base of definition.base ?? []) byBase.set(base, [...(byBase.get(base) ?? []), definition]);
  }
  return { byBase, byUrl, core };
}

/** The registry and the way to change what clients have defined. */
export interface RegistryOf {
  readonly registry: Registry;
  /** Takes the SearchParameters that are stored as resources; types are compiled again when they are next asked for. */
  setStored(stored: readonly Resource[]): void;
  /** Base types of parameters that are not the specification's. */
  customBases(): readonly string[];
}

/** The registry over all loaded SearchParameters; the specification's own come first, then packages, then stored ones. */
export function createRegistry(
  definitions: Definitions,
  parameters: readonly Resource[] = definitions.all('SearchParameter'),
): RegistryOf {
  const all = parameters as Definition[];
  const core = new Set(all.map(one => one.url).filter(url => url.startsWith(coreUrl)));
  const loaded = [...all.filter(one => core.has(one.url)), ...all.filter(one => !core.has(one.url))];
  let known = catalogue(loaded, core);
  let compiled = new Map<string, TypeParams>();
  return {
    registry(resourceType) {
      let params = compiled.get(resourceType);
      if (!params) {
        params = compileType(resourceType, known, definitions);
        compiled.set(resourceType, params);
      }
      return params;
    },
    setStored(stored) {
      known = catalogue([...loaded, ...(stored.filter(isUsable) as Definition[])], core);
      compiled = new Map();
    },
    customBases: () =>
      [...known.byBase].filter(([, list]) => list.some(one => !core.has(one.url))).map(([base]) => base),
  };
}

/** A stored SearchParameter that can be compiled at all. */
function isUsable(resource: Resource): boolean {
  const { url, code, base, type, status } = resource as Partial<Definition> & { status?: unknown };
  return (
    typeof url === 'string' &&
    typeof code === 'string' &&
    Array.isArray(base) &&
    typeof type === 'string' &&
    status !== 'retired'
  );
}

const isDomainResource = (type: string) => !['Bundle', 'Binary', 'Parameters'].includes(type);

function compileType(type: string, known: Catalogue, definitions: Definitions): TypeParams {
  const { byBase, byUrl, core } = known;
  const drafts = new Map<string, Draft>();
  const absent: string[] = [];
  const bases = [type, ...(isDomainResource(type) ? ['DomainResource'] : []), 'Resource'];
  for (const definition of bases.flatMap(base => byBase.get(base) ?? [])) {
    if (drafts.has(definition.code)) continue;
    const parts = partsOf(definition, type, definitions);
    if (parts.length > 0) drafts.set(definition.code, { definition, parts, isCore: core.has(definition.url) });
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
  const facts = factsOf(type, [...drafts.values()]);
  return { resourceType: type, byCode, sources: sources.all(), facts, ...(moment && { moment }), absent };
}

function toParam(
  type: string,
  { definition, parts, isCore }: Draft,
  sources: readonly Source[],
  isMoment: boolean,
  byUrl: ReadonlyMap<string, Definition>,
): SearchParam {
  const onlyTarget = parts[0]?.onlyTarget;
  const components = (definition.component ?? []).flatMap(component => {
    const inner = byUrl.get(component.definition);
    return inner ? [toParam(type, { definition: inner, parts: [], isCore: true }, [], false, byUrl)] : [];
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
    isCore,
  };
}

/** The parts of a parameter's expression that apply to a type. */
function partsOf(definition: Definition, type: string, definitions: Definitions): Part[] {
  if (!definition.expression || withoutRows.has(definition.code)) return [];
  const tree = parseExpression(definition.expression);
  if (!tree) return textParts(definition.expression, type);
  return unionParts(tree)
    .filter(node => appliesTo(node, type))
    .map(part => {
      const written = asInJson(part, definitions);
      const node = definition.type === 'token' ? anyCoded(written) : written;
      if (node.op === 'where' && node.test.op === 'resolves')
        return { node: node.of, text: spell(node.of), onlyTarget: node.test.type };
      return { node, text: spell(node) };
    });
}

/**
 * `extension….value.as(code)` of a token means any coded value: packages write it for values that their own profiles make a
 * Coding or an Identifier (jp-prefectureno, jp-insurance-organizationno of JP Core 1.1 to 2.0).
 */
function anyCoded(node: Node): Node {
  if (node.op !== 'as' || node.type !== 'code' || node.of.op !== 'child' || node.of.name !== 'value') return node;
  return isExtension(node.of.of) ? node.of : node;
}

function isExtension(node: Node): boolean {
  if (node.op === 'where') return isExtension(node.of);
  return node.op === 'extension' || (node.op === 'child' && node.name === 'extension');
}

/** `extension….valuePeriod`, as JSON has it (JP Core 1.1.1), is `value as Period`. */
function asInJson(node: Node, definitions: Definitions): Node {
  if (!('of' in node)) return node;
  const of = asInJson(node.of, definitions);
  const name = node.op === 'child' && isExtension(of) ? /^value([A-Z]\w*)$/.exec(node.name)?.[1] : undefined;
  if (name === undefined) return { ...node, of };
  const isComplex = definitions.typeSchema(name)?.kind === 'complex-type';
  const type = isComplex ? name : name[0]!.toLowerCase() + name.slice(1);
  return { op: 'as', of: { op: 'child', of, name: 'value' }, type };
}

const spell = (node: Node) => printExpression(node);

/** Parts of an expression beyond the walk: cut at unions outside of brackets, each left to the engine. */
function textParts(expression: string, type: string): Part[] {
  return expression
    .split(/\|(?![^(]*\))/)
    .map(text => text.trim())
    .filter(
      text => !/^\(*[A-Z][A-Za-z]+\b/.test(text) || new RegExp(`^\\(*(${type}|Resource|DomainResource)\\b`).test(text),
    )
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
  if (draft?.definition.type !== 'date' || !draft.isCore) return false;
  const made = sources.of(draft);
  return made.length === 1 && made[0]!.single;
}
