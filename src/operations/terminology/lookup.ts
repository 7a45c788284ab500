/**
 * CodeSystem/$lookup and CodeSystem/$subsumes.
 * @see https://hl7.org/fhir/R4/codesystem-operation-lookup.html
 * @see https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
 */
import type { JsonObject } from '../../fhir/types.ts';
import type { FhirRequest, Operation, Services } from '../../interactions/interaction.ts';
import { notFound } from '../../interactions/read.ts';
import { splitCanonical } from '../../terminology/canonical.ts';
import { languagesFor } from '../../terminology/expand.ts';
import { text } from '../../terminology/json.ts';
import { lookup, systemName } from '../../terminology/lookup.ts';
import { type Finding, finding, TerminologyError } from '../../terminology/problems.ts';
import type { Scope } from '../../terminology/scope.ts';
import type { CodeSystem, Coding, Concept } from '../../terminology/shapes.ts';
import { subsumption } from '../../terminology/subsumes.ts';
import { readCoding } from '../../terminology/validate.ts';
import { decideVersion, placeOf } from '../../terminology/versions.ts';
import { acceptLanguage, type Input, readInput, required, run, scopeOf } from './input.ts';

function codingOf(input: Input, name: string, code: string): Coding {
  const coding = input.object(name);
  if (coding) return readCoding(coding);
  const value = input.text(code);
  if (value === undefined) throw required(code, name);
  const named = splitCanonical(input.text('system') ?? '');
  const version = named.version ?? input.text('version');
  return { code: value, ...(named.url !== '' && { system: named.url }), ...(version !== undefined && { version }) };
}

/** The code system of a coding. @throws TerminologyError 404 when it, or the version, is not known */
function systemFor(scope: Scope, coding: Coding): CodeSystem {
  if (coding.system === undefined) throw required('system');
  const state = scope.knows(coding.system);
  const refuse = (problem: Finding) => new TerminologyError(problem, 404);
  if (state === 'supplement')
    throw refuse(finding('system-is-supplement', { system: scope.supplementName(coding.system) }, 'system'));
  if (state !== 'system')
    throw refuse(
      finding(state === 'name' ? 'system-without-content' : 'unknown-system', { system: coding.system }, 'system'),
    );
  const { system, findings } = decideVersion(scope, coding.system, undefined, coding.version, placeOf(''));
  const wrong = findings.find(one => one.severity === 'error');
  if (wrong || !system) throw refuse(wrong ?? finding('unknown-system', { system: coding.system }, 'system'));
  return system;
}

/** The concept of a code. @throws TerminologyError 404 when the code system does not have it */
function conceptFor(system: CodeSystem, code: string, at: string): Concept {
  const concept = system.find(code);
  if (concept) return concept;
  throw new TerminologyError(finding('unknown-code', { code, system: systemName(system) }, at), 404);
}

/** The code system an instance-level request names. */
function withInstance(services: Services, request: FhirRequest, coding: Coding): Coding {
  const id = request.params['id'];
  if (id === undefined) return coding;
  const resource = services.terminology.stored('CodeSystem', id);
  if (!resource) throw notFound('CodeSystem', id);
  const [system, version] = [text(resource['url']), text(resource['version'])];
  return { ...coding, ...(system !== undefined && { system }), ...(version !== undefined && { version }) };
}

function handleLookup(services: Services, request: FhirRequest): JsonObject {
  const input = readInput(request);
  const scope = scopeOf(services, input);
  const coding = withInstance(services, request, codingOf(input, 'coding', 'code'));
  const system = systemFor(scope, coding);
  const languages = languagesFor(undefined, input.text('displayLanguage'), acceptLanguage(request));
  return lookup(system, conceptFor(system, coding.code, 'code'), { properties: input.texts('property'), languages });
}

function handleSubsumes(services: Services, request: FhirRequest): JsonObject {
  const input = readInput(request);
  const scope = scopeOf(services, input);
  const [a, b] = [
    withInstance(services, request, codingOf(input, 'codingA', 'codeA')),
    withInstance(services, request, codingOf(input, 'codingB', 'codeB')),
  ];
  const system = systemFor(scope, a);
  const outcome =
    b.system !== undefined && !scope.same(a.system!, b.system)
      ? 'not-subsumed'
      : subsumption(system, conceptFor(system, a.code, 'codeA').code, conceptFor(system, b.code, 'codeB').code);
  return { resourceType: 'Parameters', parameter: [{ name: 'outcome', valueCode: outcome }] };
}

/** What is known of a code. */
export const lookupOperation: Operation = {
  name: 'lookup',
  levels: ['type', 'instance'],
  types: ['CodeSystem'],
  definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup',
  readOnly: true,
  handle: (services, request) => run(services, request, () => handleLookup(services, request)),
};

/** Is one code a kind of another? */
export const subsumesOperation: Operation = {
  name: 'subsumes',
  levels: ['type', 'instance'],
  types: ['CodeSystem'],
  definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes',
  readOnly: true,
  handle: (services, request) => run(services, request, () => handleSubsumes(services, request)),
};
