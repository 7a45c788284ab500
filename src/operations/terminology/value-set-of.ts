/**
 * The value set a request is about: by id, inline, or by canonical.
 */
import type { FhirRequest, Services } from '../../interactions/interaction.ts';
import { notFound } from '../../interactions/read.ts';
import { finding, TerminologyError } from '../../terminology/problems.ts';
import type { Scope } from '../../terminology/scope.ts';
import { versioned } from '../../terminology/shapes.ts';
import { findValueSet, planOf, type ValueSetPlan } from '../../terminology/value-set.ts';
import { type Input, required } from './input.ts';

/**
 * The plan of the value set.
 * @throws FhirError when none is named, TerminologyError when it is not known
 */
export function valueSetOf(services: Services, request: FhirRequest, input: Input, scope: Scope): ValueSetPlan {
  const id = request.params['id'];
  if (id !== undefined) {
    const resource = services.terminology.stored('ValueSet', id);
    if (!resource) throw notFound('ValueSet', id);
    return planOf(resource);
  }
  const inline = input.resource('valueSet');
  if (inline) return planOf(inline);
  const url = input.text('url', 'valueSet', 'identifier');
  if (url === undefined) throw required('url');
  const version = input.text('valueSetVersion');
  const canonical = url.includes('|') ? url : versioned(url, version);
  const plan = findValueSet(scope, canonical);
  if (!plan) throw new TerminologyError(finding('unknown-value-set', { valueSet: canonical }), 404);
  return plan;
}
