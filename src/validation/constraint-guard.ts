/**
 * What makes an invariant true at a glance: most begin with "there is no X, or …". Where X is not there, nothing is evaluated.
 */
import { DecimalLiteral } from '../fhir/json.ts';
import type { JsonObject } from '../fhir/types.ts';

/** The parts of an expression between an operator that stands in no brackets and no text. */
export function partsOf(expression: string, operator: string): string[] {
  const parts: string[] = [];
  let [depth, from, quoted] = [0, 0, false];
  for (let i = 0; i < expression.length; i++) {
    const c = expression[i];
    if (c === '\\') i++;
    else if (c === "'") quoted = !quoted;
    else if (quoted) continue;
    else if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (depth === 0 && expression.startsWith(operator, i)) {
      parts.push(expression.slice(from, i).trim());
      from = i + operator.length;
    }
  }
  return [...parts, expression.slice(from).trim()];
}

/** First name of a path that leads nowhere when there is nothing of this name; undefined for other expressions. */
function firstName(path: string): string | undefined {
  const [name, rest] = /^([a-z]\w*)(\..*)$/s.exec(path)?.slice(1) ?? [];
  // A path and nothing else: no operator outside of brackets.
  return name !== undefined && partsOf(rest!, ' ').length === 1 ? name : undefined;
}

/** The name whose absence makes a part true: `X….empty()`, `X….exists().not()`. */
function absentName(part: string): string | undefined {
  if (part.endsWith('.empty()')) return firstName(part);
  return part.endsWith('.exists().not()') ? firstName(part) : undefined;
}

/** Names of children; where one of them is absent the invariant holds. */
export function guardsOf(expression: string): readonly string[] {
  const text = expression.trim();
  const [condition, ...rest] = partsOf(text, ' implies ');
  if (rest.length === 1 && condition!.endsWith('.exists()')) {
    const name = firstName(condition!);
    return name === undefined ? [] : [name];
  }
  if (rest.length > 0 || partsOf(text, ' and ').length > 1 || partsOf(text, ' xor ').length > 1) return [];
  return partsOf(text, ' or ')
    .map(absentName)
    .filter(name => name !== undefined);
}

/** Asks a value whether something is there. */
export type Presence = (value: unknown) => boolean;

const underscore = 95;

/** The test that an object has no child of a name, a choice among them. */
export function absenceOf(name: string): Presence {
  const initial = name.charCodeAt(0);
  return value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof DecimalLiteral)
      return false;
    if ((value as JsonObject)[name] !== undefined) return false;
    for (const property in value) {
      const first = property.charCodeAt(0);
      if (first === initial ? property.startsWith(name) : first === underscore && property.startsWith(name, 1))
        return false;
    }
    return true;
  };
}

/** The test for a child by the name of its property, or what stands beside a primitive of that name. */
export function presenceOf(name: string): Presence {
  const beside = `_${name}`;
  return value =>
    typeof value === 'object' &&
    value !== null &&
    ((value as JsonObject)[name] !== undefined || (value as JsonObject)[beside] !== undefined);
}

/** The test for a choice, by its name without a type. */
export function choicePresenceOf(name: string): Presence {
  const plain = presenceOf(name);
  return value => {
    if (plain(value)) return true;
    if (typeof value !== 'object') return false;
    for (const property in value) {
      const after = property.charCodeAt(name.length);
      if (after >= 65 && after <= 90 && property.startsWith(name)) return true;
    }
    return false;
  };
}
