/**
 * Observation-based extraction: coded questions become Observations.
 * @see https://hl7.org/fhir/uv/sdc/STU3/extraction.html#observation-based-extraction
 */
import type { JsonObject } from '../fhir/types.ts';
import { choiceIn, extensionsOf, extensionValue, type FormItem, isObject, objects, text } from './item.ts';

/** Identifier system of what was extracted: `response id#linkId` names one answer, so that a repeated extraction replaces. */
export const extractedSystem = 'https://w3id.org/engawa/fhir/sid/extracted-item';

/** What is inherited from outer items. */
interface Inherited {
  readonly extract: boolean;
  readonly categories: readonly unknown[];
}

/** The answers to what an item asks, each with what follows below it. */
const below = (holder: JsonObject, linkId: string): readonly JsonObject[] =>
  objects(holder['item']).filter(one => one['linkId'] === linkId);

/** Types of answers an Observation can have as its value. */
function observedValue(answer: JsonObject): JsonObject {
  const choice = choiceIn(answer, 'value');
  if (!choice) return {};
  const { type, value } = choice;
  if (type === 'Coding') return { valueCodeableConcept: { coding: [value] } };
  if (type === 'Date') return { valueDateTime: value };
  if (type === 'Decimal') return { valueQuantity: { value } };
  if (['Quantity', 'String', 'Boolean', 'Integer', 'Time', 'DateTime'].includes(type))
    return { [`value${type}`]: value };
  if (type === 'Uri') return { valueString: value };
  return {};
}

/** The codings of a question, without what belongs to the form. */
const codingsOf = (item: FormItem): readonly JsonObject[] =>
  objects(item.json['code']).map(({ id: _, extension: __, ...coding }) => coding);

function shared(response: JsonObject, reference: JsonObject | undefined): JsonObject {
  const { subject, encounter, authored, author } = response;
  const status = response['status'] === 'amended' ? 'amended' : 'final';
  return {
    status: response['status'] === 'in-progress' ? 'preliminary' : status,
    ...(subject !== undefined && { subject }),
    ...(encounter !== undefined && { encounter }),
    ...(authored !== undefined && { effectiveDateTime: authored }),
    ...(isObject(author) &&
      !/^(?:Device|RelatedPerson)\//.test(text(author['reference']) ?? '') && { performer: [author] }),
    ...(reference && { derivedFrom: [reference] }),
  };
}

/** Makes the Observations of one response. */
class Extraction {
  readonly made: JsonObject[] = [];
  private readonly response: JsonObject;
  private readonly reference: JsonObject | undefined;

  constructor(response: JsonObject) {
    this.response = response;
    const id = text(response['id']);
    this.reference = id === undefined ? undefined : { reference: `QuestionnaireResponse/${id}` };
  }

  private observation(item: FormItem, key: string, { categories }: Inherited, answer: JsonObject): JsonObject {
    const id = text(this.response['id']);
    return {
      resourceType: 'Observation',
      ...(id !== undefined && { identifier: [{ system: extractedSystem, value: `${id}#${key}` }] }),
      ...shared(this.response, this.reference),
      ...(categories.length > 0 && { category: categories }),
      code: { coding: codingsOf(item), ...(item.json['text'] !== undefined && { text: item.json['text'] }) },
      ...observedValue(answer),
    };
  }

  visit(items: readonly FormItem[], holder: JsonObject, outer: Inherited, group: JsonObject | undefined): void {
    for (const item of items) {
      const flag = extensionValue(item.json, 'observationExtract');
      const own = extensionsOf(item.json, 'observation-extract-category').map(one => choiceIn(one, 'value')?.value);
      const inherited = {
        extract: typeof flag === 'boolean' ? flag : outer.extract,
        categories: own.length > 0 ? own : outer.categories,
      };
      for (const [place, found] of below(holder, item.linkId).entries())
        this.take(item, found, place, inherited, group);
    }
  }

  private take(
    item: FormItem,
    found: JsonObject,
    place: number,
    inherited: Inherited,
    group: JsonObject | undefined,
  ): void {
    const wanted = inherited.extract && codingsOf(item).length > 0;
    const key = place === 0 ? item.linkId : `${item.linkId}.${place}`;
    if (item.type === 'group') {
      const own = wanted && hasComponents(item) ? this.observation(item, key, inherited, {}) : undefined;
      this.visit(item.items, found, inherited, own ?? group);
      if (own && objects(own['component']).length > 0) this.made.push(own);
      return;
    }
    objects(found['answer']).forEach((answer, i) => {
      if (wanted && choiceIn(answer, 'value')) this.put(item, i === 0 ? key : `${key}-${i}`, inherited, answer, group);
      this.visit(item.items, answer, inherited, group);
    });
  }

  private put(
    item: FormItem,
    key: string,
    inherited: Inherited,
    answer: JsonObject,
    group: JsonObject | undefined,
  ): void {
    const observation = this.observation(item, key, inherited, answer);
    if (group && hasCodeOf(item, group)) {
      Object.assign(group, observedValue(answer));
      return;
    }
    if (group && relation(item) === 'component') {
      const { code } = observation;
      group['component'] = [...objects(group['component']), { code, ...observedValue(answer) }];
    } else this.made.push(observation);
  }
}

/** A question with the code of the group around it, such as a total, gives the group's own value. */
const hasCodeOf = (item: FormItem, { code }: JsonObject): boolean =>
  codingsOf(item).some(one =>
    objects(isObject(code) ? code['coding'] : undefined).some(
      other => other['system'] === one['system'] && other['code'] === one['code'],
    ),
  );

/** How an item's observation belongs to the one around it. */
const relation = (item: FormItem): unknown => extensionValue(item.json, 'observation-extract-relationship');

const hasComponents = (item: FormItem): boolean =>
  item.items.some(one => relation(one) === 'component' || (one.type === 'group' && hasComponents(one)));

/** The Observations a response gives, where its form says so by `observationExtract`. */
export function extractObservations(
  questionnaire: JsonObject,
  items: readonly FormItem[],
  response: JsonObject,
): readonly JsonObject[] {
  const extraction = new Extraction(response);
  const categories = extensionsOf(questionnaire, 'observation-extract-category').map(
    one => choiceIn(one, 'value')?.value,
  );
  const extract = extensionValue(questionnaire, 'observationExtract') === true;
  extraction.visit(items, response, { extract, categories }, undefined);
  return extraction.made;
}
