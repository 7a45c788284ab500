/** The daily push of certificates: receipts, resending, changes, column maps, resuming; on both databases. Content is synthetic. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import t from 'tap';
import { systemCaller } from '../src/access/caller.ts';
import type { Resource } from '../src/fhir/types.ts';
import { certificateLayout } from '../src/files/certificates/layout.ts';
import { type CertificateMap, mapProblem, ownCsv, ownJsonLines, RowMapper } from '../src/files/certificates/map.ts';
import { decodeRows } from '../src/files/decode.ts';
import { encodeMs932 } from '../src/files/ms932.ts';
import { bytesOf, pushFile, rowsOf } from '../src/interactions/certificates/file.ts';
import { handedOver, Packer, unpackChunk } from '../src/interactions/certificates/packed.ts';
import {
  type PreparedSource,
  type PushOptions,
  prepareRows,
  preparingOf,
  pushCertificates,
} from '../src/interactions/certificates/push.ts';
import { SeenMarks } from '../src/interactions/certificates/seen-marks.ts';
import type { FhirRequest } from '../src/interactions/interaction.ts';
import type { Change } from '../src/store/store.ts';
import { type CertificateRow, csvLine, rowsOfPerson } from './certificate-rows.ts';
import { startOn, stores } from './stores.ts';
import type { TestServer } from './support.ts';
import { writeZip } from './zip.ts';

const request: FhirRequest = {
  method: 'POST',
  path: ['Coverage'],
  params: {},
  query: [],
  headers: {},
  prefer: {},
  caller: systemCaller,
  language: 'en',
  base: '',
};
const place = fs.mkdtempSync(path.join(os.tmpdir(), 'engawa-push-'));
t.teardown(() => fs.rmSync(place, { recursive: true }));

let files = 0;
/** A file in a folder of its own, and where its receipts go. */
function write(content: string | Uint8Array, name = 'certificates.csv'): { file: string; receipts: string } {
  const folder = path.join(place, String(++files));
  fs.mkdirSync(folder);
  const file = path.join(folder, name);
  fs.writeFileSync(file, content);
  return { file, receipts: path.join(folder, 'receipts') };
}
const push = (server: TestServer, at: { file: string; receipts: string }, map: CertificateMap = ownCsv, more = {}) =>
  pushFile(server.services, request, { ...at, map, language: 'ja', chunk: 50, ...more });
