/**
 * What an ElementDefinition says, read facet by facet: values, binding, invariants, types, extensions.
 * @see https://hl7.org/fhir/R4/elementdefinition.html
 */
import type { ElementDefinition } from '../definitions/element-schema.ts';
import { correctExpression, correctStrength } from './corrections.ts';
import type { Binding, Constraint, ProfileElement, ProfileType, TypedValue } from './profile-schema.ts';

const extensionRoot = 'http://hl7.org/fhir/StructureDefinition/';
/** Elements that R5 added, as extensions of an R4 definition. */
const r5Root = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.';
const profileElementUrl = `${extensionRoot}elementdefinition-profile-element`;
const maxValueSet = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';
/** Invariants that the structure check, the narrative check or code of their own sees to. */
const elsewhere: ReadonlySet<string> = new Set([
  'ele-1',
  'ext-1',
  'txt-1',
  'txt-2',
  'dom-2',
  'dom-3',
  'dom-4',
  'dom-5',
  'dom-6',
]);

interface RawType {
  code: string;
  profile?: string[];
  _profile?: ({ extension?: RawExtension[] } | null)[];
  targetProfile?: string[];
  aggregation?: string[];
}
interface RawExtension {
  url: string;
  [value: string]: unknown;
}
interface RawBinding {
  strength: string;
  valueSet?: string;
  valueSetUri?: string;
  extension?: RawExtension[];
}

export function typedValue(element: ElementDefinition, family: string): TypedValue | undefined {
  for (const name in element)
    if (name.startsWith(family) && name.length > family.length)
      return { type: name.slice(family.length), value: element[name] };
  return undefined;
}

export function bindingOf(element: ElementDefinition): Binding | undefined {
  const raw = element['binding'] as RawBinding | undefined;
  const valueSet = raw?.valueSet ?? raw?.valueSetUri;
  const highest = raw?.extension?.find(one => one.url === maxValueSet);
  const bound = (highest?.['valueCanonical'] ?? highest?.['valueUri']) as string | undefined;
  if (!raw || (!valueSet && !bound)) return undefined;
  const strength = correctStrength(element.base?.path ?? element.path, raw.strength, valueSet ?? '');
  return { strength, valueSet: valueSet ?? '', ...(bound && { maxValueSet: bound }) };
}

export function constraintsOf(element: ElementDefinition): Constraint[] {
  const raw = (element['constraint'] ?? []) as (Constraint & { readonly _human?: unknown })[];
  return raw
    .filter(one => one.expression !== undefined && !elsewhere.has(one.key))
    .map(({ key, severity, human = '', expression, _human }) => ({
      key,
      severity,
      human,
      humanJa: translated(_human, 'ja') ?? human,
      expression: correctExpression(expression),
    }));
}

const translationUrl = `${extensionRoot}translation`;

/** A text in another language, as the translation extension of its sibling gives it. */
function translated(sibling: unknown, language: string): string | undefined {
  type Part = { readonly url?: string; readonly valueCode?: string; readonly valueString?: string };
  const list = (sibling as { extension?: (Part & { extension?: Part[] })[] } | undefined)?.extension ?? [];
  const parts = list.filter(one => one.url === translationUrl).map(one => one.extension ?? []);
  const own = parts.find(part => part.some(one => one.url === 'lang' && one.valueCode === language));
  return own?.find(one => one.url === 'content')?.valueString;
}

/** A profile of which only one element is meant: `url#id of the element`. */
function withElement(canonical: string, extensions: readonly RawExtension[] | undefined): string {
  const id = extensions?.find(one => one.url === profileElementUrl)?.['valueString'];
  return typeof id === 'string' ? `${canonical}#${id}` : canonical;
}

const systemTypeRoot = 'http://hl7.org/fhirpath/System.';

export function typesOf(element: ElementDefinition): ProfileType[] {
  return ((element.type ?? []) as RawType[]).map(({ code, profile, _profile, targetProfile, aggregation }) => ({
    code: code?.startsWith(systemTypeRoot)
      ? element.base?.path === 'Resource.id'
        ? 'id'
        : element.path.endsWith('.url')
          ? 'uri'
          : 'string'
      : code,
    ...(profile && { profile: profile.map((one, i) => withElement(one, _profile?.[i]?.extension)) }),
    ...(targetProfile && { targetProfile }),
    ...(aggregation && { aggregation }),
  }));
}

const extensionsOf = (element: ElementDefinition, url: string): readonly RawExtension[] =>
  ((element['extension'] ?? []) as RawExtension[]).filter(one => one.url === url);

/** What extensions of an element definition ask for: length, a value, languages of the narrative. */
export function extendedFacets(element: ElementDefinition): Partial<ProfileElement> {
  const [length] = extensionsOf(element, `${extensionRoot}minLength`);
  const [must] = extensionsOf(element, `${r5Root}mustHaveValue`);
  const instead = extensionsOf(element, `${r5Root}valueAlternatives`).map(one => String(one['valueCanonical']));
  const languages = extensionsOf(element, `${extensionRoot}narrative-language-control`).map(one =>
    String(one['valueCode']),
  );
  return {
    ...(typeof length?.['valueInteger'] === 'number' && { minLength: length['valueInteger'] }),
    ...(must?.['valueBoolean'] === true && { mustHaveValue: true }),
    ...(instead.length > 0 && { valueAlternatives: instead }),
    ...(languages.length > 0 && { narrativeLanguages: languages }),
  };
}
