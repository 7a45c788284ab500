/**
 * Profiles narrow: what a differential says of an element stays within what the base says of it, and comes in the base's order.
 * @see https://hl7.org/fhir/R4/profiling.html#resources
 */
import type { ElementDefinition, StructureDefinition } from '../../definitions/element-schema.ts';
import type { JsonObject, Message } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import { addFinding, type Report } from '../report.ts';
import { at } from './place.ts';
import { isObject, objects } from './questionnaire.ts';

/** Types a value set can be bound to. @see https://hl7.org/fhir/R4/elementdefinition.html#ElementDefinition.binding */
const bindable: ReadonlySet<string> = new Set([
  ...[
    'code',
    'Coding',
    'CodeableConcept',
    'Quantity',
    'SimpleQuantity',
    'Age',
    'Count',
    'Distance',
    'Duration',
    'Money',
  ],
  ...['string', 'uri', 'url', 'canonical', 'oid', 'id', 'uuid', 'markdown', 'Extension', 'Element', 'BackboneElement'],
]);
/** Base types that stand for any of a kind. */
const open: ReadonlySet<string> = new Set(['Resource', 'DomainResource', 'Element', 'BackboneElement', '*']);

const limit = (max: unknown): number => (max === '*' ? Infinity : Number(max));

/** Tells a fault at an element; a write keeps what was published with it. */
function tellAt(report: Report, steps: readonly (string | number)[], message: Message): void {
  at(report, steps, () => addFinding(report, report.onWrite ? 'warning' : 'error', 'invalid', message));
}

interface Fault {
  readonly element: string;
  readonly message: Message;
}

function numberFaults({ min, max, sliceName }: ElementDefinition, base: ElementDefinition): Fault[] {
  const faults: Fault[] = [];
  // Slices share the number of the whole: each may be optional though one of them is required.
  if (typeof min === 'number' && min < (base.min ?? 0) && sliceName === base.sliceName)
    faults.push({
      element: 'min',
      message: {
        en: `found ${min}, but the base requires at least ${base.min}`,
        ja: `min が ${min} ですが、基底では ${base.min} 以上です`,
      },
    });
  if (typeof max === 'string' && limit(max) > limit(base.max ?? '*'))
    faults.push({
      element: 'max',
      message: {
        en: `found ${max}, but the base allows at most ${base.max}`,
        ja: `max が ${max} ですが、基底では ${base.max} 以下です`,
      },
    });
  return faults;
}

const plainType = (code: string): string => code.replace(/^http:\/\/hl7\.org\/fhirpath\/System\./, '').toLowerCase();

/** Whether a type is one of a base's, or made from one. */
function isWithin(code: string, allowed: readonly string[], { definitions }: Compiler): boolean {
  if (allowed.some(one => open.has(one) || plainType(one) === plainType(code))) return true;
  for (let type = definitions.typeSchema(code); type; type = type.base ? definitions.typeSchema(type.base) : undefined)
    if (allowed.includes(type.name)) return true;
  return definitions.typeSchema(code) === undefined;
}

const codesOf = ({ type }: ElementDefinition): readonly string[] => objects(type).map(one => String(one['code']));

function typeFaults(element: ElementDefinition, base: ElementDefinition, compiler: Compiler): Fault[] {
  const allowed = codesOf(base);
  const stray = allowed.length === 0 ? undefined : codesOf(element).find(code => !isWithin(code, allowed, compiler));
  if (stray === undefined) return [];
  const list = allowed.join(', ');
  return [
    {
      element: 'type',
      message: {
        en: `found ${stray}, but the base allows ${list}`,
        ja: `型 ${stray} は基底の型（${list}）にありません`,
      },
    },
  ];
}

function bindingFaults(element: ElementDefinition, base: ElementDefinition): Fault[] {
  const binding = element['binding'];
  if (!isObject(binding)) return [];
  const types = element.type ? codesOf(element) : codesOf(base);
  if (types.length > 0 && !types.some(type => bindable.has(type)))
    return [
      {
        element: 'binding',
        message: {
          en: `a value set cannot be bound to ${types.join(', ')}`,
          ja: `${types.join('、')} に値セットは指定できません`,
        },
      },
    ];
  const before = isObject(base['binding']) ? base['binding']['strength'] : undefined;
  if (before !== 'required' || binding['strength'] === undefined || binding['strength'] === 'required') return [];
  return [
    {
      element: 'binding',
      message: {
        en: `found ${String(binding['strength'])}, but the binding of the base is required`,
        ja: `strength が ${String(binding['strength'])} ですが、基底では required です`,
      },
    },
  ];
}

