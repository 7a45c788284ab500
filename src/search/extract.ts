/**
 * extract: resource → index rows. Pure: the same resource gives the same rows on every machine.
 */
import type { Resource } from '../fhir/types.ts';
import type { IndexRow } from '../store/store.ts';
import { addContainedMarker, containedIn, containedSource } from './contained.ts';
import type { Registry } from './registry.ts';
import { type IndexSettings, noMoment, Rows, toMoment } from './rows.ts';
import type { Source } from './search-param.ts';
import { searchTypes } from './types/all.ts';
import { dateInterval } from './types/date.ts';
import { besides } from './types/token-hash.ts';

/** The index rows of a resource. */
export function extractRows(resource: Resource, registry: Registry, settings: IndexSettings): readonly IndexRow[] {
  const params = registry(resource.resourceType);
  const moment = params.moment ? momentOf(resource, params.moment, settings) : noMoment;
  const rows = new Rows(settings, moment);
  addSources(resource, params.sources, rows);
  const first = resource.resourceType === 'Bundle' ? firstEntry(resource) : undefined;
  if (first) addInside(first, registry, rows);
  rows.addFacts();
  return resource['contained'] === undefined ? rows.all : [...rows.all, ...containedRows(resource, registry, settings)];
}

/** The first resource of a Bundle: of a document its Composition, of a message its MessageHeader. */
function firstEntry(bundle: Resource): Resource | undefined {
  const [entry] = Array.isArray(bundle['entry']) ? (bundle['entry'] as { resource?: Resource }[]) : [];
  const first = entry?.resource;
  return first?.resourceType === 'Composition' || first?.resourceType === 'MessageHeader' ? first : undefined;
}

/** Rows of a resource that lies inside another and is asked through it (`composition.type`). */
function addInside(resource: Resource, registry: Registry, rows: Rows): void {
  addSources(resource, registry(resource.resourceType).sources.map(containedSource), rows);
}

/** The rows of contained resources: their place stands for the moment. */
function containedRows(resource: Resource, registry: Registry, settings: IndexSettings): readonly IndexRow[] {
  return containedIn(resource).flatMap(([place, contained]) => {
    const rows = new Rows(settings, place, place);
    addContainedMarker(contained.resourceType, rows);
    addSources(contained, registry(contained.resourceType).sources.map(containedSource), rows);
    rows.addFacts();
    return rows.all;
  });
}

/** The index rows of some sources only; `moment` is the source of the resource's moment. */
export function extractSources(
  resource: Resource,
  sources: readonly Source[],
  moment: Source | undefined,
  settings: IndexSettings,
): readonly IndexRow[] {
  const rows = new Rows(settings, moment ? momentOf(resource, moment, settings) : noMoment);
  addSources(resource, sources, rows);
  rows.addFacts();
  return rows.all;
}

function addSources(resource: Resource, sources: readonly Source[], rows: Rows): void {
  for (const source of sources) {
    const type = searchTypes.get(source.kind);
    if (!type) continue;
    rows.begin(source.param);
    for (const expression of source.expressions) {
      expression.evaluate(resource, (value, info) => type.entries(value, info, rows, source, resource), resource);
    }
    if (rows.hasTexts) rows.end(besides(source.param, 'text'));
  }
}

/** The moment of a resource: the interval of its clinical date; {@link noMoment} without one. */
export function momentOf(resource: Resource, source: Source, settings: IndexSettings): number {
  let moment = noMoment;
  for (const expression of source.expressions) {
    expression.evaluate(
      resource,
      (value, info) => {
        const interval = dateInterval(value, info, settings.zone);
        if (interval && interval[0] < interval[1]) moment = toMoment(interval);
      },
      resource,
    );
  }
  return moment;
}
