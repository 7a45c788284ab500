/**
 * How many items each slice has, and how many it must have.
 * @see https://hl7.org/fhir/R4/profiling.html#slicing
 */
import type { ProfileElement } from './profile-schema.ts';
import { addIssueAt, type Report } from './report.ts';

/** A slice as far as its items are counted. */
interface Counted {
  readonly element: ProfileElement;
  readonly name: string;
  /** Slices of this slice that must be there. */
  readonly required: readonly Counted[];
}

/** Slices that were met, in the order they were, with the number of items of each. */
export interface Counts {
  readonly met: Counted[];
  readonly numbers: number[];
}

/** Counts an item of a slice. */
export function count({ met, numbers }: Counts, slice: Counted): void {
  const at = met.indexOf(slice);
  if (at < 0) {
    met.push(slice);
    numbers.push(1);
  } else numbers[at]!++;
}

const numberOf = (counts: Counts | undefined, slice: Counted): number =>
  counts?.numbers[counts.met.indexOf(slice)] ?? 0;

function wrongNumber({ element, name }: Counted, count: number, report: Report): void {
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

function countRequired(required: readonly Counted[], counts: Counts | undefined, report: Report): void {
  for (const slice of required) {
    const found = numberOf(counts, slice);
    if (found < slice.element.min) wrongNumber(slice, found, report);
  }
}

/** Number of items of each slice; of inner slices where there is an item of the slice around them. */
export function countSlices(required: readonly Counted[], counts: Counts | undefined, report: Report): void {
  if (required.length > 0) countRequired(required, counts, report);
  if (!counts) return;
  for (let i = 0; i < counts.met.length; i++) {
    const slice = counts.met[i]!;
    if (counts.numbers[i]! > slice.element.max) wrongNumber(slice, counts.numbers[i]!, report);
    if (slice.required.length > 0) countRequired(slice.required, counts, report);
  }
}
