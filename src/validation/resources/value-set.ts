/**
 * ValueSets: systems, codes and filters of their rules are what the code systems know.
 * @see https://hl7.org/fhir/R4/valueset.html#compositions
 */
import type { JsonObject, Message, Resource } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import { addFinding, addIssueAt, type Report } from '../report.ts';
import { at, checkOwnUrl, fhirPathFault, isAbsolute } from './place.ts';
import { isObject, objects } from './questionnaire.ts';

const expressionUrl = 'http://hl7.org/fhir/StructureDefinition/cqf-expression';
const dateForm = /^\d{4}(?:-\d\d(?:-\d\d(?:T.*)?)?)?$/;

/** Types of the properties every code system may have. @see https://hl7.org/fhir/R4/codesystem.html#defined-props */
const usualTypes: ReadonlyMap<string, string> = new Map([
  ['inactive', 'boolean'],
  ['notSelectable', 'boolean'],
  ['deprecated', 'dateTime'],
  ['effectiveDate', 'dateTime'],
  ['deprecationDate', 'dateTime'],
  ['retirementDate', 'dateTime'],
  ['concept', 'code'],
]);

/** What values of a property type look like; undefined when any will do. */
function typeFault(type: string | undefined, value: string): Message | undefined {
  const told = (en: string, ja: string): Message => ({
    en: `found "${value}", expected ${en}`,
    ja: `「${value}」ではなく、${ja}`,
  });
  if (type === 'boolean' && value !== 'true' && value !== 'false')
    return told('true or false', 'true か false にしてください');
  if (type === 'integer' && !/^-?\d+$/.test(value)) return told('a whole number', '整数にしてください');
  if (type === 'decimal' && !/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value))
    return told('a number', '数値にしてください');
  if (type === 'dateTime' && !dateForm.test(value)) return told('a date', '日付にしてください');
  return undefined;
}

function isPattern(value: string): boolean {
  try {
    return new RegExp(value, 'u') !== undefined;
  } catch {
    return false;
  }
}

function valueFault(
  filter: JsonObject,
  system: string,
  codeSystem: Resource | undefined,
  compiler: Compiler,
): Message | undefined {
  const { property, op, value } = filter;
  if (typeof value !== 'string' || typeof property !== 'string') return undefined;
  if (op === 'regex')
    return isPattern(value)
      ? undefined
      : { en: `"${value}" is no regular expression`, ja: `「${value}」は正規表現ではありません` };
  if (op === 'exists') return typeFault('boolean', value);
  const own = objects(codeSystem?.['property']).find(one => one['code'] === property)?.['type'];
  const type = typeof own === 'string' ? own : usualTypes.get(property);
  if (type !== 'code') return typeFault(type, value);
  const codes = op === 'in' || op === 'not-in' ? value.split(',').map(one => one.trim()) : [value];
  const stray = codes.find(code => compiler.codes.inSystem({ system, code }).result === 'out');
  return stray === undefined
    ? undefined
    : { en: `"${stray}" is no code of ${system}`, ja: `「${stray}」は ${system} にないコードです` };
}

/** Whether a code system that lists its filters lets this one use an operator. */
function operatorFault({ property, op }: JsonObject, codeSystem: Resource | undefined): Message | undefined {
  const listed = objects(codeSystem?.['filter']).find(one => one['code'] === property)?.['operator'];
  if (!Array.isArray(listed) || typeof op !== 'string' || listed.includes(op)) return undefined;
  const allowed = listed.join(', ');
  return {
    en: `the operator "${op}" is not among those the code system has for ${String(property)}: ${allowed}`,
    ja: `${String(property)} に使える演算子は ${allowed} です（「${op}」は使えません）`,
  };
}

