/** 主治医意見書 CSV: rows become documents and answers, what is wrong is told by item, sent again nothing changes. Content is synthetic. */
import t from 'tap';
import type { JsonObject, Resource } from '../src/fhir/types.ts';
import { answerPlaces } from '../src/files/forms/opinion/answers.ts';
import { opinionLayout } from '../src/files/forms/opinion/layout.ts';
import { opinion } from '../src/files/forms/opinion/standard.ts';
import { codesOf } from '../src/operations/files/run.ts';
import { unitsIn } from './file-units.ts';
import { type Cells, fileOf, full } from './opinion-data.ts';
import { readPdf } from './pdf-text.ts';
import { startOn, stores } from './stores.ts';
import { startServer, type TestServer } from './support.ts';
import { writeZip } from './zip.ts';

async function send(server: TestServer, ...rows: Cells[]): Promise<{ text: string; count: (name: string) => number }> {
  const answer = await server.app.inject({
    method: 'POST',
    url: '/fhir/$import',
    headers: { 'content-type': 'application/zip', 'accept-language': 'ja' },
    payload: Buffer.from(writeZip([fileOf(...rows)])),
  });
  const parameters = ((answer.json() as JsonObject)['parameter'] ?? []) as JsonObject[];
  return {
    text: answer.payload,
    count: name => Number(parameters.find(one => one['name'] === name)?.['valueInteger'] ?? Number.NaN),
  };
}
const find = async (server: TestServer, query: string): Promise<Resource[]> => {
  const answer = (await server.app.inject({ url: `/fhir/${query}` })).json() as { entry?: { resource: Resource }[] };
  return (answer.entry ?? []).map(one => one.resource);
};
const linkIds = (list: unknown): string[] =>
  ((list ?? []) as JsonObject[]).flatMap(one => [String(one['linkId']), ...linkIds(one['item'])]);

for (const store of stores)
  t.test(`an opinion becomes document and answers (${store})`, async t => {
    const server = await startOn(store);
    t.teardown(() => server.close());
    const first = await send(server, full);
    t.same([first.count('stored'), first.count('refused')], [1, 0], first.text);
    const [response] = await find(server, 'QuestionnaireResponse');
    const [document] = await find(server, 'DocumentReference');
    const [person] = await find(server, 'Patient');
    for (const resource of [response!, document!, person!]) {
      const errors = server.services.validator.validateResource(resource).filter(one => one.severity === 'error');
      t.same(
        errors.map(one => `${one.expression} ${one.message.en}`),
        [],
        resource.resourceType,
      );
    }
    t.match(response, {
      status: 'completed',
      questionnaire: 'https://w3id.org/engawa/fhir/Questionnaire/kaigo-physician-opinion',
      identifier: { value: '492017:0000000001-20261001:opinion' },
      subject: { reference: `Patient/${person!.id}` },
      authored: '2026-10-14',
    });
    const text = JSON.stringify(response);
    for (const part of [
      '"血圧の変動\\nがある"',
      '"linkId":"1-2","answer":\\[\\{"valueString":"令和5年4月1日"\\}\\]\\},\\{"linkId":"1-2.date","answer":\\[\\{"valueDate":"2023-04-01"',
      '"linkId":"3-1","answer":\\[\\{"valueCoding":\\{[^}]*"code":"A1"',
      '"linkId":"3-6","answer":\\[\\{"valueCoding":\\{[^}]*"code":"2","display":"有"',
      '"linkId":"4-10.2","answer":\\[\\{"valueCoding":\\{[^}]*"code":"2"',
      '"linkId":"4-10.9","answer":\\[\\{"valueCoding":\\{[^}]*"code":"1"',
      '"linkId":"4-12","answer":\\[\\{"valueCoding":\\{[^}]*"code":"2","display":"有"',
      '"valueDecimal":152.5',
    ])
      t.match(text, new RegExp(part.replace('\\n', '\\\\n')), part);
    const [attachment] = ((document!['content'] ?? []) as { attachment: { data: string } }[]).map(
      one => one.attachment,
    );
    t.same(Buffer.from(attachment!.data, 'base64'), Buffer.from(fileOf(full).bytes), 'the row as it came');
    const [, drawn] = document!['content'] as { attachment: { contentType: string; url: string } }[];
    t.match(drawn, {
      attachment: { contentType: 'application/pdf', url: `DocumentReference/${document!.id}/$render?_format=pdf` },
    });
    const paper = await server.app.inject({
      url: `/fhir/${drawn!.attachment.url}`,
      headers: { 'accept-language': 'ja' },
    });
    t.equal(paper.headers['content-type'], 'application/pdf');
    t.match(readPdf(paper.rawPayload).pages.join('\n'), /主治医意見書.*脳梗塞後遺症/s);
    t.match(JSON.stringify(document), /"url":"number","valueString":"0001".*"url":"sent","valueDate":"2026-10-03"/);

    const again = await send(server, full);
    t.same([again.count('stored'), again.count('unchanged'), again.count('refused')], [0, 1, 0], again.text);
    const changed = await send(
      server,
      { ...full, 121: '変更' },
      { ...full, 6: '0000000002', 16: '軒先 太郎', 15: 'ノキサキ タロウ' },
    );
    t.same([changed.count('stored'), changed.count('refused')], [2, 0]);
    t.equal((await find(server, 'QuestionnaireResponse')).length, 2);
  });

