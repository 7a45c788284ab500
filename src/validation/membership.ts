/**
 * Codes, asked of the definitions first (in the context of the package that asks) and of terminology for what they leave open:
 * grammars such as UCUM, masters that are loaded, value sets with versions.
 */
import type { JsonObject } from '../fhir/types.ts';
import type { Terminology } from '../terminology/terminology.ts';
import { asOfResource, isBilled } from './as-of.ts';
import type { Code, CodeChecker, Membership } from './codes.ts';

const ucum = 'http://unitsofmeasure.org';
const most = 20_000;

/** A checker that asks terminology where the other one cannot tell. */
export function withTerminology(codes: CodeChecker, terminology: Terminology): CodeChecker {
  const units = new Map<string, boolean>();
  const isUnit = (code: string): boolean => {
    const known = units.get(code);
    if (known !== undefined) return known;
    const found = terminology.scope().system(ucum)?.find(code) !== undefined;
    if (units.size < most) units.set(code, found);
    return found;
  };
  /** A code of a system that was imported as a master or came with the program. */
  const imported = ({ system, code }: Code): Membership | undefined => {
    const found = system === undefined ? undefined : terminology.scope().system(system);
    if (!found) return undefined;
    // A master holds the codes of its day: one that is not in it may have been right when it was written.
    return found.find(code) ? { result: 'in' } : { result: 'unchecked', reason: 'fragment', what: system! };
  };
  let [seenCodes, seenTerms, epoch] = [-1, -1, 0];
  return {
    refresh() {
      codes.refresh();
      const [now, terms] = [codes.epoch, terminology.library.generation()];
      if (now !== seenCodes || terms !== seenTerms) epoch++;
      [seenCodes, seenTerms] = [now, terms];
    },
    get epoch() {
      return epoch;
    },
    knowsSystem: system => codes.knowsSystem(system),
    list: (valueSet, asker) => codes.list(valueSet, asker),
    displaysIn: (valueSet, system, code, asker) => codes.displaysIn(valueSet, system, code, asker),
    member(valueSet, code, asker, holder): Membership {
      const own = codes.member(valueSet, code, asker);
      // What was billed must have been in force; definitions know no days.
      const strict = holder !== undefined && isBilled(holder) && code.system !== undefined;
      if (own.result !== 'unchecked' && !(own.result === 'in' && strict && asOfResource(holder))) return own;
      const other = memberOn(terminology, valueSet, code, holder);
      return other === 'unknown' ? own : { result: other };
    },
    inSystem(code): Membership {
      if (code.system === ucum) return { result: isUnit(code.code) ? 'in' : 'out' };
      const own = codes.inSystem(code);
      return own.result === 'unchecked' ? (imported(code) ?? own) : own;
    },
    weight: (system, code) => terminology.weightOf(system, code),
    displays(system, code) {
      const own = codes.displays(system, code);
      return own.length > 0 ? own : displaysOf(terminology, system, code);
    },
  };
}

/** Membership on the day of the resource; without one, in the edition of today. */
function memberOn(terminology: Terminology, valueSet: string, { system, code }: Code, holder: JsonObject | undefined) {
  const billed = holder !== undefined && isBilled(holder) ? asOfResource(holder) : undefined;
  if (billed) return terminology.isMember(valueSet, system, code, { day: billed.day, inForce: true });
  const today = terminology.isMember(valueSet, system, code);
  const day = today === 'in' || !holder ? undefined : asOfResource(holder)?.day;
  if (day === undefined) return today;
  // Few codes get here: those of an edition that another has replaced since.
  const then = terminology.isMember(valueSet, system, code, { day });
  return then === 'in' ? then : today;
}

/** Displays of a concept that terminology knows, in every language it has them. */
function displaysOf(terminology: Terminology, system: string, code: string): readonly string[] {
  const concept = terminology.scope().system(system)?.find(code);
  const others = (concept?.designation ?? []).map(one => one['value']);
  return [concept?.display, ...others].filter(one => typeof one === 'string');
}