/** Slices need a slicing that tells them apart; extensions and choices of a type bring theirs. */
function sliceFaults(
  { sliceName, path }: ElementDefinition,
  base: ElementDefinition,
  sliced: ReadonlySet<string>,
): Fault[] {
  const own = /(?:\.(?:modifierE|e)xtension|\[x\])$/.test(path);
  if (sliceName === undefined || own || sliced.has(path)) return [];
  if (base['slicing'] !== undefined || base.sliceName !== undefined) return [];
  return [
    {
      element: 'sliceName',
      message: {
        en: `"${sliceName}" is a slice, but nothing says how ${path} is sliced`,
        ja: `「${sliceName}」はスライスですが、${path} に slicing がありません`,
      },
    },
  ];
}

/** The elements of a base, by id and by path. */
interface BaseElements {
  find(element: ElementDefinition): ElementDefinition | undefined;
  /** Place of a path in the base; undefined for what the base does not spell out. */
  order(path: string): number | undefined;
}

function elementsOf(base: StructureDefinition): BaseElements {
  const byId = new Map<unknown, ElementDefinition>();
  const byPath = new Map<string, ElementDefinition>();
  const places = new Map<string, number>();
  const moved = (path: string, type: string): string => type + path.slice(path.split('.')[0]!.length);
  (base.snapshot?.element ?? []).forEach((element, i) => {
    byId.set(element['id'], element);
    if (element.sliceName === undefined && !byPath.has(element.path)) byPath.set(element.path, element);
    if (!places.has(element.path)) places.set(element.path, i);
  });
  return {
    find: element => byId.get(element['id']) ?? byPath.get(moved(element.path, base.type)),
    order: path => places.get(moved(path, base.type)),
  };
}

const parentOf = (name: string): string => name.slice(0, name.lastIndexOf('.'));

/** Checks a differential against the snapshot of its base. */
export function checkDerivation(
  differential: readonly ElementDefinition[],
  base: StructureDefinition,
  report: Report,
  compiler: Compiler,
): void {
  const elements = elementsOf(base);
  const sliced = new Set<string>();
  const last = new Map<string, number>();
  differential.forEach((element, i) => {
    if (typeof element.path !== 'string') return;
    if (element['slicing'] !== undefined) sliced.add(element.path);
    const inBase = elements.find(element);
    const faults = inBase
      ? [
          ...numberFaults(element, inBase),
          ...typeFaults(element, inBase, compiler),
          ...bindingFaults(element, inBase),
          ...sliceFaults(element, inBase, sliced),
        ]
      : [];
    const place = elements.order(element.path);
    const around = parentOf(typeof element['id'] === 'string' ? element['id'] : element.path);
    if (place !== undefined && place < (last.get(around) ?? -1))
      faults.push({
        element: 'path',
        message: {
          en: `${element.path} comes too late: elements stand in the order of the base`,
          ja: `${element.path} の順序が基底と異なります`,
        },
      });
    if (place !== undefined) last.set(around, place);
    for (const fault of faults) tellAt(report, ['differential', 'element', i, fault.element], fault.message);
  });
}

/** What the whole of a structure says fits its base and its kind. */
export function checkNature(structure: JsonObject, base: StructureDefinition | undefined, report: Report): void {
  const { kind, type, derivation, url, context } = structure;
  if (base && derivation === 'constraint' && kind !== undefined && base.kind !== kind)
    tellAt(report, ['kind'], {
      en: `found ${String(kind)}, but the base is a ${base.kind}`,
      ja: `kind が ${String(kind)} ですが、基底は ${base.kind} です`,
    });
  if (type !== 'Extension' && context !== undefined)
    tellAt(report, ['context'], { en: 'only extensions have a context', ja: 'context を書けるのは拡張だけです' });
  const differential = isObject(structure['differential']) ? objects(structure['differential']['element']) : [];
  differential.forEach((element, i) => {
    const { path, fixedUri } = element;
    const steps = ['differential', 'element', i];
    if (type === 'Extension' && path === 'Extension.url' && fixedUri !== undefined && fixedUri !== url)
      tellAt(report, [...steps, 'fixed'], {
        en: `found ${String(fixedUri)}, expected ${String(url)}, the URL of the extension`,
        ja: `${String(fixedUri)} が拡張の url（${String(url)}）と異なります`,
      });
    const bare = element['type'] === undefined && element['contentReference'] === undefined;
    if (bare && derivation === 'specialization' && kind !== 'primitive-type' && String(path).includes('.'))
      tellAt(report, [...steps, 'type'], {
        en: 'missing; an element has a type or the content of another',
        ja: 'type か contentReference が必要です',
      });
  });
}
