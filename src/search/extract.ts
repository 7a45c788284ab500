/**
 * extract: resource → index rows. Pure: the same resource gives the same rows on every machine.
 */
import type { Resource } from '../fhir/types.ts';
import type { IndexRow } from '../store/store.ts';
import { addContainedMarker, containedIn, containedParam, containedSources } from './contained.ts';
import type { Registry } from './registry.ts';
import { type IndexSettings, noMoment, Rows, toMoment } from './rows.ts';
import type { Source } from './search-param.ts';
import { searchTypes } from './types/all.ts';
import { dateInterval } from './types/date.ts';
import type { SearchType } from './types/search-type.ts';
import { besides, isCoded } from './types/token-hash.ts';

/** The index rows of a resource. */
export function extractRows(resource: Resource, registry: Registry, settings: IndexSettings): readonly IndexRow[] {
  const params = registry(resource.resourceType);
  const moment = params.moment ? momentOf(resource, params.moment, settings) : noMoment;
  const rows = new Rows(settings, moment);
  addSources(resource, params.sources, rows);
  const first = resource.resourceType === 'Bundle' ? firstEntry(resource) : undefined;
  if (first) {
    const { sources, facts } = registry(first.resourceType);
    // It is asked through its Bundle (`composition.type`).
    addSources(first, containedSources(sources), rows);
    rows.addFacts(params.facts, containedParam(facts));
  } else rows.addFacts(params.facts);
  return resource['contained'] === undefined ? rows.all : [...rows.all, ...containedRows(resource, registry, settings)];
}

/** The first resource of a Bundle: of a document its Composition, of a message its MessageHeader. */
function firstEntry(bundle: Resource): Resource | undefined {
  const [entry] = Array.isArray(bundle['entry']) ? (bundle['entry'] as { resource?: Resource }[]) : [];
  const first = entry?.resource;
  return first?.resourceType === 'Composition' || first?.resourceType === 'MessageHeader' ? first : undefined;
}

/** The rows of contained resources: their place stands for the moment. */
function containedRows(resource: Resource, registry: Registry, settings: IndexSettings): readonly IndexRow[] {
  return containedIn(resource).flatMap(([place, contained]) => {
    const rows = new Rows(settings, place, place);
    addContainedMarker(contained.resourceType, rows);
    const { sources, facts } = registry(contained.resourceType);
    addSources(contained, containedSources(sources), rows);
    rows.addFacts(containedParam(facts));
    return rows.all;
  });
}

/** A source with what makes rows of its values. */
interface Step {
  readonly source: Source;
  readonly type: SearchType;
}

/** Sources in their order, and which of them can find something in a resource, by its members. */
class Walk {
  readonly steps: readonly Step[];
  private readonly always: readonly number[];
  private readonly byMember = new Map<string, number[]>();
  /** For each step 1 when it is to be taken; between two resources all are 0. */
  readonly due: Uint8Array;

  constructor(sources: readonly Source[]) {
    this.steps = sources.flatMap(source => {
      const type = searchTypes.get(source.kind);
      return type ? [{ source, type }] : [];
    });
    this.due = new Uint8Array(this.steps.length);
    const always: number[] = [];
    for (const [i, { source }] of this.steps.entries()) {
      const members = source.expressions.map(expression => expression.members);
      if (members.includes(undefined)) always.push(i);
      else for (const name of new Set(members.flat() as string[])) this.note(name, i);
    }
    this.always = always;
  }

  private note(member: string, step: number): void {
    const steps = this.byMember.get(member);
    if (steps) steps.push(step);
    else this.byMember.set(member, [step]);
  }

  /** Marks the steps for a resource. */
  choose(resource: Resource): void {
    for (const step of this.always) this.due[step] = 1;
    for (const member of Object.keys(resource)) {
      const steps = this.byMember.get(member);
      if (steps) for (const step of steps) this.due[step] = 1;
    }
  }
}

const walks = new WeakMap<readonly Source[], Walk>();

function addSources(resource: Resource, sources: readonly Source[], rows: Rows): void {
  let walk = walks.get(sources);
  if (!walk) {
    walk = new Walk(sources);
    walks.set(sources, walk);
  }
  const { due, steps } = walk;
  walk.choose(resource);
  for (let i = 0; i < steps.length; i++) {
    if (due[i] === 0) continue;
    due[i] = 0;
    addSource(resource, steps[i]!, rows);
  }
}

function addSource(resource: Resource, { source, type }: Step, rows: Rows): void {
  rows.begin(source.param, source.onlyTargets);
  for (const expression of source.expressions)
    expression.evaluate(resource, (value, info) => type.entries(value, info, rows, source, resource), resource);
  rows.endValues(type.tables[0], isCoded(source));
  if (rows.hasTexts) rows.end(besides(source.param, 'text'));
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
