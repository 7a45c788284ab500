/**
 * The list of operations. Adding one is a file and a line here.
 * @see https://hl7.org/fhir/R4/operations.html
 */
import type { Operation } from '../interactions/interaction.ts';
import { terminologyOperations } from './terminology/all.ts';
import { validate } from './validate.ts';

/** Every operation this server has. */
export const allOperations: readonly Operation[] = [validate, ...terminologyOperations];
