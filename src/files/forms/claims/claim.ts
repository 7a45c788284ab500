/**
 * The rows of a claim ⇄ an ExplanationOfBenefit: what is said once becomes its supporting information and adjudication, each row an item.
 * @see https://hl7.org/fhir/R4/explanationofbenefit.html
 */
import type { JsonObject, Resource } from '../../../fhir/types.ts';
import type { Key } from '../../convert.ts';
import { getAt, setAt } from '../../element-path.ts';
import { toFhirMonth, toFileDate } from '../../japanese-date.ts';
import type { FileRecord, FindCodes } from '../../layout.ts';
import type { Mapping } from '../../mapping.ts';
import { familyOf } from './layouts/all.ts';
import { publics } from './layouts/layout-of.ts';
import { basicsPlaces, feePlaces, type ItemForm, itemForms, slipPlaces } from './places.ts';
import { codeSystems, insurerOf, keyOf, metaOf, personKey, systems } from './systems.ts';

/** A row by the name of its record. */
export interface Named {
  readonly name: string;
  readonly record: FileRecord;
}

/** What the frame of a file says of all its claims. */
export interface Delivery {
  /** データ種別 and 媒体区分. */
  readonly dataKind: string;
  readonly medium: string;
  /** 処理対象年月, YYYYMM. */
  readonly month: string;
}

interface Shape {
  readonly profile: string;
  /** What all its rows share. */
  readonly places: Mapping;
  readonly use: string;
}

const shapes: Readonly<Record<'detail' | 'fee' | 'slip', Shape>> = {
  detail: { profile: 'kaigo-claim', places: basicsPlaces, use: 'claim' },
  fee: { profile: 'kaigo-plan-fee-claim', places: feePlaces, use: 'claim' },
  slip: { profile: 'kaigo-benefit-slip', places: slipPlaces, use: 'predetermination' },
};

/** The shape of a claim by its 交換情報識別番号. */
export const shapeOf = (exchange: string): Shape => shapes[(familyOf(exchange) ?? 'detail') as 'detail'];

const identifier = (system: string, value: string): JsonObject => ({ identifier: { system, value } });

/** First and last day of YYYYMM. */
export function monthPeriod(month: string): { start: string; end: string } {
  const last = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)), 0)).getUTCDate();
  const text = `${month.slice(0, 4)}-${month.slice(4)}`;
  return { start: `${text}-01`, end: `${text}-${last}` };
}

/** Which 公費 an insurance is, from 1. */
const publicOrder = 'ext(kaigo-public-expense-order).valuePositiveInt';

function insuranceOf(record: FileRecord): JsonObject[] {
  const own = {
    focal: true,
    coverage: { ...identifier(systems.insured, personKey(record).value), display: '介護保険' },
  };
  const others = publics.flatMap(([key, display], i) => {
    const { [`${key}-payer`]: payer = '', [`${key}-recipient`]: recipient = '' } = record;
    if (payer === '' && recipient === '') return [];
    const entry: JsonObject = {
      focal: false,
      coverage: { ...identifier(systems.publicExpense, `${payer}:${recipient}`), display },
    };
    setAt(entry, publicOrder, i + 1);
    return [entry];
  });
  return [own, ...others];
}

function readInsurance(claim: Resource): Record<string, string> {
  const record: Record<string, string> = {};
  for (const entry of (claim['insurance'] ?? []) as (JsonObject & { coverage?: { identifier?: Partial<Key> } })[]) {
    const { identifier } = entry.coverage ?? {};
    if (identifier?.system !== systems.publicExpense) continue;
    const order = Number(getAt(entry, publicOrder) ?? 1);
    const key = publics[order - 1]?.[0];
    const [payer = '', recipient = ''] = (identifier.value ?? '').split(':');
    Object.assign(record, { [`${key}-payer`]: payer, [`${key}-recipient`]: recipient });
  }
  return record;
}

function productOf({ service, text }: ItemForm, record: FileRecord, codes: FindCodes): JsonObject {
  if (service === 'type' && record['serviceType']) {
    const display = codes(codeSystems.serviceType)?.get(record['serviceType']);
    return { coding: [{ system: codeSystems.serviceType, code: record['serviceType'], ...(display && { display }) }] };
  }
  const code = service === 'parts' ? `${record['serviceType']}${record['serviceItem']}` : record['service'];
  return service !== 'none' && code ? { coding: [{ system: codeSystems.serviceCode, code }] } : { text };
}

function readProduct({ service }: ItemForm, item: JsonObject): Record<string, string> {
  const { coding = [] } = (item['productOrService'] ?? {}) as { coding?: { code?: string }[] };
  const code = coding[0]?.code ?? '';
  if (service === 'type') return { serviceType: code };
  if (service === 'code') return { service: code };
  return service === 'parts' ? { serviceType: code.slice(0, 2), serviceItem: code.slice(2) } : {};
}

/** Those whom the rows name, each once; rows name them by their number in this list. */
class Team {
  readonly members: JsonObject[] = [];
  private readonly known = new Map<string, number>();

  numberOf(role: string, system: string, value: string): number {
    const name = `${role} ${value}`;
    const found = this.known.get(name);
    if (found !== undefined) return found;
    const sequence = this.members.length + 1;
    this.members.push({
      sequence,
      provider: identifier(system, value),
      role: { coding: [{ system: codeSystems.role, code: role }] },
    });
    this.known.set(name, sequence);
    return sequence;
  }
}

