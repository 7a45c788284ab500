/**
 * Where the items of each record stand in a resource: one table a record, read in both directions.
 */
import { type Mapping, mapping, type Places } from '../../mapping.ts';
import { basics, services, servicesElsewhere } from './layouts/detail.ts';
import { payers, publics } from './layouts/layout-of.ts';
import { bills, planFees, slips } from './layouts/management.ts';
import { reliefs, residents, sums } from './layouts/sums.ts';
import { emergencies, specials } from './layouts/treatment.ts';
import { systems } from './systems.ts';

const info = (code: string, element: string): string => `supportingInfo(claim-item#${code}).${element}`;
const judged = (code: string, element: string): string => `adjudication(claim-item#${code}).${element}`;

/** Items whose key is the code of an adjudication with a number. */
const numbers = (...keys: readonly string[]): Places =>
  Object.fromEntries(keys.map(key => [key, judged(key, 'value')]));
/** Items whose key is the code of an adjudication with an amount in yen. */
const amounts = (...keys: readonly string[]): Places =>
  Object.fromEntries(keys.map(key => [key, judged(key, 'amount.value')]));
const each = (keys: readonly (readonly [string, string])[], ...ends: readonly string[]): string[] =>
  keys.flatMap(([key]) => ends.map(end => `${key}-${end}`));

const person: Places = {
  birthDate: info('birth-date', 'timingDate'),
  sex: info('sex', 'code.coding[0]'),
  careLevel: info('care-level', 'code.coding[0]'),
};
const certified: Places = {
  certifiedFrom: info('certified', 'timingPeriod.start'),
  certifiedTo: info('certified', 'timingPeriod.end'),
};

/** 基本情報 ⇄ the claim as a whole. */
export const basicsPlaces = mapping(basics, {
  ...person,
  ...certified,
  formerMeasure: info('former-measure', 'code.coding[0]'),
  planAuthor: info('plan-author', 'code.coding[0]'),
  planOffice: info('plan-office', 'valueReference.identifier.value'),
  serviceFrom: info('service', 'timingPeriod.start'),
  serviceTo: info('service', 'timingPeriod.end'),
  stopReason: info('stop-reason', 'code.coding[0]'),
  stayFrom: info('stay', 'timingPeriod.start'),
  stayTo: info('stay', 'timingPeriod.end'),
  stayDays: info('stay-days', 'valueQuantity.value'),
  awayDays: info('away-days', 'valueQuantity.value'),
  afterDischarge: info('after-discharge', 'code.coding[0]'),
  ...numbers(...each(payers, 'rate', 'units')),
  ...amounts(...each(payers, 'claimed', 'copayment', 'emergency', 'special', 'resident')),
});

/** 居宅サービス計画費: what all rows of it share. */
export const feePlaces = mapping(planFees, {
  ...person,
  ...certified,
  officeClass: info('office-class', 'code.coding[0]'),
  notified: info('notified', 'timingDate'),
  ...numbers('unit-price'),
});

/** 給付管理票: what all rows of it share. */
export const slipPlaces = mapping(slips, {
  ...person,
  action: info('slip-action', 'code.coding[0]'),
  made: info('slip-made', 'timingDate'),
  limitFrom: info('limit', 'timingPeriod.start'),
  limitTo: info('limit', 'timingPeriod.end'),
  planAuthor: info('plan-author', 'code.coding[0]'),
  ...numbers('limit-units'),
});

const line: Places = { line: 'ext(kaigo-claim-line).valueString' };
const remarks: Places = { remarks: 'ext(kaigo-claim-remarks).valueString' };
const treatment = (key: string, element: string): Places => ({
  [key]: `ext(kaigo-claim-treatment).sub(${key}).${element}`,
});
const texts = (...keys: readonly string[]): Places =>
  Object.assign({}, ...keys.map(key => treatment(key, 'valueString'))) as Places;
const dates = (...keys: readonly string[]): Places =>
  Object.assign({}, ...keys.map(key => treatment(key, 'valueDate'))) as Places;
