/**
 * Codes, asked of the definitions first (in the context of the package that asks) and of terminology for what they leave open:
 * grammars such as UCUM, masters that are loaded, value sets with versions.
 */
import type { Terminology } from '../terminology/terminology.ts';
import type { CodeChecker, Membership } from './codes.ts';

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
  return {
    ...codes,
    member(valueSet, code, asker): Membership {
      const own = codes.member(valueSet, code, asker);
      if (own.result !== 'unchecked') return own;
      const other = terminology.isMember(valueSet, code.system, code.code);
      return other === 'unknown' ? own : { result: other };
    },
    inSystem(code): Membership {
      if (code.system !== ucum) return codes.inSystem(code);
      return { result: isUnit(code.code) ? 'in' : 'out' };
    },
  };
}
