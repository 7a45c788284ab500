/**
 * Definition-based extraction: answers go where the questions' definitions say, into new resources or into those a query finds.
 * @see https://hl7.org/fhir/uv/sdc/STU3/extraction.html#definition-based-extraction
 */
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject } from '../fhir/types.ts';
import { type Place, placeGroup, placeValue, splitDefinition } from './element-place.ts';
import { evaluateExpression, type Run, type Scope } from './expression.ts';
import { choiceIn, extensionsOf, extensionValue, type FormItem, isObject, objects, text } from './item.ts';

/** A resource that answers were put into. */
export interface Extracted {
  readonly resource: JsonObject;
  /** True when it is stored already, so that it is updated. */
  readonly stored: boolean;
  readonly ifNoneExist?: string;
}

const coreRoot = 'http://hl7.org/fhir/StructureDefinition/';

/** A sub-extension's value. */
const part = (extension: JsonObject, url: string): unknown => {
  const found = objects(extension['extension']).find(one => one['url'] === url);
  return found && choiceIn(found, 'value')?.value;
};

/** Makes and fills resources. */
export class DefinitionExtraction {
  readonly made: Extracted[] = [];
  private readonly run: Run;
  private readonly scope: Scope;

  constructor(run: Run, scope: Scope) {
    this.run = run;
    this.scope = scope;
  }

  /** The resource an element opens, if it opens one: by itemExtractionContext, or by definitionExtract. */
  async open(element: JsonObject, input: JsonObject, around: Place | undefined): Promise<Place | undefined> {
    const context = extensionValue(element, 'itemExtractionContext');
    const [extension] = extensionsOf(element, 'definitionExtract');
    if (typeof context === 'string') return this.begin({ resourceType: context }, false);
    if (isObject(context)) return this.byQuery(context, input, text(element['linkId']) ?? 'Questionnaire');
    return extension ? this.byDefinition(extension, input, text(element['linkId']) ?? 'Questionnaire') : around;
  }

  private begin(resource: JsonObject, stored: boolean, ifNoneExist?: string): Place | undefined {
    const type = String(resource['resourceType']);
    if (!this.run.context.definitions.isResourceType(type)) {
      this.run.note(unknownType(type), 'itemExtractionContext');
      return undefined;
    }
    this.made.push({ resource, stored, ...(ifNoneExist !== undefined && { ifNoneExist }) });
    return { holder: resource, path: [type] };
  }

  private async byQuery(expression: JsonObject, input: JsonObject, place: string): Promise<Place | undefined> {
    const source = text(expression['expression']) ?? '';
    const type = /^[A-Za-z]+/.exec(source)?.[0] ?? '';
    const [found] =
      source.includes('?') || source.includes('/')
        ? await evaluateExpression(this.run, expression, input, this.scope, place)
        : [];
    const bundle = isObject(found?.value) ? found.value : undefined;
    const resources =
      bundle?.['resourceType'] === 'Bundle' ? objects(bundle['entry']).map(one => one['resource']) : [bundle];
    const known = resources.filter(isObject);
    if (known.length > 1) {
      this.run.note(ambiguous(type, known.length), place);
      return undefined;
    }
    return known[0] ? this.begin(structuredClone(known[0]), true) : this.begin({ resourceType: type }, false);
  }

  private async byDefinition(extension: JsonObject, input: JsonObject, place: string): Promise<Place | undefined> {
    const profile = text(part(extension, 'definition')) ?? '';
    const definition = this.run.context.definitions.byCanonical('StructureDefinition', profile);
    const type = profile.startsWith(coreRoot) ? profile.slice(coreRoot.length) : String(definition?.['type'] ?? '');
    const evaluate = async (name: string) => {
      const expression = text(part(extension, name));
      if (expression === undefined) return undefined;
      const values = await evaluateExpression(
        this.run,
        { language: 'text/fhirpath', expression },
        input,
        this.scope,
        place,
      );
      return values[0] && String(values[0].value);
    };
    const id = await evaluate('resourceId');
    const resource: JsonObject = {
      resourceType: type,
      ...(id !== undefined && { id }),
      ...(!profile.startsWith(coreRoot) && { meta: { profile: [profile] } }),
    };
    return this.begin(resource, id !== undefined, await evaluate('ifNoneExist'));
  }

  /** Values the form fixes or computes for a resource: definitionExtractValue. */
  async putValues(element: JsonObject, input: JsonObject, place: Place | undefined): Promise<void> {
    for (const extension of extensionsOf(element, 'definitionExtractValue')) {
      const { path } = splitDefinition(text(part(extension, 'definition')) ?? '');
      const fixed = objects(extension['extension']).find(one => one['url'] === 'fixed-value');
      const choice = fixed && choiceIn(fixed, 'value');
      const linkId = text(element['linkId']) ?? 'Questionnaire';
      const values = choice
        ? [choice]
        : await evaluateExpression(this.run, part(extension, 'expression'), input, this.scope, linkId);
      if (place) for (const { value, type } of values) this.put(place, path, value, type, linkId);
    }
  }

  private put(place: Place, path: readonly string[], value: unknown, type: string, linkId: string): void {
    if (!placeValue(this.run.context.definitions, place, path, value, type)) this.run.note(noPlace(path, type), linkId);
  }

  async visit(items: readonly FormItem[], holder: JsonObject, around: Place | undefined): Promise<void> {
    for (const item of items)
      for (const found of objects(holder['item']).filter(one => one['linkId'] === item.linkId))
        await this.take(item, found, around);
  }

  private async take(item: FormItem, found: JsonObject, around: Place | undefined): Promise<void> {
    const definition = text(item.json['definition']);
    const path = definition?.includes('#') ? splitDefinition(definition).path : undefined;
    let place = await this.open(item.json, found, around);
    if (item.type === 'group') {
      if (path && place === around && place) place = placeGroup(this.run.context.definitions, place, path) ?? place;
      await this.putValues(item.json, found, place);
      return this.visit(item.items, found, place);
    }
    await this.putValues(item.json, found, place);
    for (const answer of objects(found['answer'])) {
      const choice = choiceIn(answer, 'value');
      if (place && path && choice) this.put(place, path, choice.value, choice.type, item.linkId);
      await this.visit(item.items, answer, place);
    }
  }
}

const unknownType = (type: string): FhirError =>
  new FhirError('invalid', {
    en: `${type.slice(0, 60) || 'no type'} is not a resource type of FHIR R4`,
    ja: `${type.slice(0, 60) || '（なし）'} は FHIR R4 のリソース型ではありません`,
  });
const ambiguous = (type: string, found: number): FhirError =>
  new FhirError('multiple-matches', {
    en: `the extraction context finds ${found} ${type}; expected at most one`,
    ja: `抽出先の ${type} が ${found} 件見つかりました（1件まで）`,
  });
const noPlace = (path: readonly string[], type: string): FhirError =>
  new FhirError('invalid', {
    en: `${path.join('.').slice(0, 100)} cannot take the answer (${type}) here`,
    ja: `${path.join('.').slice(0, 100)} に回答（${type}）を入れられません`,
  });
