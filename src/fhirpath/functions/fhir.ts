/** FHIR's own functions. @see https://hl7.org/fhir/R4/fhirpath.html#functions */
import { findXhtmlFault } from '../../definitions/xhtml.ts';
import { DecimalLiteral } from '../../fhir/json.ts';
import type { JsonObject } from '../../fhir/types.ts';
import type { Static } from '../code.ts';
import { type Code, charge, rawOf, type State, single, testCode } from '../code.ts';
import { Decimal } from '../decimal.ts';
import { fault, type Place } from '../fault.ts';
import { type Collection, type Item, isObject, Node, nodeOf, none, pushChildren, systemOf, truth } from '../item.ts';
import { type Call, type FunctionEntry, ofCollections, textOf } from './define.ts';

/** extension(url): the extensions of an element or a primitive that have the url. */
function extension(call: Call): Code {
  const { input, place, scope } = call;
  const [arg] = call.args;
  const literal = arg!.op === 'literal' && typeof arg!.value === 'string' ? arg!.value : undefined;
  const url = call.compile(arg!, scope);
  const shape = scope.shapes?.find('Extension');
  const type: Static = shape ? { shapes: [shape] } : {};
  return {
    run(self, state) {
      const items = input.run(self, state);
      if (items.length === 0) return none;
      const wanted = literal ?? systemOf(single(url.run(self, state), place, 'extension()') ?? '');
      const found: Item[] = [];
      for (const item of items)
        if (item instanceof Node && item.object?.['extension'] !== undefined)
          pushChildren(item, 'extension', state.shapes, found);
      return found.filter(one => one instanceof Node && isObject(one.value) && one.value['url'] === wanted);
    },
    type,
  };
}

/** A resource inside another: `#id` among the contained, anything else by the fullUrls of a Bundle. */
function inside(resource: unknown, reference: string): unknown {
  if (!isObject(resource)) return undefined;
  if (reference === '#') return resource;
  if (reference.startsWith('#')) {
    const contained = Array.isArray(resource['contained']) ? resource['contained'] : [];
    return contained.find(one => isObject(one) && one['id'] === reference.slice(1));
  }
  if (resource['resourceType'] !== 'Bundle' || !Array.isArray(resource['entry'])) return undefined;
  const [target = ''] = reference.split('|');
  const relative = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.test(target);
  const entry = resource['entry'].find(
    one =>
      isObject(one) &&
      typeof one['fullUrl'] === 'string' &&
      (one['fullUrl'] === target || (relative && one['fullUrl'].endsWith(`/${target}`))),
  );
  return isObject(entry) ? entry['resource'] : undefined;
}

const jsonOf = (value: unknown, state: State): unknown =>
  value ?? (state.input[0] instanceof Node ? state.input[0].value : undefined);

function resolveOne(item: Item, state: State): unknown {
  const text = item instanceof Node && isObject(item.value) ? item.value['reference'] : systemOf(item);
  if (typeof text !== 'string' || text === '') return undefined;
  const { resource, rootResource, resolve } = state.environment;
  return inside(jsonOf(resource, state), text) ?? inside(rootResource, text) ?? resolve?.(text);
}

const resolve: FunctionEntry = ofCollections(0, 0, (input, _, state, place) => {
  charge(state, input.length * 10, place);
  const found = input.map(item => resolveOne(item, state)).filter(one => one !== undefined && one !== null);
  return found.map(one => nodeOf(one, undefined, state.shapes));
});

function missing(name: string, place: Place): never {
  throw fault(place, `${name}() is not available here`, `${name}() はここでは使えません`, 'not-supported');
}

const typeNameOf = (item: Item): string => (item instanceof Node ? item.shape.name : 'string');

/** What a question to the environment counts for. */
const questionSteps = 200;

/** memberOf() and conformsTo(): a question about one item that the environment answers. */
function asked(name: 'memberOf' | 'conformsTo'): FunctionEntry {
  return {
    arity: [1, 1],
    build(call) {
      const { input, place } = call;
      const url = call.compile(call.args[0]!, call.scope);
      return testCode((self, state) => {
        const item = single(input.run(self, state), place, `${name}()`);
        const canonical = single(url.run(self, state), place, name);
        if (item === undefined || canonical === undefined) return undefined;
        const answer = state.environment[name] ?? missing(name, place);
        const text = textOf(systemOf(canonical) ?? '', place);
        charge(state, questionSteps, place);
        const result = answer(rawOf(item), typeNameOf(item), text);
        if (result === undefined && name === 'conformsTo')
          throw fault(place, `the profile ${text} is not known`, `プロファイル ${text} は登録されていません`);
        return result;
      });
    },
  };
}

