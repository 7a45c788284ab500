/**
 * `_summary` and `_elements`: parts of a resource cut out of its text, so that what is left keeps every digit.
 * @see https://hl7.org/fhir/R4/search.html#summary and https://hl7.org/fhir/R4/search.html#elements
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { ElementSchema } from '../definitions/element-schema.ts';
import { memberSpans, type Span, skipSpace, skipValue } from '../fhir/json-text.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';

/** Which part of a resource is asked for. */
export type Subset =
  | { readonly mode: 'true' | 'text' | 'data' }
  | { readonly mode: 'elements'; readonly names: ReadonlySet<string> };

const modes = ['true', 'text', 'data', 'count', 'false'] as const;

/**
 * The subset a query asks for by `_summary` or `_elements`; undefined for the whole resource.
 * @throws FhirError 'search-parameter' for a `_summary` that does not exist
 */
export function parseSubset(query: readonly (readonly [name: string, value: string])[]): Subset | undefined {
  if (query.length === 0) return undefined;
  const values = (name: string) => query.filter(([key]) => key === name).map(([, value]) => value);
  const summary = values('_summary').at(-1);
  if (summary !== undefined && !modes.some(mode => mode === summary))
    throw new FhirError(
      'search-parameter',
      {
        en: `_summary: found "${summary.slice(0, 60)}", expected one of ${modes.join(', ')}; for example _summary=true`,
        ja: `_summary: 「${summary.slice(0, 60)}」ではなく ${modes.join('・')} のどれかを指定してください（例: _summary=true）`,
      },
      { location: '_summary' },
    );
  return toSubset(
    summary,
    values('_elements').flatMap(value => value.split(',').map(name => name.trim())),
  );
}

/** The subset for values of `_summary` and `_elements` that were read already. */
export function toSubset(summary: string | undefined, elements: readonly string[]): Subset | undefined {
  const names = elements.filter(Boolean);
  if (names.length > 0) return { mode: 'elements', names: new Set(names) };
  return summary === 'true' || summary === 'text' || summary === 'data' ? { mode: summary } : undefined;
}

const subsettedTag = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };
const subsetted = JSON.stringify(subsettedTag);

/**
 * Refuses a part of a resource in place of the whole: what is marked as such would write over what was left out.
 * @throws FhirError 'unprocessable'
 * @see https://hl7.org/fhir/R4/search.html#summary
 */
export function refuseSubset({ resourceType, meta }: Resource): void {
  const tags: unknown = meta?.['tag'];
  const at = Array.isArray(tags)
    ? tags.findIndex(tag => tag?.system === subsettedTag.system && tag.code === subsettedTag.code)
    : -1;
  if (at < 0) return;
  throw new FhirError(
    'unprocessable',
    {
      en: 'The resource is marked SUBSETTED: it is a part of a resource (_summary, _elements), which would write over the whole. Read it whole, change that and send it; or use a patch',
      ja: 'SUBSETTED の印があります。_summary・_elements で取り出したリソースの一部のため、保存すると全体が失われます。全体を読み直して変更するか、patch を使ってください',
    },
    { expression: `${resourceType}.meta.tag[${at}]` },
  );
}
const always = new Set(['resourceType', 'id', 'meta']);

/** Whether a member stays: wholly, not at all, or its children by the same question. */
type Keep = (element: ElementSchema | undefined, name: string) => boolean | readonly ElementSchema[];

/** The element a JSON member belongs to: `_birthDate` is `birthDate`, `valueQuantity` is the choice `value`. */
function elementOf(name: string, children: readonly ElementSchema[]): ElementSchema | undefined {
  const plain = name.startsWith('_') ? name.slice(1) : name;
  return children.find(
    ({ name: own, choice }) =>
      own === plain || (choice && plain.startsWith(own) && /^[A-Z]/.test(plain.slice(own.length))),
  );
}

function keepFor(subset: Subset, type: string): Keep {
  switch (subset.mode) {
    case 'elements':
      return (element, name) =>
        always.has(name) ||
        (element !== undefined &&
          (isAsked(element, subset.names, type) || element.min > 0 || element.isModifier === true));
    case 'text':
      return (element, name) => always.has(name) || name === 'text' || (element?.min ?? 0) > 0;
    case 'data':
      return (_element, name) => name !== 'text';
    case 'true':
      return (element, name) => {
        if (always.has(name)) return true;
        if (!element?.isSummary) return false;
        return element.children?.length ? element.children : true;
      };
  }
}

function isAsked(element: ElementSchema, names: ReadonlySet<string>, type: string): boolean {
  for (const name of names) {
    const own = name.startsWith(`${type}.`) ? name.slice(type.length + 1) : name;
    const head = own.split('.')[0]!;
    if (
      head === element.name ||
      head === `${element.name}[x]` ||
      (element.choice && head.startsWith(element.name) && /^[A-Z]/.test(head.slice(element.name.length)))
    )
      return true;
  }
  return false;
}

function cutObject(
  text: string,
  spans: readonly Span[],
  children: readonly ElementSchema[],
  keep: Keep,
  top: boolean,
): string[] {
  const parts: string[] = [];
  for (const span of spans) {
    const decision = keep(elementOf(span.name, children), span.name);
    if (decision === false) continue;
    const value = decision === true ? text.slice(span.value, span.end) : cutValue(text, span.value, decision, keep);
    parts.push(`${JSON.stringify(span.name)}:${top && span.name === 'meta' ? tagged(text, span) : value}`);
  }
  return parts;
}

/** An object, or each object of an array, cut by the same question. */
function cutValue(text: string, at: number, children: readonly ElementSchema[], keep: Keep): string {
  if (text[at] === '{') return `{${cutObject(text, memberSpans(text, at), children, keep, false).join(',')}}`;
  if (text[at] !== '[') return text.slice(at, skipValue(text, at));
  const items: string[] = [];
  let i = skipSpace(text, at + 1);
  while (text[i] !== ']') {
    items.push(cutValue(text, i, children, keep));
    i = skipSpace(text, skipValue(text, i));
    if (text[i] === ',') i = skipSpace(text, i + 1);
  }
  return `[${items.join(',')}]`;
}

/** The text of `meta` with the tag that says the resource is not whole. */
function tagged(text: string, meta: Span): string {
  const whole = text.slice(meta.value, meta.end);
  const tag = memberSpans(text, meta.value).find(span => span.name === 'tag');
  if (tag && text[tag.value] === '[') {
    const empty = text[skipSpace(text, tag.value + 1)] === ']';
    return `${text.slice(meta.value, tag.value + 1)}${subsetted}${empty ? '' : ','}${text.slice(tag.value + 1, meta.end)}`;
  }
  return whole === '{}' ? `{"tag":[${subsetted}]}` : `${whole.slice(0, -1)},"tag":[${subsetted}]}`;
}

/**
 * The part of a resource's text that a subset asks for, marked as such in `meta.tag`.
 * @param text JSON of a resource that was read before
 */
export function subsetText(text: string, subset: Subset, definitions: Definitions): string {
  const spans = memberSpans(text, 0);
  const typeSpan = spans.find(span => span.name === 'resourceType');
  const type = typeSpan ? text.slice(typeSpan.value + 1, typeSpan.end - 1) : '';
  const children = definitions.typeSchema(type)?.children ?? [];
  const parts = cutObject(text, spans, children, keepFor(subset, type), true);
  if (!spans.some(span => span.name === 'meta')) parts.push(`"meta":{"tag":[${subsetted}]}`);
  return `{${parts.join(',')}}`;
}
