/**
 * Invariants of an element, as rules.
 * @see https://hl7.org/fhir/R4/conformance-rules.html#constraints
 */
import type { JsonObject } from '../fhir/types.ts';
import { evaluateConstraint } from './constraint.ts';
import type { ElementContext, ItemRule } from './element-rule.ts';
import type { ProfileElement } from './profile-schema.ts';
import { addFinding, isFull, type Report } from './report.ts';

/** R-number of a national rule at the head of an invariant's text, such as `R0213`. */
const nationalRule = /^\s*[[(「]?\s*(R\d{3,5}[A-Z]?)/;

/** What expressions on an element are compiled for: its types, or its path when it brings its own children. */
function focusOf(element: ProfileElement, { schema }: ElementContext): readonly string[] {
  if (!element.basePath.includes('.')) return [schema.type];
  const codes = element.types.map(type => type.code);
  return codes.length === 0 || codes.includes('BackboneElement') || codes.includes('Element')
    ? [element.basePath]
    : codes;
}

/** The rules of an element's invariants. */
export function constraintRules(element: ProfileElement, context: ElementContext): ItemRule[] {
  const { compiler, definition } = context;
  const focus = focusOf(element, context);
  return element.constraints.map(({ key, severity, human, humanJa, expression }) => {
    const services = {
      definitions: compiler.definitions,
      codes: compiler.codes,
      conforms: (value: JsonObject, profile: string, report: Report) =>
        compiler.conforms(value, profile, report, definition),
    };
    const evaluate = evaluateConstraint(expression, focus, services);
    const rule = nationalRule.exec(human)?.[1] ?? key;
    return (value, report, type, _parent, sibling) => {
      if (value === undefined && sibling === undefined) return;
      const holds = evaluate(value, report, type, sibling);
      if (holds === true) return;
      if (isFull(report)) {
        if (holds === false) addFinding(report, severity, 'invariant', { en: '', ja: '' });
        return;
      }
      if (holds === false)
        addFinding(report, severity, 'invariant', { en: `rule ${key}: ${human}`, ja: `規則 ${key}: ${humanJa}` }, rule);
      else
        addFinding(
          report,
          'warning',
          'not-supported',
          { en: `rule ${key} could not be evaluated: ${human}`, ja: `規則 ${key} を評価できませんでした: ${humanJa}` },
          rule,
        );
    };
  });
}
