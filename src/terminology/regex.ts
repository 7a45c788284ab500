/**
 * Regular expressions of value set filters, in linear time: a client's pattern is turned into a state machine that looks
 * at each character once, so that no pattern can keep the server busy (JavaScript's own engine backtracks).
 * The whole value has to match. Look-around and back references are not offered.
 * @see https://hl7.org/fhir/R4/valueset-filter-operator.html
 */

/** Thrown for a pattern that cannot be used; says what and where. */
export class PatternError extends Error {}

type Test = (character: string) => boolean;

/** A step: consume a character that passes, or branch; the last step accepts. */
type Step =
  | { readonly kind: 'take'; readonly test: Test; to: number }
  | { readonly kind: 'fork'; to: number[] }
  | { readonly kind: 'accept' };

type Node =
  | { readonly kind: 'take'; readonly test: Test }
  | { readonly kind: 'all'; readonly parts: readonly Node[] }
  | { readonly kind: 'any'; readonly choices: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly min: number; readonly max: number };

const mostSteps = 5000;

class Parser {
  private readonly characters: readonly string[];
  private at = 0;

  constructor(pattern: string) {
    this.characters = [...pattern];
  }

  parse(): Node {
    const node = this.choices();
    if (this.at < this.characters.length)
      throw new PatternError(`unexpected "${this.characters[this.at]}" at ${this.at + 1}`);
    return node;
  }

  private choices(): Node {
    const choices = [this.sequence()];
    while (this.characters[this.at] === '|') {
      this.at++;
      choices.push(this.sequence());
    }
    return choices.length === 1 ? choices[0]! : { kind: 'any', choices };
  }

  private sequence(): Node {
    const parts: Node[] = [];
    for (
      let next = this.characters[this.at];
      next !== undefined && next !== '|' && next !== ')';
      next = this.characters[this.at]
    ) {
      // The whole value has to match in any case.
      if ((next === '^' && parts.length === 0) || (next === '$' && this.endsHere())) this.at++;
      else parts.push(this.quantified(this.atom()));
    }
    return { kind: 'all', parts };
  }

  private endsHere(): boolean {
    const after = this.characters[this.at + 1];
    return after === undefined || after === ')' || after === '|';
  }

  private quantified(node: Node): Node {
    const next = this.characters[this.at];
    const bounds =
      next === '*'
        ? [0, Infinity]
        : next === '+'
          ? [1, Infinity]
          : next === '?'
            ? [0, 1]
            : next === '{'
              ? this.counts()
              : undefined;
    if (!bounds) return node;
    if (next !== '{') this.at++;
    // Lazy or greedy makes no difference to whether the whole matches.
    if (this.characters[this.at] === '?') this.at++;
    return this.quantified({ kind: 'repeat', node, min: bounds[0]!, max: bounds[1]! });
  }

  private counts(): [number, number] {
    const rest = this.characters.slice(this.at).join('');
    const found = /^\{(\d+)(,(\d*))?\}/.exec(rest);
    if (!found) throw new PatternError(`"{" without counts at ${this.at + 1}`);
    this.at += found[0].length;
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === '' ? Infinity : Number(found[3]);
    if (max < min) throw new PatternError(`counts in the wrong order at ${this.at}`);
    return [min, max];
  }

  private atom(): Node {
    const next = this.characters[this.at++]!;
    if (next === '(') return this.group();
    if (next === '[') return { kind: 'take', test: this.classTest() };
    if (next === '.') return { kind: 'take', test: character => character !== '\n' && character !== '\r' };
    if (next === '\\') return { kind: 'take', test: this.escapeTest() };
    if ('*+?{)'.includes(next)) throw new PatternError(`unexpected "${next}" at ${this.at}`);
    return { kind: 'take', test: character => character === next };
  }

  private group(): Node {
    if (this.characters[this.at] === '?') {
      if (this.characters[this.at + 1] !== ':')
        throw new PatternError(`"(?${this.characters[this.at + 1] ?? ''}" at ${this.at} is not offered`);
      this.at += 2;
    }
    const node = this.choices();
    if (this.characters[this.at++] !== ')') throw new PatternError('a "(" is not closed');
    return node;
  }

