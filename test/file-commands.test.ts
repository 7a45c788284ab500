/** National files on the command line: what is told, stopping in the middle, a full disk, folders that are watched. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { mock } from 'node:test';
import t from 'tap';
import { commandHelp, commands } from '../src/commands.ts';
import { readConfig, SettingError } from '../src/config.ts';
import { exportCommand, fileOnDisk, filesAt } from '../src/file-commands.ts';
import { FolderLock } from '../src/folder-lock.ts';
import { importCommand, resultMessage, runImport } from '../src/import-command.ts';
import { main, parseCommandLine } from '../src/main.ts';
import { DiskFullError } from '../src/store/store.ts';
import { Watcher } from '../src/watch.ts';
import { delivery, filesOf } from './careplan-data.ts';
import { startServer } from './support.ts';
import { writeZip } from './zip.ts';

const place = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-commands-'));
t.teardown(() => fs.rmSync(place, { recursive: true }));
const config = readConfig(new Map([['language', 'en']]), {});
const tell = () => {};

/** A folder with the plans of some persons. */
function plans(name: string, persons: number): string {
  const folder = path.join(place, name);
  fs.mkdirSync(folder);
  const all = delivery('plan', 1, 'random', persons, 2);
  for (const one of all['UPHOSOKU'] ?? [])
    Object.assign(one, { name: '縁側 花子', kana: 'エンガワ ハナコ', sex: '2', birthDate: '19400312' });
  for (const one of filesOf(all)) fs.writeFileSync(path.join(folder, one.name), one.bytes);
  return folder;
}

t.test('every command has its own help', async t => {
  for (const { name, shape } of commands) {
    const { command, name: asked } = parseCommandLine([name, '--help']);
    t.equal(command, undefined, `${name}: words may be missing`);
    for (const language of ['en', 'ja'] as const)
      t.ok(commandHelp(asked, language)?.includes(`engawa ${name} ${shape}`), name);
  }
  t.equal(commandHelp('nothing', 'en'), undefined);
  t.match(commandHelp('import', 'en'), /130/);
  t.same(parseCommandLine(['import', '--json', 'folder']).words, ['folder'], 'a switch takes no value');
});

t.test('what cannot be imported', async t => {
  const empty = path.join(place, 'empty');
  const text = path.join(place, 'notes.txt');
  fs.mkdirSync(empty);
  fs.writeFileSync(text, 'x');
  for (const [file, reason] of [
    [empty, /has no file to import \(\*\.csv, \*\.jpg, \*\.zip, \*\.ndjson\)/],
    [text, /cannot be imported: its name/],
    [path.join(place, 'nothing'), /does not exist/],
  ] as const)
    t.match(await importCommand(config, file, new Map(), tell).catch((error: unknown) => error), {
      text: { en: reason },
    });
});

