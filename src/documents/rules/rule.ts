/** What a rule of the exchange is: a look at a whole document, beyond what a profile can say. */
import type { Issue, Severity } from '../../fhir/outcome.ts';
import type { Message } from '../../fhir/types.ts';
import type { Document } from '../document.ts';

/** Limits a rule may need; from the settings. */
export interface RuleLimits {
  /** Largest transmission in bytes. */
  readonly maxBytes: number;
  /** The day on which the document is taken in, such as `2026-04-01`. */
  readonly today: string;
}

/** A rule: findings about a document; none when it holds. */
export type DocumentRule = (document: Document, limits: RuleLimits) => readonly Issue[];

/** A finding of a rule. @param rule its number or name */
export function finding(
  rule: string,
  expression: string,
  message: Message,
  severity: Severity = 'error',
  code = 'business-rule',
): Issue {
  return {
    severity,
    code,
    rule,
    expression,
    message: { en: `${expression}: ${message.en}`, ja: `${expression}: ${message.ja}` },
  };
}

/** FHIRPath of an entry's resource. */
export const resourceAt = (index: number): string => `Bundle.entry[${index}].resource`;
