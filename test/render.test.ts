/** $render: forms, plans and documents as pages and PDFs. Cases are in cases/render/; what seeds fill is checked item by item. */
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { systemCaller } from '../src/access/caller.ts';
import type { JsonObject, Resource } from '../src/fhir/types.ts';
import { careplanLayouts } from '../src/files/forms/careplan/layouts/all.ts';
import type { FileRecord, Layout } from '../src/files/layout.ts';
import { type Delivery, delivery, filesOf, findCodes } from './careplan-data.ts';
import { hasCell, type PdfContent, readPdf, squeezed } from './pdf-text.ts';
import { casesFolder, readCases, runSteps, type Step, startServer, type TestServer } from './support.ts';
import { writeZip } from './zip.ts';

const fhir = { 'content-type': 'application/fhir+json' };
const root = path.join(import.meta.dirname, '..');

/** A case: what is shown, and what the page and the PDF must say. */
interface RenderCase {
  readonly name: string;
  /** Requests that come before. */
  readonly before?: readonly Step[];
  /** Such as `POST QuestionnaireResponse/$render`. */
  readonly do: string;
  /** A resource, or `{ "$file": path from the project's folder }`. */
  readonly body?: JsonObject;
  /** Changes a text of the body: `{ "find": …, "put": …, "times": 1000 }`. */
  readonly replace?: readonly { find: string; put: string; times?: number }[];
  readonly language?: string;
  readonly expect: {
    readonly status?: number;
    /** Texts in their order, in the page and in the PDF. */
    readonly contains?: readonly string[];
    readonly absent?: readonly string[];
    /** Texts that stand there once only. */
    readonly once?: readonly string[];
    readonly pages?: readonly [least: number, most: number];
    readonly landscape?: readonly boolean[];
  };
}

function bodyOf({ body, replace = [] }: RenderCase): string | undefined {
  if (!body) return undefined;
  const file = body['$file'] as string | undefined;
  let text = file === undefined ? JSON.stringify(body) : fs.readFileSync(path.join(root, file), 'utf8');
  for (const { find, put, times = 1 } of replace)
    text = text.replaceAll(find, () => JSON.stringify(put.repeat(times)).slice(1, -1));
  return text;
}

async function rendered(server: TestServer, one: RenderCase, format: string) {
  const [method = '', url = ''] = one.do.split(' ');
  const payload = bodyOf(one);
  return server.app.inject({
    method: method as 'GET',
    url: `/fhir/${url}`,
    headers: { accept: format, 'accept-language': one.language ?? 'ja', ...(payload !== undefined && fhir) },
    ...(payload !== undefined && { payload }),
  });
}

/** Texts that are missing, or not in the order given. */
function missing(whole: string, texts: readonly string[]): string[] {
  const text = squeezed(whole);
  const problems: string[] = [];
  let from = 0;
  for (const one of texts) {
    const at = text.indexOf(squeezed(one), from);
    if (at >= 0) from = at + squeezed(one).length;
    else problems.push(text.includes(squeezed(one)) ? `${one} (stands elsewhere)` : one);
  }
  return problems;
}

const unescaped = (html: string): string =>
  html
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

/** What is true of every PDF. */
function checkPdf(t: Test, pdf: PdfContent, bytes: Buffer): void {
  t.ok(
    pdf.fonts.length > 0 && pdf.fonts.every(one => one.embedded && one.toUnicode),
    'every font is embedded and readable',
  );
  t.ok(
    pdf.fonts.every(one => /^[A-Z]{6}\+/.test(one.name)),
    'only the characters that are used are embedded',
  );
  t.notOk(pdf.pages.join('').includes('\uFFFD'), 'every character can be copied');
  t.ok(bytes.length < 400_000 + 200 * pdf.pages.join('').length, `${bytes.length} bytes`);
}

