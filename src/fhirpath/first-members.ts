/** firstMembers: what a value must have for a path to find anything in it. */
import type { ElementSchema } from '../definitions/element-schema.ts';
import type { Node } from './syntax.ts';

/**
 * Members of a value of which one must be there if the path is to yield anything.
 * @param children elements of the value's type
 * @returns undefined when the path may yield something of any value
 */
export function firstMembers(node: Node, children: readonly ElementSchema[]): readonly string[] | undefined {
  switch (node.op) {
    case 'as':
    case 'where':
    case 'index':
      return firstMembers(node.of, children);
    case 'child':
      return isWhole(node.of) ? membersOf(node.name, children) : firstMembers(node.of, children);
    case 'extension':
      return isWhole(node.of) ? ['extension'] : firstMembers(node.of, children);
    case 'union': {
      const parts = node.parts.map(part => firstMembers(part, children));
      return parts.every(part => part !== undefined) ? parts.flat() : undefined;
    }
    default:
      return undefined;
  }
}

const isWhole = ({ op }: Node): boolean => op === 'this' || op === 'type';

function membersOf(name: string, children: readonly ElementSchema[]): readonly string[] | undefined {
  const element = children.find(one => one.name === name);
  if (!element?.choice) return element && [name];
  return element.types.map(({ code }) => name + code[0]!.toUpperCase() + code.slice(1));
}
