/**
 * Sliced elements: each item is given to its slice; slices have a number of items and an order.
 * @see https://hl7.org/fhir/R4/profiling.html#slicing
 */
import type { Severity } from '../fhir/outcome.ts';
import type { JsonObject, Message } from '../fhir/types.ts';
import { type ElementContext, type ItemRule, itemRules } from './element-rule.ts';
import { eachItem, type Item, runItem, type Slot } from './item.ts';
import type { ProfileElement } from './profile-schema.ts';
import { addFinding, type Report } from './report.ts';
import { type Counts, count, countSlices } from './slice-count.ts';
import { type Candidates, candidates } from './slice-index.ts';
import { type SliceKey, type SliceTypes, sliceKey, sliceTypes } from './slice-key.ts';
import { type Match, type SliceTest, sliceTest } from './slicing.ts';

interface Slice {
  readonly element: ProfileElement;
  readonly name: string;
  readonly test: SliceTest | undefined;
  readonly key: SliceKey | undefined;
  readonly kind: SliceTypes | undefined;
  rules: readonly ItemRule[] | undefined;
  /** Slices of this slice. */
  readonly inner: readonly Slice[];
  /** Those of them that must be there. */
  readonly required: readonly Slice[];
  readonly order: number;
}

const parentOf = (name: string): string | undefined =>
  name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : undefined;

/** A `/` in a name means a re-slice only where the slice before it exists. */
function buildSlices(element: ProfileElement, context: ElementContext): Slice[] {
  const { compiler, definition } = context;
  const services = {
    codes: compiler.codes,
    asker: definition,
    schema: (canonical: string) => compiler.schema(canonical, definition),
    conformance: (profile: string) => {
      const found = compiler.lookup(profile, definition);
      return (value: JsonObject, report: Report) => compiler.fits(value, found(), report);
    },
  };
  const names = new Set(element.slices.map(slice => slice.sliceName!));
  const build = (parent: string | undefined): Slice[] =>
    element.slices.flatMap((slice, order) => {
      const name = slice.sliceName!;
      const above = parentOf(name);
      if ((above !== undefined && names.has(above) ? above : undefined) !== parent) return [];
      const slicing =
        (above !== undefined && names.has(above)
          ? element.slices.find(one => one.sliceName === above)?.slicing
          : undefined) ?? element.slicing!;
      const inner = build(name);
      return [
        {
          element: slice,
          name,
          test: sliceTest(slice, slicing, services),
          key: sliceKey(slice, slicing, services),
          kind: sliceTypes(slice, slicing, services),
          rules: undefined,
          inner,
          required: requiredOf(inner),
          order,
        },
      ];
    });
  return build(undefined);
}

function runSlice(slice: Slice, item: Item, course: Course, context: ElementContext): void {
  const { counts, parent, report } = course;
  count(counts, slice);
  slice.rules ??= itemRules(slice.element, context);
  if (slice.rules.length > 0) runItem(item, slice.rules, parent, report);
  if (slice.inner.length === 0) return;
  for (const inner of slice.inner) {
    if (inner.test?.(item.value, item.type, report) !== 'all') continue;
    runSlice(inner, item, course, context);
    return;
  }
  if (slice.element.slicing?.rules === 'closed')
    tellAt(item, report, {
      en: `matches no slice within "${slice.name}", and others are not allowed`,
      ja: `スライス「${slice.name}」の中のどのスライスにも当てはまりません（他は認められません）`,
    });
}

/** Slices are told apart by their discriminators: an item that meets those of two is an error. */
function tellTwice(item: Item, found: Slice, slices: readonly Slice[], report: Report): void {
  if (report.probing || !found.test?.complete) return;
  if (slices.length === 1) return;
  for (let i = slices.indexOf(found) + 1; i < slices.length; i++) {
    const other = slices[i]!;
    if (!other.test?.complete || other.test(item.value, item.type, report) !== 'all') continue;
    tellAt(item, report, {
      en: `matches two slices, "${found.name}" and "${other.name}"`,
      ja: `スライス「${found.name}」と「${other.name}」の両方に当てはまります`,
    });
    return;
  }
}

/** The slice for whatever belongs to no other. @see https://hl7.org/fhir/R4/profiling.html#slicing */
const isDefault = (slice: Slice): boolean => slice.name === '@default';

const requiredOf = (slices: readonly Slice[]): readonly Slice[] => slices.filter(({ element }) => element.min > 0);

/** The first slice an item meets so far. */
function firstOf(slices: readonly Slice[], match: Match, { value, type }: Item, report: Report): Slice | undefined {
  for (const slice of slices) if (slice.test?.(value, type, report) === match) return slice;
  return undefined;
}

