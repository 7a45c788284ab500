/**
 * Sliced elements: each item is given to its slice; slices have a number of items and an order.
 * @see https://hl7.org/fhir/R4/profiling.html#slicing
 */
import type { JsonObject } from '../fhir/types.ts';
import { type ElementContext, type ItemRule, itemRules } from './element-rule.ts';
import { type Item, runItem } from './item.ts';
import type { ProfileElement } from './profile-schema.ts';
import { addFinding, addIssue, addIssueAt, type Report } from './report.ts';
import { allOf, type Candidates, candidates } from './slice-index.ts';
import { type Match, type SliceKey, type SliceTest, sliceKey, sliceTest } from './slicing.ts';

interface Slice {
  readonly element: ProfileElement;
  readonly name: string;
  readonly test: SliceTest | undefined;
  readonly key: SliceKey | undefined;
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
    conforms: (value: JsonObject, profile: string, report: Report) =>
      compiler.conforms(value, profile, report, definition),
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
          rules: undefined,
          inner,
          required: requiredOf(inner),
          order,
        },
      ];
    });
  return build(undefined);
}

/** Slices that were met, in the order they were, with the number of items of each. */
interface Counts {
  readonly met: Slice[];
  readonly numbers: number[];
}

function count({ met, numbers }: Counts, slice: Slice): void {
  const at = met.indexOf(slice);
  if (at < 0) {
    met.push(slice);
    numbers.push(1);
  } else numbers[at]!++;
}

const numberOf = (counts: Counts | undefined, slice: Slice): number => counts?.numbers[counts.met.indexOf(slice)] ?? 0;

function runSlice(
  slice: Slice,
  item: Item,
  parent: JsonObject,
  report: Report,
  context: ElementContext,
  counts: Counts,
): void {
  count(counts, slice);
  slice.rules ??= itemRules(slice.element, context);
  if (slice.rules.length > 0) runItem(item, slice.rules, parent, report);
  for (const inner of slice.inner) {
    if (inner.test?.(item.value, item.type, report) !== 'all') continue;
    runSlice(inner, item, parent, report, context, counts);
    return;
  }
  if (slice.inner.length > 0 && slice.element.slicing?.rules === 'closed')
    atItem(item, report, () =>
      addIssue(report, 'structure', {
        en: `matches no slice within "${slice.name}", and others are not allowed`,
        ja: `スライス「${slice.name}」の中のどのスライスにも当てはまりません（他は認められません）`,
      }),
    );
}

/** Slices are told apart by their discriminators: an item that meets those of two is an error. */
function tellTwice(item: Item, found: Slice, slices: readonly Slice[], report: Report): void {
  if (report.probing || !found.test?.complete) return;
  if (slices.length === 1) return;
  for (let i = slices.indexOf(found) + 1; i < slices.length; i++) {
    const other = slices[i]!;
    if (!other.test?.complete || other.test(item.value, item.type, report) !== 'all') continue;
    atItem(item, report, () =>
      addIssue(report, 'structure', {
        en: `matches two slices, "${found.name}" and "${other.name}"`,
        ja: `スライス「${found.name}」と「${other.name}」の両方に当てはまります`,
      }),
    );
    return;
  }
}

/** The slice for whatever belongs to no other. @see https://hl7.org/fhir/R4/profiling.html#slicing */
const isDefault = (slice: Slice): boolean => slice.name === '@default';

function wrongNumber({ element, name }: Slice, count: number, report: Report): void {
  const { min, max } = element;
  const called = `${element.name}:${name}`;
  if (count === 0)
    addIssueAt(report, element.name, 'required', {
      en: `the slice "${called}" is required, but nothing matches it`,
      ja: `必須のスライス「${called}」に当てはまるものがありません`,
    });
  else if (count < min)
    addIssueAt(report, element.name, 'required', {
      en: `found ${count} of the slice "${called}", expected at least ${min}`,
      ja: `スライス「${called}」が${count}個ありますが、${min}個以上必要です`,
    });
  else
    addIssueAt(report, element.name, 'structure', {
      en: `found ${count} of the slice "${called}", expected at most ${max}`,
      ja: `スライス「${called}」が${count}個ありますが、${max}個までです`,
    });
}

const requiredOf = (slices: readonly Slice[]): readonly Slice[] => slices.filter(({ element }) => element.min > 0);

function countRequired(required: readonly Slice[], counts: Counts | undefined, report: Report): void {
  for (const slice of required) {
    const found = numberOf(counts, slice);
    if (found < slice.element.min) wrongNumber(slice, found, report);
  }
}

