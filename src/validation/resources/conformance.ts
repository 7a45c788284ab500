/**
 * Conformance resources: what a ValueSet, CodeSystem, SearchParameter or StructureDefinition must be beyond its type.
 * @see https://hl7.org/fhir/R4/terminologies.html
 */
import type { StructureDefinition } from '../../definitions/element-schema.ts';
import { generateSnapshot, SnapshotError } from '../../definitions/snapshot.ts';
import type { JsonObject, Message, Resource } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import { addIssue, addIssueAt, type Report } from '../report.ts';
import { isObject, objects } from './questionnaire.ts';

const isAbsolute = (url: unknown): boolean => typeof url !== 'string' || /^[a-z][a-z0-9+.-]*:/i.test(url);

function at(report: Report, steps: readonly (string | number)[], check: () => void): void {
  const depth = report.depth;
  for (const step of steps) report.segments[report.depth++] = step;
  check();
  report.depth = depth;
}

/** Canonicals of contained resources are absolute too. */
function checkOwnUrl(resource: JsonObject, report: Report): void {
  if (!isAbsolute(resource['url']))
    addIssueAt(report, 'url', 'invalid', {
      en: `found "${String(resource['url'])}", expected an absolute URL`,
      ja: `url「${String(resource['url'])}」は絶対 URL ではありません`,
    });
}

export function checkValueSet(valueSet: JsonObject, report: Report): void {
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
        }),
    );
}

function countConcepts(list: unknown): number {
  return objects(list).reduce((sum, one) => sum + 1 + countConcepts(one['concept']), 0);
}

export function checkCodeSystem(codeSystem: JsonObject, report: Report): void {
  checkOwnUrl(codeSystem, report);
  const { content, count, concept } = codeSystem;
  const found = countConcepts(concept);
  if (content === 'not-present' && found > 0)
    addIssueAt(report, 'concept', 'invalid', {
      en: 'the content is not-present, but there are concepts',
      ja: 'content が not-present なのに concept があります',
    });
  if (content === 'complete' && typeof count === 'number' && found > 0 && count !== found)
    addIssueAt(report, 'count', 'invalid', {
      en: `says ${count}, but the complete code system has ${found} concepts`,
      ja: `count は ${count} ですが、concept は ${found} 件です`,
    });
}

export function checkSearchParameter(parameter: JsonObject, report: Report, { definitions }: Compiler): void {
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

/** A differential can be laid over its base. */
export function checkStructureDefinition(structure: JsonObject, report: Report, { definitions }: Compiler): void {
  const { url, type, baseDefinition, derivation, differential } = structure;
  if (typeof url !== 'string' || typeof baseDefinition !== 'string' || !isObject(differential)) return;
  if (
    derivation === 'specialization' &&
    typeof type === 'string' &&
    type === definitions.byCanonical('StructureDefinition', baseDefinition)?.['type']
  )
    addIssueAt(report, 'type', 'invalid', {
      en: `the type ${type} is that of the base it specializes`,
      ja: `type ${type} が基底の型と同じです`,
    });
  if (derivation !== 'constraint' || !definitions.byCanonical('StructureDefinition', baseDefinition)) return;
  try {
    const find = (canonical: string): StructureDefinition | undefined =>
      definitions.byCanonical('StructureDefinition', canonical, structure as Resource) as
        | StructureDefinition
        | undefined;
    generateSnapshot(structuredClone(structure) as unknown as StructureDefinition, find, true);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    addIssue(report, 'invalid', error.text);
  }
}

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
