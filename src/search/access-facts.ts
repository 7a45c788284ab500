/**
 * The persons a resource belongs to: the targets of its parameters in the Patient compartment.
 * @see https://hl7.org/fhir/R4/compartmentdefinition-patient.html
 */
import type { Definitions } from '../definitions/definitions.ts';
import { localReference } from '../fhir/reference.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import type { Expression } from '../fhirpath/compile.ts';
import type { Registry } from './registry.ts';
import type { TypeParams } from './search-param.ts';

interface CompartmentDefinition extends Resource {
  code: string;
  resource?: { code: string; param?: string[] }[];
}

/** Parameters of a type that put a resource into a compartment; `{def}` says that the resource is the compartment itself. */
export type Compartments = (compartment: string, type: string) => readonly string[] | undefined;

/** Reads the compartment definitions. */
export function createCompartments(definitions: Definitions): Compartments {
  let read: Map<string, Map<string, readonly string[]>> | undefined;
  return (compartment, type) => {
    read ??= new Map(
      (definitions.all('CompartmentDefinition') as CompartmentDefinition[]).map(({ code, resource = [] }) => [
        code,
        new Map(resource.filter(one => one.param?.length).map(one => [one.code, one.param!])),
      ]),
    );
    return read.get(compartment)?.get(type);
  };
}

/** The persons of a resource that is stored under an id, as `Patient/id`. */
export function personsOf(
  resource: Resource,
  id: string | undefined,
  registry: Registry,
  compartments: Compartments,
  base: string,
): readonly string[] {
  const { resourceType } = resource;
  if (resourceType === 'Patient') return id === undefined ? [] : [`Patient/${id}`];
  const found = new Set<string>();
  for (const { members, evaluate } of personExpressions(registry(resourceType), compartments)) {
    if (members?.every(name => resource[name] === undefined)) continue;
    evaluate(resource, value => addPerson(found, value, base), resource);
  }
  return [...found];
}

/** What leads from a resource of a type to its persons; the same for as long as its parameters are. */
function personExpressions(params: TypeParams, compartments: Compartments): readonly Expression[] {
  let known = expressions.get(params);
  if (!known) {
    const codes = compartments('Patient', params.resourceType) ?? [];
    known = codes.flatMap(code => params.byCode.get(code)?.sources ?? []).flatMap(source => source.expressions);
    expressions.set(params, known);
  }
  return known;
}
const expressions = new WeakMap<TypeParams, readonly Expression[]>();

function addPerson(found: Set<string>, value: unknown, base: string): void {
  const text = typeof value === 'object' && value !== null ? (value as JsonObject)['reference'] : value;
  // Most references lead elsewhere: that is seen sooner than where they lead.
  const reference = typeof text === 'string' && text.includes('Patient/') ? localReference(text, base) : undefined;
  if (reference?.startsWith('Patient/')) found.add(reference);
}
