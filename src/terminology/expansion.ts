/**
 * Writes a page of codes as ValueSet.expansion. R4 has no place for properties of codes there; they are written as the
 * extensions FHIR defines for R5's elements.
 * @see https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.expansion
 */
import type { JsonObject } from '../fhir/types.ts';
import { inForce, isAbstract, isInactive, shownStatus, standardsStatusUrl } from './concept.ts';
import { chooseName, type Name, namesOf, type Override, otherNames } from './display.ts';
import type { Entry } from './enumerate.ts';
import type { ExpandOptions, Page } from './expand.ts';
import { writeParameters } from './expansion-parameters.ts';
import { ancestors } from './hierarchy.ts';
import { extensionOf, objects, text, valueIn, valueKey } from './json.ts';
import type { Scope } from './scope.ts';
import type { Designation } from './shapes.ts';
import type { ValueSetPlan } from './value-set.ts';

const structures = 'http://hl7.org/fhir/StructureDefinition/';
const r5 = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.';
const concepts = 'http://hl7.org/fhir/concept-properties#';

/** The use of a display that is listed among the designations. */
export const preferredUse = {
  system: 'http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra',
  code: 'preferredForLanguage',
  display: 'Preferred For Language',
};

/** Extensions of concepts that are passed on. */
const passedOn: ReadonlySet<unknown> = new Set([
  `${structures}rendering-style`,
  `${structures}rendering-xhtml`,
  `${structures}valueset-deprecated`,
]);
const passedOnOfDesignations: ReadonlySet<unknown> = new Set([`${structures}coding-sctdescid`, standardsStatusUrl]);

/** A property of a code: its code, its value as `value…`. */
interface Shown {
  readonly code: string;
  readonly key: string;
  readonly value: unknown;
}

/** What extensions say as properties: code, URLs (the value set's first), type of the value. */
const fromExtensions: readonly (readonly [code: string, urls: readonly string[], key: string, property: string])[] = [
  ['weight', ['itemWeight'], 'valueDecimal', 'itemWeight'],
  ['label', ['valueset-label', 'codesystem-label'], 'valueString', 'label'],
  ['order', ['valueset-conceptOrder', 'codesystem-conceptOrder'], 'valueDecimal', 'order'],
  ['definition', ['valueset-concept-definition'], 'valueString', 'definition'],
];

/** What a value set says of a code, as an override of its names. */
export function overrideOf({ listed, from }: Pick<Entry, 'listed' | 'from'>): Override | undefined {
  if (!listed) return undefined;
  const display = text(listed['display']);
  const designation =
    listed['designation'] === undefined ? undefined : (objects(listed['designation']) as unknown as Designation[]);
  if (display === undefined && designation === undefined) return undefined;
  return {
    ...(display !== undefined && { display }),
    ...(designation && { designation }),
    ...(from.language !== undefined && { language: from.language }),
  };
}

/** True when a code is shown below another one, or is that one. */
function isAt(places: ReadonlyMap<string, string>, code: string, other: string): boolean {
  for (let at: string | undefined = code; at !== undefined; at = places.get(at)) if (at === other) return true;
  return false;
}

class Writer {
  private readonly scope: Scope;
  private readonly options: ExpandOptions;
  private readonly page: Page;
  /** Properties that occur, with their URI. */
  readonly properties = new Map<string, string | undefined>();

  constructor(scope: Scope, options: ExpandOptions, page: Page) {
    this.scope = scope;
    this.options = options;
    this.page = page;
  }

  private fromExtensions({ concept, listed }: Entry): Shown[] {
    const shown: Shown[] = [];
    for (const [code, urls, key, property] of fromExtensions) {
      for (const holder of [listed, concept]) {
        const found = urls
          .map(url => (holder ? valueIn(extensionOf(holder as JsonObject, structures + url)) : undefined))
          .find(value => value !== undefined);
        if (found === undefined) continue;
        shown.push({ code, key, value: found });
        this.properties.set(code, concepts + property);
        break;
      }
    }
    return shown;
  }

  /** Parents and children, where the code system tells them by its hierarchy and not by properties. */
  private related(code: string, { system, concept }: Entry): Shown[] {
    if (!system || concept.property?.some(one => one['code'] === code)) return [];
    const found =
      code === 'parent' ? system.parents(concept.code) : code === 'child' ? system.children(concept.code) : [];
    if (found.length > 0) this.properties.set(code, concepts + code);
    return found.map(value => ({ code, key: 'valueCode', value }));
  }

  private asked(entry: Entry): Shown[] {
    const { system, concept } = entry;
    const shown: Shown[] = [];
    for (const code of this.options.properties) {
      for (const name of code === '*' ? ['parent', 'child'] : [code]) shown.push(...this.related(name, entry));
      if (code === 'definition' && concept.definition !== undefined) {
        shown.push({ code, key: 'valueString', value: concept.definition });
        this.properties.set(code, `${concepts}definition`);
      }
      for (const property of concept.property ?? []) {
        if (property['code'] !== code && code !== '*') continue;
        shown.push({
          code: String(property['code']),
          key: valueKey(property) ?? 'valueString',
          value: valueIn(property),
        });
        this.properties.set(
          String(property['code']),
          system?.head.properties.find(one => one.code === property['code'])?.uri,
        );
      }
    }
    return shown;
  }

