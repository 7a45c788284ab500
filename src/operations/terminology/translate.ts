/**
 * ConceptMap/$translate.
 * @see https://hl7.org/fhir/R4/conceptmap-operation-translate.html
 */

import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import type { FhirRequest, Operation, Services } from '../../interactions/interaction.ts';
import { notFound } from '../../interactions/read.ts';
import { objects } from '../../terminology/json.ts';
import type { Scope } from '../../terminology/scope.ts';
import { type Coding, versioned } from '../../terminology/shapes.ts';
import { type Dependency, translate } from '../../terminology/translate.ts';
import { readCoding } from '../../terminology/validate.ts';
import { Input, readInput, required, run, scopeOf } from './input.ts';

interface Asked {
  readonly codings: readonly Coding[];
  readonly reverse: boolean;
  readonly r5: boolean;
}

/** Reads R4's names, or R5's (`sourceCode`, `targetCoding` …). */
function askedOf(input: Input): Asked {
  for (const [prefix, reverse] of [
    ['source', false],
    ['target', true],
  ] as const) {
    const concept = input.object(`${prefix}CodeableConcept`);
    if (concept) return { codings: objects(concept['coding']).map(readCoding), reverse, r5: true };
    const coding = input.object(`${prefix}Coding`);
    if (coding) return { codings: [readCoding(coding)], reverse, r5: true };
    const code = input.text(`${prefix}Code`);
    const system = input.text(`${prefix}System`) ?? input.text('system');
    if (code !== undefined) return { codings: [{ code, ...(system !== undefined && { system }) }], reverse, r5: true };
  }
  const reverse = input.flag('reverse') ?? false;
  const concept = input.object('codeableConcept');
  if (concept) return { codings: objects(concept['coding']).map(readCoding), reverse, r5: false };
  const coding = input.object('coding');
  if (coding) return { codings: [readCoding(coding)], reverse, r5: false };
  const [code, system] = [input.text('code'), input.text('system')];
  if (code === undefined) throw required('code', 'coding', 'codeableConcept');
  return { codings: [{ code, ...(system !== undefined && { system }) }], reverse, r5: false };
}

/** R4's `dependency.concept`, or R5's `dependency.value` of any type. */
function codingsOf(dependency: Input): Coding[] {
  const value = dependency.object('concept') ?? dependency.object('value');
  if (value) return value['coding'] === undefined ? [readCoding(value)] : objects(value['coding']).map(readCoding);
  return dependency.texts('value').map(code => ({ code }));
}

/** The values a request gives mappings to depend on: R4's `dependency.element`, R5's `dependency.attribute`. */
function dependenciesOf(input: Input): Dependency[] {
  return input.objects('dependency').map(one => {
    const parts = new Input().addParameters(objects(one['parameter']));
    const element = parts.text('element', 'attribute');
    if (element === undefined) throw required('dependency.element');
    return { element, codings: codingsOf(parts) };
  });
}

/** The maps a request names; undefined when it names none. */
function mapsOf(services: Services, request: FhirRequest, input: Input, scope: Scope): readonly Resource[] | undefined {
  const id = request.params['id'];
  if (id !== undefined) {
    const stored = services.terminology.stored('ConceptMap', id);
    if (!stored) throw notFound('ConceptMap', id);
    return [stored];
  }
  const inline = input.resourcesOf('conceptMap', 'ConceptMap');
  if (inline.length > 0) return inline;
  const url = input.text('url', 'conceptMap');
  if (url === undefined) return undefined;
  const canonical = url.includes('|') ? url : versioned(url, input.text('conceptMapVersion'));
  const found = scope.resource('ConceptMap', canonical);
  if (!found)
    throw new FhirError(
      'not-found',
      { en: `The concept map ${canonical} is not known here`, ja: `ConceptMap ${canonical} は登録されていません` },
      { location: 'url' },
    );
  return [found];
}

function handle(services: Services, request: FhirRequest): JsonObject {
  const input = readInput(request);
  const scope = scopeOf(services, input);
  const { codings, reverse, r5 } = askedOf(input);
  const optional = {
    source: input.text('source', 'sourceScope'),
    target: input.text('target', 'targetScope'),
    targetSystem: input.text('targetsystem', reverse && r5 ? 'sourceSystem' : 'targetSystem'),
  };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  const maps = mapsOf(services, request, input, scope);
  // Among all maps there are, a code without its system would find those of other codes that are written the same.
  if (!maps && codings.some(coding => coding.system === undefined)) throw required('system', 'url');
  return translate(scope, codings, { maps, dependencies: dependenciesOf(input), reverse, r5, ...given });
}

/** The codes a code has in other code systems. */
export const translateOperation: Operation = {
  name: 'translate',
  levels: ['type', 'instance'],
  types: ['ConceptMap'],
  definition: 'http://hl7.org/fhir/OperationDefinition/ConceptMap-translate',
  readOnly: true,
  handle: (services, request) => run(services, request, () => handle(services, request)),
};
