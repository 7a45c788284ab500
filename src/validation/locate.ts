/**
 * Where a FHIRPath place is in the JSON text: line and column. Done only when there are findings, in one pass over the text.
 */
import type { Issue } from '../fhir/outcome.ts';

/** Places to be found, as a tree of property names and indexes. */
interface Wanted {
  readonly below: Map<string | number, Wanted>;
  offset: number;
}

const newWanted = (): Wanted => ({ below: new Map(), offset: -1 });

/** `Patient.name[0].value.ofType(Quantity)` → name, 0, valueQuantity. */
function stepsOf(expression: string): (string | number)[] {
  const steps: (string | number)[] = [];
  for (const [, name, type, index] of expression.matchAll(/\.?([A-Za-z_][\w-]*)(?:\.ofType\((\w+)\))?|\[(\d+)\]/g)) {
    if (index !== undefined) steps.push(Number(index));
    else if (name !== undefined)
      steps.push(type === undefined ? name : name + type.charAt(0).toUpperCase() + type.slice(1));
  }
  return steps.slice(1);
}

/** Scans a text that is known to be JSON. */
class Scanner {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  document(wanted: Wanted): void {
    this.space();
    this.value(wanted);
  }

  private space(): void {
    while (this.at < this.text.length && this.text.charCodeAt(this.at) <= 32) this.at++;
  }

  private string(): string {
    const start = this.at++;
    while (this.text[this.at] !== '"') {
      if (this.text[this.at] === '\\') this.at++;
      if (++this.at > this.text.length) return '';
    }
    this.at++;
    return this.text.slice(start + 1, this.at - 1);
  }

  private value(wanted: Wanted | undefined): void {
    if (wanted && wanted.offset < 0) wanted.offset = this.at;
    const first = this.text[this.at];
    if (first === '{') this.members(wanted, '}');
    else if (first === '[') this.members(wanted, ']');
    else if (first === '"') this.string();
    else while (this.at < this.text.length && !/[,\]}\s]/.test(this.text[this.at]!)) this.at++;
  }

  private members(wanted: Wanted | undefined, end: string): void {
    this.at++;
    for (let index = 0; this.at < this.text.length; index++) {
      this.space();
      if (this.text[this.at] === end) break;
      if (this.text[this.at] === ',') {
        this.at++;
        this.space();
      }
      const start = this.at;
      const key = end === '}' ? this.string() : index;
      if (end === '}') {
        this.space();
        this.at++;
        this.space();
      }
      const below = wanted?.below.get(key);
      if (below && typeof key === 'string') below.offset = start;
      this.value(below);
    }
    this.at++;
  }
}

/** Issues with `location` set to `line L, column C` of the nearest element that is there. */
export function withLocations(issues: readonly Issue[], text: string): readonly Issue[] {
  const root = newWanted();
  const paths = issues.map(({ expression }) => {
    const path = [root];
    for (const step of expression === undefined ? [] : stepsOf(expression)) {
      const { below } = path.at(-1)!;
      const next = below.get(step) ?? newWanted();
      below.set(step, next);
      path.push(next);
    }
    return path;
  });
  new Scanner(text).document(root);
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  const placeOf = (offset: number): string => {
    let low = 0;
    for (let high = starts.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return `line ${low + 1}, column ${offset - starts[low]! + 1}`;
  };
  return issues.map((issue, i) => {
    const found = paths[i]!.findLast(one => one.offset >= 0);
    return issue.location !== undefined || issue.expression === undefined || !found
      ? issue
      : { ...issue, location: placeOf(found.offset) };
  });
}
