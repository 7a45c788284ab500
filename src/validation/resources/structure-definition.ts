/**
 * StructureDefinitions: a differential can be laid over its base, types fit their profiles, expressions can be read.
 * @see https://hl7.org/fhir/R4/structuredefinition.html
 */
import type { ElementDefinition, StructureDefinition } from '../../definitions/element-schema.ts';
import { generateSnapshot, SnapshotError } from '../../definitions/snapshot.ts';
import { ShapeError } from '../../definitions/snapshot-error.ts';
import type { JsonObject, Message, Resource } from '../../fhir/types.ts';
import { otherVersion } from '../other-versions.ts';
import type { Compiler } from '../profile.ts';
import { addIssue, addIssueAt, type Report } from '../report.ts';
import { checkDerivation, checkNature } from './derivation.ts';
import { checkObligations } from './obligation.ts';
import { at, fhirPathFaultFor } from './place.ts';
import { isObject, objects } from './questionnaire.ts';

type Find = (canonical: string) => StructureDefinition | undefined;

/** Types that stand for any of a kind. */
const abstractTypes: ReadonlySet<string> = new Set(['Resource', 'DomainResource', 'Element', 'BackboneElement']);

const modifies = (url: string): Message => ({
  en: `${url} modifies meaning, but the element is no modifier`,
  ja: `${url} は意味を変える拡張ですが、要素は modifierExtension ではありません`,
});

/** What is wrong with a profile as the profile of an element's type. */
function profileFault(profile: StructureDefinition, code: string, element: ElementDefinition): Message | undefined {
  const { url, type } = profile;
  if (type !== code)
    return {
      en: `the profile ${url} is about ${type}, but the type of the element is ${code}`,
      ja: `プロファイル ${url} は ${type} のものですが、要素の型は ${code} です`,
    };
  if (code !== 'Extension' || !/\.(?:modifierE|e)xtension$/.test(element.path)) return undefined;
  const isModifier = profile.snapshot?.element[0]?.['isModifier'] === true;
  const inModifiers = element.path.endsWith('.modifierExtension');
  if (isModifier === inModifiers) return undefined;
  return isModifier
    ? modifies(url)
    : {
        en: `${url} modifies nothing, but the element is a modifier`,
        ja: `${url} は意味を変えない拡張ですが、要素は modifierExtension です`,
      };
}

function checkTypes(element: ElementDefinition, find: Find, report: Report): void {
  objects(element['type']).forEach(({ code, profile }, i) => {
    if (typeof code !== 'string') return;
    for (const canonical of Array.isArray(profile) ? (profile as unknown[]) : []) {
      if (otherVersion(String(canonical))?.modifies && element.path.endsWith('.extension'))
        at(report, ['type', i], () => addIssueAt(report, 'profile', 'invalid', modifies(String(canonical))));
      const found = typeof canonical === 'string' ? find(canonical) : undefined;
      const fault = found && isTypeName(code) ? profileFault(found, code, element) : undefined;
      if (fault) at(report, ['type', i], () => addIssueAt(report, 'profile', 'invalid', fault));
    }
  });
}

const isTypeName = (code: string): boolean => /^[A-Za-z]\w*$/.test(code) && !abstractTypes.has(code);

/** Invariants can be read, and a key means one expression. */
function checkConstraints(
  element: ElementDefinition,
  types: readonly string[],
  keys: Map<string, string>,
  report: Report,
  { definitions }: Compiler,
): void {
  objects(element['constraint']).forEach(({ key, expression }, i) => {
    if (typeof expression !== 'string') return;
    const same = typeof key === 'string' ? keys.get(key) : undefined;
    if (typeof key === 'string') keys.set(key, expression);
    if (same === expression) return;
    if (same !== undefined)
      at(report, ['constraint', i], () =>
        addIssue(report, 'invalid', {
          en: `the key ${String(key)} stands for two different expressions`,
          ja: `キー ${String(key)} に異なる式が2つあります`,
        }),
      );
    const fault = fhirPathFaultFor(expression, definitions, types);
    if (fault) at(report, ['constraint', i], () => addIssueAt(report, 'expression', 'invalid', fault));
  });
}

/** First step of a discriminator's path that the sliced type does not have. */
function unknownStep(path: string, type: string, { definitions }: Compiler): string | undefined {
  const [step = ''] = path.split('.');
  if (!/^[a-z]\w*$/.test(step)) return undefined;
  const schema = definitions.typeSchema(type);
  if (!schema || schema.kind === 'primitive-type') return undefined;
  return schema.children.some(child => child.name === step) ? undefined : step;
}