/** Filters may be computed: by FHIRPath that can be read. */
function checkExpression(filter: JsonObject, report: Report, { definitions }: Compiler): void {
  const sibling = isObject(filter['_value']) ? filter['_value'] : {};
  for (const { url, valueExpression } of objects(sibling['extension'])) {
    if (url !== expressionUrl || !isObject(valueExpression)) continue;
    const { language, expression } = valueExpression;
    if (language !== 'text/fhirpath')
      addIssueAt(report, 'value', 'invalid', {
        en: `the language of an expression here must be text/fhirpath, found ${String(language)}`,
        ja: `式の言語は text/fhirpath でなければなりません（${String(language)}）`,
      });
    else if (typeof expression === 'string') {
      const fault = fhirPathFault(expression, definitions);
      if (fault) addIssueAt(report, 'value', 'invalid', fault);
    }
  }
}

function checkConcepts(include: JsonObject, system: string, report: Report, compiler: Compiler): void {
  objects(include['concept']).forEach(({ code }, i) => {
    if (typeof code !== 'string' || compiler.codes.inSystem({ system, code }).result !== 'out') return;
    // A value set may be kept before the edition of the system that brings its codes.
    at(report, ['concept', i, 'code'], () =>
      addFinding(report, report.onWrite ? 'warning' : 'error', 'code-invalid', {
        en: `"${code}" is no code of ${system}`,
        ja: `「${code}」は ${system} にないコードです`,
      }),
    );
  });
}

function checkFilters(include: JsonObject, system: string, report: Report, compiler: Compiler): void {
  const codeSystem = compiler.definitions.byCanonical('CodeSystem', system);
  objects(include['filter']).forEach(
    (filter, i) =>
      void at(report, ['filter', i], () => {
        const fault = operatorFault(filter, codeSystem);
        if (fault) addIssueAt(report, 'op', 'invalid', fault);
        const wrong = valueFault(filter, system, codeSystem, compiler);
        if (wrong) addIssueAt(report, 'value', 'invalid', wrong);
        checkExpression(filter, report, compiler);
      }),
  );
}

/** What is named as a system is one, and what is named as a value set too. */
function checkNamed({ system, valueSet }: JsonObject, report: Report, { definitions }: Compiler): void {
  const codeSystem = typeof system === 'string' ? definitions.byCanonical('CodeSystem', system) : undefined;
  if (codeSystem?.['content'] === 'supplement')
    addIssueAt(report, 'system', 'invalid', {
      en: `${String(system)} is a supplement, which has no codes of its own`,
      ja: `${String(system)} は追補（supplement）で、独自のコードを持ちません`,
    });
  else if (typeof system === 'string' && !codeSystem && definitions.byCanonical('ValueSet', system))
    addIssueAt(report, 'system', 'invalid', {
      en: `${system} is a value set, not a code system`,
      ja: `${system} はコード体系ではなく値セットです`,
    });
  (Array.isArray(valueSet) ? (valueSet as unknown[]) : []).forEach((canonical, i) => {
    if (typeof canonical !== 'string' || definitions.byCanonical('ValueSet', canonical)) return;
    if (definitions.byCanonical('CodeSystem', canonical))
      at(report, ['valueSet', i], () =>
        addFinding(report, 'error', 'invalid', {
          en: `${canonical} is a code system, not a value set`,
          ja: `${canonical} は値セットではなくコード体系です`,
        }),
      );
  });
}

/** The rule of ValueSet resources. */
export function checkValueSet(valueSet: JsonObject, report: Report, compiler: Compiler): void {
  checkOwnUrl(valueSet, report);
  const compose = isObject(valueSet['compose']) ? valueSet['compose'] : {};
  for (const part of ['include', 'exclude'])
    objects(compose[part]).forEach(
      (include, i) =>
        void at(report, ['compose', part, i], () => {
          const { system } = include;
          if (!isAbsolute(system))
            addIssueAt(report, 'system', 'invalid', {
              en: `found "${String(system)}", expected an absolute URI`,
              ja: `system「${String(system)}」は絶対 URI ではありません`,
            });
          checkNamed(include, report, compiler);
          if (typeof system !== 'string') return;
          checkConcepts(include, system, report, compiler);
          checkFilters(include, system, report, compiler);
        }),
    );
}
