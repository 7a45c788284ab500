/** The rules and operations of long-term care insurance through the whole server, on both databases: cases in test/cases/care. */
import t from 'tap';
import { checkDigit, isInsuredNumber, judgeInsurer, judgeOffice, looksLikeMyNumber } from '../src/care/numbers.ts';
import { runOnStores } from './stores.ts';
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
