// What the published Japanese packages do that a loader or validator may stumble over, each with a synthetic package of its own.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { loadDefinitions } from '../src/definitions/definitions.ts';
import type { StructureDefinition } from '../src/definitions/element-schema.ts';
import { openDefinitions } from '../src/definitions/overlay.ts';
import type { Resource } from '../src/fhir/types.ts';
import { createValidator } from '../src/validation/validator.ts';
import { type PackageContent, packageInMemory } from './packages.ts';

interface Case {
  /** Number in the list of quirks; 0 for rules of our own. */
  quirk: number;
  name: string;
  packages: string[];
  /** Packages are given with the snapshots made from them, and without differentials. */
  snapshots?: boolean;
  profile?: string;
  resource: Resource;
  issues: [severity: string, expression: string, rule?: string][];
  searchParameters?: string[];
}

const folder = path.join(import.meta.dirname, 'cases/profiles');
const read = <T>(name: string): T => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')) as T;
const packages = read<Record<string, PackageContent>>('packages.json');
const base = loadDefinitions();

function open(names: readonly string[]) {
  const definitions = openDefinitions(base);
  for (const name of names) definitions.addPackage(packageInMemory(packages[name]!));
  return definitions;
}

/** The packages' profiles as another tool would publish them: with snapshots alone. */
function openSnapshots(names: readonly string[]) {
  const made = open(names);
  const definitions = openDefinitions(base);
  for (const name of names) {
    const resources = packages[name]!.resources.map(one => {
      if (one.resourceType !== 'StructureDefinition') return one;
      const { differential, ...rest } = made.profile(String(one['url']))! as StructureDefinition;
      return rest as Resource;
    });
    definitions.addPackage(packageInMemory({ ...packages[name]!, resources }));
  }
  return definitions;
}

t.test('quirks of published packages', async t => {
  const cases = read<Case[]>('quirks.json');
  for (const { quirk, name, packages: names, snapshots, profile, resource, issues, searchParameters = [] } of cases) {
    const definitions = snapshots ? openSnapshots(names) : open(names);
    const validator = createValidator(definitions);
    const found = validator.validateResource(resource, { profiles: profile ? [profile] : [] });
    const asCase = found.map(({ severity, expression, rule }) => [severity, expression, ...(rule ? [rule] : [])]);
    t.same(asCase, issues, `${quirk}: ${name}`);
    t.ok(
      found.every(one => /[ぁ-んァ-ヶ一-龠]/.test(one.message.ja)),
      `${quirk}: ${name}: in Japanese`,
    );
    for (const code of searchParameters)
      t.ok(
        definitions.all('SearchParameter').some(one => one['code'] === code),
        code,
      );
  }
  t.same(
    [...new Set(cases.map(one => one.quirk).filter(Boolean))].sort((a, b) => a - b),
    Array.from({ length: 26 }, (_, i) => i + 1),
  );
});