/** Adds a finding at an item. */
function tellAt(item: Item, report: Report, message: Message, severity: Severity = 'error', code = 'structure'): void {
  const depth = report.depth;
  report.segments[report.depth++] = item.segment;
  if (item.index >= 0) report.segments[report.depth++] = item.index;
  addFinding(report, severity, code, message);
  report.depth = depth;
}

/** Extensions are told apart by their own definitions, slice or not. */
function isKnownExtension(value: unknown, { compiler }: ElementContext): boolean {
  const url = typeof value === 'object' && value !== null ? (value as JsonObject)['url'] : undefined;
  const compiled = typeof url === 'string' ? compiler.profile(url) : undefined;
  return compiled !== undefined && 'definition' in compiled && compiled.definition.type === 'Extension';
}

/** The values of an element as they are gone through: where they are, and what came before. */
interface Course {
  readonly parent: JsonObject;
  readonly report: Report;
  readonly counts: Counts;
  /** Order of the last slice that was met. */
  last: number;
  /** True when an item was of no slice. */
  unmatched: boolean;
}

function tellOrder(
  item: Item,
  { order, name }: Slice,
  { slicing }: ProfileElement,
  { last, unmatched, report }: Course,
): void {
  if (slicing!.ordered && order < last)
    tellAt(item, report, {
      en: `the slice "${name}" is out of order`,
      ja: `スライス「${name}」の順序が違います`,
    });
  if (slicing!.rules === 'openAtEnd' && unmatched)
    tellAt(item, report, {
      en: `the slice "${name}" comes after an item of no slice`,
      ja: `スライス「${name}」は、どのスライスにも属さない項目より前に置いてください`,
    });
}

function tellUnmatched(
  item: Item,
  like: string | undefined,
  { slicing }: ProfileElement,
  context: ElementContext,
  report: Report,
): void {
  const near = like === undefined ? '' : `; it looks like the slice "${like}"`;
  const nearJa = like === undefined ? '' : `。スライス「${like}」に似ています`;
  const { url } = context.schema;
  if (slicing!.rules === 'closed')
    tellAt(item, report, {
      en: `matches no slice of ${url}, and others are not allowed${near}`,
      ja: `${url} のどのスライスにも当てはまりません（他は認められません）${nearJa}`,
    });
  else if (like !== undefined) {
    const message = {
      en: `matches no slice${near}, but not in everything that tells it apart`,
      ja: `どのスライスにも当てはまりません${nearJa}が、識別する値の一部が異なります`,
    };
    tellAt(item, report, message, 'warning', 'informational');
  } else if (!isKnownExtension(item.value, context)) {
    const message = {
      en: `matches no slice of ${url}, so none of their rules were applied`,
      ja: `${url} のどのスライスにも当てはまらないため、スライスの規則は適用していません`,
    };
    tellAt(item, report, message, 'information', 'informational');
  }
}

/** The slices of an element, built when it is first met: its profiles may lead back to it. */
interface Built {
  readonly candidates: Candidates<Slice>;
  readonly required: readonly Slice[];
  readonly fallback: Slice | undefined;
}

function built(element: ProfileElement, context: ElementContext): Built {
  const slices = buildSlices(element, context);
  return { candidates: candidates(slices), required: requiredOf(slices), fallback: slices.find(isDefault) };
}

/** Checks the values of a sliced element; a slot of undefined says that there is none. */
export type SliceCheck = (
  slot: Slot | undefined,
  value: unknown,
  sibling: unknown,
  parent: JsonObject,
  report: Report,
) => void;

/** The check of a sliced element; undefined when it has no slices and is open. */
export function compileSlices(element: ProfileElement, context: ElementContext): SliceCheck | undefined {
  const { slicing } = element;
  if (!slicing) return undefined;
  let known: Built | undefined;
  const checkItem = (item: Item, course: Course): void => {
    const { report } = course;
    const possible = known!.candidates.exact(item.value);
    const found = firstOf(possible, 'all', item, report) ?? known!.fallback;
    if (!found) {
      course.unmatched = true;
      if (report.probing && slicing.rules !== 'closed') return;
      const like = firstOf(known!.candidates.near(item.value), 'some', item, report);
      tellUnmatched(item, like?.name, element, context, report);
      return;
    }
    if (slicing.ordered || slicing.rules === 'openAtEnd') tellOrder(item, found, element, course);
    course.last = Math.max(course.last, found.order);
    tellTwice(item, found, possible, report);
    runSlice(found, item, course, context);
  };
  return (slot, value, sibling, parent, report) => {
    known ??= built(element, context);
    if (slot === undefined) {
      countSlices(known.required, undefined, report);
      return;
    }
    const course: Course = { parent, report, counts: { first: undefined }, last: -1, unmatched: false };
    eachItem(slot, value, sibling, checkItem, course);
    countSlices(known.required, course.counts, report);
  };
}