const numbered = (key: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${key}${i + 1}`);

const service: Places = {
  ...numbers('unit', 'service-units', ...each(publics, 'times', 'units')),
  times: 'quantity.value',
  ...remarks,
};

/** How a record becomes an item: its places, how it names the service, and whom it names. */
export interface ItemForm {
  readonly places: Mapping;
  /** What its service is: a service code of two items or one, a type of service, or nothing. */
  readonly service: 'parts' | 'code' | 'type' | 'none';
  /** What stands for the service when the record names none. */
  readonly text: string;
  /** Numbers of offices and persons: item, role, identifier system. */
  readonly team: readonly (readonly [key: string, role: string, system: string])[];
}

const manager = ['manager', 'care-manager', systems.manager] as const;

/** Records that are items, by name. */
export const itemForms: Readonly<Record<string, ItemForm>> = {
  '02': { places: mapping(services, service), service: 'parts', text: 'サービス', team: [] },
  14: {
    places: mapping(servicesElsewhere, service),
    service: 'parts',
    text: 'サービス',
    team: [['facilityInsurer', 'facility-insurer', systems.insurer]],
  },
  '03': {
    places: mapping(emergencies, {
      ...line,
      ...texts(
        ...numbered('disease', 3),
        'visitor',
        'hospital',
        ...numbered('remarks', 20),
        ...numbered('condition', 3),
      ),
      ...dates(...numbered('began', 3), ...numbered('conditionBegan', 3)),
      ...numbers('visit-days', 'outpatient-days', 'emergency-unit', 'emergency-days', 'emergency-subtotal'),
      ...numbers('rehabilitation', 'treatment', 'surgery', 'anaesthesia', 'radiation', 'emergency-total'),
      ...numbers('condition-unit', 'condition-days', 'condition-subtotal'),
    }),
    service: 'none',
    text: '緊急時施設療養・所定疾患施設療養',
    team: [],
  },
  '04': {
    places: mapping(specials, {
      ...line,
      ...texts('disease1', 'treatmentCode'),
      ...numbers('unit', ...each(payers, 'times', 'units', 'total-units')),
      ...remarks,
    }),
    service: 'none',
    text: '特定診療費',
    team: [],
  },
  10: {
    places: mapping(sums, {
      days: 'quantity.value',
      ...numbers('planned-units', 'managed-units', 'unmanaged-units', 'short-stay-planned', 'short-stay-days'),
      ...numbers('unit-price', ...each(payers, 'units', 'medical-units')),
      ...amounts(...each(payers, 'claimed', 'copayment', 'medical-claimed', 'medical-copayment')),
    }),
    service: 'type',
    text: '集計',
    team: [],
  },
  11: {
    places: mapping(residents, {
      ...line,
      days: 'quantity.value',
      price: 'unitPrice.value',
      cost: 'net.value',
      ...numbers(...each(publics, 'times')),
      ...amounts('limit', 'insurance-claimed', 'insurance-copayment', 'total-cost', 'total-claimed', 'total-copayment'),
      ...amounts(...each(publics, 'share', 'total-share', 'claimed', 'copayment')),
    }),
    service: 'parts',
    text: '合計',
    team: [],
  },
  12: {
    places: mapping(reliefs, {
      ...numbers('relief-rate'),
      ...amounts('relief-due', 'relief-amount', 'relief-copayment'),
      ...remarks,
    }),
    service: 'type',
    text: '軽減',
    team: [],
  },
  8124: {
    places: mapping(planFees, {
      ...line,
      ...numbers('unit', 'service-units', 'total-units'),
      times: 'quantity.value',
      ...amounts('claimed'),
      ...remarks,
    }),
    service: 'code',
    text: '合計',
    team: [manager],
  },
  8222: {
    places: mapping(slips, {
      ...line,
      serviceClass: 'modifier[0].coding[0]',
      ...numbers('planned', 'days-before', 'designated-sum', 'equivalent-sum', 'planned-sum'),
    }),
    service: 'type',
    text: '合計',
    team: [
      ['serviceOffice', 'service-office', systems.office],
      manager,
      ['commissioned', 'commissioned-office', systems.office],
      ['commissionedManager', 'commissioned-manager', systems.manager],
    ],
  },
};

const price = (line: number, code: string, element: string): string =>
  `lineItem[${line}].priceComponent(claim-item#${code}).${element}`;

/** 請求書 ⇄ the first line (サービス費用) and the second (特定入所者) of an Invoice. */
export const billPlaces = mapping(bills, {
  count: price(0, 'count', 'factor'),
  units: price(0, 'units', 'factor'),
  cost: price(0, 'cost', 'amount.value'),
  claimed: price(0, 'claimed', 'amount.value'),
  'public-claimed': price(0, 'public-claimed', 'amount.value'),
  copayment: price(0, 'copayment', 'amount.value'),
  residentCount: price(1, 'count', 'factor'),
  residentDays: price(1, 'days', 'factor'),
  residentCost: price(1, 'cost', 'amount.value'),
  residentCopayment: price(1, 'copayment', 'amount.value'),
  residentPublic: price(1, 'public-claimed', 'amount.value'),
  residentClaimed: price(1, 'claimed', 'amount.value'),
});
