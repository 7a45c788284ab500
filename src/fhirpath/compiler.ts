/**
 * Syntax tree → closures. Paths walk JSON properties, with what is known of the types at compile time.
 * @see https://hl7.org/fhirpath/N1/#expressions
 */
import type { Ast } from './ast.ts';
import {
  anything,
  type Code,
  charge,
  checkOrdered,
  type Scope,
  type State,
  single,
  singleSystem,
  type Test,
  testCode,
  testOf,
} from './code.ts';
import { equalCollections, equalItems, equivalentCollections } from './equality.ts';
import { fault, type Place, refuse } from './fault.ts';
import { functions } from './functions/all.ts';
import { type Collection, hasType, type Item, Node, none, systemName, systemOf, TypeValue } from './item.ts';
import { arithmetic, compare, type Logic, logic, madeText, negate } from './operators.ts';
import { typeNameOf } from './parser.ts';
import { asksForContent, childCode, contentCode, startCode } from './path.ts';
import { memberCode, unionCode, unionSides } from './sets.ts';
import { resolveType, type TypeTest } from './shape.ts';
import { variableCode } from './variables.ts';

/** Compiles a tree. @throws FhirError for unknown functions and types, and in strict mode for paths that cannot fit */
export function compileAst(ast: Ast, scope: Scope): Code {
  const { run, test, has, type, text, isSelf } = codeOf(ast, scope);
  // Objects of one shape are quick to read, and this one is read at every step.
  return { run, test, has, type, text, isSelf };
}

function codeOf(ast: Ast, scope: Scope): Code {
  switch (ast.op) {
    case 'literal':
      return constant([ast.value]);
    case 'empty':
      return constant(none);
    case 'special':
      return specialCode(ast.name, scope);
    case 'external':
      return variableCode(ast.name, { text: scope.text, at: ast.at });
    case 'child':
      return ast.of
        ? childCode(compileAst(ast.of, scope), ast.name, scope, ast.at)
        : startCode(ast.name, scope, ast.at);
    case 'call':
      return callCode(ast, scope);
    case 'index':
      return indexCode(ast, scope);
    case 'sign':
      return signCode(ast, scope);
    case 'type':
      return typeCode(compileAst(ast.of, scope), ast.operator, resolved(ast.type, scope, ast.at), scope, ast.at);
    case 'binary':
      return binaryCode(ast, scope);
  }
}

function constant(items: Collection): Code {
  const [item] = items;
  const value = Object.freeze(items) as Collection;
  if (typeof item === 'boolean')
    return { run: () => value, test: () => item, type: { system: 'Boolean', single: true } };
  return { run: () => value, type: { system: item === undefined ? undefined : systemName(item), single: true } };
}

const thisRun = (self: Item | undefined): Collection => (self === undefined ? none : [self]);

function specialCode(name: string, scope: Scope): Code {
  if (name === '$this') return { run: thisRun, has: self => self !== undefined, type: scope.self, isSelf: true };
  if (name === '$total') return { run: (_, state) => state.total, type: anything };
  return { run: (_, state) => (state.index < 0 ? none : [state.index]), type: { system: 'Integer', single: true } };
}

function callCode(ast: Extract<Ast, { op: 'call' }>, scope: Scope): Code {
  const place = { text: scope.text, at: ast.at };
  const entry = functions.get(ast.name);
  if (!entry) throw refuse(place, `there is no function ${ast.name}()`, `関数 ${ast.name}() はありません`);
  const [least, most] = entry.arity;
  const given = ast.args.length;
  if (given < least || given > most)
    throw refuse(
      place,
      `${ast.name}(): found ${given} arguments, expected ${least === most ? least : `${least} to ${most}`}`,
      `${ast.name}() の引数は ${least === most ? least : `${least}〜${most}`} 個です`,
    );
  const input = ast.of ? compileAst(ast.of, scope) : specialCode('$this', scope);
  if (entry.type) return typeCode(input, entry.type, argumentType(ast, scope), scope, ast.at);
  return entry.build({ name: ast.name, place, input, args: ast.args, scope, compile: compilePart });
}

