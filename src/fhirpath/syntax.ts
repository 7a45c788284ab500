/**
 * The part of FHIRPath that search parameters are written in, as a syntax tree: dotted paths, `as`, `where` with a simple
 * test, `extension`, an index, `exists`, `and`, comparison with a literal, unions. Everything else is left to the full engine.
 * @see https://hl7.org/fhirpath/N1/#grammar
 */

/** A node of the tree. `of` is what the step is taken on. */
export type Node =
  | { readonly op: 'this' }
  | { readonly op: 'resource' }
  | { readonly op: 'type'; readonly name: string }
  | { readonly op: 'child'; readonly of: Node; readonly name: string }
  | { readonly op: 'as'; readonly of: Node; readonly type: string }
  | { readonly op: 'where'; readonly of: Node; readonly test: Node }
  | { readonly op: 'extension'; readonly of: Node; readonly url: string }
  | { readonly op: 'index'; readonly of: Node; readonly index: number }
  | { readonly op: 'exists'; readonly of: Node }
  | { readonly op: 'resolves'; readonly of: Node; readonly type: string }
  | { readonly op: 'compare'; readonly of: Node; readonly equal: boolean; readonly literal: string | number | boolean }
  | { readonly op: 'and'; readonly left: Node; readonly right: Node }
  | { readonly op: 'union'; readonly parts: readonly Node[] };

/** Thrown inside when an expression needs the full engine. */
class BeyondError extends Error {}

const tokenForm = /\s*(?:('(?:[^'\\]|\\.)*')|(%?[A-Za-z_][A-Za-z0-9_]*)|(\d+(?:\.\d+)?)|(!=|[.()[\]|=]))/gy;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  tokenForm.lastIndex = 0;
  const end = text.trimEnd().length;
  while (tokenForm.lastIndex < end) {
    const match = tokenForm.exec(text);
    if (!match) throw new BeyondError(text);
    tokens.push(match[1] ?? match[2] ?? match[3] ?? match[4] ?? '');
  }
  return tokens;
}

/** Recursive descent over the tokens; one method per level of the grammar. */
class Parser {
  private at = 0;
  constructor(private readonly tokens: readonly string[]) {}

  whole(): Node {
    const node = this.conjunction();
    if (this.at < this.tokens.length) throw new BeyondError();
    return node;
  }

  private peek = (): string | undefined => this.tokens[this.at];
  private take(expected?: string): string {
    const token = this.tokens[this.at++];
    if (token === undefined || (expected !== undefined && token !== expected)) throw new BeyondError();
    return token;
  }
  private skip(token: string): boolean {
    if (this.peek() !== token) return false;
    this.at++;
    return true;
  }

  private conjunction(): Node {
    let node = this.comparison();
    while (this.skip('and')) node = { op: 'and', left: node, right: this.comparison() };
    return node;
  }

  private comparison(): Node {
    const of = this.union();
    const sign = this.peek();
    if (sign === '=' || sign === '!=') {
      this.at++;
      return { op: 'compare', of, equal: sign === '=', literal: this.literal() };
    }
    return of;
  }

  private literal(): string | number | boolean {
    const token = this.take();
    if (token.startsWith("'")) return unquote(token);
    if (token === 'true' || token === 'false') return token === 'true';
    if (/^\d/.test(token)) return Number(token);
    throw new BeyondError();
  }

  private union(): Node {
    const parts = [this.cast()];
    while (this.skip('|')) parts.push(this.cast());
    return parts.length === 1 ? parts[0]! : { op: 'union', parts: parts.flatMap(unionParts) };
  }

  private cast(): Node {
    let node = this.path();
    for (;;) {
      if (this.skip('as')) node = { op: 'as', of: node, type: this.typeName() };
      else if (this.peek() === 'is') throw new BeyondError();
      else return node;
    }
  }

  private typeName(): string {
    const name = this.take();
    if (!/^[A-Za-z]+$/.test(name)) throw new BeyondError();
    return name === 'FHIR' && this.skip('.') ? this.typeName() : name;
  }