for (const { file, cases } of readCases<RenderCase>('render'))
  t.test(file, async t => {
    const server = startServer();
    for (const one of cases)
      await t.test(one.name, async t => {
        t.equal(await runSteps(server.app, one.before ?? []), undefined, 'before');
        const { status = 200, contains = [], absent = [], once = [], pages, landscape } = one.expect;
        const page = await rendered(server, one, 'text/html');
        t.equal(page.statusCode, status, page.statusCode === status ? '' : page.payload.slice(0, 400));
        const answer = await rendered(server, one, 'application/pdf');
        t.equal(answer.statusCode, status);
        if (status === 200) {
          t.match(page.headers, { 'content-type': /^text\/html/, 'content-security-policy': /sandbox/ });
          t.equal(answer.headers['content-type'], 'application/pdf');
          const pdf = readPdf(answer.rawPayload);
          checkPdf(t, pdf, answer.rawPayload);
          t.same(missing(pdf.pages.join('\n'), contains), [], 'in the PDF');
          const shown = contains.filter(text => !/^〔U\+/.test(text));
          t.same(missing(unescaped(page.payload), shown), [], 'in the page');
          for (const text of absent) {
            t.notOk(squeezed(pdf.pages.join('')).includes(squeezed(text)), `${text} is not in the PDF`);
            t.notOk(squeezed(unescaped(page.payload)).includes(squeezed(text)), `${text} is not in the page`);
          }
          for (const text of once) {
            t.equal(squeezed(pdf.pages.join('')).split(squeezed(text)).length, 2, `${text} is in the PDF once`);
            t.equal(squeezed(unescaped(page.payload)).split(squeezed(text)).length, 2, `${text} is in the page once`);
          }
          if (pages) t.ok(pdf.pages.length >= pages[0] && pdf.pages.length <= pages[1], `${pdf.pages.length} pages`);
          if (landscape)
            t.same(
              pdf.sizes.map(([width, height]) => width > height),
              landscape,
            );
          const again = await rendered(server, one, 'application/pdf');
          t.ok(again.rawPayload.equals(answer.rawPayload), 'the same again gives the same bytes');
        }
      });
    await server.close();
  });

interface FormItem extends JsonObject {
  readonly linkId: string;
  readonly type: string;
  readonly text?: string;
  readonly repeats?: boolean;
  readonly answerOption?: { valueCoding?: JsonObject }[];
  readonly item?: FormItem[];
}

/** Answers every item of a form; tells names and values in the order of the form. */
function fillForm(items: readonly FormItem[], expected: string[], path: string[] = []): JsonObject[] {
  return items.map((item, i) => {
    const { linkId, type, answerOption = [] } = item;
    if (item.text) expected.push(item.text);
    if (type === 'group')
      return { linkId, text: item.text, item: fillForm(item.item ?? [], expected, [...path, linkId]) };
    const value = (): JsonObject => {
      const option = answerOption[i % Math.max(1, answerOption.length)]?.valueCoding;
      if (option) {
        expected.push(answerOption.length > 16 ? String(option['display']) : `■ ${String(option['display'])}`);
        return { valueCoding: option };
      }
      if (type === 'date') {
        expected.push(`2026年${1 + (i % 12)}月3日`);
        return { valueDate: `2026-${String(1 + (i % 12)).padStart(2, '0')}-03` };
      }
      if (type === 'boolean') {
        expected.push('■ はい');
        return { valueBoolean: true };
      }
      if (type === 'integer' || type === 'decimal') {
        expected.push(String(40 + i));
        return type === 'integer' ? { valueInteger: 40 + i } : { valueDecimal: 40 + i };
      }
      expected.push(`値${linkId}髙﨑`);
      return { valueString: `値${linkId}髙﨑` };
    };
    return { linkId, answer: [value()] };
  });
}

t.test('a form in which everything is filled in says everything, in the order of the form', async t => {
  const server = startServer();
  for (const id of ['kaigo-physician-opinion', 'kaigo-physician-opinion-with-consent', 'kaigo-certification-survey']) {
    const url = `https://w3id.org/engawa/fhir/Questionnaire/${id}`;
    const form = server.services.definitions.byCanonical('Questionnaire', url) as unknown as { item: FormItem[] };
    const expected: string[] = [];
    const body = {
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      questionnaire: url,
      item: fillForm(form.item, expected),
    };
    const one: RenderCase = { name: id, do: 'POST QuestionnaireResponse/$render', body, expect: {} };
    const pdf = readPdf((await rendered(server, one, 'application/pdf')).rawPayload);
    t.ok(expected.length > 120, `${id}: ${expected.length} names and values`);
    t.same(missing(pdf.pages.join('\n'), expected), [], 'in the PDF');
    t.same(missing(unescaped((await rendered(server, one, 'text/html')).payload), expected), [], 'in the page');
  }
  await server.close();
});

const layoutOf = (kind: string): Layout => careplanLayouts.get(kind)![0]!;

/** What the file says of itself is on no form; days are columns of a calendar. */
const notOnForms = [
  'day',
  'version',
  'insurer',
  'insured',
  'updatedBy',
  'marker',
  'month',
  'planDate',
  'created',
  'image',
];

