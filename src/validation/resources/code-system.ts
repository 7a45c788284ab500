/**
 * CodeSystems: their numbers and the names of their properties.
 * @see https://hl7.org/fhir/R4/codesystem.html
 */
import type { JsonObject } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import { addFinding, addIssueAt, type Report } from '../report.ts';
import { at, checkOwnUrl } from './place.ts';
import { objects } from './questionnaire.ts';

const propertyRoot = 'http://hl7.org/fhir/concept-properties#';
/** Properties that HL7 defines, with their types. @see https://hl7.org/fhir/R4/codesystem.html#defined-props and later editions */
const known: ReadonlyMap<string, string> = new Map([
  ...['inactive', 'notSelectable'].map(name => [name, 'boolean'] as const),
  ...['deprecated', 'effectiveDate', 'deprecationDate', 'retirementDate'].map(name => [name, 'dateTime'] as const),
  ...['parent', 'child', 'partOf', 'status', 'synonym', 'alternateCode'].map(name => [name, 'code'] as const),
  ['comment', 'string'],
  ['itemWeight', 'decimal'],
]);

function countConcepts(list: unknown): number {
  return objects(list).reduce((sum, one) => sum + 1 + countConcepts(one['concept']), 0);
}

/** Properties under the name of one that HL7 defines are that one. */
function checkProperties(codeSystem: JsonObject, report: Report): void {
  objects(codeSystem['property']).forEach(({ uri, type }, i) => {
    if (typeof uri !== 'string' || !uri.startsWith(propertyRoot)) return;
    const wanted = known.get(uri.slice(propertyRoot.length));
    if (wanted === undefined)
      at(report, ['property', i], () =>
        addIssueAt(report, 'uri', 'invalid', {
          en: `${uri} is no property that HL7 defines; a property of your own needs a URI of your own`,
          ja: `${uri} は HL7 が定義した性質ではありません。独自の性質には独自の URI を付けてください`,
        }),
      );
    else if (type !== wanted)
      at(report, ['property', i, 'type'], () =>
        addFinding(report, report.onWrite ? 'warning' : 'error', 'invalid', {
          en: `found ${String(type)}, but ${uri} is of type ${wanted}`,
          ja: `type が ${String(type)} ですが、${uri} の型は ${wanted} です`,
        }),
      );
  });
}

/** What values of a property type look like in JSON. */
const typeOfValue = (property: JsonObject): string | undefined => {
  const name = Object.keys(property).find(key => /^value[A-Z]/.test(key));
  if (name === undefined || name === 'valueCoding') return name?.slice(5);
  return name.slice(5, 6).toLowerCase() + name.slice(6);
};

/** Properties of concepts are among those the system declares, or HL7's own, and of the type declared. */
function checkConceptProperties(concepts: unknown, types: ReadonlyMap<unknown, unknown>, report: Report): void {
  objects(concepts).forEach((concept, i) => {
    at(report, ['concept', i], () => {
      objects(concept['property']).forEach((property, j) => {
        const { code } = property;
        const [wanted, found] = [types.get(code), typeOfValue(property)];
        const tell = (name: string, en: string, ja: string): void =>
          at(report, ['property', j, name], () =>
            addFinding(report, report.onWrite ? 'warning' : 'error', 'invalid', { en, ja }),
          );
        if (!types.has(code) && !known.has(String(code)))
          tell(
            'code',
            `the code system declares no property "${String(code)}"`,
            `性質「${String(code)}」が property で宣言されていません`,
          );
        else if (wanted !== undefined && found !== undefined && wanted !== found)
          tell(
            'value',
            `found a ${found}, but the property is declared as ${String(wanted)}`,
            `値の型が ${found} ですが、宣言では ${String(wanted)} です`,
          );
      });
      checkConceptProperties(concept['concept'], types, report);
    });
  });
}

