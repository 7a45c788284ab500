/** The rules, in the order they run on an element. Adding one is a file and a line. */
import type { Rule } from '../rule.ts';
import { cardinality } from './cardinality.ts';
import { type } from './type.ts';

export const rules: readonly Rule[] = [cardinality, type];
