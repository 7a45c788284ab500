/**
 * Compartments as conditions: what belongs to a patient, an encounter, a practitioner, a device or a related person.
 * @see https://hl7.org/fhir/R4/compartmentdefinition.html
 */

import type { Interval } from '../fhir/datetime.ts';
import { type Sql, sql } from '../store/sql.ts';
import type { Compartments } from './access-facts.ts';
import { allOf, anyOf, type Condition, hashOf, not } from './condition.ts';
import type { Registry } from './registry.ts';
import { dateTable, referenceTable } from './tables.ts';
import { compareDates } from './types/date.ts';
import { kindHash, referenceCondition } from './types/reference.ts';

/** All that $everything brings together: the compartment, its own resource, and what its resources refer to. */
export interface Everything {
  readonly type: string;
  /** Absent for all of the type. */
  readonly id?: string;
  /** Dates of care; what has none is always in. */
  readonly start?: Interval;
  readonly end?: Interval;
}

/** The parameter that says when care was given; other dates say when something was recorded. */
const careDate = 'http://hl7.org/fhir/SearchParameter/clinical-date';

/** What resources of a type have to fulfil to be part of $everything, given the types that have resources at all. */
export function everythingCondition(
  all: Everything,
  type: string,
  types: readonly string[],
  compartments: Compartments,
  registry: Registry,
): Condition | undefined {
  const { type: compartment, id } = all;
  const itself: Condition = id === undefined ? always : { op: 'ids', hashes: [hashOf(compartment, id)] };
  if (type === compartment) return itself;
  const own = insideAt(all, type, compartments, registry);
  if (own) return own;
  // Not in the compartment: resources that those inside refer to.
  const parts = types.flatMap((source): Condition[] => {
    const inner: Condition | undefined =
      source === compartment ? itself : insideAt(all, source, compartments, registry);
    if (!inner) return [];
    const referring = [...registry(source).byCode.values()].filter(
      param => param.type === 'reference' && param.targets.includes(type),
    );
    const params = [...new Set(referring.flatMap(param => param.sources.map(one => one.param)))];
    return params.length > 0 ? [{ op: 'has', params, type: source, inner, large: id === undefined }] : [];
  });
  return parts.length > 0 ? anyOf(parts) : undefined;
}

/** In the compartment, and its care date, if it has one, as `date=ge[start]&date=le[end]` would find it. */
function insideAt(
  { type: compartment, id, start, end }: Everything,
  type: string,
  compartments: Compartments,
  registry: Registry,
): Condition | undefined {
  const inside =
    id === undefined
      ? anyCompartment(compartment, type, compartments, registry)
      : compartmentCondition(compartment, id, type, compartments, registry);
  const date = registry(type).byCode.get('date');
  const source = date?.url === careDate ? date.sources[0] : undefined;
  if (!inside || !source || !(start || end)) return inside;
  const range = (where: Sql): Condition => ({
    op: 'range',
    range: {
      table: dateTable,
      where: sql`x.param = ${source.param}${where}`,
      walk: [],
      probe: 'seq',
      repeats: false,
      rank: 90,
    },
  });
  const compare = (prefix: 'ge' | 'le', interval: Interval | undefined) =>
    interval ? sql` AND ${compareDates(prefix, interval, sql`x.lo`, sql`x.hi`, 0)}` : sql``;
  const during = range(sql`${compare('ge', start)}${compare('le', end)}`);
  return allOf([inside, { op: 'or', parts: [during, not(range(sql``))] }]);
}

/** Fulfilled by every resource. */
const always: Condition = { op: 'and', parts: [] };

/** In the compartment of any resource of a type. */
function anyCompartment(
  compartment: string,
  type: string,
  compartments: Compartments,
  registry: Registry,
): Condition | undefined {
  const parts = (compartments(compartment, type) ?? []).flatMap((code): Condition[] => {
    const param = registry(type).byCode.get(code);
    if (param?.type !== 'reference') return [];
    return param.sources.map(source => {
      const where = sql`x.param = ${source.param} AND x.kind = ${kindHash(compartment)}`;
      return {
        op: 'range',
        range: { table: referenceTable, where, walk: [], probe: 'seq', repeats: true, rank: 95 },
      };
    });
  });
  return parts.length > 0 ? anyOf(parts) : undefined;
}

/** What a resource of a type has to fulfil to be in a compartment; undefined when the type never is. */
export function compartmentCondition(
  compartment: string,
  id: string,
  type: string,
  compartments: Compartments,
  registry: Registry,
): Condition | undefined {
  const codes = compartments(compartment, type) ?? [];
  const hash = hashOf(compartment, id);
  const parts: Condition[] = codes.includes('{def}') ? [{ op: 'ids', hashes: [hash] }] : [];
  for (const code of codes) {
    const param = registry(type).byCode.get(code);
    if (param?.type === 'reference') parts.push(referenceCondition(param.sources, [hash]));
  }
  return parts.length > 0 ? anyOf(parts) : undefined;
}