/** How an item's value must stand on paper; undefined for an empty one. */
function onPaper(value: string, { type, codes }: Layout['fields'][number]): string | undefined {
  if (value === '') return undefined;
  if (type === 'date8')
    return value === '00000000'
      ? '―'
      : `${Number(value.slice(0, 4))}年${Number(value.slice(4, 6))}月${Number(value.slice(6))}日`;
  if (type === 'hhmm4') return value === '9999' ? '―' : `${value.slice(0, 2)}:${value.slice(2)}`;
  if (type === 'code') return findCodes(codes!)!.get(value) ?? value;
  if (type === 'bits') return undefined;
  return value.replaceAll('\t', '　');
}

/** Names and values of a record that do not stand on paper. */
function lost(kind: string, record: FileRecord, says: (text: string) => boolean): string[] {
  return layoutOf(kind).fields.flatMap(field => {
    const value = notOnForms.includes(field.key) ? undefined : onPaper(record[field.key] ?? '', field);
    if (value === undefined) return [];
    const found = [field.name, value].filter(text => !says(text));
    return found.length > 0 ? [`${kind} ${field.key}: ${found.join(' / ')}`] : [];
  });
}

const planSets: readonly (readonly [set: string, system: string, kinds: readonly string[]])[] = [
  ['plan', 'kaigo-care-plan', ['UP1KYO', 'UP2KYO', 'UP3KYO']],
  ['month', 'kaigo-monthly-plan', ['UPPLAN', 'UPSIKYU']],
  ['given', 'kaigo-services-given', ['UPJSK']],
  ['preventive', 'kaigo-preventive-plan', ['UPYOBO', 'UPYOBO_SUB']],
];

/** Sends a delivery about the one person who is there. */
async function importDelivery(server: TestServer, all: Delivery): Promise<void> {
  const identifier = [
    { system: 'https://w3id.org/engawa/fhir/IdSystem/kaigo-insured-person', value: '492017:0000000001' },
  ];
  const person = {
    resourceType: 'Patient',
    id: 'p',
    identifier,
    name: [{ text: '縁側 花子' }],
    birthDate: '1941-05-03',
  };
  await server.app.inject({ method: 'PUT', url: '/fhir/Patient/p', headers: fhir, payload: JSON.stringify(person) });
  const answer = await server.app.inject({
    method: 'POST',
    url: '/fhir/$import',
    headers: { 'content-type': 'application/zip' },
    payload: Buffer.from(writeZip(filesOf(all))),
  });
  const parameters = answer.json().parameter as { name: string; valueInteger?: number }[];
  if (parameters.find(one => one.name === 'refused')?.valueInteger !== 0) throw new Error(answer.payload);
}

t.test('plans that came as files say every item of their files on paper', async t => {
  for (const [set, system, kinds] of planSets)
    for (const [seed, fill] of [
      [1, 'full'],
      [2, 'random'],
    ] as const) {
      const server = startServer();
      const all = delivery(set, seed, fill, 1, 4);
      await importDelivery(server, all);
      const query = encodeURIComponent(`https://w3id.org/engawa/fhir/IdSystem/${system}|`);
      const found = await server.app.inject({ method: 'GET', url: `/fhir/CarePlan?identifier=${query}` });
      const ids = (found.json().entry as { resource: Resource }[]).map(one => one.resource.id!);
      t.ok(ids.length > 0, `${set}: ${ids.length} plans`);
      const papers: PdfContent[] = [];
      let page = '';
      for (const id of ids) {
        const one: RenderCase = { name: set, do: `GET CarePlan/${id}/$render`, expect: {} };
        const answer = await rendered(server, one, 'application/pdf');
        t.equal(answer.statusCode, 200);
        papers.push(readPdf(answer.rawPayload));
        page += squeezed(unescaped((await rendered(server, one, 'text/html')).payload));
      }
      for (const kind of kinds)
        for (const record of all[kind] ?? []) {
          t.same(
            lost(kind, record, text => papers.some(one => hasCell(one, text))),
            [],
            `${set} ${fill}: ${kind} in the PDF`,
          );
          t.same(
            lost(kind, record, text => page.includes(squeezed(text))),
            [],
            `${set} ${fill}: ${kind} in the page`,
          );
        }
      await server.close();
    }
});

