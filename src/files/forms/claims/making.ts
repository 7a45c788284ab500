/**
 * The rows of one claim or bill → what is stored, judged by the rules that are handed in; what they find is told at the item it is about.
 */
import type { Issue } from '../../../fhir/outcome.ts';
import type { JsonObject, Resource } from '../../../fhir/types.ts';
import { conditionalReference, type Draft, type Key, urnOf } from '../../convert.ts';
import type { Finding } from '../../finding.ts';
import { toFhirDate } from '../../japanese-date.ts';
import type { Made, Making } from '../standard.ts';
import { writeBill } from './bill.ts';
import { type Delivery, writeClaim } from './claim.ts';
import { basicsPlaces, billPlaces, feePlaces, itemForms, slipPlaces } from './places.ts';
import type { ClaimRow } from './read.ts';
import { about } from './rules.ts';
import { keyOf, personKey, systems } from './systems.ts';

/** The office as a reference, and the draft that makes it when nobody has. */
function officeOf(number: string, making: Making): { reference: JsonObject; drafts: Draft[] } {
  const key: Key = { system: systems.office, value: number };
  const known = making.office(number);
  const reference = { reference: known ?? urnOf('Organization', key), identifier: key };
  const resource: Resource = { resourceType: 'Organization', identifier: [key], active: true };
  return { reference, drafts: known === undefined ? [{ key, resource, keep: true }] : [] };
}

const genders: Readonly<Record<string, string>> = { 1: 'male', 2: 'female' };

/** Where day of birth or sex of a claim are not those of the person with the number. */
function checkPerson(first: ClaimRow, person: Resource | undefined): Finding[] {
  if (!person) return [];
  const told: readonly [key: string, value: unknown, stored: unknown][] = [
    ['birthDate', toFhirDate(first.record['birthDate'] ?? ''), person['birthDate']],
    ['sex', genders[first.record['sex'] ?? ''], person['gender']],
  ];
  return told
    .filter(([, value, stored]) => value !== undefined && stored !== undefined && value !== stored)
    .map(([key]) => {
      const rule = {
        en: 'the person registered under this number has another one',
        ja: 'この番号で登録されている人と異なります',
      };
      return about(
        first,
        key,
        'person',
        rule,
        { en: 'Check which is right', ja: 'どちらが正しいか確かめてください' },
        'warning',
      );
    });
}

const allPlaces = [basicsPlaces, feePlaces, slipPlaces, billPlaces, ...Object.values(itemForms).map(one => one.places)];

/** The item of a record whose place has a code. */
function keyWith(code: string, { layout }: ClaimRow): string | undefined {
  const wanted = `#${code})`;
  for (const { places } of allPlaces.filter(one => one.layout.id === layout.id))
    for (const [key, place] of Object.entries(places)) if (place.includes(wanted)) return key;
  return undefined;
}

interface Coded {
  readonly category?: { readonly coding?: readonly { readonly code?: string }[] };
}

/** The row and the item that a finding about a claim is about, by its expression. */
function placeOf(expression: string, claim: Resource, rows: readonly ClaimRow[]): [ClaimRow, string] {
  const basics = rows.find(one => one.name === '01');
  const others = rows.filter(one => one.name !== '01');
  if (claim.resourceType === 'Invoice') return [rows[0]!, expression.includes('lineItem[0]') ? 'cost' : 'residentCost'];
  const item = /item\[(\d+)\]/.exec(expression);
  const row = (item ? others[Number(item[1])] : basics) ?? rows[0]!;
  const owner = item ? (claim['item'] as JsonObject[])[Number(item[1])]! : claim;
  const [, list = '', at = '0'] = /(adjudication|supportingInfo)\[(\d+)\]/.exec(expression) ?? [];
  const entry = ((owner[list] ?? []) as Coded[])[Number(at)];
  const code = entry?.category?.coding?.[0]?.code;
  return [row, (code && keyWith(code, row)) ?? row.layout.fields[0]!.key];
}

const correct = { en: 'Correct the claim and hand it in again', ja: '請求内容を直して、送り直してください' };

const judgedAs = (
  { severity, message, expression = '' }: Issue,
  claim: Resource,
  rows: readonly ClaimRow[],
): Finding => {
  const [row, key] = placeOf(expression, claim, rows);
  return about(row, key, 'relation', message, correct, severity);
};

/** Makes what the rows of one key become. */
export function makeClaim(rows: readonly ClaimRow[], delivery: Delivery, making: Making): Made {
  const first = rows[0]!;
  const { reference, drafts } = officeOf(first.record['office']!, making);
  const key = keyOf(first.record);
  if (key.system === systems.bill) {
    const resource = writeBill(first.record, delivery, reference, making.codes);
    const findings = (making.judge?.(resource) ?? []).map(one => judgedAs(one, resource, rows));
    return { drafts: [...drafts, { key, resource }], removals: [], findings };
  }
  const person = personKey(first.record);
  const parties = { patient: { reference: conditionalReference('Patient', person) }, provider: reference };
  const resource = writeClaim(rows, delivery, parties, making.codes);
  const basics = rows.find(one => one.name === '01') ?? first;
  const judged = (making.judge?.(resource) ?? []).map(one => judgedAs(one, resource, rows));
  const findings = [...checkPerson(basics, making.stored?.('Patient', person)), ...judged];
  return { drafts: [...drafts, { key, resource }], removals: [], findings };
}
