/**
 * The value set a request is about: by id, inline, or by canonical.
 */
import { FhirError } from '../../fhir/outcome.ts';
import type { FhirRequest, Services } from '../../interactions/interaction.ts';
import { notFound } from '../../interactions/read.ts';
import { finding, TerminologyError } from '../../terminology/problems.ts';
import type { Scope } from '../../terminology/scope.ts';
import { versioned } from '../../terminology/shapes.ts';
import { findValueSet, planOf, type ValueSetPlan } from '../../terminology/value-set.ts';
import { bindingOf } from '../../validation/element-facets.ts';
import { type Input, required } from './input.ts';

/**
 * The value set an element is bound to.
 * @param context `[URL of the StructureDefinition]#[path or id of the element]`
 */
function boundTo(services: Services, context: string): string {
  const [url = '', path = ''] = context.split(/#(.*)/s);
  const elements = services.definitions.profile(url)?.snapshot?.element ?? [];
  const element = elements.find(one => one.id === path) ?? elements.find(one => one.path === path);
  const canonical = element && bindingOf(element)?.valueSet;
  if (canonical) return canonical;
  throw new FhirError(
    'not-found',
    {
      en: `The context ${context.slice(0, 300)} names no element that is bound to a value set; expected [URL of a StructureDefinition known here]#[path of an element]`,
      ja: `context ${context.slice(0, 300)} に、値セットへのバインディングを持つ要素がありません。［登録済み StructureDefinition の URL］#［要素のパス］で指定してください`,
    },
    { location: 'context' },
  );
}

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
  const [inline] = input.resourcesOf('valueSet', 'ValueSet');
  if (inline) return planOf(inline);
  const context = input.text('context');
  const url = input.text('url', 'valueSet', 'identifier') ?? (context && boundTo(services, context));
  if (url === undefined) throw required('url', 'valueSet', 'context');
  const version = input.text('valueSetVersion');
  const canonical = url.includes('|') ? url : versioned(url, version);
  const plan = findValueSet(scope, canonical);
  if (!plan) throw new TerminologyError(finding('unknown-value-set', { valueSet: canonical }), 404);
  return plan;
}
