/** The list of rules, in the order they run. */
import type { Issue } from '../../fhir/outcome.ts';
import type { Document } from '../document.ts';
import { fullUrls } from './full-urls.ts';
import { innerReferences } from './inner-references.ts';
import { keys } from './keys.ts';
import { marks } from './marks.ts';
import { onePerson } from './one-person.ts';
import { oneType } from './one-type.ts';
import type { DocumentRule, RuleLimits } from './rule.ts';
import { sendingLimits } from './sending-limits.ts';
import { size } from './size.ts';

/** Every rule for a document as a whole. */
export const documentRules: readonly DocumentRule[] = [
  size,
  keys,
  onePerson,
  oneType,
  fullUrls,
  innerReferences,
  marks,
  sendingLimits,
];

/** Findings of all rules. */
export function checkDocument(document: Document, limits: RuleLimits): readonly Issue[] {
  return documentRules.flatMap(rule => rule(document, limits));
}
