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

/** A slice that was met, with the number of its items, and the one that was met next: mostly there is one. */
export interface Tally {
  readonly slice: Counted;
  number: number;
  next: Tally | undefined;
}

/** Slices that were met, in the order they were. */
export interface Counts {
  first: Tally | undefined;
}

/** Counts an item of a slice. */
export function count(counts: Counts, slice: Counted): void {
  let last: Tally | undefined;
  for (let at = counts.first; at; at = at.next) {
    if (at.slice === slice) {
      at.number++;
      return;
    }
    last = at;
  }
  const tally: Tally = { slice, number: 1, next: undefined };
  if (last) last.next = tally;
  else counts.first = tally;
}

function numberOf(counts: Counts | undefined, slice: Counted): number {
  for (let at = counts?.first; at; at = at.next) if (at.slice === slice) return at.number;
  return 0;
}

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
  for (let at = counts?.first; at; at = at.next) {
    const { slice, number } = at;
    if (number > slice.element.max) wrongNumber(slice, number, report);
    if (slice.required.length > 0) countRequired(slice.required, counts, report);
  }
}
