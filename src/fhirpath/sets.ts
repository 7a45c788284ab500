/**
 * Operators on whole collections: `|`, `in` and `contains`.
 * @see https://hl7.org/fhirpath/N1/#collections-1
 */
import type { Ast } from './ast.ts';
import { anything, type Code, charge, single, testCode } from './code.ts';
import { equalItems } from './equality.ts';
import type { Place } from './fault.ts';
import { type Item, none } from './item.ts';
import { distinct } from './operators.ts';

/** The sides of `a | b | c`, in order. */
export function unionSides(ast: Ast): readonly Ast[] {
  return ast.op === 'binary' && ast.operator === '|' ? [...unionSides(ast.left), ast.right] : [ast];
}

/** Every item of the sides, each once. */
export function unionCode(sides: readonly Code[], place: Place): Code {
  const shapes = sides.map(side => side.type.shapes);
  return {
    run(self, state) {
      const found: Item[] = [];
      for (const { run } of sides) for (const item of run(self, state)) found.push(item);
      return found.length === 0 ? none : distinct(found, state, place);
    },
    type: shapes.includes(undefined) ? anything : { shapes: [...new Set(shapes.flatMap(one => one ?? []))] },
  };
}

/** `in`: one value, and a collection it may be in. */
export function memberCode(member: Code, collection: Code, place: Place): Code {
  return testCode((self, state) => {
    const item = single(member.run(self, state), place, 'in');
    if (item === undefined) return undefined;
    const items = collection.run(self, state);
    charge(state, items.length, place);
    return items.some(other => equalItems(item, other) === true);
  });
}