t.test('the form with the consent box, and opinions that lack something', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const old = { ...full, 8: '20260301', 14: '20260310', 29: '1' };
  const poor = { ...full, 8: '20261101', 47: '0', 48: '', 34: '麻酔科', 33: '0001000000000', 120: 'MRSA', 119: '2' };
  const { text, count } = await send(server, old, poor);
  t.same([count('stored'), count('refused')], [2, 0], text);
  const responses = await find(server, 'QuestionnaireResponse');
  const first = responses.find(one => String(one['questionnaire']).endsWith('-with-consent'));
  t.ok(linkIds(first?.['item']).includes('0-14'));
  const second = responses.find(one => one !== first)!;
  t.equal(second['status'], 'in-progress', 'the ratings of independence are missing');
  t.notOk(linkIds(second['item']).some(one => ['0-18.other', '4-12.text'].includes(one)));
  t.match(text, /項番34.*前提となる選択がありません/);
  for (const resource of responses)
    t.same(
      server.services.validator
        .validateResource(resource)
        .filter(one => one.severity === 'error')
        .map(one => one.message.en),
      [],
    );
});

t.test('rows that are refused name the item', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const wrong: [Cells, RegExp][] = [
    [{ ...full, 4: '49201' }, /項番4「保険者番号」/],
    [{ ...full, 47: '10' }, /項番47/],
    [{ ...full, 33: '00010' }, /項番33/],
    [{ ...full, 14: '20261399' }, /項番14/],
    [{ ...full, 8: '00000000' }, /項番8.*日付/],
    [{ ...full, 14: '19400101' }, /生年月日より後/],
    [{ ...full, 23: '' }, /項番23.*必須/],
    [{ ...full, 1: '9.9' }, /バージョン/],
  ];
  for (const [cells, reason] of wrong) {
    const { text, count } = await send(server, cells);
    t.same([count('stored'), count('refused')], [0, 1]);
    t.match(text, reason);
  }
  t.same(await find(server, 'QuestionnaireResponse'), []);
});

t.test('rows of one application are refused, each naming the lines of the others', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const other = { ...full, 6: '0000000002', 16: '軒先 太郎', 15: 'ノキサキ タロウ' };
  // Another item that is wrong does not hide that the row is of the same application; a wrong item of the key does.
  const { text, count } = await send(
    server,
    full,
    other,
    { ...full, 121: '変更' },
    { ...full, 47: '99' },
    { ...full, 8: 'x' },
  );
  t.same([count('stored'), count('refused')], [1, 4], text);
  t.match(text, /1行目.*申請日が同じ意見書は1件だけです（3, 4行目にもあります）/);
  t.match(text, /3行目.*（1, 4行目にもあります）/);
  t.match(text, /4行目.*（1, 3行目にもあります）/);
  t.notMatch(text, /5行目にも/);
  const many = await send(server, ...Array.from({ length: 9 }, () => full));
  t.equal(many.count('refused'), 9);
  t.match(many.text, /（2, 3, 4, 5, 6 …行目にもあります）/, 'not all of them in each');
  t.equal((await find(server, 'QuestionnaireResponse')).length, 1);
});

t.test('every item of the file has its place', async t => {
  const server = startServer();
  t.teardown(() => server.close());
  const codes = codesOf(server.services);
  const questionnaire = server.services.definitions.byCanonical(
    'Questionnaire',
    'https://w3id.org/engawa/fhir/Questionnaire/kaigo-physician-opinion-with-consent',
  )!;
  const known = new Set(linkIds(questionnaire['item']));
  for (const [column, places] of answerPlaces) for (const one of places) t.ok(known.has(one), `${column}: ${one}`);
  t.equal(opinionLayout.fields.length, 121);
  for (const { no, codes: system } of opinionLayout.fields) if (system) t.ok(codes(system), `${no}: ${system}`);
  // Whatever the row, the answers stand in the order of the questionnaire.
  const order = linkIds(questionnaire['item']);
  const file = { name: 'iken.csv', chunks: () => [fileOf({ ...full, 29: '1' }).bytes] };
  for (const unit of unitsIn(opinion, [file], codes)) {
    const drafts = unit.make!({ codes, office: () => undefined }).drafts.map(one => one.resource);
    const found = linkIds(drafts.find(one => one.resourceType === 'QuestionnaireResponse')?.['item']);
    const places = found.map(one => order.indexOf(one)).filter((one, i, all) => one !== all[i - 1]);
    t.ok(
      places.every((one, i) => i === 0 || one > places[i - 1]! || found[i]!.startsWith('1-')),
      found.join(' '),
    );
  }
});
