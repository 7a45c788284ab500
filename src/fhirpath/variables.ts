/**
 * Environment variables: %context, %resource, %ucum, %`vs-name`, and those of the caller.
 * @see https://hl7.org/fhirpath/N1/#environment-variables and https://hl7.org/fhir/R4/fhirpath.html#variables
 */
import { anything, type Code, type State } from './code.ts';
import { fault, type Place } from './fault.ts';
import { type Collection, nodeOf, none } from './item.ts';

const texts: ReadonlyMap<string, string> = new Map([
  ['ucum', 'http://unitsofmeasure.org'],
  ['sct', 'http://snomed.info/sct'],
  ['loinc', 'http://loinc.org'],
]);

/** `vs-name` and `ext-name` stand for HL7's canonicals. */
function canonicalOf(name: string): string | undefined {
  if (name.startsWith('vs-')) return `http://hl7.org/fhir/ValueSet/${name.slice(3)}`;
  return name.startsWith('ext-') ? `http://hl7.org/fhir/StructureDefinition/${name.slice(4)}` : undefined;
}

function given(value: unknown, state: State): Collection {
  const values = Array.isArray(value) ? value : [value];
  return values.filter(one => one !== undefined && one !== null).map(one => nodeOf(one, undefined, state.shapes));
}

const resourceOf = (value: unknown, state: State): Collection =>
  value === undefined ? state.input : given(value, state);

/** `%name`. Evaluating one that is not given is an error. */
export function variableCode(name: string, place: Place): Code {
  const text = texts.get(name) ?? canonicalOf(name);
  if (text !== undefined) {
    const items = Object.freeze([text]) as Collection;
    return {
      run: (_, state) =>
        state.environment.variables?.has(name) ? given(state.environment.variables.get(name), state) : items,
      type: { system: 'String', single: true },
    };
  }
  if (name === 'context') return { run: (_, state) => state.input, type: anything };
  if (name === 'resource') return { run: (_, state) => resourceOf(state.environment.resource, state), type: anything };
  if (name === 'rootResource')
    return {
      run: (_, state) => resourceOf(state.environment.rootResource ?? state.environment.resource, state),
      type: anything,
    };
  return {
    run(_, state) {
      const defined = state.defined?.get(name);
      if (defined) return defined;
      const { variables } = state.environment;
      if (variables?.has(name)) return given(variables.get(name), state) ?? none;
      throw fault(place, `%${name} is not known`, `%${name} は分かりません`);
    },
    type: anything,
  };
}
