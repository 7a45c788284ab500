/**
 * Reads what a terminology operation is asked, from Parameters, from the URL or from a bare resource, and turns what
 * terminology says into answers.
 */
import { parseInterval } from '../../fhir/datetime.ts';
import { FhirError, operationOutcome } from '../../fhir/outcome.ts';
import type { JsonObject, Language, Resource } from '../../fhir/types.ts';
import type { FhirRequest, FhirResponse, Services } from '../../interactions/interaction.ts';
import { parameterList } from '../../interactions/parameters.ts';
import { splitCanonical } from '../../terminology/canonical.ts';
import { toIssues } from '../../terminology/issues.ts';
import { parseLanguages } from '../../terminology/languages.ts';
import { TerminologyError } from '../../terminology/problems.ts';
import { noRules, type Scope, type VersionRules } from '../../terminology/scope.ts';

/** The parameters of an operation by name. */
export class Input {
  private readonly byName = new Map<string, unknown[]>();
  readonly resources = new Map<string, Resource[]>();

  private put(name: string, value: unknown): void {
    const list = this.byName.get(name);
    if (list) list.push(value);
    else this.byName.set(name, [value]);
  }

  /** Adds parameters of a Parameters resource, or parts of one parameter. */
  addParameters(parameters: readonly JsonObject[]): this {
    for (const one of parameters) {
      const name = String(one['name']);
      if (typeof one['resource'] === 'object' && one['resource'] !== null)
        this.resources.set(name, [...(this.resources.get(name) ?? []), one['resource'] as Resource]);
      if (one['part'] !== undefined) this.put(name, { parameter: one['part'] });
      for (const key of Object.keys(one)) if (key.startsWith('value')) this.put(name, one[key]);
    }
    return this;
  }

  addQuery(query: FhirRequest['query']): this {
    for (const [name, value] of query) this.put(name, value);
    return this;
  }

  /** All values of the names, as text. */
  texts(...names: string[]): string[] {
    return names
      .flatMap(name => this.byName.get(name) ?? [])
      .flatMap(value =>
        typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : [],
      );
  }

  text(...names: string[]): string | undefined {
    return this.texts(...names).find(value => value !== '');
  }

  /** @throws FhirError for what is neither true nor false */
  flag(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined || value === 'true' || value === 'false')
      return value === undefined ? undefined : value === 'true';
    throw new FhirError(
      'invalid',
      {
        en: `${name}: found "${value.slice(0, 40)}", expected true or false`,
        ja: `${name} には true か false を指定してください`,
      },
      { location: name },
    );
  }

  /** @throws FhirError for what is no whole number of 0 or more */
  number(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw new FhirError(
      'invalid',
      {
        en: `${name}: found "${value.slice(0, 40)}", expected a whole number of 0 or more`,
        ja: `${name} には 0 以上の整数を指定してください`,
      },
      { location: name },
    );
  }

  /** A Coding, a CodeableConcept, or parts as Parameters; in a URL a coding is `system|code`. */
  object(name: string): JsonObject | undefined {
    const value = this.byName.get(name)?.[0];
    if (typeof value === 'object' && value !== null) return value as JsonObject;
    if (typeof value !== 'string' || value === '') return undefined;
    const [system, code] = value.includes('|') ? value.split(/\|(.*)/s) : [undefined, value];
    return { ...(system && { system }), code };
  }

  /** All objects of a name. */
  objects(name: string): JsonObject[] {
    return (this.byName.get(name) ?? []).filter((one): one is JsonObject => typeof one === 'object' && one !== null);
  }

  /** The resources that parameters of a name hold. @throws FhirError when one is of another type */
  resourcesOf(name: string, type: string): readonly Resource[] {
    const resources = this.resources.get(name) ?? [];
    const other = resources.find(one => one.resourceType !== type);
    if (!other) return resources;
    const found = String(other.resourceType).slice(0, 40);
    throw new FhirError(
      'invalid',
      {
        en: `${name}: found a resource of type ${found}, expected ${type}`,
        ja: `${name} は ${found} ではなく ${type} にしてください`,
      },
      { location: name },
    );
  }
}