t.test('what lies beside the files that can be read is told, and does not hold them up', async t => {
  const folder = plans('beside', 2);
  fs.mkdirSync(path.join(folder, 'old.csv'));
  const strange: [string, Uint8Array, RegExp][] = [
    ['S1.csv', Buffer.from('\x89PNG\r\n', 'latin1'), /S1\.csv: found "PNG"; a text file/],
    ['iken.csv', Buffer.from('PK\x03\x04....'), /iken\.csv: found "Excel \(xlsx\)/],
    ['none.zip', Buffer.from(writeZip([])), /none\.zip: found "none\.zip"; the archive has no files/],
    ['closed.csv', Buffer.from('x'), /closed\.csv: found "closed\.csv"; .*no permission \(EACCES\)\. Mend it/],
  ];
  for (const [name, bytes] of strange) fs.writeFileSync(path.join(folder, name), bytes);
  const { openSync } = fs;
  t.teardown(() => void Object.assign(fs, { openSync }));
  // Root may open everything: the refusal of the system is told here.
  const refuse = (...[file, ...rest]: Parameters<typeof openSync>): number => {
    if (path.basename(String(file)) !== 'closed.csv') return openSync(file, ...rest);
    throw Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open', path: file });
  };
  Object.assign(fs, { openSync: refuse });
  const data = readConfig(new Map(Object.entries({ language: 'en', data: path.join(place, 'beside-data') })), {});
  const done = await importCommand(data, folder, new Map(), tell);
  t.match(done, { en: /2 sets stored, 0 unchanged, 4 refused.*\nReport: .*report\.txt$/s, failed: true });
  const report = fs.readFileSync(path.join(folder, 'errors/report.txt'), 'utf8');
  for (const [name, , text] of strange) t.match(report, text, name);
  t.same(fs.readdirSync(path.join(folder, 'errors')).sort(), ['S1.csv', 'iken.csv', 'none.zip', 'report.txt']);
  const blank = path.join(place, 'blank');
  fs.mkdirSync(blank);
  fs.writeFileSync(path.join(blank, 'iken.csv'), '');
  t.match(await importCommand(data, blank, new Map(), tell), { en: /they have no rows/, failed: false });
});

t.test('an export writes all files or none', async t => {
  const data = readConfig(new Map(Object.entries({ language: 'en', data: path.join(place, 'export-data') })), {});
  await importCommand(data, plans('export', 3), new Map(), tell);
  const out = path.join(place, 'export-out');
  const { renameSync } = fs;
  t.teardown(() => void Object.assign(fs, { renameSync }));
  let renamed = 0;
  const full = (...[from, to]: Parameters<typeof renameSync>): void => {
    if (renamed++ === 2) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
    renameSync(from, to);
  };
  Object.assign(fs, { renameSync: full });
  await t.rejects(exportCommand(data, out, new Map(), tell), { code: 'ENOSPC' });
  Object.assign(fs, { renameSync });
  t.same(fs.readdirSync(out), [], 'a full disk leaves none');
  const stop = () => void process.emit('SIGINT');
  t.match(await exportCommand(data, out, new Map(), stop), { en: /^Stopped; no files are left/, code: 130 });
  t.same(fs.readdirSync(out), [], 'Ctrl-C leaves none');
  t.match(
    await exportCommand(
      data,
      out,
      new Map([
        ['month', '199901'],
        ['kind', 'UPPLAN'],
      ]),
      tell,
    ),
    { en: /^Nothing that is stored/ },
  );
  t.match(await exportCommand(data, out, new Map(), tell), { en: /^\d+ files written/ });
});

t.test('what is wrong with a command line is told in its language, with what was meant', async t => {
  const problem = (flag: string, own: readonly string[] = []): unknown => {
    try {
      return readConfig(new Map([[flag, 'x']]), {}, own);
    } catch (error) {
      return error;
    }
  };
  t.match(problem('error', ['errors', 'json']), { text: { en: /did you mean --errors\?/ } });
  t.match(problem('dta'), { text: { ja: /--data のことですか/ } });
  const { write } = process.stderr;
  const told: string[] = [];
  Object.assign(process.stderr, { write: (text: string) => told.push(text) > 0 });
  const code = await main(['imprt', 'x', '--language', 'ja']);
  Object.assign(process.stderr, { write });
  t.same([code, told.join('')], [2, 'engawa: 「imprt x」ではなく import を指定してください（--help で説明）\n']);
});

t.test('stopped in the middle: whole sets are stored, and the rest follows', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const files = await filesAt(plans('stop', 30), 1e9);
  const lines: string[] = [];
  const run = { tell, stopped: () => lines.length >= 3, print: (line: string) => void lines.push(line) };
  const { receipts, problem } = await runImport(server.services, config, files, run);
  t.equal(problem, undefined);
  t.ok(receipts.length >= 3 && receipts.length < 30, `${receipts.length} sets`);
  t.ok(receipts.every(one => one.outcome === 'stored'));
  t.equal(lines.length, receipts.length);
  t.match(JSON.parse(lines[0]!), { set: receipts[0]!.unit, outcome: 'stored', findings: [] });
  const again = await runImport(server.services, config, files, { tell });
  const count = (outcome: string) => again.receipts.filter(one => one.outcome === outcome).length;
  t.same([count('unchanged'), count('stored')], [receipts.length, 30 - receipts.length]);
});

