/**
 * Shapes: which parameters resources have values for. Each set of parameters is kept once for its type and named by its hash, which
 * is all that a version has of it. So what has no value for a parameter is found by the few shapes that lack it.
 */
import { remember } from '../fhir/remember.ts';
import { hash32, hash47 } from '../store/hash.ts';
import { list, type Sql, sql } from '../store/sql.ts';
import { anyOf, type Condition, type Range } from './condition.ts';
import { padded } from './merge-ranges.ts';
import { factsTable } from './tables.ts';

const firsts = 'ABCDEFGHIJKLMNOPQRST';
const others = 'UVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:;!*+,/<=>?@^~#';

/** Lowest first, as many digits as asked for. */
function digits(number: number, alphabet: string, count: number): string {
  let [text, rest] = ['', number];
  for (let i = 0; i < count; i++) {
    text += alphabet[rest % alphabet.length]!;
    rest = Math.floor(rest / alphabet.length);
  }
  return text;
}

/**
 * A parameter in a shape: six characters, of which only the first is one of `A` to `T`, so that one parameter is never found across
 * two others.
 */
function presence(param: number): string {
  const known = presences.get(param);
  if (known !== undefined) return known;
  const number = param + 2 ** 31;
  const text = firsts[number % firsts.length]! + digits(Math.floor(number / firsts.length), others, presenceLength - 1);
  presences.set(param, text);
  return text;
}
const presenceLength = 6;
const presences = new Map<number, string>();

/** The source has references to a type: told as if that were a source. */
function ofType(param: number, type: string): number {
  const name = `shape ${param} of ${type}`;
  let made = targets.get(name);
  if (made === undefined) {
    made = hash32(name);
    targets.set(name, made);
  }
  return made;
}
const targets = new Map<string, number>();

/** Behind a source: its values have no code; a system of its codes, by five characters; it has more systems than are told. */
const uncoded = '%';
const system = '$';
const manySystems = `${system}&&&&&`;
/** Most systems of a source that are told of one resource: each set of them makes a shape. */
const mostSystems = 3;

/** By its hash; clients name as many systems as they like, so not all are kept. */
function systemText(hash: number): string {
  let text = systemTexts.get(hash);
  if (text === undefined) {
    text = system + digits(hash, others, 5);
    if (systemTexts.size >= 5000) systemTexts.clear();
    systemTexts.set(hash, text);
  }
  return text;
}
const systemTexts = new Map<number, string>();

/** The shape of a resource while its values are looked at. */
export class Shape {
  private text = '';

  /** @param systems of its codes, as they are hashed; 0 is none */
  addSource(param: number, systems: readonly number[]): void {
    this.text += presence(param);
    if (systems.length > mostSystems) this.text += manySystems;
    else for (const one of systems) this.text += systemText(one);
  }

  /** The source has values, none of which is in its rows. */
  addUncoded(param: number): void {
    this.text += presence(param) + uncoded;
  }

  addTarget(param: number, type: string): void {
    const told = presence(ofType(param, type));
    if (!this.text.includes(told)) this.text += told;
  }

  /** @param facts what stands for the type */
  of(facts: readonly number[]): { readonly key: string; readonly text: string } {
    const text = facts.map(presence).join('') + this.text;
    return { key: shapeKey(text), text };
  }
}

/** True for a shape in which a source has no codes. */
export function lacksCodes(shape: string, param: number): boolean {
  const at = shape.indexOf(presence(param));
  return at < 0 || shape[at + presenceLength] === uncoded;
}

/** True for a shape in which a source has codes of another system than some. */
export function hasOtherSystem(shape: string, param: number, known: readonly number[]): boolean {
  const at = shape.indexOf(presence(param));
  if (at < 0) return false;
  const told = /^(?:\$.{5})*/.exec(shape.slice(at + presenceLength))![0];
  const mine = known.map(systemText);
  return (told.match(/\$.{5}/g) ?? []).some(one => !mine.includes(one));
}

/** Name of a shape: eight characters. */
export const shapeKey = remember(text => digits(hash47(text), `${others}${firsts.slice(0, 4)}`, 8));

/** Condition over `index_shape y`: the source has a value. @param type of references: one that leads there */
export const hasParam = (param: number, type?: string): Sql =>
  sql`instr(y.params, ${presence(type === undefined ? param : ofType(param, type))}) > 0`;

/** Usually all but a few resources of a type have a parameter, or few do: nobody knows before it is looked. */
const rank = 96;

/** Shapes that are walked one by one. */
const fewShapes = 16;

/**
 * Versions of some shapes, known by their names: one range each while they are few, so that they can be walked as they were written.
 * @param walk empty where they are found beside others in another order
 */
export function ofShapes(shapes: readonly string[], walk: readonly string[] = ['seq']): Condition {
  if (shapes.length > fewShapes) return { op: 'range', range: rangeOf(sql`x.params IN ${list(padded(shapes))}`, []) };
  return anyOf(shapes.map((shape): Condition => ({ op: 'range', range: rangeOf(sql`x.params = ${shape}`, walk) })));
}

/**
 * Versions whose shape fulfils a condition over `index_shape y`.
 * @param facts stands for the type: see TypeParams
 */
export function shapeRange(facts: number, which: Sql): Range {
  const shapes = sql`SELECT y.shape FROM index_shape y WHERE y.param = ${facts} AND ${which}`;
  return rangeOf(sql`x.params IN (${shapes})`, [], { facts, which });
}

const rangeOf = (where: Sql, walk: readonly string[], shapes?: Range['shapes']): Range => ({
  table: factsTable,
  where,
  walk,
  probe: 'seq',
  repeats: false,
  rank,
  ofShape: true,
  ...(shapes && { shapes }),
});
