/**
 * The form of an operation's Parameters, looked at once for all operations. What the parameters mean is each operation's own
 * affair.
 * @see https://hl7.org/fhir/R4/parameters.html
 */
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import type { FhirRequest } from './interaction.ts';

/** The parameters of a Parameters resource. @throws FhirError 'invalid' when they are no list of objects */
export function parameterList({ parameter }: Resource): readonly JsonObject[] {
  const list = parameter ?? [];
  if (Array.isArray(list) && list.every(one => typeof one === 'object' && one !== null && !Array.isArray(one)))
    return list as JsonObject[];
  throw new FhirError(
    'invalid',
    {
      en: 'Parameters.parameter: expected an array of objects with name',
      ja: 'Parameters.parameter は name のあるオブジェクトの配列にしてください',
    },
    { expression: 'Parameters.parameter' },
  );
}

/** Refuses a request whose body is a Parameters resource of another form. @throws FhirError 'invalid' */
export function checkParameters({ body }: FhirRequest): void {
  if (body?.kind === 'resource' && body.resource.resourceType === 'Parameters') parameterList(body.resource);
}