function subsumption(turned: boolean): FunctionEntry {
  return ofCollections(1, 1, (input, [other], state, place) => {
    const [a, b] = [single(input, place, 'subsumes()'), single(other!, place, 'subsumes()')];
    if (a === undefined || b === undefined) return none;
    charge(state, questionSteps, place);
    const answer = state.environment.subsumes ?? missing('subsumes', place);
    return truth(turned ? answer(rawOf(b), rawOf(a)) : answer(rawOf(a), rawOf(b)));
  });
}

const weightUrls = ['itemWeight', 'ordinalValue', 'questionnaire-ordinalValue', 'codesystem-ordinalValue'].map(
  name => `http://hl7.org/fhir/StructureDefinition/${name}`,
);

/** The weight written on a coding itself. */
function ownWeight({ extension: list }: JsonObject): number | undefined {
  const found = (Array.isArray(list) ? list : []).find(one => isObject(one) && weightUrls.includes(String(one['url'])));
  const value: unknown = isObject(found) ? (found['valueDecimal'] ?? found['valueInteger']) : undefined;
  return value === undefined ? undefined : Number(value instanceof DecimalLiteral ? value.text : value);
}

/**
 * weight(): what codings, or answers that are codings, count for in a score; what has no weight is left out.
 * @see https://hl7.org/fhir/uv/sdc/STU3/expressions.html#fhirpath
 */
const weight: FunctionEntry = ofCollections(0, 0, (input, _, state, place) => {
  charge(state, questionSteps * input.length, place);
  const found: Item[] = [];
  for (const item of input) {
    const raw = rawOf(item);
    const coding = isObject(raw) && isObject(raw['valueCoding']) ? raw['valueCoding'] : raw;
    if (!isObject(coding)) continue;
    const value = ownWeight(coding) ?? state.environment.weightOf?.(coding);
    if (value !== undefined) found.push(Number.isInteger(value) ? value : new Decimal(value));
  }
  return found;
});

/** checkModifiers(url…): the input, if its modifier extensions are among those named. */
const checkModifiers: FunctionEntry = ofCollections(
  0,
  50,
  (input, args, _, place) => {
    const known = new Set(args.flat().map(systemOf));
    for (const item of input) {
      const found = item instanceof Node && isObject(item.value) ? item.value['modifierExtension'] : undefined;
      for (const one of Array.isArray(found) ? found : [])
        if (isObject(one) && !known.has(one['url'] as string))
          throw fault(
            place,
            `the modifier extension ${String(one['url'])} is not known`,
            `修飾拡張 ${String(one['url'])} は扱えません`,
          );
    }
    return input;
  },
  type => type,
);

/** Something to see besides blanks and empty elements: txt-2. */
const hasContent = (text: string): boolean =>
  /<img[\s/>]/.test(text) || /[^\s]/.test(text.replace(/<[^>]*>/g, '').replace(/&#160;|&#xa0;/gi, ' '));

/** Whether narratives follow txt-1 and txt-2; both invariants are written with it. */
const htmlChecks: FunctionEntry = ofCollections(0, 0, (input): Collection => {
  const texts = input.map(item => systemOf(item)).filter(value => typeof value === 'string');
  return truth(texts.every(text => findXhtmlFault(text) === undefined && hasContent(text)));
});

/** The functions of this file by name. */
export const fhir: readonly (readonly [string, FunctionEntry])[] = [
  ['extension', { arity: [1, 1], build: extension }],
  [
    'hasExtension',
    {
      arity: [1, 1],
      build(call) {
        const { run } = extension(call);
        return testCode((self, state) => run(self, state).length > 0);
      },
    },
  ],
  ['resolve', resolve],
  ['memberOf', asked('memberOf')],
  ['conformsTo', asked('conformsTo')],
  ['subsumes', subsumption(false)],
  ['subsumedBy', subsumption(true)],
  ['weight', weight],
  ['ordinal', weight],
  ['checkModifiers', checkModifiers],
  ['htmlChecks', htmlChecks],
];