  private path(): Node {
    let node = this.start();
    for (;;) {
      if (this.skip('.')) node = this.step(node);
      else if (this.skip('[')) {
        node = { op: 'index', of: node, index: Number(this.take()) };
        this.take(']');
      } else return node;
    }
  }

  private start(): Node {
    if (this.skip('(')) {
      const node = this.conjunction();
      this.take(')');
      return node;
    }
    const token = this.peek() ?? '';
    if (token === '%resource' || token === '%context') {
      this.at++;
      return { op: 'resource' };
    }
    if (/^[A-Z]/.test(token)) return { op: 'type', name: this.take() };
    return this.step({ op: 'this' });
  }

  private step(of: Node): Node {
    const name = this.take();
    if (!/^[A-Za-z_]/.test(name)) throw new BeyondError();
    if (!this.skip('(')) return { op: 'child', of, name };
    const node = this.call(of, name);
    this.take(')');
    return node;
  }

  private call(of: Node, name: string): Node {
    switch (name) {
      case 'as':
      case 'ofType':
        return { op: 'as', of, type: this.typeName() };
      case 'exists':
        return { op: 'exists', of };
      case 'first':
        return { op: 'index', of, index: 0 };
      case 'extension':
        return { op: 'extension', of, url: unquote(this.take()) };
      case 'where':
        return { op: 'where', of, test: this.test() };
      default:
        throw new BeyondError();
    }
  }

  /** The inside of `where()`: `resolve() is T`, `hasExtension(url)`, or a condition of this grammar. */
  private test(): Node {
    if (this.peek() === 'resolve' && this.tokens[this.at + 3] === 'is') {
      this.at += 4;
      return { op: 'resolves', of: { op: 'this' }, type: this.typeName() };
    }
    if (this.peek() === 'hasExtension') {
      this.at += 2;
      const url = unquote(this.take());
      this.take(')');
      return { op: 'exists', of: { op: 'extension', of: { op: 'this' }, url } };
    }
    const node = this.conjunction();
    if (node.op !== 'compare' && node.op !== 'and' && node.op !== 'exists') throw new BeyondError();
    return node;
  }
}

function unquote(token: string): string {
  if (!token.startsWith("'")) throw new BeyondError();
  return token.slice(1, -1).replace(/\\(.)/g, '$1');
}

/** The parts of a union, or the expression itself as the only part. */
export function unionParts(node: Node): readonly Node[] {
  return node.op === 'union' ? node.parts.flatMap(unionParts) : [node];
}

/** The syntax tree of an expression, or undefined when it needs the full engine. */
export function parseExpression(text: string): Node | undefined {
  try {
    return new Parser(tokenize(text)).whole();
  } catch (error) {
    if (error instanceof BeyondError) return undefined;
    throw error;
  }
}

/** A string as FHIRPath has it: in single quotes, otherwise escaped as in JSON. */
function printLiteral(literal: string | number | boolean): string {
  if (typeof literal !== 'string') return String(literal);
  return `'${JSON.stringify(literal).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** One spelling for all spellings of the same expression, so that equal parts can be recognised. */
export function printExpression(node: Node): string {
  const of = (inner: Node, step: string) => (inner.op === 'this' ? step : `${printExpression(inner)}.${step}`);
  switch (node.op) {
    case 'this':
      return '$this';
    case 'resource':
      return '%resource';
    case 'type':
      return node.name;
    case 'child':
      return of(node.of, node.name);
    case 'as':
      return of(node.of, `as(${node.type})`);
    case 'where':
      return of(node.of, `where(${printExpression(node.test)})`);
    case 'extension':
      return of(node.of, `extension('${node.url}')`);
    case 'index':
      return `${printExpression(node.of)}[${node.index}]`;
    case 'exists':
      return of(node.of, 'exists()');
    case 'resolves':
      return `resolve() is ${node.type}`;
    case 'compare':
      return `${printExpression(node.of)}${node.equal ? '=' : '!='}${printLiteral(node.literal)}`;
    case 'and':
      return `${printExpression(node.left)} and ${printExpression(node.right)}`;
    case 'union':
      return node.parts.map(printExpression).join(' | ');
  }
}