/** An argument: what it defines is not seen outside. */
function compilePart(ast: Ast, scope: Scope): Code {
  const code = compileAst(ast, scope);
  if (!scope.text.includes('defineVariable')) return code;
  const isolated =
    <T>(inner: (self: Item | undefined, state: State) => T) =>
    (self: Item | undefined, state: State): T => {
      const { defined } = state;
      const result = inner(self, state);
      state.defined = defined;
      return result;
    };
  return { run: isolated(code.run), ...(code.test && { test: isolated(code.test) }), type: code.type };
}

function argumentType(ast: Extract<Ast, { op: 'call' }>, scope: Scope): TypeTest | undefined {
  const name = typeNameOf(ast.args[0]);
  if (!name)
    throw refuse(
      { text: scope.text, at: ast.at },
      `${ast.name}(): expected the name of a type`,
      `${ast.name}() には型の名前が必要です`,
    );
  return resolved(name, scope, ast.at);
}

/** A type of the model. One that does not exist is refused in strict mode; nothing is of it otherwise, or in a namespace without it. */
function resolved(name: { namespace?: string; name: string }, scope: Scope, at: number): TypeTest | undefined {
  const test = resolveType(name, scope.shapes);
  if (!test && scope.strict && name.namespace === undefined)
    throw refuse({ text: scope.text, at }, `there is no type ${name.name}`, `${name.name} という型はありません`);
  return test;
}

/** is, as and ofType. `as` on several values is an error, but definitions use it to filter, and to take subtypes of primitives. */
function typeCode({ run, type }: Code, operator: string, test: TypeTest | undefined, scope: Scope, at: number): Code {
  const place = { text: scope.text, at };
  if (operator === 'is')
    return testCode((self, state) => {
      const item = single(run(self, state), place, 'is');
      return item === undefined ? undefined : test !== undefined && hasType(item, test, false);
    });
  const fits = test && ((item: Item) => hasType(item, test, !scope.asFilters) || isWanted(item, test));
  const shape = test && !('system' in test) ? scope.shapes?.find('fhir' in test ? test.fhir : test.either) : undefined;
  return {
    run(self, state) {
      const items = run(self, state);
      if (operator === 'as' && !scope.asFilters) single(items, place, 'as');
      if (!fits || items.length === 0) return none;
      if (items.length === 1) return fits(items[0]!) ? items : none;
      return items.filter(fits);
    },
    type: { ...(shape && !shape.open && { shapes: [shape] }), ...(type.single && { single: true }) },
  };
}

/** `ofType(System.String)` takes the values of FHIR strings. */
function isWanted(item: Item, test: TypeTest): boolean {
  if (!('system' in test) || !(item instanceof Node)) return false;
  const value = systemOf(item);
  return value !== undefined && systemName(value) === test.system;
}

function indexCode(ast: Extract<Ast, { op: 'index' }>, scope: Scope): Code {
  const place = { text: scope.text, at: ast.at };
  const [of, index] = [compileAst(ast.of, scope), compilePart(ast.index, scope)];
  checkOrdered(of.type, scope, place);
  return {
    run(self, state) {
      const items = of.run(self, state);
      const at = singleSystem(index.run(self, state), place, 'an index');
      if (at !== undefined && typeof at !== 'number')
        throw fault(place, 'an index must be an integer', '添字は整数です');
      const item = at === undefined ? undefined : items[at];
      return item === undefined ? none : [item];
    },
    type: { ...of.type, single: true },
  };
}

function signCode(ast: Extract<Ast, { op: 'sign' }>, scope: Scope): Code {
  const place = { text: scope.text, at: ast.at };
  const { run, type } = compileAst(ast.of, scope);
  const apply = (items: Collection) => {
    const value = singleSystem(items, place, 'a sign');
    if (value === undefined) return none;
    const negated = negate(value, place);
    return ast.minus ? (negated === undefined ? none : [negated]) : [value];
  };
  if (ast.of.op === 'literal') return constant(apply([ast.of.value]));
  return { run: (self, state) => apply(run(self, state)), type };
}

