/** Who may import whom: down the list of docs/architecture.md only; and packages only where they belong. */
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';

const source = path.join(import.meta.dirname, '../src');

/** From the top down; folders on one line stand side by side and do not import each other, unless `allowed` says so. */
const layers = [
  ['.'],
  ['commands'],
  ['http'],
  ['operations'],
  ['interactions'],
  ['search', 'validation', 'access', 'files', 'documents', 'care'],
  ['forms'],
  ['terminology'],
  ['fhirpath'],
  ['definitions'],
  ['store'],
  ['fhir'],
];

/** Imports of types and tables of names that do not follow the list, each with its reason. */
const allowed = new Set([
  'commands → config.ts', // the settings
  'commands/report-formats.ts → version.ts', // SARIF names its tool
  'interactions/interaction.ts → config.ts', // the settings are part of Services
  'interactions/capabilities.ts → version.ts', // the program's version is told to clients
  'search → config.ts', // limits and time zone
]);

/** Packages that may be imported only by these files or folders. */
const packages: Record<string, string[]> = {
  fastify: ['http/'],
  pino: ['main.ts'],
  pg: ['store/postgres-connection.ts'],
  'pg-cursor': ['store/postgres-stream.ts'],
  'better-sqlite3': ['store/sqlite'],
  saxes: ['definitions/'],
  'fast-xml-parser': ['documents/checkup/'],
  pdfkit: ['documents/pdf/'],
  fontkit: ['documents/pdf/'],
  fhirpath: ['interactions/patch/'],
  '@lhncbc/ucum-lhc': ['fhirpath/', 'search/'],
};

const files = fs.readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));
const folderOf = (file: string): string => (file.includes('/') ? file.split('/')[0]! : '.');
const levelOf = (file: string): number => layers.findIndex(folders => folders.includes(folderOf(file)));

const imports = files.flatMap(file => {
  const text = fs.readFileSync(path.join(source, file), 'utf8');
  return [...text.matchAll(/(?:from|import\(|import) ?'([^']+)'/g)].map(match => ({ file, target: match[1]! }));
});

t.test('imports go down', async t => {
  for (const { file, target } of imports.filter(one => one.target.startsWith('.'))) {
    const to = path.normalize(path.join(path.dirname(file), target));
    if (folderOf(file) === folderOf(to)) continue;
    const named = [`${file} → ${to}`, `${folderOf(file)} → ${to}`].some(one => allowed.has(one));
    t.ok(named || levelOf(to) > levelOf(file), `${file} imports ${to}`);
  }
});

t.test('every folder has its place', async t => {
  for (const file of files) t.not(levelOf(file), -1, file);
});

t.test('packages stay where they belong', async t => {
  for (const { file, target } of imports) {
    const places =
      packages[
        target
          .split('/')
          .slice(0, target.startsWith('@') ? 2 : 1)
          .join('/')
      ];
    if (places)
      t.ok(
        places.some(place => file.startsWith(place)),
        `${file} imports ${target}`,
      );
  }
});

t.test('the environment is read in config.ts (and the locale in main.ts) only', async t => {
  for (const file of files.filter(one => one !== 'config.ts' && one !== 'main.ts'))
    t.notMatch(fs.readFileSync(path.join(source, file), 'utf8'), /process\.env/, file);
});
