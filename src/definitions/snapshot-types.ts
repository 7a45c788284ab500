/** What a snapshot's elements may say by their types. */
import { fail } from './snapshot-error.ts';
import type { FullElement, TreeNode } from './snapshot-tree.ts';

const systemTypeRoot = 'http://hl7.org/fhirpath/System.';

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Types that codes can be bound to. @see https://hl7.org/fhir/R4/terminologies.html#4.1 */
export const bindable: ReadonlySet<string> = new Set([
  ...[
    'code',
    'Coding',
    'CodeableConcept',
    'Quantity',
    'string',
    'uri',
    'Age',
    'Count',
    'Distance',
    'Duration',
    'Money',
  ],
  ...['url', 'canonical', 'id', 'markdown'],
]);

const quantities: ReadonlySet<string> = new Set([
  'Age',
  'Count',
  'Distance',
  'Duration',
  'MoneyQuantity',
  'SimpleQuantity',
  'Quantity',
]);

/** Type name behind System.String: ids and urls are strings in the definition of R4. */
function plainType(element: FullElement, type: { code: string }): string {
  if (!type.code.startsWith(systemTypeRoot)) return type.code;
  return element.base?.path === 'Extension.url' ? 'uri' : 'string';
}

/** Fixed values and patterns are of a type the element has. */
export function checkElement(base: FullElement, diff: TreeNode, path: string): void {
  const added = diff.element;
  if (!added) return;
  const types = base.type?.map(type => type.code) ?? [];
  for (const name of Object.keys(added)) {
    const kind = /^(?:fixed|pattern)([A-Z]\w*)$/.exec(name)?.[1];
    if (!kind || types.length === 0) continue;
    const allowed = (added.type ?? base.type ?? []).map(type => capital(plainType(base, type)));
    if (
      !allowed.includes(kind) &&
      !(kind === 'Quantity' && allowed.some(one => quantities.has(one))) &&
      !allowed.includes('Element')
    )
      fail(
        `${path}: ${name} is not of the element's type (${allowed.join(', ')})`,
        `${path}: ${name} は要素の型（${allowed.join('・')}）ではありません`,
      );
  }
}

/** Every path begins with the type. */
export function checkPaths(elements: readonly FullElement[], root: string): void {
  for (const { path } of elements) {
    const first = path.split('.')[0];
    if (first !== root)
      fail(`${path}: begins with ${first}, expected ${root}`, `${path}: ${first} ではなく ${root} で始めてください`);
  }
}
