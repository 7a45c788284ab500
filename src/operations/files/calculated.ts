/**
 * Answers a form calculates from others (scores, totals): no column of a file has them, so they are put in when a file comes.
 * @see https://hl7.org/fhir/uv/sdc/STU3/behavior.html#calculations
 */
import type { JsonObject, Resource } from '../../fhir/types.ts';
import type { Draft } from '../../files/convert.ts';
import { Run } from '../../forms/expression.ts';
import { extensionsOf, type FormItem, itemsOf, objects, text } from '../../forms/item.ts';
import { calculate } from '../../forms/populate.ts';
import type { FhirRequest, Services } from '../../interactions/interaction.ts';
import { formContext } from '../forms/context.ts';

interface Form {
  readonly questionnaire: JsonObject;
  /** LinkIds of the answers it calculates. */
  readonly calculated: ReadonlySet<string>;
}

const calculatedIn = (items: readonly FormItem[]): string[] =>
  items.flatMap(item => [
    ...(extensionsOf(item.json, 'calculatedExpression').length > 0 ? [item.linkId] : []),
    ...calculatedIn(item.items),
  ]);

/** The answers to some questions as text, for comparing. */
function answersTo(linkIds: ReadonlySet<string>, items: readonly JsonObject[]): string {
  return items
    .map(one => {
      const own = linkIds.has(String(one['linkId'])) ? JSON.stringify([one['linkId'], one['answer']]) : '';
      return own + answersTo(linkIds, objects(one['item']));
    })
    .join('');
}

/** Calculates for the forms of one import; each form is looked at once. */
export class CalculatedAnswers {
  private readonly services: Services;
  private readonly request: FhirRequest;
  private readonly forms = new Map<string, Form | undefined>();

  constructor(services: Services, request: FhirRequest) {
    this.services = services;
    this.request = request;
  }

  private formOf(canonical: string): Form | undefined {
    if (!this.forms.has(canonical)) {
      const questionnaire = this.services.definitions.byCanonical('Questionnaire', canonical);
      const calculated = new Set(questionnaire ? calculatedIn(itemsOf(questionnaire)) : []);
      this.forms.set(canonical, questionnaire && calculated.size > 0 ? { questionnaire, calculated } : undefined);
    }
    return this.forms.get(canonical);
  }

  /** A response with the answers its form calculates; the same object when it has them already. */
  private async complete(response: Resource): Promise<Resource> {
    const form = this.formOf(text(response['questionnaire']) ?? '');
    if (!form) return response;
    const run = new Run(formContext(this.services, this.request), form.calculated.size);
    const variables = new Map<string, unknown>([['questionnaire', form.questionnaire]]);
    const item = await calculate(run, form.questionnaire, response, variables);
    const before = answersTo(form.calculated, objects(response['item']));
    return answersTo(form.calculated, item) === before ? response : { ...response, item };
  }

  /** The drafts that have to be written, responses with what their forms calculate; and how many need not be. */
  async completeAll(drafts: readonly Draft[]): Promise<{ drafts: readonly Draft[]; unchanged: number }> {
    const kept: Draft[] = [];
    for (const one of drafts) {
      const isResponse = one.resource.resourceType === 'QuestionnaireResponse';
      const resource = isResponse ? await this.complete(one.resource) : one.resource;
      if (!one.isStored || resource !== one.resource) kept.push({ ...one, resource });
    }
    return { drafts: kept, unchanged: drafts.length - kept.length };
  }
}
