/**
 * A code system kept in the tables of imported masters. Concepts are read when they are asked for; only the latest used
 * stay in memory.
 */
import type { TermConcept, TermTables, TermWish } from '../../store/terms.ts';
import { foldText } from '../folding.ts';
import type { SystemEntry, SystemSource } from '../library.ts';
import type { CodeSystem, Concept, PageWish, SystemHead } from '../shapes.ts';
import { gramsOfWord, intersect, unpack } from './grams.ts';

/** Most concepts of one edition kept in memory. */
const mostKept = 20_000;

/** Beyond this many possible hits they are not all looked at, and their number is not told. */
const mostChecked = 3000;

/** So few possible hits are read and looked at rather than narrowed further. */
const fewEnough = 500;

/** The text of a concept that a filter looks at: its code and all its names, folded, one a line. */
export function searchTextOf(code: string, display: string | null, detail: string): string {
  const names = detail === '' ? [] : ((JSON.parse(detail) as { designation?: { value: string }[] }).designation ?? []);
  return foldText([code, display ?? '', ...names.map(one => one.value)].join('\n'));
}

const kanji = /^\p{Script=Han}+$/u;

const days = (day: string): number => Number(day.replaceAll('-', ''));

class MasterSystem implements CodeSystem {
  readonly head: SystemHead;
  readonly size: number;
  private readonly tables: TermTables;
  private readonly edition: number;
  private readonly limited: boolean;
  private readonly kept = new Map<string, Concept>();
  private readonly counts = new Map<string, number>();
  private readonly indexed = new Map<string, boolean>();
  private hierarchy: boolean | undefined;

  constructor(tables: TermTables, edition: number, head: SystemHead, concepts: number, limited: boolean) {
    this.tables = tables;
    this.edition = edition;
    this.head = head;
    this.size = concepts;
    this.limited = limited;
  }

  private read(row: TermConcept): Concept {
    const known = this.kept.get(row.code);
    if (known) return known;
    const detail = row.detail === '' ? {} : (JSON.parse(row.detail) as Partial<Concept>);
    const concept: Concept = { code: row.code, ...(row.display !== null && { display: row.display }), ...detail };
    if (this.kept.size >= mostKept) this.kept.delete(this.kept.keys().next().value!);
    this.kept.set(row.code, concept);
    return concept;
  }

  find(code: string): Concept | undefined {
    const known = this.kept.get(code);
    if (known) return known;
    const row = this.tables.find(this.edition, code) ?? (this.head.caseSensitive ? undefined : this.otherCase(code));
    return row && this.read(row);
  }

  private otherCase(code: string): TermConcept | undefined {
    return this.tables.find(this.edition, code.toUpperCase()) ?? this.tables.find(this.edition, code.toLowerCase());
  }

  *concepts(): Iterable<Concept> {
    let last = '';
    for (;;) {
      const rows = this.tables.after(this.edition, last, 500);
      for (const row of rows) yield this.read(row);
      if (rows.length < 500) return;
      last = rows.at(-1)!.code;
    }
  }

  parents(code: string): readonly string[] {
    return this.hierarchical ? this.tables.parents(this.edition, code) : [];
  }

  children(code: string): readonly string[] {
    return this.hierarchical ? this.tables.children(this.edition, code) : [];
  }

  roots(): Iterable<string> {
    return this.tables.roots(this.edition);
  }

  get hierarchical(): boolean {
    this.hierarchy ??= this.tables.hasHierarchy(this.edition);
    return this.hierarchy;
  }

  private *byNumbers(numbers: readonly number[]): Generator<Concept> {
    for (const no of numbers) {
      const row = this.tables.byNumber(this.edition, no);
      if (row) yield this.read(row);
    }
  }

  withProperty(property: string, value: string): Iterable<Concept> | undefined {
    let indexed = this.indexed.get(property);
    if (indexed === undefined) {
      indexed = this.tables.isIndexed(this.edition, property);
      this.indexed.set(property, indexed);
    }
    return indexed ? this.byNumbers(this.tables.withProperty(this.edition, property, value)) : undefined;
  }

