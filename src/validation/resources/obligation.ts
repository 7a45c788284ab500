/**
 * Obligation profiles: a profile takes over obligations only from profiles that are marked as such and have its own base.
 * @see https://hl7.org/fhir/extensions/StructureDefinition-inherit-obligations.html
 */
import type { JsonObject } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import { addIssue, type Report } from '../report.ts';
import { at } from './place.ts';
import { objects } from './questionnaire.ts';

const root = 'http://hl7.org/fhir/StructureDefinition/';
const inherits = `${root}inherit-obligations`;
const marks: ReadonlySet<unknown> = new Set([
  `${root}obligation-profile`,
  `${root}obligation-profile-flag`,
  'http://hl7.org/fhir/tools/StructureDefinition/obligation-profile',
]);

/** Checks the profiles a StructureDefinition takes obligations from. */
export function checkObligations(structure: JsonObject, report: Report, { definitions }: Compiler): void {
  objects(structure['extension']).forEach(({ url, valueCanonical }, i) => {
    if (url !== inherits || typeof valueCanonical !== 'string') return;
    const source = definitions.byCanonical('StructureDefinition', valueCanonical);
    if (!source) return;
    const marked = objects(source['extension']).some(one => marks.has(one['url']) && one['valueBoolean'] === true);
    at(report, ['extension', i], () => {
      if (!marked)
        addIssue(report, 'invalid', {
          en: `${valueCanonical} is not marked as an obligation profile`,
          ja: `${valueCanonical} は obligation プロファイルとして示されていません`,
        });
      else if (source['baseDefinition'] !== structure['baseDefinition'])
        addIssue(report, 'invalid', {
          en: `${valueCanonical} is based on ${String(source['baseDefinition'])}, expected ${String(structure['baseDefinition'])}`,
          ja: `${valueCanonical} の基底は ${String(source['baseDefinition'])} です（${String(structure['baseDefinition'])} が必要です）`,
        });
    });
  });
}
