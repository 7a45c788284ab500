/** `engawa terminology`: what it prints, what it refuses, and that a server on the same data sees what it did. */
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { SettingError } from '../src/config.ts';
import type { Language } from '../src/fhir/types.ts';
import { layouts } from '../src/terminology/masters/layouts/all.ts';
import { terminologyCommand } from '../src/terminology-command.ts';
import { startServer } from './support.ts';

const layout = {
  url: 'http://example.org/CodeSystem/ward',
  name: 'Ward',
  title: { en: 'Wards', ja: '病棟' },
  skipLines: 1,
  header: true,
  code: '番号',
  display: '名前',
};

/** A data folder with a master's file and its map, and the command on it. */
function given(t: Test) {
  const folder = t.testdir({
    data: {},
    'master.csv': '番号,名前\r\n1,北病棟\r\n2,南病棟\r\n2,西病棟\r\n',
    'map.json': JSON.stringify(layout),
    'short.json': JSON.stringify({ url: layout.url }),
    'list.json': '3',
    'broken.json': '{',
  });
  const at = (name: string) => path.join(folder, name);
  const command = async (words: string, flags: Record<string, string> = {}, language: Language = 'en') => {
    const said: string[] = [];
    const take = (text: unknown) => {
      said.push(String(text));
      return true;
    };
    const [out, err] = [t.capture(process.stdout, 'write', take), t.capture(process.stderr, 'write', take)];
    const all = new Map(Object.entries({ data: at('data'), ...flags }));
    try {
      const parts = words.split(' ').filter(Boolean);
      const code = await terminologyCommand(
        parts.map(part => (/\.(csv|json)$/.test(part) ? at(part) : part)),
        all,
        language,
      );
      return { code, said: said.join('') };
    } finally {
      out.restore();
      err.restore();
    }
  };
  return { at, command };
}

t.test('import, list, remove', async t => {
  const { at, command } = given(t);
  const map = at('map.json');
  const usage = await command('');
  for (const { kind } of layouts) t.match(usage.said, kind);
  t.match((await command('', {}, 'ja')).said, /使い方|種類/);

  const imported = await command('import csv master.csv', { map, edition: '2026-04', from: '2026-04-01' }, 'ja');
  t.equal(imported.code, 0);
  t.match(imported.said, /2 件を .* 秒で取り込みました。.*コードの重複 1（2 …）/);
  t.equal((await command('list')).said, 'http://example.org/CodeSystem/ward|2026-04\t2\t2026-04-01..\n');

  const server = startServer({ file: at('data/engawa.db'), settings: { data: at('data') } });
  const lookup = () =>
    server.app.inject({ url: `/fhir/CodeSystem/$lookup?system=${layout.url}&code=1` }).then(answer => answer.json());
  t.match(await lookup(), { parameter: [{}, {}, {}, {}, { name: 'display', valueString: '北病棟' }] });
  t.equal((await command(`remove ${layout.url} 2026-04`)).code, 0);
  t.match(await lookup(), { resourceType: 'OperationOutcome' });
  t.equal((await command('list')).said, '');
  await server.close();
});

t.test('what cannot be used is refused, with the way to mend it', async t => {
  const { at, command } = given(t);
  const map = at('map.json');
  const refused = async (words: string, flags: Record<string, string>, en: RegExp) => {
    const error = await command(words, flags).then(
      () => undefined,
      (problem: unknown) => problem,
    );
    t.type(error, SettingError, words);
    t.match((error as SettingError).text.en, en);
    t.ok((error as SettingError).text.ja);
  };
  await refused('fetch', {}, /expected import, list or remove/);
  await refused('import csv master.csv', { map }, /--edition/);
  await refused('import csv master.csv', { edition: '1' }, /--map/);
  await refused('import nothing master.csv', { edition: '1' }, /no kind nothing/);
  await refused('import csv master.csv', { map, edition: '1', from: 'April' }, /--from.*2026-04-01/);
  await refused('import csv master.csv', { map, edition: '1', from: '2026-02-30' }, /--from.*2026-02-30/);
  await refused('import csv master.csv', { map, edition: '1', to: '2026-13-01' }, /--to.*2026-13-01/);
  const turned = { from: '2026-04-02', to: '2026-04-01' };
  await refused('import csv master.csv', { map, edition: '1', ...turned }, /--to 2026-04-01 is before/);
  await refused('import csv master.csv', { map: at('short.json'), edition: '1' }, /has no "name"/);
  await refused('import csv master.csv', { map: at('list.json'), edition: '1' }, /no JSON object/);
  await refused('import csv master.csv', { map: at('broken.json'), edition: '1' }, /is no JSON/);
  await refused('import csv master.csv', { map: at('none.json'), edition: '1' }, /ENOENT/);
  await refused('remove http://nowhere 1', {}, /no edition/);

  const missing = await command('import csv none.csv', { map, edition: '1' });
  t.equal(missing.code, 1);
  t.match(missing.said, /none\.csv cannot be read \(ENOENT\)/);
  t.equal((await command('list')).said, '');
  t.notOk(fs.existsSync(at('data/terms.db-journal')));
});
