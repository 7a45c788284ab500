/**
 * The layouts of the national masters. `sampled: false` marks those whose public description was not at hand: they follow
 * general knowledge and need a look at a real file before they are relied on (docs/terminology.md lists them).
 */
import type { Layout } from '../layout.ts';
import { careLayouts } from './care.ts';
import { diseasesLayouts } from './diseases.ts';
import { drugsLayouts } from './drugs.ts';
import { testsLayouts } from './tests.ts';

/** Every built-in layout. */
export const layouts: readonly Layout[] = [...diseasesLayouts, ...drugsLayouts, ...testsLayouts, ...careLayouts];

/** The layout of a kind. */
export function findLayout(kind: string): Layout | undefined {
  return layouts.find(layout => layout.kind === kind);
}
