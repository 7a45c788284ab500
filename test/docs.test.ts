/** The prose is kept true: settings tables equal config.ts, links lead somewhere, paths exist, the changelog knows the version. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { settings } from '../src/config.ts';
import type { Language } from '../src/fhir/types.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8');
const notOurs = new Set(['node_modules', 'dist', 'data', '.git', '.tap']);

function markdownFiles(folder: string): string[] {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap(entry => {
    if (notOurs.has(entry.name)) return [];
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return markdownFiles(name);
    return name.endsWith('.md') ? [name] : [];
  });
}

/** The rows a settings table must have, as Markdown. */
function settingRows(language: Language): string[] {
  const [empty, open, close, comma] = language === 'ja' ? ['（空）', '（', '）', '・'] : ['(empty)', ' (', ')', ', '];
  return Object.values(settings).map(row => {
    const { flag, env, initial, meaning } = row;
    const names = 'choices' in row ? (row.choices ?? []).filter(choice => choice !== '') : [];
    const choices = names.length ? open + names.map(name => `\`${name}\``).join(comma) + close : '';
    return `| \`--${flag}\` | \`${env}\` | ${initial === '' ? empty : `\`${initial}\``} | ${meaning[language]}${choices} |`;
  });
}

t.test('the settings tables of the READMEs equal src/config.ts', async t => {
  for (const [file, language] of [
    ['README.md', 'en'],
    ['README.ja.md', 'ja'],
  ] as const) {
    const rows = read(file)
      .split('\n')
      .filter(line => line.startsWith('| `--'));
    t.equal(rows.join('\n'), settingRows(language).join('\n'), `${file}: the diff shows the rows to put there`);
  }
});

t.test('each relative link leads to a file', async t => {
  for (const file of markdownFiles('.')) {
    const text = read(file).replace(/```[\s\S]*?```/g, '');
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^([a-z]+:|#)/i.test(target)) continue;
      const to = path.join(root, path.dirname(file), decodeURIComponent(target.replace(/#.*$/, '')));
      t.ok(fs.existsSync(to), `${file} → ${target}`);
    }
  }
});

t.test('each path that the prose names exists', async t => {
  for (const file of markdownFiles('.')) {
    for (const [, name = ''] of read(file).matchAll(/`((?:src|test|bench|examples|docs)\/[\w./-]*)`/g))
      t.ok(fs.existsSync(path.join(root, name)), `${file} names ${name}`);
  }
});

t.test('the changelog has an entry for the version of package.json', async t => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  t.ok(read('CHANGELOG.md').includes(`## [${version}]`));
});
