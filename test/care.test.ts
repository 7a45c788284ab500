/** The rules and operations of long-term care insurance through the whole server, on both databases: cases in test/cases/care. */
import t from 'tap';
import { checkDigit, isInsuredNumber, judgeInsurer, judgeOffice, looksLikeMyNumber } from '../src/care/numbers.ts';
import { runOnStores, testOnStores } from './stores.ts';
import { type InteractionCase, readCases, runSteps } from './support.ts';

t.test('check digits', async t => {
  for (const known of ['435073', '131128', '271007', '141002', '011007', '492017'])
    t.equal(judgeInsurer(known), 'right', known);
  t.equal(judgeInsurer('435074'), 'check-digit');
  t.equal(judgeInsurer('00435073'), 'form');
  t.equal(judgeOffice('4970100014'), 'right');
  t.equal(judgeOffice('0300000100'), 'check-digit', 'a published example that breaks the rule');
  t.equal(judgeOffice('49B0100014'), 'right', 'with a letter the check digit is not known');
  t.equal(judgeOffice('497010001'), 'form');
  t.equal(checkDigit('49201'), 7);
  t.same(['0000000001', 'H000000001', '000000001', 'h000000001'].map(isInsuredNumber), [true, true, false, false]);
  for (const sample of ['123456789018', '1234 5678 9018', '１２３４-５６７８-９０１８'])
    t.ok(looksLikeMyNumber(sample), sample);
  for (const other of ['123456789012', '1234567890189', '12345678901']) t.notOk(looksLikeMyNumber(other), other);
});

for (const { file, cases } of readCases<InteractionCase>('care'))
  runOnStores(file, cases, (server, one) => runSteps(server.app, one.steps));

/** One of each kind whose key may stand once, from the cases of transactions; and an application. */
function onceOnly(): readonly Record<string, unknown>[] {
  const cases = readCases<InteractionCase>('care');
  const bodies = cases.flatMap(({ cases }) => cases.flatMap(one => one.steps.map(step => step.body)));
  const entries = bodies.flatMap(body => (body as { entry?: { resource?: Record<string, unknown> }[] })?.entry ?? []);
  const all = entries.flatMap(({ resource }) => (resource?.['identifier'] ? [resource] : []));
  const keys = [
    'kaigo-hihokensha-certificate',
    'kaigo-care-plan',
    'kaigo-care-manager-notification',
    'kaigo-home-modification',
    'kaigo-certification-application',
  ];
  return keys.map(key => all.find(one => JSON.stringify(one['identifier']).includes(`/${key}"`))!);
}

testOnStores('of several with one key that arrive together one is stored', async (t, start) => {
  const { app, close } = await start({ settings: { validation: 'base' } });
  const put = (type: string, id: string, resource: object) =>
    app.inject({
      method: 'PUT',
      url: `/fhir/${type}/${id}`,
      headers: { 'content-type': 'application/fhir+json' },
      payload: JSON.stringify({ ...resource, id }),
    });
  await put('Patient', 'hanako', { resourceType: 'Patient' });
  for (const resource of onceOnly()) {
    const type = String(resource['resourceType']);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => put(type, `t${i}`, resource)));
    t.same(
      answers.map(one => one.statusCode).sort(),
      [201, ...Array(7).fill(422)],
      JSON.stringify(resource['identifier']),
    );
    for (const [i] of answers.entries()) await app.inject({ method: 'DELETE', url: `/fhir/${type}/t${i}` });
  }
  await close();
});
