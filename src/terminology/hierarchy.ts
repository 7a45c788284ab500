/**
 * The hierarchy of a code system: is one concept above another, all above, all below. Cycles do no harm.
 * @see https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
 */
import type { CodeSystem } from './shapes.ts';

function* reach(start: string, next: (code: string) => readonly string[]): Generator<string> {
  const seen = new Set<string>([start]);
  const waiting = [...next(start)].reverse();
  for (let code = waiting.pop(); code !== undefined; code = waiting.pop()) {
    if (seen.has(code)) continue;
    seen.add(code);
    yield code;
    const more = next(code);
    for (let i = more.length - 1; i >= 0; i--) waiting.push(more[i]!);
  }
}

/** All codes below a code, parents before children, without the code itself. */
export function descendants(system: CodeSystem, code: string): Iterable<string> {
  return reach(code, one => system.children(one));
}

/** All codes above a code, without the code itself. */
export function ancestors(system: CodeSystem, code: string): Iterable<string> {
  return reach(code, one => system.parents(one));
}

/** True when `above` is a true ancestor of `code`. */
export function isBelow(system: CodeSystem, code: string, above: string): boolean {
  for (const one of ancestors(system, code)) if (one === above) return true;
  return false;
}
