/**
 * ADL利得: what an office gained for its users on the Barthel index, by the rule of ADL維持等加算 in force.
 * The rule is data: CodeSystem adl-maintenance-rule, revisions of 2021 and 2024.
 */

/** A class of the add-on: what has to be reached, and what it is worth. */
export interface AddOn {
  readonly code: string;
  readonly display: string;
  readonly meanAtLeast: number;
  readonly usersAtLeast: number;
  /** Percent of the users left out at either end. */
  readonly trimPercent: number;
  readonly units: number;
}

/** Points added by the index of the first month. */
export interface Adjustment {
  readonly code: string;
  readonly from: number;
  readonly to: number;
  readonly points: number;
}

/** The rule in force on a day. */
export interface AdlRule {
  /** Months from the first measurement to the second. */
  readonly months: number;
  readonly addOns: readonly AddOn[];
  readonly adjustments: readonly Adjustment[];
}

/** One measurement: a total of 0 to 100, and the resource it stands in. */
export interface Measurement {
  readonly person: string;
  /** Japanese day, `2026-04-01`. */
  readonly day: string;
  readonly total: number;
  readonly source: string;
}

/** What became of a person's figures: counted, left out at either end, or without a second measurement. */
export type Part = 'counted' | 'best' | 'worst' | 'incomplete';

/** One person's row. */
export interface GainRow {
  readonly person: string;
  readonly first: Measurement;
  readonly second?: Measurement;
  readonly adjustment?: Adjustment;
  /** second − first + adjustment. */
  readonly gain?: number;
  readonly part: Part;
}

/** The figures of an office. */
export interface GainFigures {
  readonly rows: readonly GainRow[];
  /** Persons with both measurements. */
  readonly users: number;
  /** Mean gain of those counted; absent when there are none. */
  readonly mean?: number;
  /** The best class that is reached. */
  readonly reached?: AddOn;
}

/** Months since year 0. */
const monthOf = (day: string): number => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;

function rowOf(person: string, measurements: readonly Measurement[], rule: AdlRule): GainRow {
  const sorted = [...measurements].sort((a, b) => (a.day < b.day ? -1 : 1));
  const first = sorted[0]!;
  const second = sorted.findLast(one => monthOf(one.day) - monthOf(first.day) === rule.months);
  if (!second) return { person, first, part: 'incomplete' };
  const adjustment = rule.adjustments.find(({ from, to }) => from <= first.total && first.total <= to);
  const gain = second.total - first.total + (adjustment?.points ?? 0);
  return { person, first, second, gain, part: 'counted', ...(adjustment && { adjustment }) };
}

/** Best gain first, those without one last; equal ones by person, so that the answer is always the same. */
const inOrder = (a: GainRow, b: GainRow): number =>
  (b.gain ?? -Infinity) - (a.gain ?? -Infinity) || (a.person < b.person ? -1 : 1);

/** Leaves out the best and the worst; a fraction of a person is not left out. */
function trim(rows: readonly GainRow[], percent: number): readonly GainRow[] {
  const complete = rows.filter(row => row.gain !== undefined);
  const out = Math.floor((complete.length * percent) / 100);
  const parts = new Map<GainRow, Part>();
  complete.forEach((row, i) => {
    if (i < out) parts.set(row, 'best');
    else if (i >= complete.length - out) parts.set(row, 'worst');
  });
  return rows.map(row => ({ ...row, part: parts.get(row) ?? row.part }));
}

/**
 * The figures for the measurements of one office in one period.
 * @param measurements those of the period, in any order
 */
export function adlGain(measurements: readonly Measurement[], rule: AdlRule): GainFigures {
  const byPerson = new Map<string, Measurement[]>();
  for (const one of measurements) {
    const own = byPerson.get(one.person);
    if (own) own.push(one);
    else byPerson.set(one.person, [one]);
  }
  const all = [...byPerson].map(([person, own]) => rowOf(person, own, rule)).sort(inOrder);
  const rows = trim(all, rule.addOns[0]?.trimPercent ?? 0);
  const counted = rows.filter(row => row.part === 'counted');
  const users = rows.filter(row => row.gain !== undefined).length;
  if (counted.length === 0) return { rows, users };
  const mean = counted.reduce((sum, row) => sum + row.gain!, 0) / counted.length;
  const reached = rule.addOns
    .filter(one => users >= one.usersAtLeast && mean >= one.meanAtLeast)
    .sort((a, b) => b.units - a.units)[0];
  return { rows, users, mean, ...(reached && { reached }) };
}
