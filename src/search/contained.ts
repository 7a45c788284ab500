/**
 * Contained resources: `_contained=true|both`. Each is indexed as a resource of its own type under parameters beside the
 * usual ones; its place in the container stands where a resource has its moment.
 * @see https://hl7.org/fhir/R4/search.html#contained
 */
import { memberSpans, skipSpace, skipValue } from '../fhir/json-text.ts';
import type { Resource } from '../fhir/types.ts';
import { hash32, hash64 } from '../store/hash.ts';
import { list, sql } from '../store/sql.ts';
import type { Condition } from './condition.ts';
import type { Registry } from './registry.ts';
import type { Rows } from './rows.ts';
import type { SearchParam, Source, TypeParams } from './search-param.ts';
import { tokenTable } from './tables.ts';

/** A source as contained resources have it. */
export const containedParam = (param: number): number => hash32(`contained ${param}`);
const markerOf = (type: string): number => hash32(`contained ${type}`);
const marker = hash64('contained');

/** Most contained resources of one container that are indexed. */
const maxContained = 200;

/** The contained resources of a resource with their places, counted from 1. */
export function containedIn(resource: Resource): readonly (readonly [place: number, contained: Resource])[] {
  const list = Array.isArray(resource['contained']) ? (resource['contained'] as Resource[]) : [];
  return list
    .slice(0, maxContained)
    .flatMap((one, i) =>
      typeof one === 'object' && one !== null && typeof one.resourceType === 'string' ? [[i + 1, one] as const] : [],
    );
}

/** Marks a container as holding a resource of a type; its other rows go under {@link containedSource}. */
export function addContainedMarker(type: string, rows: Rows): void {
  rows.begin(markerOf(type));
  rows.add(tokenTable, [markerOf(type), marker, rows.moment, 0]);
}

/** A source for contained resources; the same for the same source. */
export const containedSource = once((source: Source): Source => ({ ...source, param: containedParam(source.param) }));

/** Sources for contained resources; the same list for the same list. */
export const containedSources = once((sources: readonly Source[]): readonly Source[] => sources.map(containedSource));

/** A function that is asked once for each argument. */
function once<A extends object, B>(make: (argument: A) => B): (argument: A) => B {
  const known = new WeakMap<A, B>();
  return argument => {
    let value = known.get(argument);
    if (value === undefined) {
      value = make(argument);
      known.set(argument, value);
    }
    return value;
  };
}

/** The parameters of a type as contained resources have them. */
export function containedRegistry(registry: Registry): Registry {
  return type => {
    const { byCode, sources, absent, facts } = registry(type);
    const mapped = new Map(sources.map(source => [source, containedSource(source)]));
    const param = (one: SearchParam): SearchParam => ({
      ...one,
      isMoment: false,
      sources: one.sources.map(source => mapped.get(source)!),
    });
    const params: TypeParams = {
      resourceType: type,
      byCode: new Map([...byCode].map(([code, one]) => [code, param(one)])),
      sources: [...mapped.values()],
      facts: containedParam(facts),
      absent,
    };
    return params;
  };
}

/** References of a source to contained resources: each is noted with the place of its target. */
const linkOf = (param: number): number => hash32(`inside ${param}`);

/** Notes that the reference at hand leads to a contained resource. */
export function addLink(resource: Resource, id: string, rows: Rows): void {
  const found = containedIn(resource).find(([, contained]) => contained.id === id);
  if (!found) return;
  rows.addPresence(found[1].resourceType);
  rows.add(tokenTable, [linkOf(rows.param), marker, found[0], 0]);
}

/** References of sources to contained resources of a type that fulfil a condition planned for contained resources. */
export const toInside = (params: readonly number[], type: string, inner: Condition): Condition => ({
  op: 'inside',
  type,
  inner,
  via: {
    table: tokenTable,
    where: sql`x.param IN ${list(params.map(linkOf))} AND x.code = ${marker}`,
    walk: [],
    probe: 'moment',
    repeats: false,
    rank: 90,
  },
});

/** Containers of any resource of a type. */
export function holdsType(type: string): Condition {
  const where = sql`x.param = ${markerOf(type)} AND x.code = ${marker}`;
  return {
    op: 'range',
    range: { table: tokenTable, where, walk: ['moment'], probe: 'moment', repeats: false, rank: 90 },
  };
}

/** The text of the nth contained resource, counted from 1, cut out of its container's text. */
export function containedText(container: string, place: number): string {
  const span = memberSpans(container, 0).find(member => member.name === 'contained');
  if (!span) return 'null';
  let i = skipSpace(container, span.value + 1);
  for (let at = 1; container[i] !== ']'; at++) {
    const end = skipValue(container, i);
    if (at === place) return container.slice(i, end);
    i = skipSpace(container, end);
    if (container[i] === ',') i = skipSpace(container, i + 1);
  }
  return 'null';
}

/** The id of a resource in its text. */
export function idOf(text: string): string {
  const span = memberSpans(text, 0).find(member => member.name === 'id');
  return span ? String(JSON.parse(text.slice(span.value, span.end))) : '';
}