function binaryCode(ast: Extract<Ast, { op: 'binary' }>, scope: Scope): Code {
  if (asksForContent(ast)) return contentCode;
  const place = { text: scope.text, at: ast.at };
  if (ast.operator === '|')
    return unionCode(
      unionSides(ast).map(side => compilePart(side, scope)),
      place,
    );
  const [left, right] = [compilePart(ast.left, scope), compilePart(ast.right, scope)];
  const { operator } = ast;
  const truths = logic.get(operator);
  if (truths) return logicCode(truths, testOf(left, place), testOf(right, place));
  switch (operator) {
    case '=':
    case '!=':
      return equalCode(left, right, operator === '=', ast.right);
    case '~':
    case '!~':
      return testCode((self, state) => {
        const [a, b] = [left.run(self, state), right.run(self, state)];
        return equivalentCollections(a, b, steps => charge(state, steps, place)) === (operator === '~');
      });
    case 'in':
      return memberCode(left, right, place);
    case 'contains':
      return memberCode(right, left, place);
    case '&':
      return concatCode(left, right, place);
    default:
      return valueCode(operator, left, right, place);
  }
}

function logicCode({ join, decides, decision }: Logic, first: Test, second: Test): Code {
  if (decides === undefined) return testCode((self, state) => join(first(self, state), second(self, state)));
  return testCode((self, state) => {
    const left = first(self, state);
    return left === decides ? decision : join(left, second(self, state));
  });
}

function equalCode(left: Code, right: Code, equal: boolean, rightAst: Ast): Code {
  if (rightAst.op === 'literal' && typeof rightAst.value === 'string') {
    const { value } = rightAst;
    const { text } = left;
    return testCode((self, state) => {
      const found = text?.(self, state);
      if (found !== undefined) return (found === value) === equal;
      const items = left.run(self, state);
      if (items.length === 0) return undefined;
      const item = items[0]!;
      if (items.length > 1) return !equal;
      return (
        (item instanceof Node && item.shape.primitive === 'String' ? item.value === value : equalItems(item, value)) ===
        equal
      );
    });
  }
  if (left.test && right.test) {
    const [first, second] = [left.test, right.test];
    return testCode((self, state) => {
      const [a, b] = [first(self, state), second(self, state)];
      return a === undefined || b === undefined ? undefined : (a === b) === equal;
    });
  }
  return testCode((self, state) => {
    const same = equalCollections(left.run(self, state), right.run(self, state));
    return same === undefined ? undefined : same === equal;
  });
}

function concatCode(left: Code, right: Code, place: Place): Code {
  const text = (items: Collection): string => {
    const value = singleSystem(items, place, '&');
    if (value instanceof Node || value instanceof TypeValue)
      throw fault(place, '"&" needs text', '「&」は文字列に使います');
    return value === undefined ? '' : String(value);
  };
  return {
    run: (self, state) => [madeText(text(left.run(self, state)) + text(right.run(self, state)), state, place)],
    type: { system: 'String', single: true },
  };
}

/** Arithmetic and order: empty when either side is. */
function valueCode(operator: string, left: Code, right: Code, place: Place): Code {
  const [before, after] = [`the left side of "${operator}"`, `the right side of "${operator}"`];
  const both = (self: Item | undefined, state: State): [Item, Item] | undefined => {
    const x = singleSystem(left.run(self, state), place, before);
    const y = singleSystem(right.run(self, state), place, after);
    return x === undefined || y === undefined ? undefined : [x, y];
  };
  if (operator.startsWith('<') || operator.startsWith('>'))
    return testCode((self, state) => {
      const found = both(self, state);
      return found && compare(operator, found[0], found[1], place);
    });
  return {
    run(self, state) {
      const found = both(self, state);
      const value = found && arithmetic(operator, found[0], found[1], state, place);
      return value === undefined ? none : [value];
    },
    type: { single: true },
  };
}