  private propertiesOf(entry: Entry): JsonObject[] {
    const shown = [...this.fromExtensions(entry), ...this.asked(entry)];
    // What the value set says of a code comes before what its code system says.
    const said = entry.listed && text(valueIn(extensionOf(entry.listed, standardsStatusUrl)));
    const status = said ?? (entry.system && shownStatus(entry.system, entry.concept));
    if (status !== undefined && !shown.some(one => one.code === 'status')) {
      shown.push({ code: 'status', key: 'valueCode', value: status });
      this.properties.set('status', `${concepts}status`);
    }
    return shown.map(({ code, key, value }) => ({
      url: `${r5}contains.property`,
      extension: [
        { url: 'code', valueCode: code },
        { url: 'value', [key]: value },
      ],
    }));
  }

  private designations(names: readonly Name[]): JsonObject[] {
    const { designations, includeDesignations } = this.options;
    if (!includeDesignations && designations.length === 0) return [];
    const wanted = (name: Name) =>
      designations.length === 0 ||
      designations.some(token => {
        const [system, code] = token.includes('|')
          ? (token.split('|') as [string, string])
          : ['urn:ietf:bcp:47', token];
        return system === 'urn:ietf:bcp:47'
          ? name.language === code
          : name.use?.['system'] === system && name.use['code'] === code;
      });
    return names.filter(wanted).map(name => {
      const extension = objects(name.extension).filter(one => passedOnOfDesignations.has(one['url']));
      const use = name.main ? preferredUse : name.use;
      return {
        ...(extension.length > 0 && { extension }),
        ...(name.language && { language: name.language }),
        ...(use && { use }),
        value: name.value,
      };
    });
  }

  /** One code as expansion.contains. */
  write(entry: Entry): JsonObject {
    const { system, concept, listed } = entry;
    const names = namesOf(system, concept, overrideOf(entry));
    const name = chooseName(names, this.page.languages);
    const passed = [...objects(listed?.['extension']), ...objects(concept.extension)].filter(
      (one, i, all) => passedOn.has(one['url']) && all.findIndex(other => other['url'] === one['url']) === i,
    );
    const extension = [...passed, ...this.propertiesOf(entry)];
    const inactive =
      system && (isInactive(system, concept) || inForce(system, concept, this.scope.options.day) !== 'yes');
    const designation = this.designations(otherNames(names, name));
    return {
      ...(extension.length > 0 && { extension }),
      system: entry.url,
      ...(system && isAbstract(system, concept) && { abstract: true }),
      ...(inactive && { inactive: true }),
      ...(entry.version !== undefined && { version: entry.version }),
      code: concept.code,
      ...(name && { display: name.value }),
      ...(designation.length > 0 && { designation }),
    };
  }

  /** The codes in their hierarchy: each below its nearest ancestor that is there too. */
  writeNested(entries: readonly Entry[]): JsonObject[] {
    const written = new Map(entries.map(entry => [entry.concept.code, this.write(entry)]));
    const top: JsonObject[] = [];
    const places = new Map<string, string>();
    for (const { concept, system } of entries) {
      const own = written.get(concept.code)!;
      const above = system && [...ancestors(system, concept.code)].find(code => written.has(code));
      // A code system may say of two codes that each is above the other: one of them has to be shown first.
      if (above === undefined || isAt(places, above, concept.code)) {
        top.push(own);
        continue;
      }
      places.set(concept.code, above);
      const parent = written.get(above)!;
      parent['contains'] = [...objects(parent['contains']), own];
    }
    return top;
  }
}

/** The resource without what an expansion does not repeat. */
function head(plan: ValueSetPlan, includeDefinition: boolean): JsonObject {
  const names = [
    'id',
    'language',
    'url',
    'version',
    'name',
    'title',
    'status',
    'experimental',
    'date',
    'publisher',
    ...(includeDefinition ? ['compose'] : []),
  ];
  const kept = Object.fromEntries(
    names.filter(name => plan.resource[name] !== undefined).map(name => [name, plan.resource[name]]),
  );
  return { resourceType: 'ValueSet', ...kept, status: kept['status'] ?? 'active' };
}

/** The ValueSet resource of a page. */
export function writeExpansion(
  scope: Scope,
  plan: ValueSetPlan,
  options: ExpandOptions,
  page: Page,
  now: number,
  newId: () => string,
): JsonObject {
  const writer = new Writer(scope, options, page);
  const hierarchical = page.nested && page.entries.some(entry => entry.system?.hierarchical);
  const contains = hierarchical ? writer.writeNested(page.entries) : page.entries.map(entry => writer.write(entry));
  const properties = [...writer.properties].map(([code, uri]) => ({
    url: `${r5}property`,
    extension: [{ url: 'code', valueCode: code }, ...(uri === undefined ? [] : [{ url: 'uri', valueUri: uri }])],
  }));
  const unclosed = [...page.used.unclosed].flatMap(([url, usual]) => [
    { url: `${structures}valueset-unclosed`, valueBoolean: true },
    {
      url: `${structures}valueset-unclosed-reason`,
      valueString: `The codes of ${url} follow a grammar and have no end; these are the usual ones (${usual})`,
    },
  ]);
  const extension = [...unclosed, ...properties];
  return {
    ...head(plan, options.includeDefinition === true),
    expansion: {
      ...(extension.length > 0 && { extension }),
      identifier: `urn:uuid:${newId()}`,
      timestamp: new Date(now).toISOString(),
      ...(unclosed.length === 0 && page.total !== undefined && { total: page.total }),
      ...(options.offset !== undefined && { offset: options.offset }),
      parameter: writeParameters(scope, plan, options, page),
      ...(contains.length > 0 && { contains }),
    },
  };
}
