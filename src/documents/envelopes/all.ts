/** The list of envelopes, in the order they are tried. */
import type { Envelope } from '../envelope.ts';
import { bare } from './bare.ts';
import { checkupFile } from './checkup-file.ts';
import { parameters } from './parameters.ts';

/** Every envelope this server opens. */
export const envelopes: readonly Envelope[] = [bare, checkupFile, parameters];
