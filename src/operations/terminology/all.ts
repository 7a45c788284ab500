/**
 * The terminology operations. Adding one is a file and a line here.
 */
import type { Operation } from '../../interactions/interaction.ts';
import { closureOperation } from './closure.ts';
import { expandOperation } from './expand.ts';
import { lookupOperation, subsumesOperation } from './lookup.ts';
import { translateOperation } from './translate.ts';
import { batchInCodeSystem, batchInValueSet, validateInCodeSystem, validateInValueSet } from './validate-code.ts';
import { versionsOperation } from './versions.ts';

/** Every terminology operation. */
export const terminologyOperations: readonly Operation[] = [
  lookupOperation,
  validateInCodeSystem,
  subsumesOperation,
  batchInCodeSystem,
  expandOperation,
  validateInValueSet,
  batchInValueSet,
  translateOperation,
  closureOperation,
  versionsOperation,
];
