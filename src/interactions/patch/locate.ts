/**
 * Where a FHIRPath expression points in a resource: the path of a FHIRPath Patch, evaluated to places in the JSON tree.
 *
 * The expression comes from a client, so it is bounded: its length, its functions (none that can multiply text), and the
 * time it may take, which a watchdog of node:vm enforces (it stops regular expressions, too).
 * @see https://hl7.org/fhir/R4/fhirpatch.html
 */
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { DecimalLiteral } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import { isObject, type Refuse } from './result.ts';

/** One member on the way down, with the index in its array if it is one. `_birthDate` is the element beside `birthDate`. */
export interface Step {
  readonly name: string;
  readonly index?: number;
}

/** The steps from the resource to a place in it; none is the resource itself. */
export type Location = readonly Step[];

/** Time left for all paths of one patch, in milliseconds. */
export interface Budget {
  leftMs: number;
}

/** What the FHIRPath engine (npm fhirpath) gives for a result that is part of the resource. */
interface ResourceNode {
  readonly data: unknown;
  readonly parentResNode: ResourceNode | null;
  /** Without the type for choice elements: `deceased`, unless reached by children(). */
  readonly propName: string | null;
  readonly index: number | null;
  readonly fhirNodeDataType: string | null;
}

interface SyntaxNode {
  readonly type: string;
  readonly text?: string;
  readonly children?: readonly SyntaxNode[];
}

interface Engine {
  parse(expression: string): SyntaxNode;
  compile(expression: string, model: unknown, options: object): (resource: unknown, variables: object) => unknown[];
}

const maxLength = 1000;
const require = createRequire(import.meta.url);
let loaded: { readonly engine: Engine; readonly model: unknown } | undefined;

/** Loaded at the first FHIRPath Patch, because it takes about a tenth of a second. */
function load() {
  loaded ??= { engine: require('fhirpath') as Engine, model: require('fhirpath/fhir-context/r4') as unknown };
  return loaded;
}

/** Functions a path may use. Left out is what builds text, calls other servers, or writes. */
const allowed = new Set(
  `all allFalse allTrue anyFalse anyTrue as children combine contains count descendants distinct empty endsWith exclude exists
  extension first getValue hasValue iif indexOf intersect is isDistinct last length lower matches not now ofType repeat select
  single skip startsWith subsetOf supersetOf tail take today toBoolean toDate toDateTime toDecimal toInteger toString union upper
  where`.split(/\s+/),
);

const box = vm.createContext({ run: undefined as (() => void) | undefined });
const runner = new vm.Script('run()');

/**
 * The places in the resource a path names, each once.
 * @param resource lossless tree
 * @param budget shared by the paths of a patch; what this path takes is taken off
 * @param refuse called for a path that cannot be read, is too long or too slow, or gives values that are no part of the resource
 */
export function locate(resource: Resource, path: string, budget: Budget, refuse: Refuse): Location[] {
  if (path.length > maxLength)
    refuse({
      en: `the path has ${path.length} characters, expected at most ${maxLength}`,
      ja: `path が ${path.length} 文字あります（上限は ${maxLength} 文字です）`,
    });
  load();
  const started = performance.now();
  const plain = plainTree(resource) as Resource;
  const nodes = evaluate(plain, path, budget, refuse);
  budget.leftMs -= performance.now() - started;
  const places = new Map<string, Location>();
  for (const node of nodes) {
    const location = isNode(node) ? locationOf(node, plain) : undefined;
    if (!location)
      return refuse({
        en: 'the path gives a computed value, expected elements of the resource',
        ja: 'path の結果が計算値です（リソースの要素を指してください）',
      });
    places.set(JSON.stringify(location), location);
  }
  return [...places.values()];
}

