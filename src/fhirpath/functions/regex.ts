/**
 * Regular expressions of expressions: `.` matches line ends, and what might backtrack for long runs under a time limit.
 * @see https://hl7.org/fhirpath/N1/#matchesregex-string-boolean
 */
import vm from 'node:vm';
import { charge, type State } from '../code.ts';
import { fault, type Place } from '../fault.ts';

/** By flags and pattern. */
const compiled = new Map<string, Map<string, RegExp>>();
const maxPattern = 2000;

function make(pattern: string, flags: string, place: Place): RegExp {
  if (pattern.length > maxPattern)
    throw fault(
      place,
      `a regular expression longer than ${maxPattern} characters`,
      `正規表現が ${maxPattern} 文字を超えています`,
      'too-costly',
    );
  try {
    return new RegExp(pattern, `${flags}su`);
  } catch {
    try {
      return new RegExp(pattern, `${flags}s`);
    } catch {
      throw fault(place, 'no regular expression', '正規表現の形式が正しくありません');
    }
  }
}

/** @param flags `i` and `m` may be given. @throws FhirError for other flags and for what is no regular expression */
export function toRegExp(pattern: string, flags: string, place: Place): RegExp {
  if (flags !== '' && (!/^[im]*$/.test(flags) || new Set(flags).size !== flags.length))
    throw fault(
      place,
      `the flags "${flags.slice(0, 20)}" (expected i or m)`,
      `フラグ「${flags.slice(0, 20)}」は使えません（i か m）`,
    );
  const ofFlags = compiled.get(flags) ?? new Map<string, RegExp>();
  const known = ofFlags.get(pattern);
  if (known) return known;
  const made = make(pattern, flags, place);
  compiled.set(flags, ofFlags);
  if (ofFlags.size < 1000) ofFlags.set(pattern, made);
  return made;
}

/** Quantifiers without an upper bound near it: each may multiply the work by the length of the text. */
const loops = (pattern: string): number =>
  pattern.replace(/\\[\s\S]|\[(?:[^\]\\]|\\[\s\S])*\]/g, 'x').match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0;
const hasNested = (pattern: string): boolean =>
  /[*+}]\)*\)[*+{?]|\([^()]*[|][^()]*\)[*+{]/.test(pattern.replace(/\\[\s\S]|\[(?:[^\]\\]|\\[\s\S])*\]/g, 'x'));

interface Work {
  /** The power of the text's length that a look-up may take. */
  readonly power: number;
  readonly nested: boolean;
}

const works = new WeakMap<RegExp, Work>();

function workOf(regex: RegExp): Work {
  let work = works.get(regex);
  if (!work) {
    work = { power: loops(regex.source) + 1, nested: hasNested(regex.source) };
    works.set(regex, work);
  }
  return work;
}

/**
 * Whether a pattern repeats a group without end that itself repeats or chooses: the time it takes may double with each character.
 * @param pattern source of a regular expression
 */
export function mayRunAway(pattern: string): boolean {
  const plain = pattern.replace(/\\[\s\S]|\[(?:[^\]\\]|\\[\s\S])*\]/g, 'x');
  const open: number[] = [];
  for (let i = 0; i < plain.length; i++) {
    if (plain[i] === '(') open.push(i);
    if (plain[i] !== ')') continue;
    const group = plain.slice(open.pop() ?? 0, i);
    if (/^(?:[*+]|\{\d+,(?:\d{2,})?\})/.test(plain.slice(i + 1)) && /[*+|{]|\?(?![:=!<])/.test(group.slice(1)))
      return true;
  }
  return false;
}

/** So short a text is looked through at once, whatever the pattern. */
const shortText = 20;

const dangers = new WeakMap<RegExp, boolean>();

function isDangerous(regex: RegExp): boolean {
  let danger = dangers.get(regex);
  if (danger === undefined) {
    danger = mayRunAway(regex.source);
    dangers.set(regex, danger);
  }
  return danger;
}

/** What a definition's own pattern may do unwatched: all that ends soon for certain. */
const endsSoon = (regex: RegExp, text: string, power: number): boolean =>
  text.length <= shortText || (!isDangerous(regex) && text.length ** Math.min(power, 6) < 1e9);

const sandbox = vm.createContext(Object.create(null) as Record<string, unknown>);
const script = new vm.Script('run()');
const timeLimitMs = 100;
/** How often a run is begun anew that was stopped by the clock, though the machine had hardly let it run. */
const mostTries = 5;

/**
 * Starts to measure; what it gives tells the milliseconds of CPU time that this thread took since, at most: the time of all
 * threads of the process is what the system tells, and none works longer than the time that passed.
 */
function measure(): () => number {
  const before = process.cpuUsage();
  const started = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return Math.min((user + system) / 1000, performance.now() - started);
  };
}

const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/**
 * Runs a look-up of a regular expression. Work is bounded by the lengths where that can be told, and by time otherwise:
 * a guarded run costs steps by the CPU time it took, so that a busy machine does not change what an expression gives.
 */
export function guarded<T>(regex: RegExp, text: string, trusted: boolean, run: () => T, state: State, place: Place): T {
  charge(state, 1 + (text.length >> 6), place);
  const { power, nested } = workOf(regex);
  const simple = !nested && text.length ** Math.min(power, 6) < 1e7;
  if (simple || (trusted && endsSoon(regex, text, power))) return run();
  for (let tries = 1; ; tries++) {
    const taken = measure();
    try {
      sandbox['run'] = run;
      return script.runInContext(sandbox, { timeout: timeLimitMs }) as T;
    } catch (error) {
      if (!isTimeout(error)) throw error;
      if (taken() * 2 > timeLimitMs || tries === mostTries)
        throw fault(
          place,
          'the regular expression takes too long',
          '正規表現の照合に時間がかかりすぎます',
          'too-costly',
        );
    } finally {
      sandbox['run'] = undefined;
      charge(state, Math.ceil(taken() * 500), place);
    }
  }
}
