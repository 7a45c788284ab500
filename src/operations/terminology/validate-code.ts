/**
 * ValueSet/$validate-code, CodeSystem/$validate-code and their batch forms.
 * @see https://hl7.org/fhir/R4/valueset-operation-validate-code.html
 * @see https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
 */
import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import type { FhirRequest, Operation, Services } from '../../interactions/interaction.ts';
import { parameterList } from '../../interactions/parameters.ts';
import { notFound } from '../../interactions/read.ts';
import { splitCanonical } from '../../terminology/canonical.ts';
import { languagesFor } from '../../terminology/expand.ts';
import { text } from '../../terminology/json.ts';
import type { Scope } from '../../terminology/scope.ts';
import type { Coding } from '../../terminology/shapes.ts';
import { readCoding, type Subject, type ValidateOptions, validateCode } from '../../terminology/validate.ts';
import type { ValueSetPlan } from '../../terminology/value-set.ts';
import { acceptLanguage, Input, readInput, refusal, required, run, scopeOf } from './input.ts';
import { valueSetOf } from './value-set-of.ts';

/** The parameters of which a request names one, to say what is to be validated. */
const subjects = ['code', 'coding', 'codeableConcept'] as const;

/** What is to be validated. @throws FhirError when nothing is named, or more than one thing */
function subjectOf(input: Input, system: string | undefined, version: string | undefined): Subject {
  const given = subjects.filter(name => input.object(name) !== undefined);
  if (given.length > 1)
    throw new FhirError(
      'invalid',
      {
        en: `Found ${given.join(' and ')}; expected one of ${subjects.join(', ')}, so that it is clear what is validated`,
        ja: `${given.join(' と ')} が同時に指定されています。${subjects.join('・')} のどれか一つにしてください`,
      },
      { location: given[1]! },
    );
  const concept = input.object('codeableConcept');
  if (concept) return { kind: 'concept', concept };
  const own = { ...(system !== undefined && { system }), ...(version !== undefined && { version }) };
  const coding = input.object('coding');
  if (coding) return { kind: 'coding', coding: { ...own, ...readCoding(coding) } };
  const code = input.text('code');
  if (code === undefined) throw required('code', 'coding', 'codeableConcept');
  const display = input.text('display');
  return { kind: 'code', coding: { ...own, code, ...(display !== undefined && { display }) } };
}

function optionsOf(input: Input, request: FhirRequest, plan: ValueSetPlan | undefined): ValidateOptions {
  return {
    languages: languagesFor(plan, input.text('displayLanguage'), acceptLanguage(request)),
    activeOnly: input.flag('activeOnly') ?? false,
    abstract: input.flag('abstract') ?? true,
    lenientDisplay: input.flag('lenient-display-validation') ?? false,
    membershipOnly: input.flag('valueset-membership-only') ?? false,
  };
}

function inValueSet(services: Services, request: FhirRequest, input: Input, scope: Scope): JsonObject {
  const plan = valueSetOf(services, request, input, scope);
  const { url: system, version } = splitCanonical(input.text('system') ?? '');
  const subject = subjectOf(input, system || undefined, version ?? input.text('systemVersion', 'version'));
  return validateCode(scope, plan, subject, optionsOf(input, request, plan), request.language);
}

/** The code system a request is about, when it names one. */
function systemOf(services: Services, request: FhirRequest, input: Input): { system?: string; version?: string } {
  const id = request.params['id'];
  const resource =
    id === undefined ? input.resourcesOf('codeSystem', 'CodeSystem')[0] : services.terminology.stored('CodeSystem', id);
  if (id !== undefined && !resource) throw notFound('CodeSystem', id);
  const [url, version] = resource
    ? [text(resource['url']), text(resource['version'])]
    : [input.text('url', 'system'), input.text('version', 'systemVersion')];
  if (url === undefined) return version === undefined ? {} : { version };
  const named = splitCanonical(url);
  const chosen = named.version ?? version;
  return { system: named.url, ...(chosen !== undefined && { version: chosen }) };
}