/** The same tree with JavaScript numbers for decimals; parts without decimals are shared. */
function plainTree(value: unknown): unknown {
  if (value instanceof DecimalLiteral) return Number(value.text);
  if (Array.isArray(value)) {
    const items = value.map(plainTree);
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  if (!isObject(value)) return value;
  let copy: JsonObject | undefined;
  for (const [name, item] of Object.entries(value)) {
    const plain = plainTree(item);
    if (plain === item) continue;
    copy ??= { ...value };
    copy[name] = plain;
  }
  return copy ?? value;
}

function evaluate(resource: Resource, path: string, budget: Budget, refuse: Refuse): unknown[] {
  const { engine, model } = load();
  let result: unknown[] = [];
  try {
    const forbidden = forbiddenPart(engine.parse(path));
    if (forbidden)
      return refuse({
        en: `${forbidden} cannot be used in the path of a patch`,
        ja: `パッチの path では ${forbidden} を使えません`,
      });
    const run = engine.compile(path, model, { resolveInternalTypes: false, traceFn: () => {} });
    box.run = () => {
      result = run(resource, { resource, rootResource: resource });
    };
    runner.runInContext(box, { timeout: Math.max(1, Math.ceil(budget.leftMs)) });
    return result;
  } catch (error) {
    if (error instanceof FhirError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      return refuse({
        en: 'evaluating the paths of the patch takes too long',
        ja: 'パッチの path の評価に時間がかかりすぎます',
      });
    const reason = message.slice(0, 200);
    return refuse({ en: `the path cannot be evaluated: ${reason}`, ja: `path を評価できません（${reason}）` });
  } finally {
    box.run = undefined;
  }
}

/** The first function or operator of an expression that is not allowed. */
function forbiddenPart(node: SyntaxNode): string | undefined {
  if (node.type === 'AdditiveExpression') return `"${node.text ?? '+'}"`;
  if (node.type === 'Functn') {
    const name = node.children?.[0]?.text ?? node.text ?? '';
    if (!allowed.has(name)) return `${name}()`;
  }
  for (const child of node.children ?? []) {
    const found = forbiddenPart(child);
    if (found) return found;
  }
  return undefined;
}

function isNode(value: unknown): value is ResourceNode {
  return typeof value === 'object' && value !== null && 'parentResNode' in value && 'propName' in value;
}

/** Follows a result up to the resource and down again by member names; undefined if it is not in the resource. */
function locationOf(node: ResourceNode, resource: Resource): Location | undefined {
  const chain: ResourceNode[] = [];
  let root = node;
  for (; root.parentResNode; root = root.parentResNode) chain.unshift(root);
  if (root.data !== resource) return undefined;
  const steps: Step[] = [];
  let value: unknown = resource;
  let beside: unknown;
  for (const link of chain) {
    const holder = isObject(value) ? value : beside;
    const name = isObject(holder) ? memberName(holder, link) : undefined;
    if (!isObject(holder) || name === undefined) return undefined;
    const last = steps.at(-1);
    if (holder !== value && last) steps[steps.length - 1] = { ...last, name: `_${last.name}` };
    const index = link.index ?? undefined;
    steps.push(index === undefined ? { name } : { name, index });
    value = itemOf(holder[name], index);
    beside = itemOf(holder[`_${name}`], index);
  }
  return isObject(node.data) && isObject(value) && node.data !== value ? undefined : steps;
}

function itemOf(value: unknown, index: number | undefined): unknown {
  return index === undefined || !Array.isArray(value) ? value : (value[index] ?? undefined);
}

/** The JSON name of a node's member: that of a choice element has the type at its end. */
function memberName(holder: JsonObject, { propName, fhirNodeDataType }: ResourceNode): string | undefined {
  if (propName === null) return undefined;
  const names = new Set(Object.keys(holder).map(name => name.replace(/^_/, '')));
  if (names.has(propName)) return propName;
  const typed = propName + (fhirNodeDataType ?? '').replace(/^./, letter => letter.toUpperCase());
  if (names.has(typed)) return typed;
  const candidates = [...names].filter(name => name.startsWith(propName) && /^[A-Z]/.test(name.slice(propName.length)));
  return candidates.length === 1 ? candidates[0] : undefined;
}
