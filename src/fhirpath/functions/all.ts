/** The list of functions. Adding one is a line in its file. */
import { conversion } from './conversion.ts';
import type { FunctionEntry } from './define.ts';
import { existence } from './existence.ts';
import { fhir } from './fhir.ts';
import { filtering } from './filtering.ts';
import { math } from './math.ts';
import { strings } from './strings.ts';
import { utility } from './utility.ts';

/** Every function by name. */
export const functions: ReadonlyMap<string, FunctionEntry> = new Map([
  ...existence,
  ...filtering,
  ...conversion,
  ...strings,
  ...math,
  ...utility,
  ...fhir,
]);