const receiptsOf = ({ receipts }: { receipts: string }) =>
  fs
    .readFileSync(path.join(receipts, 'receipts.ndjson'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(
      line =>
        JSON.parse(line) as {
          line: number;
          outcome: string;
          coverage?: string;
          person?: string;
          findings?: { severity: string; item: number; text: string }[];
        },
    );

const people = Array.from({ length: 100 }, (_, n) => rowsOfPerson(n));
const rows = people.flat();
const csv = (list: readonly CertificateRow[]) => list.map(csvLine).join('');
const get = async (server: TestServer, url: string) =>
  (await server.app.inject({ url: `/fhir/${url}` })).json() as Record<string, unknown>;
const resourcesOf = async (server: TestServer, query: string) =>
  (((await get(server, query))['entry'] ?? []) as { resource: Resource }[]).map(one => one.resource);

for (const store of stores)
  t.test(`three nights (${store})`, async t => {
    const server = await startOn(store);
    t.teardown(() => server.close());
    const first = await push(server, write(csv(rows)));
    t.same(first, { created: rows.length, changed: 0, unchanged: 0, refused: 0 });
    t.equal((await get(server, 'Patient?_summary=count'))['total'], people.length);
    t.equal((await get(server, 'Coverage?_summary=count'))['total'], rows.length);
    t.equal((await get(server, 'Organization?_summary=count'))['total'], 1);

    const second = write(csv(rows));
    t.same(await push(server, second), { created: 0, changed: 0, unchanged: rows.length, refused: 0 });
    t.ok(receiptsOf(second).every(one => one.outcome === 'unchanged' && one.person === undefined));

    const moved = rows.map((row, i) =>
      i === 0 ? { ...row, level: '25', limit: '36217', address: '見本県縁側市北町1番地' } : row,
    );
    const third = write(
      csv(
        moved.map(row => (row['insured'] === rows[0]!['insured'] ? { ...row, address: '見本県縁側市北町1番地' } : row)),
      ),
    );
    t.same(await push(server, third), { created: 0, changed: 1, unchanged: rows.length - 1, refused: 0 });
    const changed = receiptsOf(third).filter(one => one.outcome === 'changed' || one.person);
    t.match(changed[0], { line: 1, outcome: 'changed', person: 'changed' });
    const asOf = await get(server, `Coverage/$as-of?insured=492017:${rows[0]!['insured']}&date=2026-09-01`);
    t.match(JSON.stringify(asOf), /"code":"25".*36217/);

    const lines = rows.map(row => `${JSON.stringify(row)}\n`).join('');
    const asJson = write(lines, 'certificates.ndjson');
    t.same((await push(server, asJson, ownJsonLines)).changed, 1, 'JSON lines say the same as the file before');
    t.same(await push(server, write(lines, 'again.ndjson'), ownJsonLines, { chunk: 7, parallel: 3 }), {
      ...{ created: 0, changed: 0, unchanged: rows.length, refused: 0 },
    });
  });

for (const store of stores)
  t.test(`a large chunk of one kind, and a search for as many numbers (${store})`, async t => {
    const server = await startOn(store);
    t.teardown(() => server.close());
    const many = Array.from({ length: 700 }, (_, n) => rowsOfPerson(n)[1]!);
    t.match(await push(server, write(csv(many)), ownCsv, { chunk: 1000 }), { created: 700, refused: 0 });
    const again = many.map(row => ({ ...row, history: '2' }));
    t.match(await push(server, write(csv(again)), ownCsv, { chunk: 1000 }), { created: 700, refused: 0 });
    const system = 'https://w3id.org/engawa/fhir/IdSystem/kaigo-insured-person';
    const numbers = many.map(row => `${system}|492017:${row['insured']}`).join(',');
    t.equal((await get(server, `Patient?identifier=${encodeURIComponent(numbers)}&_summary=count`))['total'], 700);
  });

t.test('what is made keeps its profiles', async t => {
  const server = await startOn('sqlite');
  t.teardown(() => server.close());
  const more: CertificateRow[] = [
    { ...rows[0]!, kind: 'shafukuKeigen', 'relief.care': '25', 'relief.meal': '25', reliefServices: '11;15' },
    { ...rows[0]!, kind: 'gengakuMenjo', benefitRate: '97' },
    { ...rows[0]!, history: '2', deleted: '1', author: '2', office: '', officeName: '' },
  ];
  t.match(await push(server, write(csv([...rows, ...more]))), { created: rows.length + 3, refused: 0 });
  const made = [
    ...(await resourcesOf(server, 'Coverage?_count=1000')),
    ...(await resourcesOf(server, 'Patient?_count=1000')),
    ...(await resourcesOf(server, 'Organization')),
  ];
  t.equal(made.length, rows.length + 3 + people.length + 1);
  for (const resource of made) {
    const errors = server.services.validator.validateResource(resource).filter(one => one.severity === 'error');
    t.same(
      errors.map(one => `${one.expression} ${one.rule ?? one.code} ${one.message.en}`),
      [],
      resource.resourceType,
    );
  }
  const hidden = made.filter(
    one => one.resourceType === 'Patient' && JSON.stringify(one).includes('kaigo-not-disclosed'),
  );
  t.equal(hidden.length, 1);
  t.notOk(hidden[0]!['address'], 'no address of a person that must not be disclosed');
});

t.test('a row without address and 不開示 leaves those of the person as they are', async t => {
  const server = await startOn('sqlite');
  t.teardown(() => server.close());
  const [certificate, burden] = rows as [CertificateRow, CertificateRow];
  const silent = { ...burden, undisclosed: '', postal: '', address: '' };
  const person = async () => {
    const all = await resourcesOf(server, 'Patient?_count=1000');
    return all.map(one => [Boolean(one['address']), JSON.stringify(one).includes('kaigo-not-disclosed')]);
  };
  await push(server, write(csv([certificate, silent])));
  t.same(await person(), [[true, false]], 'in one file');
  await push(server, write(csv([{ ...silent, history: '2' }])));
  t.same(await person(), [[true, false]], 'in another');
  await push(server, write(csv([{ ...certificate, undisclosed: '1' }])));
  t.same(await person(), [[false, true]], 'not to be disclosed');
  await push(server, write(csv([{ ...silent, history: '3', address: certificate['address']! }])));
  t.same(await person(), [[false, true]], 'until a row says otherwise');
  await push(server, write(csv([certificate])));
  t.same(await person(), [[true, false]], 'which it may');
});

t.test('rows that are refused say why, come back as they were, and stop nothing', async t => {
  const server = await startOn('sqlite');
  t.teardown(() => server.close());
  const base = rows[1]!;
  const wrong: [CertificateRow, RegExp][] = [
    [{ ...base, insurer: '492018' }, /検証番号の合う保険者番号/],
    [{ ...base, insured: '123' }, /被保険者番号（数字10桁/],
    [{ ...base, kind: 'shikakusha' }, /紙の証/],
    [{ ...base, to: '20271231' }, /2027-07-31 までの日/],
    [{ ...base, from: '20270901', to: '20270801' }, /2027-09-01 以降の日/],
    [{ ...base, burden1: '15' }, /次のコードのどれか/],
    [{ ...base, burden2: '20', burden2From: '' }, /必須/],
    [{ ...rows[0]!, to: '' }, /必須/],
    [{ ...rows[0]!, to: '20320331' }, /48か月/],
    [{ ...rows[0]!, from: '20260401', to: '20300430' }, /48か月/],
    [{ ...rows[0]!, birth: '20270101' }, /より前の日/],
    [
      {
        ...base,
        burden1From: '20260801',
        burden1To: '20261130',
        burden2: '20',
        burden2From: '20261101',
        burden2To: '20270731',
      },
      /適用期間は重なりません/,
    ],
    [{ ...rows[0]!, restrictions: 'fine/20260901' }, /内容\/開始\/終了\/給付率/],
    [{ ...rows[0]!, birth: '19410230' }, /日付 YYYYMMDD/],
    [{ ...rows[0]!, name: '' }, /必須/],
    [{ ...base, kind: 'gengakuMenjo', benefitRate: '90' }, /91から100/],
  ];
  const at = write(csv([rows[0]!, ...wrong.map(([row]) => row), rows[0]!, base]));
  const broken = `${fs.readFileSync(at.file, 'utf8')}"broken\r\n`;
  fs.writeFileSync(at.file, broken);
  const counts = await push(server, at, ownCsv, { chunk: 4 });
  t.same(counts, { created: 2, changed: 0, unchanged: 0, refused: wrong.length + 2 });
  const receipts = receiptsOf(at);
  for (const [i, [, reason]] of wrong.entries())
    t.match(receipts[i + 1]!.findings!.map(one => one.text).join(' '), reason, String(reason));
  t.match(receipts[wrong.length + 1]!.findings![0]!.text, /同じ証の行が前にあります/);
  const refused = fs.readFileSync(path.join(at.receipts, 'refused.csv'), 'utf8');
  t.ok(refused.startsWith(csvLine(wrong[0]![0])), 'as they came');
  t.ok(refused.includes('"broken'));
  t.equal((await get(server, 'Patient?_summary=count'))['total'], 1, 'nothing of a refused row is stored');
});

t.test('a number that several records have refuses its rows and no others', async t => {
  for (const store of stores) {
    const [first, server] = [await startOn('sqlite'), await startOn(store)];
    const [person, certificate, other] = [people[0]!, people[1]![0]!, people[2]![0]!];
    await push(first, write(csv([...person, certificate])));
    const post = async (resource: Resource) => {
      for (let i = 0; i < 2; i++) {
        const { statusCode } = await server.app.inject({
          method: 'POST',
          url: `/fhir/${resource.resourceType}`,
          payload: { ...resource, id: undefined, ...('payor' in resource && { payor: [{ display: '別の登録' }] }) },
        });
        t.equal(statusCode, 201, `${store}: ${resource.resourceType}`);
      }
    };
    const stored = await resourcesOf(first, 'Patient?_count=10');
    await post(stored.find(one => JSON.stringify(one).includes(person[0]!['insured']!))!);
    const number = certificate['insured']!;
    const own = (await resourcesOf(first, 'Coverage?_count=50')).find(one => JSON.stringify(one).includes(number))!;
    await post({ ...own, beneficiary: { display: '別の登録' }, subscriber: undefined });
    const at = write(csv([...person, certificate, other]));
    const counts = await push(server, at, ownCsv, { chunk: 2 });
    t.same(counts, { created: 1, changed: 0, unchanged: 0, refused: person.length + 1 }, store);
    const told = receiptsOf(at).map(one => one.findings?.map(({ item, text }) => `${item} ${text}`).join() ?? '');
    for (const text of told.slice(0, person.length)) t.match(text, /Patient がサーバーに2件以上/, store);
    t.match(told[person.length], /Coverage がサーバーに2件以上/, store);
    t.equal(fs.readFileSync(path.join(at.receipts, 'refused.csv'), 'utf8'), csv([...person, certificate]));
    t.equal((await get(server, 'Patient?_summary=count'))['total'], 3, `${store}: two, and the one that is right`);
    await Promise.all([first.close(), server.close()]);
  }
});

t.test('what may be right is taken, and told: an amount no master has, somebody younger than 40', async t => {
  const server = await startOn('sqlite');
  t.teardown(() => server.close());
  const insured = rows.find(one => one.kind === 'hihokensha' && one.limit)!;
  const at = write(
    csv([
      { ...insured, limit: '270480' },
      { ...insured, history: '77', birth: '20000101' },
      { ...insured, history: '78', from: '20260401', to: '20300331' },
      { ...insured, history: '79', from: '20260415', to: '20300430' },
    ]),
  );
  t.equal((await push(server, at)).created, 4);
  const told = receiptsOf(at).map(one =>
    (one.findings ?? []).map(({ severity, text }) => `${severity} ${text}`).join(),
  );
  t.match(told[0], /warning .*マスタの額 \d+/);
  t.match(told[1], /warning .*40歳以上/);
  t.same(told.slice(2), ['', ''], '48 months, after a broken first one or not');
});

t.test('a file of one certificate a person, as 負担割合証 come', async t => {
  for (const store of stores) {
    const server = await startOn(store);
    const one = rows.find(row => row.kind === 'futanwariai')!;
    const many = Array.from({ length: 1_100 }, (_, i) => ({ ...one, insured: String(i).padStart(10, '0') }));
    const counts = await pushFile(server.services, request, { ...write(csv(many)), map: ownCsv, language: 'ja' });
    t.match(counts, { created: 1_100, refused: 0 }, store);
    await server.close();
  }
});

t.test('a column map: headings, codes, 和暦, constants, MS932', async t => {
  const server = await startOn('sqlite');
  t.teardown(() => server.close());
  const map: CertificateMap = {
    format: 'csv',
    heading: true,
    constants: { kind: 'futanwariai', insurer: '492017' },
    columns: [
      { from: '負担割合', to: 'burden1', codes: { '1割': '10', '2割': '20' } },
      { from: '被保番', to: 'insured' },
      { from: '氏名', to: 'name' },
      { from: 'カナ', to: 'kana' },
      { from: '生年月日', to: 'birth', dates: 'wareki' },
      { from: '性別', to: 'sex', codes: { 女: '2', 男: '1' } },
      { from: '履歴', to: 'history' },
      { from: '交付', to: 'issued', dates: 'wareki' },
      { from: '開始', to: 'from' },
      { from: '終了', to: 'to' },
    ],
  };
  t.equal(mapProblem(map), undefined);
  t.match(mapProblem({ format: 'csv', columns: [{ from: 1, to: 'nothing' }] })?.en, /nothing/);
  t.match(mapProblem({ columns: [] })?.en, /format/);
  t.match(mapProblem({ format: 'jsonl' })?.en, /columns/);
  const text =
    '宛名,被保番,履歴,氏名,カナ,性別,生年月日,交付,開始,終了,負担割合\r\n' +
    '1,0000000001,1,縁側 花子,エンガワ ハナコ,女,昭和16年5月3日,令和8年7月20日,2026-08-01,20270731,1割\r\n' +
    '2,0000000002,1,軒先 太郎,ノキサキ タロウ,男,昭和13年11月20日,令和8年7月20日,2026-08-01,20270731,4割\r\n';
  const at = write(encodeMs932(text).bytes);
  t.match(await push(server, at, map), { created: 1, refused: 1 });
  const receipts = receiptsOf(at);
  t.match(receipts[1], { line: 3, outcome: 'refused' });
  t.match(receipts[1]!.findings![0]!.text, /「4割」/);
  const [person] = await resourcesOf(server, 'Patient');
  t.match(person, { birthDate: '1941-05-03', gender: 'female' });
});

t.test('a heading row by mistake is read over', async t => {
  const heading = `${certificateLayout.fields.map(one => one.name).join(',')}\r\n`;
  const mapper = new RowMapper(ownCsv);
  const read = [...decodeRows(Buffer.from(heading + csvLine(rows[0]!)))].map(row => mapper.fromCsv(row));
  t.equal(read[0], undefined);
  t.equal(read[1]?.cells[0], 'hihokensha');
});

t.test(
  'persons and certificates that came in another way are found by their keys; what others added stays',
  async t => {
    const server = await startOn('sqlite');
    t.teardown(() => server.close());
    const key = `492017:${rows[0]!['insured']}`;
    const system = 'https://w3id.org/engawa/fhir/IdSystem';
    await server.app.inject({
      method: 'PUT',
      url: '/fhir/Patient/hanako',
      headers: { 'content-type': 'application/fhir+json' },
      payload: `{"resourceType":"Patient","id":"hanako","identifier":[{"system":"${system}/kaigo-insured-person","value":"${key}"},{"system":"http://example.jp/card","value":"7"}],"name":[{"text":"はなちゃん"}],"telecom":[{"system":"phone","value":"00-0000-0000"}]}`,
    });
    const at = write(csv(people[0]!));
    t.match(await push(server, at), { created: people[0]!.length });
    t.equal(receiptsOf(at)[0]!.person, 'changed');
    const [person] = await resourcesOf(server, 'Patient');
    t.match(person, { id: 'hanako', telecom: [{ value: '00-0000-0000' }] });
    t.match(JSON.stringify(person), /はなちゃん.*|"value":"7"/);
    t.match(await push(server, write(csv(people[0]!))), { unchanged: people[0]!.length });
    const [certificate] = await resourcesOf(server, 'Coverage?type=hihokensha');
    t.match(certificate, { beneficiary: { reference: 'Patient/hanako' } });
    await server.app.inject({ method: 'DELETE', url: `/fhir/Coverage/${certificate!.id}` });
    t.match(
      await push(server, write(csv(people[0]!))),
      { created: 1, unchanged: people[0]!.length - 1 },
      'what was deleted comes again',
    );
  },
);

t.test('an interrupted push goes on where its receipts end', async t => {
  const server = await startOn('sqlite');
  t.teardown(() => server.close());
  const at = write(csv(rows));
  let chunks = 0;
  const stop = new Error('stop');
  const progress = () => {
    if (++chunks === 2) throw stop;
  };
  await t.rejects(push(server, at, ownCsv, { progress, parallel: 1 }), stop);
  const before = receiptsOf(at).length;
  t.ok(before >= 100 && before < rows.length);
  const counts = await push(server, at);
  t.same(
    Object.values(counts).reduce((a, b) => a + b),
    rows.length,
  );
  t.equal(counts.unchanged, 0, 'what was done is not done again');
  t.same(
    receiptsOf(at).map(one => one.line),
    rows.map((_, i) => i + 1),
    'a receipt for each row, once',
  );
  t.match(await push(server, at), { created: 0, unchanged: rows.length }, 'a finished file begins anew');
});

t.test('what a push counts as done is on disk; what is not there is done again', async t => {
  const server = await startOn('sqlite');
  t.teardown(() => server.close());
  const at = write(csv(rows));
  const state = path.join(at.receipts, 'state.json');
  const stop = new Error('stop');
  let chunks = 0;
  const progress = () => {
    if (++chunks % 3 === 0) throw stop;
  };
  const order: string[] = [];
  const { fsyncSync, renameSync } = fs;
  const nameOf = (descriptor: number) => path.basename(fs.readlinkSync(`/proc/self/fd/${descriptor}`));
  if (process.platform === 'linux') {
    fs.fsyncSync = descriptor => {
      order.push(nameOf(descriptor));
      fsyncSync(descriptor);
    };
    fs.renameSync = (from, to) => {
      order.push(`rename ${path.basename(String(to))}`);
      renameSync(from, to);
    };
  }
  await t.rejects(push(server, at, ownCsv, { progress, parallel: 1 }), stop);
  Object.assign(fs, { fsyncSync, renameSync });
  if (process.platform === 'linux') {
    const once = ['receipts.ndjson', 'refused.csv', 'state.json.new', 'rename state.json', 'receipts'];
    t.ok(order.length > 0);
    // A machine that is busy gets to it more than once: a push writes it down by the clock.
    t.same(
      order,
      Array.from(order, (_, i) => once[i % once.length]),
    );
    t.equal(order.length % once.length, 0);
  }
  fs.writeFileSync(state, '');
  await t.rejects(push(server, at, ownCsv, { progress, parallel: 1 }), stop, 'a state that is no state begins anew');
  t.equal(receiptsOf(at)[0]!.line, 1);
  fs.truncateSync(path.join(at.receipts, 'receipts.ndjson'), 10);
  const counts = await push(server, at);
  t.equal(counts.created + counts.unchanged, rows.length, 'receipts that are missing are written again');
  t.same(
    receiptsOf(at).map(one => one.line),
    rows.map((_, i) => i + 1),
  );
});

for (const store of stores)
  t.test(
    `of two rows of a person the later wins, also when their chunks are under way together (${store})`,
    async t => {
      const server = await startOn(store);
      t.teardown(() => server.close());
      const [one, two] = rowsOfPerson(0) as [CertificateRow, CertificateRow];
      const late = '見本県縁側市北町1番地';
      const at = write(
        csv([
          { ...one, address: '見本県縁側市南町1番地' },
          { ...two, address: late },
        ]),
      );
      const { services } = server;
      let commits = 0;
      const slow = Object.create(services.store, {
        commit: {
          value: async (changes: readonly Change[]) => {
            // The first chunk's commit is held up until the second, if nothing keeps it, has long been done.
            if (changes.some(change => change.type === 'Coverage') && commits++ === 0)
              for (let i = 0; i < 2000; i++) await new Promise(resolve => setImmediate(resolve));
            return services.store.commit(changes);
          },
        },
      }) as typeof services.store;
      await pushFile({ ...services, store: slow }, request, {
        ...{ ...at, map: ownCsv, language: 'ja', chunk: 1, parallel: 2 },
      });
      const [person] = await resourcesOf(server, 'Patient');
      t.match(person, { address: [{ text: late }] });
    },
  );

t.test('over HTTP: CSV, JSON lines, a column map beside the file', async t => {
  const server = await startOn('sqlite');
  t.teardown(() => server.close());
  const post = async (type: string, payload: string | Buffer) => {
    const url = '/fhir/Coverage/$push-certificates';
    const answer = await server.app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload });
    return { status: answer.statusCode, type: String(answer.headers['content-type']), text: answer.payload };
  };
  const first = await post('text/csv', csv(people[0]!));
  t.same([first.status, first.type], [200, 'application/x-ndjson']);
  t.equal(first.text.match(/"outcome":"created"/g)?.length, people[0]!.length);
  const lines = people[0]!.map(row => `${JSON.stringify(row)}\n`).join('');
  const second = await post('application/x-ndjson', lines);
  t.equal(second.text.match(/"outcome":"unchanged"/g)?.length, people[0]!.length);
  const map = JSON.stringify({ format: 'csv', columns: ownCsv.columns, constants: { insurerName: '別の名' } });
  const zip = (name: string, content: string) =>
    Buffer.from(
      writeZip([
        { name: 'a.csv', bytes: Buffer.from(csv(people[1]!)) },
        { name, bytes: Buffer.from(content) },
      ]),
    );
  t.match((await post('application/zip', zip('map.json', map))).text, /"outcome":"created"/);
  t.match(await post('application/zip', zip('map.json', '{}')), { status: 400, text: /format/ });
  t.match(await post('application/zip', zip('b.csv', 'x')), { status: 400, text: /found 2 files/ });
});