  private classTest(): Test {
    const start = this.at;
    if (this.characters[this.at] === '^') this.at++;
    if (this.characters[this.at] === ']') this.at++;
    while (this.at < this.characters.length && this.characters[this.at] !== ']')
      this.at += this.characters[this.at] === '\\' ? 2 : 1;
    if (this.at >= this.characters.length) throw new PatternError('a "[" is not closed');
    const body = this.characters.slice(start, this.at++).join('');
    return singleTest(`[${body.replace(/\[/g, '\\[')}]`);
  }

  private escapeTest(): Test {
    const next = this.characters[this.at++];
    if (next === undefined) throw new PatternError('a "\\" at the end');
    if (/[1-9bBk]/.test(next)) throw new PatternError(`"\\${next}" at ${this.at - 1} is not offered`);
    if (next === 'p' || next === 'P') {
      const close = this.characters.indexOf('}', this.at);
      if (close < 0) throw new PatternError(`"\\${next}" without a name`);
      const name = this.characters.slice(this.at, close + 1).join('');
      this.at = close + 1;
      return singleTest(`\\${next}${name}`);
    }
    if (/[dDwWsStrnfv0]/.test(next)) return singleTest(`\\${next}`);
    return character => character === next;
  }
}

/** A test of one character by the platform's engine: nothing to backtrack over. */
function singleTest(source: string): Test {
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^${source}$`, 'u');
  } catch {
    try {
      pattern = new RegExp(`^${source}$`);
    } catch {
      throw new PatternError(`"${source}" cannot be read`);
    }
  }
  const known = new Map<string, boolean>();
  return character => {
    let answer = known.get(character);
    if (answer === undefined) {
      answer = pattern.test(character);
      if (known.size < 500) known.set(character, answer);
    }
    return answer;
  };
}

/** Writes the steps of a node behind those that are there; returns the steps whose `to` leads on. */
function build(node: Node, steps: Step[]): void {
  if (steps.length > mostSteps) throw new PatternError('it is too large');
  if (node.kind === 'take') {
    steps.push({ kind: 'take', test: node.test, to: steps.length + 1 });
  } else if (node.kind === 'all') {
    for (const part of node.parts) build(part, steps);
  } else if (node.kind === 'any') {
    buildChoices(node.choices, steps);
  } else buildRepeat(node, steps);
}

function buildChoices(choices: readonly Node[], steps: Step[]): void {
  const fork: Step = { kind: 'fork', to: [] };
  steps.push(fork);
  const exits: { to: number[] }[] = [];
  for (const choice of choices) {
    fork.to.push(steps.length);
    build(choice, steps);
    const exit = { kind: 'fork' as const, to: [] as number[] };
    steps.push(exit);
    exits.push(exit);
  }
  for (const exit of exits) exit.to.push(steps.length);
}

function buildRepeat({ node, min, max }: Extract<Node, { kind: 'repeat' }>, steps: Step[]): void {
  for (let i = 0; i < min; i++) build(node, steps);
  if (max === Infinity) {
    const at = steps.length;
    const fork: Step = { kind: 'fork', to: [at + 1] };
    steps.push(fork);
    build(node, steps);
    steps.push({ kind: 'fork', to: [at] });
    fork.to.push(steps.length);
    return;
  }
  const forks: { to: number[] }[] = [];
  for (let i = min; i < max; i++) {
    const fork = { kind: 'fork' as const, to: [steps.length + 1] };
    steps.push(fork);
    forks.push(fork);
    build(node, steps);
  }
  for (const fork of forks) fork.to.push(steps.length);
}

/** Adds a step and all that is reached from it without a character. */
function enter(steps: readonly Step[], at: number, into: Set<number>): void {
  const waiting = [at];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (into.has(next)) continue;
    into.add(next);
    const step = steps[next]!;
    if (step.kind === 'fork') waiting.push(...step.to);
  }
}

/**
 * Compiles a pattern to a test of whole values.
 * @throws PatternError for what cannot be read, is not offered, or is too large
 */
export function compilePattern(pattern: string): (value: string) => boolean {
  const steps: Step[] = [];
  build(new Parser(pattern).parse(), steps);
  const accept = steps.length;
  steps.push({ kind: 'accept' });
  const first = new Set<number>();
  enter(steps, 0, first);
  return value => {
    let now: ReadonlySet<number> = first;
    for (const character of value) {
      const after = new Set<number>();
      for (const at of now) {
        const step = steps[at]!;
        if (step.kind === 'take' && step.test(character)) enter(steps, step.to, after);
      }
      if (after.size === 0) return false;
      now = after;
    }
    return now.has(accept);
  };
}
