/**
 * The project's own terminology: the FHIR packages in terminology/, one resource a file. The files of a package are read
 * when one of them is first asked for.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Resource } from '../fhir/types.ts';
import { text } from './json.ts';
import type { Kind } from './library.ts';

/** Where the packages are: the same from src/ and from dist/. */
export const packagesFolder = fileURLToPath(new URL('../../terminology/', import.meta.url));

/** Resources of packages. */
export interface Packages {
  resources(kind: Kind, url: string): readonly Resource[];
  all(kind: Kind): readonly Resource[];
}

const kinds: readonly Kind[] = ['CodeSystem', 'ValueSet', 'ConceptMap', 'NamingSystem'];

function read(folder: string): Map<Kind, Resource[]> {
  const found = new Map<Kind, Resource[]>(kinds.map(kind => [kind, []]));
  if (!fs.existsSync(folder)) return found;
  const packages = fs.readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory());
  for (const { name } of packages.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const file of fs.readdirSync(path.join(folder, name)).sort()) {
      const list = file.endsWith('.json') ? found.get(file.split('-')[0] as Kind) : undefined;
      if (list) list.push(JSON.parse(fs.readFileSync(path.join(folder, name, file), 'utf8')) as Resource);
    }
  }
  return found;
}

/** Opens the packages of a folder. */
export function openPackages(folder: string = packagesFolder): Packages {
  let found: Map<Kind, Resource[]> | undefined;
  let byUrl: Map<string, Resource[]> | undefined;
  const load = () => {
    found ??= read(folder);
    return found;
  };
  const index = () => {
    if (byUrl) return byUrl;
    byUrl = new Map();
    for (const [kind, list] of load()) {
      for (const resource of list) {
        const key = `${kind} ${text(resource['url']) ?? ''}`;
        byUrl.set(key, [...(byUrl.get(key) ?? []), resource]);
      }
    }
    return byUrl;
  };
  return {
    resources: (kind, url) => index().get(`${kind} ${url}`) ?? [],
    all: kind => load().get(kind) ?? [],
  };
}
