/**
 * ValueSet/$expand.
 * @see https://hl7.org/fhir/R4/valueset-operation-expand.html
 */
import type { FhirRequest, Operation } from '../../interactions/interaction.ts';
import { expand } from '../../terminology/expand.ts';
import { acceptLanguage, type Input, readInput, run, scopeOf } from './input.ts';
import { valueSetOf } from './value-set-of.ts';

/** Most codes of an expansion that asks for no page. */
export const expansionLimit = 10_000;

/** A client may ask for a lower limit than the server's. */
function limitOf(request: FhirRequest): number {
  const asked = Number(request.headers['x-too-costly-threshold']);
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, expansionLimit) : expansionLimit;
}

function optionsOf(input: Input, request: FhirRequest) {
  const optional = {
    filter: input.text('filter'),
    count: input.number('count'),
    offset: input.number('offset'),
    activeOnly: input.flag('activeOnly'),
    includeDesignations: input.flag('includeDesignations'),
    includeDefinition: input.flag('includeDefinition'),
    excludeNested: input.flag('excludeNested'),
    excludeNotForUI: input.flag('excludeNotForUI'),
    displayLanguage: input.text('displayLanguage'),
    acceptLanguage: acceptLanguage(request),
    versionsMatch: input.flag('versionsMatch'),
  };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as {
    [K in keyof typeof optional]?: NonNullable<(typeof optional)[K]>;
  };
  return {
    ...given,
    designations: input.texts('designation'),
    properties: input.texts('property'),
    excludeSystems: input.texts('exclude-system'),
    limit: limitOf(request),
  };
}

/** The codes of a value set. */
export const expandOperation: Operation = {
  name: 'expand',
  levels: ['type', 'instance'],
  types: ['ValueSet'],
  definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-expand',
  readOnly: true,
  handle: (services, request) =>
    run(services, request, () => {
      const input = readInput(request, 'valueSet');
      const scope = scopeOf(services, input);
      return expand(
        scope,
        valueSetOf(services, request, input, scope),
        optionsOf(input, request),
        services.now(),
        services.newId,
      );
    }),
};