/** Reads the input of a request. A body that is no Parameters is the parameter `bare`. */
export function readInput(request: FhirRequest, bare?: string): Input {
  const input = new Input().addQuery(request.query);
  if (request.body === undefined) return input;
  const resource = request.body.kind === 'resource' ? request.body.resource : undefined;
  if (resource?.resourceType === 'Parameters') return input.addParameters(parameterList(resource));
  if (resource && bare !== undefined) {
    input.resources.set(bare, [resource]);
    return input;
  }
  throw new FhirError('invalid', {
    en: 'The body is not what this operation takes; expected a Parameters resource',
    ja: '本文は Parameters リソースにしてください',
  });
}

function rule(input: Input, name: string): ReadonlyMap<string, string> {
  const rules = new Map<string, string>();
  for (const canonical of input.texts(name)) {
    const { url, version } = splitCanonical(canonical);
    if (version !== undefined) rules.set(url, version);
  }
  return rules;
}

function versionRules(input: Input): VersionRules {
  const rules = {
    usual: rule(input, 'system-version'),
    demanded: rule(input, 'check-system-version'),
    forced: rule(input, 'force-system-version'),
    valueSets: rule(input, 'default-valueset-version'),
  };
  return Object.values(rules).every(one => one.size === 0) ? noRules : rules;
}

/** Japan's time zone, minutes east of Greenwich. */
const japan = 9 * 60;

/** The day of the parameter `date`: a date or dateTime of which the Japanese day counts. */
function dayOf(input: Input): string | undefined {
  const value = input.text('date');
  if (value === undefined) return undefined;
  const interval = parseInterval(value, japan);
  if (!interval)
    throw new FhirError(
      'invalid',
      {
        en: `date: found "${value.slice(0, 40)}", expected a date such as 2026-04-01`,
        ja: 'date には 2026-04-01 のような日付を指定してください',
      },
      { location: 'date' },
    );
  return new Date(interval[0] + japan * 60_000).toISOString().slice(0, 10);
}

/** What the request sees of terminology: its versions, its day, its supplements, the resources it brings along. */
export function scopeOf(services: Services, input: Input): Scope {
  const day = dayOf(input);
  const scope = services.terminology.scope({
    rules: versionRules(input),
    ...(day !== undefined && { day, dayGiven: true }),
    resources: input.resources.get('tx-resource') ?? [],
    supplements: [...new Set(input.texts('useSupplement'))],
  });
  scope.checkSupplements();
  return scope;
}

/** Accept-Language as far as it asks for a language of displays. */
export function acceptLanguage(request: FhirRequest): string | undefined {
  const header = request.headers['accept-language'];
  return parseLanguages(header) ? header : undefined;
}

/** An answer with a resource. */
export function answer(resource: JsonObject): FhirResponse {
  return { status: 200, headers: {}, body: { kind: 'resource', resource: resource as Resource } };
}

/** Why a terminology question cannot be answered, as an OperationOutcome; undefined for any other error. */
export function refusal(error: unknown, language: Language): Resource | undefined {
  if (error instanceof TerminologyError)
    return { resourceType: 'OperationOutcome', issue: toIssues([error.finding], language) };
  return error instanceof FhirError ? (operationOutcome(error.issues, language) as Resource) : undefined;
}

/** Runs an operation on what the store holds now; what terminology cannot do becomes an OperationOutcome that says why. */
export async function run(
  services: Services,
  request: FhirRequest,
  work: () => JsonObject | Promise<JsonObject>,
): Promise<FhirResponse> {
  await Promise.all([services.terminology.refresh(), services.storedDefinitions.refresh()]);
  try {
    return answer(await work());
  } catch (error) {
    if (!(error instanceof TerminologyError)) throw error;
    return {
      status: error.status,
      headers: {},
      body: { kind: 'resource', resource: refusal(error, request.language)! },
    };
  }
}

/** The refusal when a parameter is missing. */
export function required(...names: string[]): FhirError {
  const list = names.join(', ');
  return new FhirError(
    'required',
    { en: `The parameter ${list} is missing`, ja: `パラメータ ${list} がありません` },
    { location: names[0]! },
  );
}
