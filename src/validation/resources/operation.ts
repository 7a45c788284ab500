/**
 * OperationDefinitions: the profiles of their input and output say of each parameter what the definition says.
 * @see https://hl7.org/fhir/R4/operationdefinition-definitions.html#OperationDefinition.inputProfile
 */
import type { JsonObject, Message, Resource } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import type { ProfileElement } from '../profile-schema.ts';
import { addIssueAt, type Report } from '../report.ts';
import { objects } from './questionnaire.ts';

const child = (element: ProfileElement, name: string): ProfileElement | undefined =>
  element.children.find(one => one.name === name);

/** The slice of Parameters.parameter that is about a parameter. */
function sliceOf(slices: readonly ProfileElement[], name: string): ProfileElement | undefined {
  return slices.find(slice => {
    const own = child(slice, 'name');
    return (own?.fixed?.value ?? own?.pattern?.value ?? slice.sliceName) === name;
  });
}

const shownMax = (max: number): string => (max === Infinity ? '*' : String(max));

function faultsOf(parameter: JsonObject, slice: ProfileElement): Message[] {
  const { name, min, max, type } = parameter;
  const faults: Message[] = [];
  const differs = (what: string, profile: unknown, own: unknown): void => {
    faults.push({
      en: `the profile gives the parameter "${String(name)}" the ${what} ${String(profile)}, the definition ${String(own)}`,
      ja: `パラメータ「${String(name)}」の ${what} が、プロファイルでは ${String(profile)}、定義では ${String(own)} です`,
    });
  };
  if (min !== undefined && slice.min !== min) differs('min', slice.min, min);
  if (max !== undefined && shownMax(slice.max) !== max) differs('max', shownMax(slice.max), max);
  const types = (child(slice, 'resource')?.types ?? []).map(one => one.code).filter(code => code !== 'Resource');
  if (types.length > 0 && typeof type === 'string' && !types.includes(type)) differs('type', types.join(', '), type);
  return faults;
}

/** The rule of OperationDefinition resources. */
export function checkOperation(operation: JsonObject, report: Report, compiler: Compiler): void {
  for (const [element, use] of [
    ['inputProfile', 'in'],
    ['outputProfile', 'out'],
  ] as const) {
    const canonical = operation[element];
    const schema = typeof canonical === 'string' ? compiler.schema(canonical, operation as Resource) : undefined;
    const slices = schema && child(schema.root, 'parameter')?.slices;
    if (!slices) continue;
    for (const parameter of objects(operation['parameter'])) {
      const slice = parameter['use'] === use ? sliceOf(slices, String(parameter['name'])) : undefined;
      for (const fault of slice ? faultsOf(parameter, slice) : []) addIssueAt(report, element, 'invalid', fault);
    }
  }
}
