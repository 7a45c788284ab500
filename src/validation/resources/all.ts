/** Rules of single resource types that no definition can say. Adding one is a file and a line. */
import type { JsonObject } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import type { Report } from '../report.ts';
import { checkBundle } from './bundle.ts';
import { checkLaterEdition } from './clins.ts';
import { checkCodeSystem } from './code-system.ts';
import { checkConceptMap } from './concept-map.ts';
import { checkMeasure } from './measure.ts';
import { checkMeasureReport } from './measure-report.ts';
import { checkObservation } from './observation.ts';
import { checkOperation } from './operation.ts';
import { checkOwnUrl } from './place.ts';
import { checkQuestionnaire } from './questionnaire.ts';
import { checkResponse } from './response.ts';
import { checkSearchParameter } from './search-parameter.ts';
import { checkStructureDefinition } from './structure-definition.ts';
import { checkValueSet } from './value-set.ts';

/** Checks a resource of one type at its place. */
export type ResourceRule = (resource: JsonObject, report: Report, compiler: Compiler) => void;

const byType = new Map<string, ResourceRule>([
  ['Bundle', checkBundle],
  ['CodeSystem', checkCodeSystem],
  ['ConceptMap', checkConceptMap],
  ['Measure', checkMeasure],
  ['MeasureReport', checkMeasureReport],
  ['MedicationRequest', checkLaterEdition],
  ['Observation', checkObservation],
  ['OperationDefinition', checkOperation],
  ['Organization', checkLaterEdition],
  ['Practitioner', checkLaterEdition],
  ['SearchParameter', checkSearchParameter],
  ['StructureDefinition', checkStructureDefinition],
  ['ValueSet', checkValueSet],
  ['Questionnaire', checkQuestionnaire],
  ['QuestionnaireResponse', checkResponse],
]);

/** Types whose resources others name by their url. @see https://hl7.org/fhir/R4/references.html#canonical */
const canonicalTypes: readonly string[] = [
  ...['ActivityDefinition', 'CapabilityStatement', 'ChargeItemDefinition', 'CompartmentDefinition', 'ConceptMap'],
  ...[
    'EffectEvidenceSynthesis',
    'EventDefinition',
    'Evidence',
    'EvidenceVariable',
    'ExampleScenario',
    'GraphDefinition',
  ],
  ...['ImplementationGuide', 'Library', 'Measure', 'MessageDefinition', 'OperationDefinition', 'PlanDefinition'],
  ...['Questionnaire', 'ResearchDefinition', 'ResearchElementDefinition', 'RiskEvidenceSynthesis', 'SearchParameter'],
  ...['StructureDefinition', 'StructureMap', 'TerminologyCapabilities', 'TestScript'],
];

export const resourceRules: ReadonlyMap<string, ResourceRule> = new Map([
  ...byType,
  ...canonicalTypes.map((type): [string, ResourceRule] => {
    const own = byType.get(type);
    return [
      type,
      (resource, report, compiler) => {
        checkOwnUrl(resource, report, report.onWrite ? 'warning' : 'error');
        own?.(resource, report, compiler);
      },
    ];
  }),
]);