t.test('rows may come from anywhere', async t => {
  const server = await startOn('sqlite');
  t.teardown(() => server.close());
  async function* source() {
    const mapper = new RowMapper(ownJsonLines);
    for (const [i, row] of people[0]!.entries()) yield mapper.fromObject(row, i + 1, 0, 0);
  }
  const receipts = [];
  for await (const some of pushCertificates(server.services, request, source())) receipts.push(...some);
  t.ok(receipts.every(one => one.outcome === 'created'));
});

for (const store of stores)
  t.test(`prepared beside the writer: packed, sent and unpacked it is the same (${store})`, async t => {
    const server = await startOn(store);
    t.teardown(() => server.close());
    const system = 'https://w3id.org/engawa/fhir/IdSystem';
    const put = (type: string, id: string, name: string, value: string) =>
      server.app.inject({
        method: 'PUT',
        url: `/fhir/${type}/${id}`,
        headers: { 'content-type': 'application/fhir+json' },
        payload: JSON.stringify({
          ...{ resourceType: type, id, identifier: [{ system: `${system}/${name}`, value }] },
          ...(type === 'Organization' && { name: '縁側市' }),
        }),
      });
    // Who came in another way has another id than the thread beside thinks.
    await put('Organization', 'town', 'kaigo-insurer-number', '492017');
    await put('Patient', 'hanako', 'kaigo-insured-person', `492017:${rows[0]!['insured']}`);
    const at = write(csv([...rows, { ...rows[0]!, insured: '123' }]));
    const beside = (options: PushOptions): PreparedSource =>
      async function* (secret, hints) {
        const packer = new Packer(preparingOf(server.services, request, secret));
        const read = rowsOf(bytesOf(at.file), ownCsv);
        const told = () => ({ ...structuredClone(hints()), withChanges: true });
        for await (const chunk of prepareRows(packer.preparing, read, options, told)) {
          const packed = packer.pack(chunk);
          yield unpackChunk(structuredClone(packed, { transfer: handedOver(packed) }));
        }
      };
    t.same(await push(server, at, ownCsv, { source: beside }), {
      ...{ created: rows.length, changed: 0, unchanged: 0, refused: 1 },
    });
    t.equal((await get(server, 'Patient?_summary=count'))['total'], people.length);
    t.equal((await get(server, 'Coverage?payor=Organization/town&_summary=count'))['total'], rows.length);
    t.equal((await get(server, 'Coverage?beneficiary=Patient/hanako&_summary=count'))['total'], people[0]!.length);
    const last = rows.at(-1)!['insured']!;
    t.equal((await get(server, `Patient?identifier=${system}/kaigo-insured-person|492017:${last}`))['total'], 1);
    t.ok(fs.readFileSync(path.join(at.receipts, 'refused.csv'), 'utf8').includes(',123,'));
    t.match(await push(server, write(csv(rows))), { created: 0, unchanged: rows.length }, 'read here it is the same');
    const changed = rows.map((row, i) => (i % 100 === 0 ? { ...row, issued: '20260402' } : row));
    fs.writeFileSync(at.file, csv(changed));
    const counts = await push(server, at, ownCsv, { source: beside });
    t.same(counts, {
      created: 0,
      changed: Math.ceil(rows.length / 100),
      unchanged: rows.length - Math.ceil(rows.length / 100),
      refused: 0,
    });
  });