t.test('what a caller may not read is shown to no caller', async t => {
  const server = startServer();
  const bundle = JSON.parse(fs.readFileSync(path.join(root, 'examples/hospital/referral.json'), 'utf8'));
  const hidden = bundle.entry.find((one: { resource: Resource }) => one.resource.resourceType === 'Condition');
  hidden.resource.meta.tag = [
    { system: 'http://jpfhir.jp/fhir/clins/CodeSystem/JP_ehrshrs_indication', code: 'UNINFORMED' },
  ];
  const taken = await server.app.inject({ method: 'POST', url: '/fhir/$intake', headers: fhir, payload: bundle });
  const id = String(taken.headers.location).split('/').at(-1)!;
  const parameters = taken.json().parameter as { name: string; valueReference: { reference: string } }[];
  const person = parameters.find(one => one.name === 'person')!.valueReference.reference;
  const { services } = server;
  const show = async (type: string, subject: string) => {
    const route = services.route('GET', [type, id, '$render']);
    const request = {
      method: 'GET' as const,
      path: [type, id, '$render'],
      params: { type, id },
      query: [['_format', 'pdf']] as const,
      headers: {},
      prefer: {},
      caller: { ...systemCaller, kind: 'user' as const, subject },
      language: 'ja' as const,
      base: '',
    };
    return route.handle(services, request).then(
      answer => answer.status,
      (error: { problem?: string }) => error.problem,
    );
  };
  for (const type of ['Bundle', 'DocumentReference']) {
    t.equal(await show(type, 'Practitioner/1'), 200, `${type} for a clinician`);
    t.equal(await show(type, person), 'not-found', `${type} for the person`);
    t.equal(await show(type, 'RelatedPerson/1'), 'not-found', `${type} for the family`);
  }
  await server.close();
});

t.test('the form is chosen by _format, then by Accept', async t => {
  const server = startServer();
  const body = fs.readFileSync(path.join(casesFolder, 'profiles/kaigo-physician-opinion/valid.json'), 'utf8');
  const ask = (query: string, accept: string) =>
    server.app.inject({
      method: 'POST',
      url: `/fhir/QuestionnaireResponse/$render${query}`,
      headers: { ...fhir, accept },
      payload: body,
    });
  for (const [query, accept, status, type] of [
    ['', 'application/pdf', 200, 'application/pdf'],
    ['', 'text/html;q=0.5, application/pdf', 200, 'application/pdf'],
    ['', 'text/html, application/pdf;q=0.5', 200, 'text/html; charset=utf-8'],
    ['', 'application/fhir+json', 200, 'text/html; charset=utf-8'],
    ['?_format=pdf', 'text/html', 200, 'application/pdf'],
    ['?_format=application/pdf', '*/*', 200, 'application/pdf'],
    ['?_format=text/html', 'application/pdf', 200, 'text/html; charset=utf-8'],
    ['?_format=docx', '*/*', 406, 'application/fhir+json; charset=utf-8'],
  ] as const) {
    const answer = await ask(query, accept);
    t.equal(answer.statusCode, status, `${query} ${accept}`);
    t.equal(answer.headers['content-type'], type, `${query} ${accept}`);
  }
  await server.close();
});

t.test('sections that point to the same entry again and again are refused before they fill the memory', async t => {
  const server = startServer();
  const item = Array.from({ length: 200 }, (_, i) => ({
    linkId: `${i}`,
    text: `問${i}`,
    answer: [{ valueInteger: i }],
  }));
  const entry = Array.from({ length: 1000 }, () => ({ reference: 'urn:uuid:2' }));
  const bundle = (times: number) => ({
    resourceType: 'Bundle',
    type: 'document',
    entry: [
      { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Composition', section: [{ entry: entry.slice(0, times) }] } },
      { fullUrl: 'urn:uuid:2', resource: { resourceType: 'QuestionnaireResponse', item } },
    ],
  });
  const render = (times: number) =>
    server.app.inject({ method: 'POST', url: '/fhir/Bundle/$render', headers: fhir, payload: bundle(times) });
  t.equal((await render(3)).statusCode, 200);
  const refused = await render(1000);
  t.equal(refused.statusCode, 400);
  t.match(refused.json(), { issue: [{ code: 'too-costly' }] });
  await server.close();
});

t.test('a Composition leads to what it refers to by absolute URLs of this server as well', async t => {
  const server = startServer();
  const condition = { resourceType: 'Condition', id: 'c1', subject: { display: '見本' }, code: { text: '見本の病' } };
  const put = { method: 'PUT', url: '/fhir/Condition/c1', headers: fhir, payload: condition } as const;
  const stored = await server.app.inject(put);
  t.equal(stored.statusCode, 201);
  const [base] = String(stored.headers.location).split('/Condition/');
  for (const reference of ['Condition/c1', `${base}/Condition/c1`]) {
    const payload = { resourceType: 'Composition', section: [{ entry: [{ reference }] }] };
    const answer = await server.app.inject({
      method: 'POST',
      url: '/fhir/Composition/$render',
      headers: fhir,
      payload,
    });
    t.match(answer.payload, '見本の病', reference);
  }
  await server.close();
});