function checkDiscriminators(
  element: ElementDefinition,
  types: readonly string[],
  report: Report,
  compiler: Compiler,
): void {
  const slicing = isObject(element['slicing']) ? element['slicing'] : {};
  const plain = types.filter(isTypeName);
  if (plain.length === 0 || plain.length < types.length) return;
  objects(slicing['discriminator']).forEach(({ path }, i) => {
    if (typeof path !== 'string' || !plain.every(type => unknownStep(path, type, compiler) !== undefined)) return;
    at(report, ['slicing', 'discriminator', i], () =>
      addIssueAt(report, 'path', 'invalid', {
        en: `"${path}" leads nowhere in ${plain.join(', ')}, which is what is sliced`,
        ja: `「${path}」は ${plain.join('、')} にない経路です`,
      }),
    );
  });
}

/** What an element's invariants are asked of: its types, or its path where it has children of its own; none when unknown. */
function focusOf(
  { path }: ElementDefinition,
  whole: ElementDefinition | undefined,
  types: readonly string[],
  { definitions }: Compiler,
): readonly string[] {
  const own = whole?.base?.path ?? path;
  const focus = path.includes('.') ? (types.some(type => abstractTypes.has(type)) ? [own] : types) : [path];
  return focus.every(type => definitions.typeSchema(type.split('.')[0]!)) ? focus : [];
}

/** Checks element by element, over the elements of the snapshot the differential ends in. */
function checkElements(
  structure: JsonObject,
  snapshot: readonly ElementDefinition[],
  report: Report,
  find: Find,
  compiler: Compiler,
): void {
  const byPath = new Map(snapshot.map(one => [one.path, one]));
  const keys = new Map<string, string>();
  const differential = isObject(structure['differential']) ? structure['differential'] : {};
  objects(differential['element']).forEach((raw, i) => {
    const element = raw as ElementDefinition;
    if (typeof element.path !== 'string') return;
    const types = objects(element['type'] ?? byPath.get(element.path)?.['type']).map(one => String(one['code']));
    at(report, ['differential', 'element', i], () => {
      checkTypes(element, find, report);
      // A write keeps what was published with paths that lead nowhere.
      const focus = report.onWrite ? [] : focusOf(element, byPath.get(element.path), types, compiler);
      checkConstraints(element, focus, keys, report, compiler);
      checkDiscriminators(element, types, report, compiler);
    });
  });
}

/** Every path begins with the type the structure is about; of constraints the snapshot generator says so. */
function checkPaths(structure: JsonObject, report: Report): void {
  const type = String(structure['type']).split('/').at(-1) ?? '';
  for (const part of ['snapshot', 'differential'])
    objects(isObject(structure[part]) ? structure[part]['element'] : undefined).forEach(({ path }, i) => {
      if (typeof path !== 'string' || path.split('.')[0] === type) return;
      at(report, [part, 'element', i], () =>
        addIssueAt(report, 'path', 'invalid', {
          en: `the path "${path}" does not begin with ${type}, the type of the structure`,
          ja: `path「${path}」は構造の型 ${type} で始まっていません`,
        }),
      );
    });
}

/** The base of a structure with its snapshot; undefined when it is not here, or none can be made. */
function baseOf(canonical: string, structure: Resource, { definitions }: Compiler): StructureDefinition | undefined {
  try {
    return definitions.profile(canonical, structure);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    // Its structure was found wrong before.
    if (error instanceof ShapeError) return;
    return undefined;
  }
}

/** The rule of StructureDefinition resources. */
export function checkStructureDefinition(structure: JsonObject, report: Report, compiler: Compiler): void {
  const { definitions } = compiler;
  const { url, type, baseDefinition, derivation, differential } = structure;
  if (typeof url !== 'string' || typeof baseDefinition !== 'string' || !isObject(differential)) return;
  if (
    derivation === 'specialization' &&
    typeof type === 'string' &&
    type === definitions.byCanonical('StructureDefinition', baseDefinition)?.['type']
  )
    addIssueAt(report, 'type', 'invalid', {
      en: `the type ${type} is that of the base it specializes`,
      ja: `type ${type} が基底の型と同じです`,
    });
  checkObligations(structure, report, compiler);
  if (derivation !== 'constraint') checkPaths(structure, report);
  const find: Find = canonical =>
    definitions.byCanonical('StructureDefinition', canonical, structure as Resource) as StructureDefinition | undefined;
  const base = baseOf(baseDefinition, structure as Resource, compiler);
  checkNature(structure, base, report);
  if (derivation !== 'constraint' || !find(baseDefinition)) return;
  if (base) checkDerivation(objects(differential['element']) as ElementDefinition[], base, report, compiler);
  try {
    const copy = structuredClone(structure) as unknown as StructureDefinition;
    checkElements(structure, generateSnapshot(copy, find, true), report, find, compiler);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    // That its structure is wrong was found before.
    if (!(error instanceof ShapeError)) addIssue(report, 'invalid', error.text);
    checkElements(structure, [], report, find, compiler);
  }
}