t.test('a full disk ends an import with what was stored', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const { store } = server.services;
  const commit = store.commit.bind(store);
  let commits = 0;
  store.commit = changes => (++commits > 5 ? Promise.reject(new DiskFullError('full')) : commit(changes));
  const files = await filesAt(plans('full', 20), 1e9);
  const result = await runImport(server.services, config, files, { tell });
  t.ok(result.receipts.length < 20);
  t.match(resultMessage(result), { en: /sets stored.*\n.*the disk is full; free space/, failed: true });
  store.commit = commit;
  const again = await runImport(server.services, config, files, { tell });
  t.ok(again.receipts.every(one => one.outcome !== 'refused'));
  t.equal(again.receipts.length, 20);
});

t.test('a watched file that changes while it is read stays and is read again', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const incoming = plans('in', 4);
  const folders = { incoming, done: path.join(place, 'done'), errors: path.join(place, 'errors') };
  for (const one of [folders.done, folders.errors]) fs.mkdirSync(one);
  const names = fs.readdirSync(incoming);
  const watcher = new Watcher(server.services, config, folders);
  t.same(await watcher.look(tell), [], 'seen for the first time');
  const grow = () => fs.appendFileSync(path.join(incoming, names[0]!), '\r\n');
  t.match(await watcher.look(tell, { print: grow }), [{ en: /changed while it was read/ }]);
  t.same(fs.readdirSync(incoming), names, 'nothing was moved');
  t.same(await watcher.look(tell), [], 'it has to settle first');
  t.match(await watcher.look(tell), [{ en: /0 sets stored, 4 unchanged/ }]);
  t.same([fs.readdirSync(incoming), fs.readdirSync(folders.done)], [[], names]);
});

t.test('files of one name that are refused on different days stay beside each other', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const [incoming, done, errors] = ['days', 'days-done', 'days-errors'].map(one => path.join(place, one)) as [
    string,
    string,
    string,
  ];
  for (const one of [incoming, done, errors]) fs.mkdirSync(one);
  const watcher = new Watcher(server.services, config, { incoming, done, errors });
  for (const text of ['first', 'second', 'second']) {
    fs.writeFileSync(path.join(incoming, 'A.CSV'), text);
    await watcher.look(tell);
    t.match(await watcher.look(tell), [{ en: /1 refused/ }]);
  }
  const texts = (folder: string) =>
    fs.readdirSync(folder).map(name => [name, fs.readFileSync(path.join(folder, name), 'utf8')]);
  t.same(texts(done), [
    ['A.2.CSV', 'second'],
    ['A.3.CSV', 'second'],
    ['A.CSV', 'first'],
  ]);
  const rows = texts(errors).filter(([name]) => !name!.includes('report'));
  t.same(
    rows,
    [
      ['A.2.CSV', 'second'],
      ['A.CSV', 'first'],
    ],
    'the same rows once',
  );
  const reports = texts(errors).filter(([name]) => name!.includes('report'));
  t.match(reports, [
    ['A.CSV.report.2.txt', /rows of A\.CSV are in A\.2\.CSV/],
    ['A.CSV.report.txt', /1 refused/],
  ]);
});

t.test('a watched file that somebody takes away, and a folder that is gone into at once', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const incoming = plans('shared', 2);
  const folders = { incoming, done: path.join(place, 'done2'), errors: path.join(place, 'errors2') };
  for (const one of [folders.done, folders.errors]) fs.mkdirSync(one);
  const watcher = new Watcher(server.services, config, folders);
  await watcher.look(tell);
  const names = fs.readdirSync(incoming);
  const take = () => fs.rmSync(path.join(incoming, names[0]!), { force: true });
  t.match(await watcher.look(tell, { print: take }), [{ en: /changed while it was read/ }]);
  t.ok((await watcher.look(tell)).length <= 1, 'it goes on with what is there');
});

