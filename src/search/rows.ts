/**
 * Rows: gathers the index rows of one resource. Search types add rows to it; it knows the parameter at hand and the
 * resource's own moment (its clinical date), which is part of every row.
 */
import type { Interval } from '../fhir/datetime.ts';
import { hash47 } from '../store/hash.ts';
import type { SqlValue } from '../store/sql.ts';
import type { IndexRow, IndexTable } from '../store/store.ts';
import { folded, type Variants } from './fold.ts';
import { Shape } from './shapes.ts';
import { factsTable, indexTables, pairTable, shapeTable, tokenTable, useTable, wordTable } from './tables.ts';

/** What extraction depends on besides the resource. */
export interface IndexSettings {
  /** Minutes east of Greenwich of dates without a zone. */
  readonly zone: number;
  /** Service base URL: references below it are to this server; empty when not configured. */
  readonly base: string;
  readonly variants: Variants;
}

/** Moment of a resource that has none: before all others, and stored in no byte at all. */
export const noMoment = 0;
/** Moments count from 1900, so that usual ones take six bytes; what is older sorts as the first of all. */
export const momentEpoch = Date.UTC(1900, 0, 1) - 1;
/** Lengths of an interval that a moment can tell by its lowest three bits; 7 = look it up among the dates. */
export const momentWidths: readonly number[] = [1, 1000, 60_000, 86_400_000];
export const otherWidth = 7;
/** So few rows are compared one by one; a resource with many would take the square of their number. */
const fewRows = 50;
const keyLengths: ReadonlyMap<string, number> = new Map(indexTables.map(table => [table.name, table.key]));
/** Place of the system in a row of codes. */
const tokenSystem = tokenTable.columns.findIndex(column => column.name === 'system');
/** Longest text of a code that is kept. */
const keptText = 300;

/** A moment: eight times the first millisecond since 1900, plus the class of the interval's length. Sorts like the first millisecond. */
export function toMoment([from, to]: Interval): number {
  const width = momentWidths.indexOf(to - from);
  const since = from - momentEpoch;
  return since > 0 ? since * 8 + (width < 0 ? otherWidth : width) : otherWidth;
}

/** The rows of one resource. */
export class Rows {
  readonly all: IndexRow[] = [];
  /** Hash of the source whose values are being added. */
  param = 0;
  private types: readonly string[] = [];
  private sourceStart = 0;
  /** The rows of the source at hand by table and key, once there are many. */
  private keys: Set<string> | undefined;
  private readonly texts = new Set<string>();
  private readonly pairs = new Set<number>();
  private readonly shape = new Shape();
  private hasValue = false;

  /** @param inside place of a contained resource, which stands for its moment; 0 for others */
  constructor(
    readonly settings: IndexSettings,
    readonly moment: number,
    readonly inside = 0,
  ) {}

  /** Begins the rows of another source. @param types its references to these are told apart */
  begin(param: number, types: readonly string[] = []): void {
    this.param = param;
    this.types = types;
    this.hasValue = false;
    this.sourceStart = this.all.length;
    this.keys = undefined;
    if (this.texts.size > 0) this.texts.clear();
    if (this.pairs.size > 0) this.pairs.clear();
  }

  /** Adds a pair of characters, once for the source. */
  addPair(pair: number): void {
    if (this.pairs.has(pair)) return;
    this.pairs.add(pair);
    this.all.push({ table: pairTable.name, values: [this.param, pair, this.moment] });
  }

  /** Adds a text that `:text` finds; all texts of a source are one row, so that no version is found twice. */
  addText(text: unknown): void {
    if (typeof text === 'string' && text !== '') this.texts.add(text);
  }

  /** True when the source at hand has texts. */
  get hasTexts(): boolean {
    return this.texts.size > 0;
  }

  /** Notes that the source at hand has a value. @param type of a reference: what it leads to */
  addPresence(type?: string): void {
    this.hasValue = true;
    if (type !== undefined && this.types.includes(type)) this.shape.addTarget(this.param, type);
  }

  /** Ends the values of a source, whose own rows are those of a table. @param coded its rows are codes of few systems */
  endValues(table: IndexTable | undefined, coded: boolean): void {
    const systems: SqlValue[] = [];
    let hasRows = false;
    for (let i = this.sourceStart; i < this.all.length; i++) {
      const row = this.all[i]!;
      if (row.table !== table?.name || row.values[0] !== this.param) continue;
      hasRows = true;
      if (!coded) break;
      const system = row.values[tokenSystem]!;
      if (!systems.includes(system)) systems.push(system);
    }
    if (hasRows) this.shape.addSource(this.param, systems as number[]);
    else if (this.hasValue) this.shape.addUncoded(this.param);
  }

  /** Ends the rows of a source: its texts go under the hash given. */
  end(param: number): void {
    const { variants } = this.settings;
    const texts = Array.from(this.texts, text => folded(text, variants));
    const [first] = texts;
    if (texts.length > 1 || first!.text.length > keptText) {
      const lines = new Set(texts.map(({ text }) => text));
      this.addWord(param, [...lines].join('\n').slice(0, keptText));
      return;
    }
    first!.word ??= hash47(first!.text);
    this.addWord(param, first!.text, first!.word);
  }

  /** Adds a text that other resources may have as well. */
  addWord(param: number, text: string, word = hash47(text)): void {
    if (text === '') return;
    this.all.push({ table: wordTable.name, values: [param, text, word] });
    this.all.push({ table: useTable.name, values: [param, word, this.inside] });
  }

  /** The row about the resource as a whole, after all its sources. @param facts what stands for its type (see TypeParams) */
  addFacts(...facts: readonly number[]): void {
    const { key: shape, text } = this.shape.of(facts);
    for (const type of facts) this.all.push({ table: shapeTable.name, values: [type, shape, text] });
    this.all.push({ table: factsTable.name, values: [this.inside, shape, this.moment] });
  }

  /** Adds a row unless the source has it already (a primary key holds once). */
  add(table: IndexTable, values: readonly SqlValue[]): void {
    if (this.all.length - this.sourceStart < fewRows ? this.isAmongFew(table, values) : this.isAmongMany(table, values))
      return;
    this.all.push({ table: table.name, values });
  }

  private isAmongFew(table: IndexTable, values: readonly SqlValue[]): boolean {
    for (let i = this.sourceStart; i < this.all.length; i++) {
      const row = this.all[i]!;
      if (row.table === table.name && sameKey(row.values, values, table.key)) return true;
    }
    return false;
  }

  /** Notes the row as well. */
  private isAmongMany(table: IndexTable, values: readonly SqlValue[]): boolean {
    this.keys ??= new Set(
      this.all.slice(this.sourceStart).map(row => keyOf(row.table, row.values, keyLengths.get(row.table)!)),
    );
    const before = this.keys.size;
    return this.keys.add(keyOf(table.name, values, table.key)).size === before;
  }

  /** Adds rows under another source's hash. */
  under(param: number, add: () => void): void {
    const own = this.param;
    this.param = param;
    add();
    this.param = own;
  }
}

const keyOf = (table: string, values: readonly SqlValue[], key: number): string =>
  `${table}\u0000${values.slice(0, key).join('\u0000')}`;

function sameKey(a: readonly SqlValue[], b: readonly SqlValue[], key: number): boolean {
  for (let i = 0; i < key; i++) if (a[i] !== b[i]) return false;
  return true;
}
