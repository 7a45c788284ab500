/**
 * Care rules on the way in: hands src/care/ what it asks of the store, refuses errors, and keeps what was read as a
 * precondition of the write.
 */
import { findCareIssues } from '../care/rules.ts';
import { FhirError, type Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import type { Precondition } from '../store/store.ts';
import type { FhirRequest, Services } from './interaction.ts';
import { findRelated } from './related.ts';

/** What the rules found, and the facts they were decided by. */
export interface CareVerdict {
  /** Warnings and information. */
  readonly issues: readonly Issue[];
  readonly preconditions: readonly Precondition[];
}

const exemptions = new Map<string, ReadonlySet<string>>();

function exemptSystems(setting: string): ReadonlySet<string> {
  const known =
    exemptions.get(setting) ??
    new Set(
      setting
        .split(',')
        .map(one => one.trim())
        .filter(Boolean),
    );
  exemptions.set(setting, known);
  return known;
}

/** @throws FhirError 'business-rule' with all findings when one is an error */
export async function checkCare(
  services: Services,
  request: FhirRequest,
  input: { readonly type: string; readonly id: string; readonly resource: Resource; readonly text: string },
): Promise<CareVerdict> {
  const { type, id, resource, text } = input;
  const preconditions: Precondition[] = [];
  const own = { ...resource, id };
  const issues = await findCareIssues(own, text, {
    library: services.terminology.library,
    exempt: exemptSystems(services.config.myNumberExempt),
    async stored() {
      const version = await services.store.read(type, id, services.access.condition(request.caller));
      preconditions.push({ kind: 'version', type, id, versionId: version?.deleted === false ? version.versionId : 0 });
      return version?.deleted === false ? (JSON.parse(version.text) as Resource) : undefined;
    },
    coverages: beneficiary => findRelated(services, request, 'Coverage', [['beneficiary', beneficiary]]),
  });
  if (issues.some(one => one.severity === 'error')) throw new FhirError('business-rule', issues);
  return { issues, preconditions };
}