function itemOf({ name, record }: Named, i: number, team: Team, codes: FindCodes): JsonObject {
  const form = itemForms[name]!;
  const system = name.length === 2 ? codeSystems.detail : codeSystems.record;
  const code = name.length === 2 ? name : record['exchange']!;
  const display = codes(system)?.get(code);
  const item: JsonObject = {
    sequence: i + 1,
    category: { coding: [{ system, code, ...(display && { display }) }] },
    productOrService: productOf(form, record, codes),
  };
  form.places.toFhir(record, item, codes);
  const members = form.team
    .filter(([key]) => record[key])
    .map(([key, role, system]) => team.numberOf(role, system, record[key]!));
  if (members.length > 0) item['careTeamSequence'] = members;
  return item;
}

interface Coded extends JsonObject {
  category?: { coding: { system: string; code: string; display?: string }[] };
  amount?: { currency?: string };
}

/** What the places do not say: numbers of entries, the currency, names of codes. */
function finish(claim: Resource, codes: FindCodes): void {
  const infos = (claim['supportingInfo'] ?? []) as Coded[];
  for (const [i, one] of infos.entries()) one['sequence'] = i + 1;
  const items = (claim['item'] ?? []) as JsonObject[];
  const judged = [claim, ...items].flatMap(one => (one['adjudication'] ?? []) as Coded[]);
  for (const { amount } of judged) if (amount) amount.currency = 'JPY';
  for (const item of items)
    for (const name of ['unitPrice', 'net'] as const)
      if (item[name] !== undefined) (item[name] as { currency?: string }).currency = 'JPY';
  for (const one of [...infos, ...judged]) {
    const [coding] = one.category!.coding;
    const display = codes(coding!.system)?.get(coding!.code);
    if (display) coding!.display = display;
  }
}

/**
 * Rows of one claim → its ExplanationOfBenefit.
 * @param parties references to the person and the office
 */
export function writeClaim(
  rows: readonly Named[],
  delivery: Delivery,
  parties: { readonly patient: JsonObject; readonly provider: JsonObject },
  codes: FindCodes,
): Resource {
  const head = (rows.find(one => one.name === '01') ?? rows[0]!).record;
  const exchange = head['exchange']!;
  const { profile, places, use } = shapeOf(exchange);
  const display = codes(codeSystems.record)?.get(exchange);
  const claim: Resource = {
    resourceType: 'ExplanationOfBenefit',
    meta: metaOf(profile),
    identifier: [keyOf(head)],
    status: head['action'] === '3' ? 'cancelled' : 'active',
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/claim-type', code: 'institutional' }] },
    use,
    ...parties,
    billablePeriod: monthPeriod(head['month']!),
    created: toFhirMonth(delivery.month)!,
    insurer: identifier(systems.insurer, insurerOf(head)),
    outcome: 'queued',
    insurance: insuranceOf(head),
    formCode: { coding: [{ system: codeSystems.record, code: exchange, ...(display && { display }) }] },
  };
  setAt(claim, 'ext(kaigo-claim-delivery).sub(dataKind).valueCode', delivery.dataKind);
  if (delivery.medium !== '') setAt(claim, 'ext(kaigo-claim-delivery).sub(medium).valueCode', delivery.medium);
  places.toFhir(head, claim, codes);
  const team = new Team();
  const items = rows.filter(one => one.name !== '01').map((one, i) => itemOf(one, i, team, codes));
  if (team.members.length > 0) claim['careTeam'] = team.members;
  if (items.length > 0) claim['item'] = items;
  finish(claim, codes);
  return claim;
}

function readTeam({ team }: ItemForm, item: JsonObject, claim: Resource): Record<string, string> {
  const wanted = (item['careTeamSequence'] ?? []) as number[];
  const members = (claim['careTeam'] ?? []) as {
    sequence: number;
    role?: { coding?: { code?: string }[] };
    provider?: { identifier?: { value?: string } };
  }[];
  const own = members.filter(one => wanted.includes(one.sequence));
  return Object.fromEntries(
    team.map(([key, role]) => [
      key,
      own.find(one => one.role?.coding?.some(({ code }) => code === role))?.provider?.identifier?.value ?? '',
    ]),
  );
}

const codeOf = (concept: unknown): string | undefined =>
  (concept as { coding?: { code?: string }[] } | undefined)?.coding?.[0]?.code;

/** A claim → its rows; none when its key is not that of a claim. */
export function readClaim(claim: Resource): Named[] {
  const identifiers = (claim['identifier'] ?? []) as { system?: string; value?: string }[];
  const value = identifiers.find(one => one.system === systems.claim)?.value ?? '';
  const [insurer = '', insured = '', month = '', office = '', exchange = '', kind] = value.split(':');
  const family = familyOf(exchange);
  if (!family || family === 'bill') return [];
  const own = shapeOf(exchange).places.toFile(claim);
  const key = { exchange, month, office, insurer: `00${insurer}`, insured, ...(kind !== undefined && { kind }) };
  const shared = { ...own, ...readInsurance(claim), ...key };
  const rows = ((claim['item'] ?? []) as JsonObject[]).flatMap((item): Named[] => {
    const code = codeOf(item['category']) ?? '';
    const name = family === 'detail' ? code : family === 'fee' ? '8124' : '8222';
    const form = itemForms[name];
    if (!form) return [];
    const record = { ...form.places.toFile(item), ...readProduct(form, item), ...readTeam(form, item, claim) };
    return [{ name, record: { ...(family === 'detail' ? { record: name, ...key } : shared), ...record } }];
  });
  return family === 'detail' ? [{ name: '01', record: { ...shared, record: '01' } }, ...rows] : rows;
}

/** 処理対象年月 of a resource: of its day of making. */
export const monthOf = (date: unknown): string => toFileDate(String(date ?? '')).slice(0, 6);