t.test('prepared beside the writer, by one that knows no stored SearchParameter: found by it all the same', async t => {
  const [server, other] = [await startOn('sqlite'), await startOn('sqlite')];
  t.teardown(() => Promise.all([server.close(), other.close()]));
  const stored = await server.app.inject({
    method: 'PUT',
    url: '/fhir/SearchParameter/valid',
    headers: { 'content-type': 'application/fhir+json' },
    payload: JSON.stringify({
      ...{ resourceType: 'SearchParameter', id: 'valid', url: 'https://example.org/SearchParameter/valid' },
      ...{ name: 'Valid', status: 'active', description: 'When it holds', code: 'valid', base: ['Coverage'] },
      ...{ type: 'date', expression: 'Coverage.period.start' },
    }),
  });
  t.equal(stored.statusCode, 201);
  t.equal((await get(server, 'Coverage?valid=gt1900'))['total'], 0, 'its index is made');
  const at = write(csv(people[0]!));
  const source = (options: PushOptions): PreparedSource =>
    async function* (secret, hints) {
      const packer = new Packer(preparingOf(other.services, request, secret));
      const told = () => ({ ...hints(), withChanges: true });
      for await (const chunk of prepareRows(packer.preparing, rowsOf(bytesOf(at.file), ownCsv), options, told))
        yield unpackChunk(packer.pack(chunk));
    };
  t.match(await push(server, at, ownCsv, { source }), { created: people[0]!.length });
  t.equal((await get(server, 'Coverage?valid=gt1900'))['total'], people[0]!.length);
});

t.test('a mark that came is noticed among many', async t => {
  const seen = new SeenMarks();
  const mark = (i: number) => BigInt.asIntN(64, BigInt(i) * 0x9e37_79b9_7f4a_7c15n);
  const count = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => seen.add(mark(from + i))).filter(Boolean).length;
  t.equal(count(0, 50_000), 50_000);
  t.equal(count(40_000, 60_000), 10_000, 'those that came are told');
  // Millions of rows are too many for fewer bits: two certificates in ten million would be taken for one.
  t.equal(seen.add(mark(1) ^ (1n << 60n)), true, 'all bits count');
});

t.test('the documentation has every item of the layout', async t => {
  const text = fs.readFileSync(path.join(import.meta.dirname, '../docs/certificates-push.md'), 'utf8');
  for (const { no, key, name } of certificateLayout.fields)
    t.ok(text.includes(`| ${no} | \`${key}\` | ${name} |`), key);
});
