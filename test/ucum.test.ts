/** Computing with UCUM units: each case in test/cases/ucum is a question and its answer. */
import t from 'tap';
import { parseUnit } from '../src/terminology/ucum/parse.ts';
import {
  convertQuantity,
  divideQuantities,
  inBaseUnits,
  multiplyQuantities,
  QuantityError,
  type UcumQuantity,
  unitName,
} from '../src/terminology/ucum/quantities.ts';
import { difference, readCases } from './support.ts';

/** One of: is it a unit; a conversion; a product or quotient; a name. `refused` is why not, in both languages. */
interface UcumCase {
  readonly valid?: readonly string[];
  readonly invalid?: readonly string[];
  readonly convert?: readonly [value: string, from: string, to: string];
  readonly base?: UcumQuantity;
  readonly multiply?: readonly [UcumQuantity, UcumQuantity];
  readonly divide?: readonly [UcumQuantity, UcumQuantity];
  readonly name?: string;
  readonly gives?: unknown;
  readonly refused?: unknown;
}

function answer(one: UcumCase): unknown {
  try {
    if (one.convert) return convertQuantity(...one.convert);
    if (one.base) return inBaseUnits(one.base);
    if (one.multiply) return multiplyQuantities(...one.multiply);
    if (one.divide) return divideQuantities(...one.divide);
    return unitName(one.name!);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    return { refused: error.text };
  }
}

for (const { file, cases } of readCases<UcumCase>('ucum'))
  t.test(file, async t => {
    for (const one of cases) {
      for (const unit of one.valid ?? []) t.notOk('problem' in parseUnit(unit), unit);
      for (const unit of one.invalid ?? []) t.ok('problem' in parseUnit(unit), unit);
      if (one.valid || one.invalid) continue;
      const expected = one.refused === undefined ? one.gives : { refused: one.refused };
      t.equal(difference(expected, answer(one)), undefined, JSON.stringify(one));
    }
  });
