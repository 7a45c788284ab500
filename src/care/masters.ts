/**
 * The masters in terminology/ as the rules of care insurance need them: concepts with their properties, and those in force on
 * a day. A code system of the same canonical that an operator stores or installs is used instead.
 */
import type { Resource } from '../fhir/types.ts';
import type { Library } from '../terminology/library.ts';
import { codeSystem, objects, text, valueIn } from './names.ts';

/** A concept: its names and the values of its properties, several where a property repeats. */
export interface Concept {
  readonly code: string;
  readonly ja: string;
  readonly en: string;
  readonly properties: ReadonlyMap<string, readonly unknown[]>;
}

const known = new WeakMap<Resource, ReadonlyMap<string, Concept>>();

function read(list: unknown, into: Map<string, Concept>): Map<string, Concept> {
  for (const one of objects(list)) {
    const code = text(one['code']) ?? '';
    const ja = text(one['display']) ?? code;
    const english = objects(one['designation']).find(designation => designation['language'] === 'en');
    const properties = new Map<string, unknown[]>();
    for (const property of objects(one['property'])) {
      const name = text(property['code']) ?? '';
      properties.set(name, [...(properties.get(name) ?? []), valueIn(property)]);
    }
    into.set(code, { code, ja, en: text(english?.['value']) ?? ja, properties });
    read(one['concept'], into);
  }
  return into;
}

/** The concepts of one of our code systems by code; none when it is not known. */
export function master(library: Pick<Library, 'resources'>, id: string): ReadonlyMap<string, Concept> {
  const [resource] = library.resources('CodeSystem', codeSystem(id));
  if (!resource) return new Map();
  const found = known.get(resource) ?? read(resource['concept'], new Map());
  known.set(resource, found);
  return found;
}

/** True when a concept is in force on a day: from effectiveDate, up to the day before retirementDate. */
export function inForce({ properties }: Concept, day: string): boolean {
  const from = text(properties.get('effectiveDate')?.[0]) ?? '';
  const until = text(properties.get('retirementDate')?.[0]);
  return from <= day && (until === undefined || day < until);
}

/** The concept in force on a day whose properties have these values. */
export function inForceWith(
  concepts: ReadonlyMap<string, Concept>,
  day: string,
  values: Readonly<Record<string, string>>,
): Concept | undefined {
  const fits = [...concepts.values()].filter(one =>
    Object.entries(values).every(([name, value]) => one.properties.get(name)?.includes(value)),
  );
  return fits.filter(one => inForce(one, day)).at(-1);
}
