/**
 * MeasureReports: their groups, populations and stratifiers follow the Measure.
 */
import type { JsonObject } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import { addIssue, addIssueAt, type Report } from '../report.ts';
import { at } from './place.ts';
import { isObject, objects } from './questionnaire.ts';

/** Populations of a MeasureReport follow its type. @see https://hl7.org/fhir/R4/measurereport.html */
export function checkMeasureReport(measureReport: JsonObject, report: Report, { definitions }: Compiler): void {
  const { type, measure } = measureReport;
  const definition = typeof measure === 'string' ? definitions.byCanonical('Measure', measure) : undefined;
  const groups = objects(definition?.['group']);
  objects(measureReport['group']).forEach(
    (group, i) =>
      void at(report, ['group', i], () => {
        objects(group['population']).forEach(
          (population, j) =>
            void at(report, ['population', j], () => {
              if (type !== 'subject-list' && population['subjectResults'] !== undefined)
                addIssue(report, 'invalid', {
                  en: `a report of type ${String(type)} lists no subjects`,
                  ja: `type が ${String(type)} の報告に対象者の一覧は使えません`,
                });
            }),
        );
        if (definition && scoringOf(definition) === 'cohort' && group['measureScore'] !== undefined)
          addIssueAt(report, 'measureScore', 'invalid', {
            en: 'a cohort measure has no score',
            ja: 'cohort の指標に measureScore は使えません',
          });
        const known = groups.length > 1 ? groups.some(one => sameCode(one['code'], group['code'])) : true;
        if (!known)
          addIssue(report, 'invalid', {
            en: 'the code is none of the groups of the Measure',
            ja: 'Measure のどの group のコードとも一致しません',
          });
        checkStratifiers(group, groups, report);
      }),
  );
}

const scoringOf = (measure: JsonObject): unknown =>
  objects(isObject(measure['scoring']) ? measure['scoring']['coding'] : undefined)[0]?.['code'];

function sameCode(a: unknown, b: unknown): boolean {
  const codes = (value: unknown): unknown[] =>
    objects(isObject(value) ? value['coding'] : undefined).map(
      one => `${String(one['system'])}|${String(one['code'])}`,
    );
  const text = (value: unknown): unknown => (isObject(value) ? value['text'] : undefined);
  return codes(a).some(one => codes(b).includes(one)) || (text(a) !== undefined && text(a) === text(b));
}

function checkStratifiers(group: JsonObject, groups: readonly JsonObject[], report: Report): void {
  const known = groups.flatMap(one => objects(one['stratifier']));
  if (known.length === 0) return;
  objects(group['stratifier']).forEach(
    (stratifier, i) =>
      void at(report, ['stratifier', i], () => {
        const codes = Array.isArray(stratifier['code']) ? (stratifier['code'] as unknown[]) : [];
        if (!known.some(one => codes.some(code => sameCode(one['code'], code))))
          addIssue(report, 'invalid', {
            en: 'the code is none of the stratifiers of the Measure',
            ja: 'Measure のどの stratifier のコードとも一致しません',
          });
      }),
  );
}
