/**
 * Value sets that no resource defines: all codes of a code system, or a code and all below it.
 * @see https://hl7.org/fhir/R4/terminologies-systems.html
 * @see https://hl7.org/fhir/R4/snomedct.html#implicit
 */
import type { JsonObject, Resource } from '../fhir/types.ts';
import { splitCanonical } from './canonical.ts';
import type { Scope } from './scope.ts';

/** `?fhir_vs` and `?fhir_vs=isa/[code]`; `/vs` and `?vs` are the custom of some code systems. */
const endings = /^(.+?)(?:\?fhir_vs(?:=isa\/(.+))?|\/vs|\?vs)$/;

interface Whole {
  readonly system: string;
  /** The code whose family is meant; absent = all codes. */
  readonly top?: string;
}

function wholeOf(scope: Scope, url: string): Whole | undefined {
  const [, system, top] = endings.exec(url) ?? [];
  if (system !== undefined && scope.knows(system) === 'system') {
    if (top === undefined) return { system };
    return scope.system(system)?.find(top) ? { system, top } : undefined;
  }
  const guess = url.replace('/ValueSet/', '/CodeSystem/');
  for (const one of new Set([guess, url])) if (scope.system(one)?.head.valueSet === url) return { system: one };
  return undefined;
}

/** The ValueSet of a canonical that a code system stands for; undefined when it stands for none. */
export function implicitValueSet(scope: Scope, canonical: string): Resource | undefined {
  const { url, version } = splitCanonical(canonical);
  const whole = wholeOf(scope, url);
  if (!whole) return undefined;
  const system = scope.system(whole.system, version);
  if (!system) return undefined;
  const { name, title } = system.head;
  const filter: JsonObject[] = whole.top === undefined ? [] : [{ property: 'concept', op: 'is-a', value: whole.top }];
  const include = {
    system: whole.system,
    ...(version !== undefined && { version }),
    ...(filter.length > 0 && { filter }),
  };
  return {
    resourceType: 'ValueSet',
    url,
    ...(version !== undefined && { version }),
    ...(name !== undefined && /^[A-Z]\w{0,254}$/.test(name) && { name }),
    ...(title !== undefined && { title }),
    status: 'active',
    compose: { include: [include] },
  };
}