  /** Numbers of concepts that may have all words; `certain` when they do. */
  private candidates(words: readonly string[]): { readonly numbers: readonly number[]; readonly certain: boolean } {
    const grams = [...new Set(words.flatMap(gramsOfWord))];
    const lists = grams.map(gram => this.tables.postings(this.edition, gram));
    const bytes = (blocks: readonly Uint8Array[]) => blocks.reduce((sum, block) => sum + block.length, 0);
    const [shortest, ...longer] = lists.sort((a, b) => bytes(a) - bytes(b));
    let numbers = shortest ? unpack(shortest) : [];
    // Pieces of up to two characters are found for certain; a longer word has to be looked for.
    let certain = words.every(word => [...word].length <= 2);
    for (const list of longer) {
      if (numbers.length === 0) break;
      // A few are sooner read than a long list is gone through.
      if (numbers.length <= fewEnough && bytes(list) > 50 * numbers.length) certain = false;
      else numbers = intersect(numbers, list);
    }
    return { numbers, certain };
  }

  textCandidates(words: readonly string[]): Iterable<Concept> {
    return this.byNumbers(this.candidates(words).numbers);
  }

  page(wish: PageWish): { concepts: readonly Concept[]; total: number | undefined } {
    const rows: TermWish = {
      activeOnly: this.limited && wish.activeOnly,
      day: this.limited && (wish.onlyInForce || wish.activeOnly) ? days(wish.day) : 0,
    };
    if (wish.words.length > 0) return this.textPage(wish, rows);
    const concepts = this.tables.page(this.edition, rows, wish.offset, wish.count).map(row => this.read(row));
    return { concepts, total: this.total(rows) };
  }

  private total(rows: TermWish): number {
    if (!rows.activeOnly && rows.day === 0) return this.size;
    const key = `${rows.activeOnly} ${rows.day}`;
    let count = this.counts.get(key);
    if (count === undefined) {
      count = this.tables.count(this.edition, rows);
      this.counts.set(key, count);
    }
    return count;
  }

  private textPage(wish: PageWish, rows: TermWish): { concepts: readonly Concept[]; total: number | undefined } {
    const { numbers, certain } = this.candidates(wish.words);
    const free = !rows.activeOnly && rows.day === 0;
    if (certain && free)
      return {
        concepts: [...this.byNumbers(numbers.slice(wish.offset, wish.offset + wish.count))],
        total: numbers.length,
      };
    const all = numbers.length <= mostChecked;
    const concepts: Concept[] = [];
    let found = 0;
    for (const no of numbers) {
      const row = this.tables.byNumber(this.edition, no);
      if (!row || !(certain || this.has(row, wish.words)) || !(free || this.tables.fits(this.edition, no, rows)))
        continue;
      if (found >= wish.offset && concepts.length < wish.count) concepts.push(this.read(row));
      found++;
      if (!all && concepts.length >= wish.count) return { concepts, total: undefined };
    }
    return { concepts, total: found };
  }

  private has(row: TermConcept, words: readonly string[]): boolean {
    // Folding leaves kanji as they are: where all words are such, the display as it is kept tells most.
    if (row.display !== null && words.every(word => kanji.test(word) && row.display!.includes(word))) return true;
    const text = searchTextOf(row.code, row.display, row.detail);
    return words.every(word => text.includes(word));
  }
}

/** The imported masters as a source of the library. */
export interface Masters extends SystemSource {
  /** Looks whether editions came or went; until then everything is as it was at the last look. */
  refresh(): void;
  generation(): number;
}

/** Opens the view on the tables; nothing is read before the first question. */
export function openMasters(tables: TermTables): Masters {
  let generation = -1;
  let byUrl = new Map<string, SystemEntry[]>();
  const refresh = () => {
    const now = tables.generation();
    if (now === generation) return;
    generation = now;
    const before = byUrl;
    byUrl = new Map();
    for (const edition of tables.editions()) {
      const head = JSON.parse(edition.head) as SystemHead;
      let system: CodeSystem | undefined;
      const kept = before.get(edition.url)?.find(one => (one as { edition?: number }).edition === edition.id);
      const open = () => {
        system ??= new MasterSystem(tables, edition.id, head, edition.concepts, edition.limited);
        return system;
      };
      const entry = kept ?? { head, open, edition: edition.id };
      byUrl.set(edition.url, [...(byUrl.get(edition.url) ?? []), entry]);
    }
  };
  const first = () => {
    if (generation < 0) refresh();
  };
  return {
    refresh,
    generation() {
      first();
      return generation;
    },
    systems(url) {
      first();
      return byUrl.get(url) ?? [];
    },
    urls() {
      first();
      return byUrl.keys();
    },
  };
}