/** Lets nobody open a file: root may open everything, so the refusal of the system is told here. Returns what opens it again. */
function close(test: Pick<typeof t, 'teardown'>, closed: string): () => void {
  const { openSync } = fs;
  const open = () => void Object.assign(fs, { openSync });
  test.teardown(open);
  const refuse = (...[file, ...rest]: Parameters<typeof openSync>): number => {
    if (file !== closed) return openSync(file, ...rest);
    throw Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open', path: closed });
  };
  Object.assign(fs, { openSync: refuse });
  return open;
}

t.test('a watched file that may not be opened, and a folder with the name of one, do not hold up the rest', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const incoming = plans('closed', 4);
  const folders = { incoming, done: path.join(place, 'closed-done'), errors: path.join(place, 'closed-errors') };
  for (const one of [folders.done, folders.errors, path.join(incoming, 'old.csv')]) fs.mkdirSync(one);
  const closed = path.join(incoming, 'A.CSV');
  fs.writeFileSync(closed, '1');
  const open = close(t, closed);
  const watcher = new Watcher(server.services, config, folders);
  await watcher.look(tell);
  const told = await watcher.look(tell);
  const texts = told.map(one => one.en).join('\n');
  t.match(texts, /A\.CSV: no permission \(EACCES\)/);
  t.match(texts, /4 sets stored/);
  t.same(await watcher.look(tell), [], 'told once');
  t.same(fs.readdirSync(incoming), ['A.CSV', 'old.csv']);
  open();
  t.match(await watcher.look(tell), [{ en: /refused/ }], 'taken when it may be');
});

t.test('a watched archive that may not be opened stays as well', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const folders = Object.fromEntries(
    ['incoming', 'done', 'errors'].map(name => [name, path.join(place, `shut-${name}`)]),
  ) as unknown as ConstructorParameters<typeof Watcher>[2];
  for (const one of Object.values(folders)) fs.mkdirSync(one);
  const closed = path.join(folders.incoming, 'a.zip');
  fs.writeFileSync(closed, 'PK');
  close(t, closed);
  const watcher = new Watcher(server.services, config, folders);
  await watcher.look(tell);
  t.match(await watcher.look(tell), [{ en: /a\.zip: no permission \(EACCES\)/ }]);
  t.same(await watcher.look(tell), [], 'told once');
  t.same([fs.readdirSync(folders.incoming), fs.readdirSync(folders.done)], [['a.zip'], []]);
});

t.test('one watch works on a folder', async t => {
  const folder = path.join(place, 'locked');
  fs.mkdirSync(folder);
  const lock = path.join(folder, '.engawa-watch');
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  const first = new FolderLock(folder);
  fs.writeFileSync(lock, JSON.stringify({ host: 'another', pid: 1 }));
  t.throws(() => new FolderLock(folder), SettingError);
  fs.utimesSync(lock, new Date(0), new Date(0));
  mock.timers.tick(20_000);
  t.throws(() => new FolderLock(folder), SettingError, 'it is touched while its program works, however long');
  fs.rmSync(lock);
  mock.timers.tick(20_000);
  first.release();
  fs.writeFileSync(lock, '{}');
  fs.utimesSync(lock, new Date(0), new Date(0));
  mock.timers.tick(20_000);
  new FolderLock(folder).release();
  t.notOk(fs.existsSync(lock), 'an old one is left over');
  fs.writeFileSync(lock, JSON.stringify({ host: os.hostname(), pid: 2 ** 22 + 1 }));
  new FolderLock(folder).release();
  t.notOk(fs.existsSync(lock), 'so is one of a program that ended');
});

t.test('a file on disk is read in pieces and at places', async t => {
  const file = path.join(place, 'bytes.csv');
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
  fs.writeFileSync(file, bytes);
  const source = fileOnDisk(file);
  t.same(Buffer.concat([...source.chunks()]), bytes);
  t.same(Buffer.from(source.read!(262_140, 262_150)), bytes.subarray(262_140, 262_150));
  t.equal(source.read!(299_999, 300_010).length, 1);
});
