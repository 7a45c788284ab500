/**
 * SearchParameters: like the one they are derived from, with an expression over their base types.
 * @see https://hl7.org/fhir/R4/searchparameter.html
 */
import type { Definitions } from '../../definitions/definitions.ts';
import type { JsonObject, Message } from '../../fhir/types.ts';
import { partsOf } from '../constraint-guard.ts';
import type { Compiler } from '../profile.ts';
import { addIssueAt, type Report } from '../report.ts';
import { fhirPathFault, fhirPathFaultFor } from './place.ts';
import { objects } from './questionnaire.ts';

/** Elements that the types of the base do not have. Each part of a union is about the type it begins with, or any of the base. */
function pathFault(expression: string, base: readonly string[], definitions: Definitions): Message | undefined {
  for (const part of partsOf(expression, '|')) {
    const named = /^[\s(]*([A-Z]\w+)\b/.exec(part)?.[1];
    const types = (named === undefined ? base : [named]).filter(type => definitions.typeSchema(type));
    const fault = types.length === 0 ? undefined : fhirPathFaultFor(part, definitions, types);
    if (fault) return fault;
  }
  return undefined;
}

/** An expression begins with a type of the parameter's base, and can be read. */
function checkExpression(parameter: JsonObject, report: Report, { definitions }: Compiler): void {
  const { expression } = parameter;
  if (typeof expression !== 'string') return;
  const base = Array.isArray(parameter['base']) ? (parameter['base'] as unknown[]) : [];
  const fault =
    fhirPathFault(expression, definitions) ??
    (report.onWrite ? undefined : pathFault(expression, base.map(String), definitions));
  if (fault) {
    addIssueAt(report, 'expression', 'invalid', fault);
    return;
  }
  const stray = expression
    .split('|')
    .map(part => /^[\s(]*([A-Z]\w+)\./.exec(part)?.[1])
    .find(type => type !== undefined && definitions.isResourceType(type) && !base.includes(type));
  if (stray !== undefined && !base.includes('Resource') && !base.includes('DomainResource'))
    addIssueAt(report, 'expression', 'invalid', {
      en: `asks about ${stray}, which is not among the base types ${base.join(', ')}`,
      ja: `${stray} は base（${base.join('、')}）にない型です`,
    });
}

/** The rule of SearchParameter resources. */
export function checkSearchParameter(parameter: JsonObject, report: Report, compiler: Compiler): void {
  const { definitions } = compiler;
  checkExpression(parameter, report, compiler);
  if (parameter['type'] === 'composite' && objects(parameter['component']).length < 2)
    addIssueAt(report, 'component', 'required', {
      en: 'a composite parameter has two components or more',
      ja: 'composite のパラメータには component が2つ以上必要です',
    });
  const { derivedFrom } = parameter;
  const base = typeof derivedFrom === 'string' ? definitions.byCanonical('SearchParameter', derivedFrom) : undefined;
  if (!base) return;
  const tell = (name: string, message: Message): void => addIssueAt(report, name, 'invalid', message);
  if (base['type'] !== parameter['type'])
    tell('type', {
      en: `found ${String(parameter['type'])}, but ${String(derivedFrom)} is of type ${String(base['type'])}`,
      ja: `型が派生元（${String(base['type'])}）と異なります`,
    });
  const allowed = (base['base'] ?? []) as unknown[];
  for (const one of (parameter['base'] ?? []) as unknown[])
    if (!allowed.includes(one) && !allowed.includes('Resource'))
      tell('base', {
        en: `${String(one)} is no base of ${String(derivedFrom)}`,
        ja: `${String(one)} は派生元の base にありません`,
      });
}
