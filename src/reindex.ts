/**
 * `engawa reindex`: makes all rows of the search index anew from the resources, and removes what is no longer needed. A server
 * may run meanwhile: searches and writes go on.
 */
import type { Config } from './config.ts';
import type { Message } from './fhir/types.ts';
import type { Progress } from './search/search.ts';
import { createServices } from './services.ts';
import { needDatabase } from './start-problem.ts';

const percent = ({ done, total }: Progress): number => Math.min(100, Math.floor((done / Math.max(total, 1)) * 100));

/** Indexes a database anew. @param tell takes a line for each step */
export async function reindex(config: Config, tell: (line: Message) => void): Promise<Message> {
  needDatabase(config.database || config.data);
  const { search, store } = createServices(config);
  try {
    await store.ready();
    const types = await search.rebuild(store, progress =>
      tell({
        en: `${progress.type}: ${percent(progress)} %`,
        ja: `${progress.type}: ${percent(progress)}%`,
      }),
    );
    return {
      en: `Indexed anew: all resources of ${types} types`,
      ja: `${types} 種類のリソースの検索索引を作り直しました`,
    };
  } finally {
    await store.close();
  }
}
