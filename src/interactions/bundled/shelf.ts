/**
 * The shelf: what comes with the program in profiles/ and terminology/, as resources that clients can read and search. It is no part
 * of the database. A type is indexed in memory when it is first asked for, by the code that indexes what is stored, so that every
 * search parameter works alike; all nodes of one version of the program hold the same in the same order.
 */
import { systemCaller } from '../../access/caller.ts';
import type { OpenDefinitions } from '../../definitions/overlay.ts';
import type { Resource } from '../../fhir/types.ts';
import type { Position } from '../../search/order.ts';
import type { FindInput, QueryParameter, Search } from '../../search/search.ts';
import { noValue, type SortKey } from '../../search/sort.ts';
import { openSqlite } from '../../store/sqlite.ts';
import type { Store } from '../../store/store.ts';
import type { Kind } from '../../terminology/library.ts';
import { openPackages } from '../../terminology/packages.ts';
import { writeChange } from '../intake/change.ts';

/** A resource of the shelf: its id and its JSON, without id of a version and without times. */
export interface Bundled {
  readonly id: string;
  readonly text: string;
  /** The values of the keys that a search sorted by, as those of what is stored. */
  readonly position: Position;
}

/** A search of the shelf; its query has only what the search of what is stored knows. */
export type ShelfInput = Pick<FindInput, 'query' | 'access' | 'base'>;

/** What comes with the program. */
export interface Shelf {
  /** The JSON of a resource; undefined when there is none. */
  read(type: string, id: string): Promise<string | undefined>;
  /**
   * All that a search of one type finds, in its order; includes are not followed.
   * @param order keys that the positions have; may be of parameters that clients defined, of which nothing here has a value
   */
  find(type: string, input: ShelfInput, order: readonly SortKey[]): Promise<readonly Bundled[]>;
}

/** What a shelf is made from. */
export interface ShelfParts {
  readonly definitions: OpenDefinitions;
  /** Search over a database of its own. */
  newSearch(): Search;
}

/** One type, indexed. */
interface Row {
  readonly search: Search;
  readonly store: Store;
  readonly texts: ReadonlyMap<string, string>;
}

const kinds: ReadonlySet<string> = new Set<Kind>(['CodeSystem', 'ValueSet', 'ConceptMap', 'NamingSystem']);

/** Resources of a type that no installed package has its own definition of, by canonical. */
function resourcesOf(type: string, { definitions }: ShelfParts): readonly Resource[] {
  const [bundled, installed] = [true, false].map(own =>
    definitions.packages.filter(one => (one.bundled ?? false) === own),
  );
  const covered = new Set(
    installed!.flatMap(one => one.entries.filter(entry => entry.type === type).map(entry => entry.url)),
  );
  const profiles = bundled!.flatMap(one => one.entries.filter(entry => entry.type === type).map(one.read));
  const all = [...profiles, ...(kinds.has(type) ? openPackages().all(type as Kind) : [])];
  return all
    .filter(one => one.id !== undefined && !covered.has(String(one['url'])))
    .sort((a, b) => (a.id! < b.id! ? -1 : 1));
}

async function openRow(type: string, parts: ShelfParts): Promise<Row | undefined> {
  const resources = resourcesOf(type, parts);
  if (resources.length === 0) return undefined;
  const search = parts.newSearch();
  // What comes with the program has no time of its own: it was never written here. No search sees this one.
  const store = openSqlite({ file: ':memory:', tables: search.tables, now: () => 0 });
  const texts = new Map(resources.map(one => [one.id!, JSON.stringify(one)]));
  await store.commit(
    resources.map(resource =>
      writeChange(
        { search },
        { caller: systemCaller },
        { type, id: resource.id!, text: texts.get(resource.id!)!, resource },
      ),
    ),
  );
  return { search, store, texts };
}

/** More than any type has. */
const everything = 10_000;
const aboutAnswer = /^_(?:include|revinclude|count|total|summary|elements|page|explain|format|pretty)(?::|$)/;

/** Criteria about a time: of what has none only `:missing=true` holds. */
const aboutTime = ([name, value]: QueryParameter): boolean =>
  /(?:^|[.:])_lastUpdated(?::|$)/.test(name) || (name === '_filter' && /\b_lastUpdated\b/.test(value));
const asksNoTime = ([name, value]: QueryParameter): boolean => name === '_lastUpdated:missing' && value === 'true';

/** The position of what a search of the shelf found, with the keys of the whole search. */
function positionIn(order: readonly SortKey[], own: readonly SortKey[], position: Position): Position {
  return order.map(key => {
    const at = own.findIndex(({ code, descending }) => code === key.code && descending === key.descending);
    return at < 0 || key.by === 'lastUpdated' ? noValue(key) : position[at]!;
  });
}

async function findIn(row: Row, type: string, input: ShelfInput, order: readonly SortKey[]) {
  const query = input.query.filter(one => !aboutAnswer.test(one[0]) && one[1] !== '' && !asksNoTime(one));
  if (query.some(aboutTime)) return [];
  const asked = { ...input, query, lenient: true, types: [type], path: type, limit: everything };
  const page = await row.search.find(asked, row.store);
  // A parameter that a client has defined: what comes with the program is not indexed by it.
  const used = new Set(page.used.map(([name]) => name)).add('_sort');
  if (query.some(([name]) => !used.has(name))) return [];
  return page.matches.map(({ id, position }) => ({
    id,
    position: positionIn(order, page.order, position),
    text: row.texts.get(id)!,
  }));
}

/** Opens the shelf; nothing is read before it is asked. */
export function openShelf(parts: ShelfParts): Shelf {
  const rows = new Map<string, Promise<Row | undefined>>();
  const rowOf = (type: string) => {
    const known = rows.get(type);
    if (known) return known;
    const opening = openRow(type, parts);
    rows.set(type, opening);
    // What failed once (a full memory, a file that cannot be read) may succeed when it is asked again.
    opening.catch(() => rows.delete(type));
    return opening;
  };
  return {
    read: async (type, id) => (await rowOf(type))?.texts.get(id),
    async find(type, input, order) {
      const row = await rowOf(type);
      return row ? findIn(row, type, input, order) : [];
    },
  };
}