/** A code names one property. */
function checkDeclared(codeSystem: JsonObject, report: Report): void {
  const types = new Map<unknown, unknown>();
  objects(codeSystem['property']).forEach(({ code, type }, i) => {
    if (types.has(code))
      at(report, ['property', i, 'code'], () =>
        addFinding(report, report.onWrite ? 'warning' : 'error', 'duplicate', {
          en: `the property "${String(code)}" is declared twice`,
          ja: `性質「${String(code)}」が重複しています`,
        }),
      );
    types.set(code, type);
  });
  checkConceptProperties(codeSystem['concept'], types, report);
}

/** A supplement speaks of codes that the system it adds to has. */
function checkSupplement({ content, concept, supplements }: JsonObject, report: Report, { codes }: Compiler): void {
  if (content !== 'supplement' || typeof supplements !== 'string') return;
  const [system = ''] = supplements.split('|');
  const visit = (list: unknown): void =>
    objects(list).forEach((one, i) => {
      at(report, ['concept', i], () => {
        const { code } = one;
        if (typeof code === 'string' && codes.inSystem({ system, code }).result === 'out')
          addIssueAt(report, 'code', 'code-invalid', {
            en: `"${code}" is no code of ${system}, which this supplement adds to`,
            ja: `「${code}」は、この追補の元である ${system} にないコードです`,
          });
        visit(one['concept']);
      });
    });
  visit(concept);
}

/** The value set a code system names holds all of it and nothing else. */
function checkWhole({ url, valueSet }: JsonObject, report: Report, { definitions }: Compiler): void {
  const found = typeof valueSet === 'string' ? definitions.byCanonical('ValueSet', valueSet) : undefined;
  const compose = found?.['compose'];
  if (typeof compose !== 'object' || compose === null) return;
  const { include, exclude } = compose as JsonObject;
  const [only, ...others] = objects(include);
  const whole =
    others.length === 0 &&
    exclude === undefined &&
    only?.['system'] === url &&
    only?.['concept'] === undefined &&
    only?.['filter'] === undefined;
  if (!whole)
    addIssueAt(report, 'valueSet', 'invalid', {
      en: `the value set ${String(valueSet)} does not hold all codes of this system and only those`,
      ja: `値セット ${String(valueSet)} が、このコード体系全体と一致していません`,
    });
}

function checkCount({ content, count }: JsonObject, found: number, report: Report): void {
  if (typeof count !== 'number' || found === 0) return;
  if (content === 'complete' && count !== found)
    addIssueAt(report, 'count', 'invalid', {
      en: `says ${count}, but the complete code system has ${found} concepts`,
      ja: `count は ${count} ですが、concept は ${found} 件です`,
    });
  if ((content === 'fragment' || content === 'example') && count < found)
    addIssueAt(report, 'count', 'invalid', {
      en: `says ${count}, but this part of the code system has ${found} concepts already`,
      ja: `count は ${count} ですが、一部だけで concept が ${found} 件あります`,
    });
}

/** The rule of CodeSystem resources. */
export function checkCodeSystem(codeSystem: JsonObject, report: Report, compiler: Compiler): void {
  checkOwnUrl(codeSystem, report);
  const { content, concept, supplements } = codeSystem;
  const found = countConcepts(concept);
  if (content === 'not-present' && found > 0)
    addIssueAt(report, 'concept', 'invalid', {
      en: 'the content is not-present, but there are concepts',
      ja: 'content が not-present なのに concept があります',
    });
  if (content === 'supplement' && supplements === undefined)
    addIssueAt(report, 'supplements', 'required', {
      en: 'missing; a supplement says which code system it adds to',
      ja: '追補（supplement）には、元のコード体系を示す supplements が必要です',
    });
  if (content === 'complete' && found === 0)
    addFinding(report, 'warning', 'informational', {
      en: 'the content is complete, but there are no concepts',
      ja: 'content が complete なのに concept がありません',
    });
  checkCount(codeSystem, found, report);
  checkProperties(codeSystem, report);
  checkDeclared(codeSystem, report);
  checkSupplement(codeSystem, report, compiler);
  checkWhole(codeSystem, report, compiler);
}
