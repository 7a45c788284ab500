/**
 * The list of national file standards. Adding one is a folder and a line here.
 */
import { careplan } from './careplan/standard.ts';
import { claims } from './claims/standard.ts';
import { life } from './life/standard.ts';
import { ndjson } from './ndjson/standard.ts';
import { opinion } from './opinion/standard.ts';
import type { Standard } from './standard.ts';

/** Every standard, in the order in which a file's name is tried. */
export const allStandards: readonly Standard[] = [careplan, life, opinion, claims, ndjson];