function inCodeSystem(services: Services, request: FhirRequest, input: Input, scope: Scope): JsonObject {
  const { system, version } = systemOf(services, request, input);
  const subject = subjectOf(input, system, version);
  const codings: readonly Coding[] = subject.kind === 'concept' ? [] : [subject.coding];
  for (const coding of codings) if (coding.system === undefined) throw required('url');
  const wrong = codings.find(coding => system !== undefined && !scope.same(coding.system!, system));
  if (wrong)
    throw new FhirError(
      'invalid',
      {
        en: `The coding is of the system ${wrong.system}, but url is ${system}`,
        ja: `コードの system は ${wrong.system} ですが、url は ${system} です`,
      },
      { location: 'url' },
    );
  return validateCode(scope, undefined, subject, optionsOf(input, request, undefined), request.language);
}

type Validate = (services: Services, request: FhirRequest, input: Input, scope: Scope) => JsonObject;

/** CodeSystem resources a request brings along count as tx-resources. */
function prepared(request: FhirRequest): Input {
  const input = readInput(request);
  const brought = input.resourcesOf('codeSystem', 'CodeSystem');
  if (brought.length > 0)
    input.resources.set('tx-resource', [...(input.resources.get('tx-resource') ?? []), ...brought]);
  return input;
}

const single =
  (validate: Validate): Operation['handle'] =>
  (services, request) =>
    run(services, request, () => {
      const input = prepared(request);
      return validate(services, request, input, scopeOf(services, input));
    });

const scopeParameters: ReadonlySet<unknown> = new Set([
  'date',
  'system-version',
  'check-system-version',
  'force-system-version',
  'default-valueset-version',
  'useSupplement',
  'tx-resource',
]);

/** True when one validation of several has a day, versions or resources of its own. */
const asksForScope = (parameters: readonly JsonObject[]): boolean =>
  parameters.some(one => scopeParameters.has(one['name']));

/** An answer, or why there is none: one question that cannot be answered leaves the others alone. */
function answered(request: FhirRequest, ask: () => JsonObject): JsonObject {
  try {
    return ask();
  } catch (error) {
    const outcome = refusal(error, request.language);
    if (outcome) return outcome;
    throw error;
  }
}

/** Several validations at once: each `validation` is a Parameters of its own, to which the common ones are added. */
const batch =
  (validate: Validate): Operation['handle'] =>
  (services, request) =>
    run(services, request, () => {
      const common =
        request.body?.kind === 'resource' && request.body.resource.resourceType === 'Parameters'
          ? request.body.resource
          : undefined;
      if (!common) throw required('validation');
      const parameters = parameterList(common);
      const shared = parameters.filter(one => one['name'] !== 'validation');
      const scope = scopeOf(services, new Input().addParameters(shared));
      const answers = parameters.flatMap(one => {
        if (one['name'] !== 'validation') return [];
        const ask = () => {
          const own = parameterList((one['resource'] ?? {}) as Resource);
          const input = new Input().addParameters(own).addParameters(shared);
          return validate(services, request, input, asksForScope(own) ? scopeOf(services, input) : scope);
        };
        return [{ name: 'validation', resource: answered(request, ask) }];
      });
      return { resourceType: 'Parameters', parameter: answers };
    });

const common = { levels: ['type', 'instance'] as const, readOnly: true };

/** Is a code in a value set? */
export const validateInValueSet: Operation = {
  ...common,
  name: 'validate-code',
  types: ['ValueSet'],
  definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code',
  handle: single(inValueSet),
};

/** Is a code in a code system? */
export const validateInCodeSystem: Operation = {
  ...common,
  name: 'validate-code',
  types: ['CodeSystem'],
  definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code',
  handle: single(inCodeSystem),
};

/** Are several codes in value sets? */
export const batchInValueSet: Operation = {
  ...common,
  levels: ['type'],
  name: 'batch-validate-code',
  types: ['ValueSet'],
  definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-batch-validate-code',
  handle: batch(inValueSet),
};

/** Are several codes in code systems? */
export const batchInCodeSystem: Operation = {
  ...common,
  levels: ['type'],
  name: 'batch-validate-code',
  types: ['CodeSystem'],
  definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-batch-validate-code',
  handle: batch(inCodeSystem),
};
