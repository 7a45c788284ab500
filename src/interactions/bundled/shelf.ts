/**
 * The shelf: what comes with the program in profiles/ and terminology/, as resources that clients can read and search. It is no part
 * of the database. A type is indexed in memory when it is first asked for, by the code that indexes what is stored, so that every
 * search parameter works alike; all nodes of one version of the program hold the same in the same order.
 */
import { systemCaller } from '../../access/caller.ts';
import type { OpenDefinitions } from '../../definitions/overlay.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import type { Position } from '../../search/order.ts';
import type { FindInput, Search } from '../../search/search.ts';
import { openSqlite } from '../../store/sqlite.ts';
import type { Store } from '../../store/store.ts';
import type { Kind } from '../../terminology/library.ts';
import { openPackages } from '../../terminology/packages.ts';
import { writeChange } from '../intake/change.ts';

/** A resource of the shelf: its id and its JSON, without id of a version and without times. */
export interface Bundled {
  readonly id: string;
  readonly text: string;
  /** The values that a search sorted by, first, as those of what is stored. */
  readonly position: Position;
}

/** What comes with the program. */
export interface Shelf {
  /** The JSON of a resource; undefined when there is none. */
  read(type: string, id: string): Promise<string | undefined>;
  /** All that a search of one type finds, in its order; includes are not followed. */
  find(type: string, input: Omit<FindInput, 'types' | 'path' | 'limit'>): Promise<readonly Bundled[]>;
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
  // What comes with the program has no time of its own: it was never written here.
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

/** Opens the shelf; nothing is read before it is asked. */
export function openShelf(parts: ShelfParts): Shelf {
  const rows = new Map<string, Promise<Row | undefined>>();
  const rowOf = (type: string) => {
    const known = rows.get(type) ?? openRow(type, parts);
    rows.set(type, known);
    return known;
  };
  return {
    read: async (type, id) => (await rowOf(type))?.texts.get(id),
    async find(type, input) {
      const row = await rowOf(type);
      if (!row) return [];
      const query = input.query.filter(([name]) => !aboutAnswer.test(name));
      const page = await row.search
        .find({ ...input, query, types: [type], path: type, limit: everything }, row.store)
        .catch(error => {
          // A parameter that a client has defined: what comes with the program is not indexed by it.
          if (error instanceof FhirError) return undefined;
          throw error;
        });
      return (page?.matches ?? []).map(({ id, position }) => ({ id, position, text: row.texts.get(id)! }));
    },
  };
}
