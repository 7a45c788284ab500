/** The rules and operations of long-term care insurance through the whole server, on both databases: cases in test/cases/care. */
import t from 'tap';
import { checkDigit, isInsuredNumber, judgeInsurer, judgeOffice, looksLikeMyNumber } from '../src/care/numbers.ts';
import { runOnStores } from './stores.ts';
import { type InteractionCase, readCases, runSteps, startServer } from './support.ts';

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

t.test('of applications with one number that arrive together one is stored', async t => {
  const { app, close } = startServer({ settings: { validation: 'base' } });
  const value = '492017:2026-000001';
  const identifier = [{ system: 'https://w3id.org/engawa/fhir/IdSystem/kaigo-certification-application', value }];
  const payloadOf = (id: string) => {
    const code = {
      coding: [{ system: 'https://w3id.org/engawa/fhir/CodeSystem/care-task', code: 'certification-application' }],
    };
    const received = {
      coding: [{ system: 'https://w3id.org/engawa/fhir/CodeSystem/certification-step', code: 'received' }],
    };
    const step = {
      url: 'https://w3id.org/engawa/fhir/StructureDefinition/kaigo-step',
      extension: [
        { url: 'step', valueCodeableConcept: received },
        { url: 'at', valueDateTime: '2026-10-01T09:30:00+09:00' },
        { url: 'by', valueReference: { display: '縁側市（見本）' } },
      ],
    };
    const businessStatus = received;
    return {
      resourceType: 'Task',
      id,
      identifier,
      status: 'in-progress',
      intent: 'order',
      code,
      businessStatus,
      extension: [step],
    };
  };
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      app.inject({
        method: 'PUT',
        url: `/fhir/Task/t${i}`,
        headers: { 'content-type': 'application/fhir+json' },
        payload: JSON.stringify(payloadOf(`t${i}`)),
      }),
    ),
  );
  t.same(answers.map(one => one.statusCode).sort(), [201, ...Array(7).fill(422)]);
  await close();
});
