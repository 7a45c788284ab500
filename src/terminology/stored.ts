/**
 * Terminology resources that clients keep on this server. They are read once and again when one of them changed, so that
 * what was written just now is used at once, and so that the engine can be asked without waiting.
 */
import type { Resource } from '../fhir/types.ts';
import { sql } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { text } from './json.ts';
import type { Kind } from './library.ts';

/** Resources of this server, as of the last refresh. */
export interface StoredResources {
  /** Takes over what was written since the last time. Cheap when nothing was. */
  refresh(): Promise<void>;
  resources(kind: Kind, url: string): readonly Resource[];
  byId(kind: Kind, id: string): Resource | undefined;
  all(kind: Kind): Iterable<Resource>;
  generation(): number;
}

/** Opens the view on a store; nothing is read yet. */
export function openStored(store: Pick<Store, 'state' | 'stream'>): StoredResources {
  const byId = new Map<string, Resource>();
  let byUrl = new Map<string, Resource[]>();
  let seen = 0;
  let generation = 0;
  let running: Promise<void> | undefined;

  const index = () => {
    byUrl = new Map();
    for (const resource of byId.values()) {
      const key = `${resource.resourceType} ${text(resource['url']) ?? ''}`;
      const list = byUrl.get(key);
      if (list) list.push(resource);
      else byUrl.set(key, [resource]);
    }
    generation++;
  };
  const read = async (): Promise<void> => {
    const { position: upTo } = await store.state();
    const rows = store.stream(
      sql`SELECT v.type AS type, v.id AS id, v.deleted AS deleted, b.text AS text FROM version v LEFT JOIN body b ON b.seq = v.seq
        WHERE v.type IN ('CodeSystem', 'ValueSet', 'ConceptMap', 'NamingSystem') AND v.seq > ${seen} AND v.seq <= ${upTo}
          AND (v.end_seq IS NULL OR v.end_seq > ${upTo})`,
    );
    let changed = false;
    for await (const chunk of rows) {
      for (const row of chunk) {
        const key = `${row['type']}/${row['id']}`;
        if (row['deleted']) byId.delete(key);
        else byId.set(key, JSON.parse(row['text'] as string) as Resource);
        changed = true;
      }
    }
    seen = upTo;
    if (changed) index();
  };
  return {
    async refresh() {
      const { position } = await store.state();
      while (seen < position) {
        running ??= read().finally(() => {
          running = undefined;
        });
        await running;
      }
    },
    resources: (kind, url) => byUrl.get(`${kind} ${url}`) ?? [],
    byId: (kind, id) => byId.get(`${kind}/${id}`),
    *all(kind) {
      for (const resource of byId.values()) if (resource.resourceType === kind) yield resource;
    },
    generation: () => generation,
  };
}
