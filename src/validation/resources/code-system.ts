/**
 * CodeSystems: their numbers and the names of their properties.
 * @see https://hl7.org/fhir/R4/codesystem.html
 */
import type { JsonObject } from '../../fhir/types.ts';
import { addFinding, addIssueAt, type Report } from '../report.ts';
import { at, checkOwnUrl } from './place.ts';
import { objects } from './questionnaire.ts';

const propertyRoot = 'http://hl7.org/fhir/concept-properties#';
/** Properties that HL7 defines. @see https://hl7.org/fhir/R4/codesystem-concept-properties.html and later editions */
const known: ReadonlySet<string> = new Set(
  (
    'inactive deprecated notSelectable parent child partOf status synonym comment itemWeight effectiveDate ' +
    'deprecationDate retirementDate alternateCode'
  ).split(' '),
);

function countConcepts(list: unknown): number {
  return objects(list).reduce((sum, one) => sum + 1 + countConcepts(one['concept']), 0);
}

function checkProperties(codeSystem: JsonObject, report: Report): void {
  objects(codeSystem['property']).forEach(({ uri }, i) => {
    if (typeof uri !== 'string' || !uri.startsWith(propertyRoot) || known.has(uri.slice(propertyRoot.length))) return;
    at(report, ['property', i], () =>
      addIssueAt(report, 'uri', 'invalid', {
        en: `${uri} is no property that HL7 defines; a property of your own needs a URI of your own`,
        ja: `${uri} は HL7 が定義した性質ではありません。独自の性質には独自の URI を付けてください`,
      }),
    );
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
export function checkCodeSystem(codeSystem: JsonObject, report: Report): void {
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
}
