/** Whom a resource is about, for the types that rules compare within a person. */
import { localReference } from '../fhir/reference.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';

/** Where each type says it. */
const places = new Map([
  ['CarePlan', 'subject'],
  ['Coverage', 'beneficiary'],
  ['ExplanationOfBenefit', 'patient'],
  ['Task', 'for'],
]);

/** The reference to whom a resource of these types is about, as it is written. */
export function personIn(resource: Resource): string | undefined {
  const name = places.get(resource.resourceType);
  const reference = name === undefined ? undefined : (resource[name] as JsonObject | undefined)?.['reference'];
  return typeof reference === 'string' ? reference : undefined;
}

/**
 * A resource as rules compare it: one person of this server is `Patient/id`, however the reference was written.
 * @param base of this server, without a slash at the end
 * @param lead where a reference leads that is no reference of this server yet
 */
export function withLocalPerson(
  resource: Resource,
  base: string,
  lead: (reference: string) => string | undefined = () => undefined,
): Resource {
  const written = personIn(resource);
  if (written === undefined) return resource;
  const led = lead(written) ?? written;
  const reference = localReference(led, base) ?? led;
  const name = places.get(resource.resourceType)!;
  return reference === written ? resource : { ...resource, [name]: { ...(resource[name] as JsonObject), reference } };
}