/** Number of items of each slice; of inner slices where there is an item of the slice around them. */
function countSlices(required: readonly Slice[], counts: Counts | undefined, report: Report): void {
  if (required.length > 0) countRequired(required, counts, report);
  if (!counts) return;
  for (let i = 0; i < counts.met.length; i++) {
    const slice = counts.met[i]!;
    if (counts.numbers[i]! > slice.element.max) wrongNumber(slice, counts.numbers[i]!, report);
    if (slice.required.length > 0) countRequired(slice.required, counts, report);
  }
}

/** The first slice an item meets so far. */
function firstOf(slices: readonly Slice[], match: Match, { value, type }: Item, report: Report): Slice | undefined {
  for (const slice of slices) if (slice.test?.(value, type, report) === match) return slice;
  return undefined;
}

function atItem(item: Item, report: Report, tell: () => void): void {
  const depth = report.depth;
  report.segments[report.depth++] = item.segment;
  if (item.index >= 0) report.segments[report.depth++] = item.index;
  tell();
  report.depth = depth;
}

/** Extensions are told apart by their own definitions, slice or not. */
function isKnownExtension(value: unknown, { compiler }: ElementContext): boolean {
  const url = typeof value === 'object' && value !== null ? (value as JsonObject)['url'] : undefined;
  const compiled = typeof url === 'string' ? compiler.profile(url) : undefined;
  return compiled !== undefined && 'definition' in compiled && compiled.definition.type === 'Extension';
}

/** The check of a sliced element; undefined when it has no slices and is open. */
export function compileSlices(
  element: ProfileElement,
  context: ElementContext,
): ((items: readonly Item[], parent: JsonObject, report: Report) => void) | undefined {
  const { slicing } = element;
  if (!slicing) return undefined;
  const { rules, ordered } = slicing;
  let slices: Slice[] | undefined;
  let candidatesOf: Candidates<Slice> = allOf([]);
  let required: readonly Slice[] = [];
  let fallback: Slice | undefined;
  const tellUnmatched = (item: Item, like: string | undefined, report: Report): void =>
    atItem(item, report, () => {
      const near = like === undefined ? '' : `; it looks like the slice "${like}"`;
      const nearJa = like === undefined ? '' : `。スライス「${like}」に似ています`;
      if (rules === 'closed')
        addIssue(report, 'structure', {
          en: `matches no slice of ${context.schema.url}, and others are not allowed${near}`,
          ja: `${context.schema.url} のどのスライスにも当てはまりません（他は認められません）${nearJa}`,
        });
      else if (like !== undefined)
        addFinding(report, 'warning', 'informational', {
          en: `matches no slice${near}, but not in everything that tells it apart`,
          ja: `どのスライスにも当てはまりません${nearJa}が、識別する値の一部が異なります`,
        });
      else if (!isKnownExtension(item.value, context))
        addFinding(report, 'information', 'informational', {
          en: `matches no slice of ${context.schema.url}, so none of their rules were applied`,
          ja: `${context.schema.url} のどのスライスにも当てはまらないため、スライスの規則は適用していません`,
        });
    });
  return (items, parent, report) => {
    if (!slices) {
      slices = buildSlices(element, context);
      candidatesOf = candidates(slices);
      required = requiredOf(slices);
      fallback = slices.find(isDefault);
    }
    const counts: Counts | undefined = items.length === 0 ? undefined : { met: [], numbers: [] };
    let last = -1;
    let unmatched = false;
    for (const item of items) {
      const possible = candidatesOf.exact(item.value);
      const found = firstOf(possible, 'all', item, report) ?? fallback;
      if (!found) {
        unmatched = true;
        if (!report.probing || rules === 'closed') {
          const like = firstOf(candidatesOf.near(item.value), 'some', item, report);
          tellUnmatched(item, like?.name, report);
        }
        continue;
      }
      if (ordered && found.order < last)
        atItem(item, report, () =>
          addIssue(report, 'structure', {
            en: `the slice "${found.name}" is out of order`,
            ja: `スライス「${found.name}」の順序が違います`,
          }),
        );
      if (rules === 'openAtEnd' && unmatched)
        atItem(item, report, () =>
          addIssue(report, 'structure', {
            en: `the slice "${found.name}" comes after an item of no slice`,
            ja: `スライス「${found.name}」は、どのスライスにも属さない項目より前に置いてください`,
          }),
        );
      last = Math.max(last, found.order);
      tellTwice(item, found, possible, report);
      runSlice(found, item, parent, report, context, counts!);
    }
    countSlices(required, counts, report);
  };
}
