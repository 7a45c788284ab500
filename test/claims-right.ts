/** Claims whose figures are right: units times price, shares, sums. For tests that go through the server. */
import { type ClaimDelivery, type ClaimRecord, insurer, office, planningOffice } from './claims-data.ts';

/** What a claim is about. */
export interface Served {
  readonly insured: string;
  readonly month: string;
  readonly birthDate: string;
  readonly sex: string;
  readonly careLevel: string;
  /** 給付率, percent. */
  readonly rate: number;
  readonly times: number;
}

const unit = 387;
/** Yen per unit in hundredths. */
const price = 1021;

const person = ({ insured, month, birthDate, sex, careLevel }: Served) => ({
  month,
  insurer,
  insured,
  birthDate,
  sex,
  careLevel,
  certifiedFrom: '20260401',
  certifiedTo: '20270331',
});

function figures({ rate, times }: Served): Record<string, string> {
  const cost = Math.floor((unit * times * price) / 100);
  const claimed = Math.floor((cost * rate) / 100);
  return {
    'insurance-units': String(unit * times),
    'insurance-claimed': String(claimed),
    'insurance-copayment': String(cost - claimed),
  };
}

const basics = (one: Served): Record<string, string> => ({
  record: '01',
  formerMeasure: '1',
  planAuthor: '1',
  planOffice: planningOffice,
  stopReason: '1',
  'insurance-rate': String(one.rate),
  ...figures(one),
});

function sum(one: Served): Record<string, string> {
  const units = String(unit * one.times);
  return {
    record: '10',
    serviceType: '11',
    days: String(one.times),
    'planned-units': units,
    'managed-units': units,
    'unmanaged-units': '0',
    'unit-price': String(price),
    ...figures(one),
  };
}

/** 明細書 of visits. */
export function visits(one: Served): ClaimRecord[] {
  const head = { ...person(one), office, exchange: '7131' };
  const service = {
    record: '02',
    serviceType: '11',
    serviceItem: '2222',
    unit: String(unit),
    times: String(one.times),
    'service-units': String(unit * one.times),
  };
  return [
    { name: '01', record: { ...head, ...basics(one) } },
    { name: '02', record: { ...head, ...service } },
    { name: '10', record: { ...head, ...sum(one) } },
  ];
}

/** 居宅サービス計画費. */
export function planFee(one: Served): ClaimRecord[] {
  const head = {
    ...person(one),
    office: planningOffice,
    exchange: '8124',
    officeClass: '1',
    'unit-price': '1021',
    notified: '20260925',
  };
  return [
    {
      name: '8124',
      record: {
        ...head,
        line: '01',
        service: '432111',
        unit: '1086',
        times: '1',
        'service-units': '1086',
        manager: '49000001',
      },
    },
    { name: '8124', record: { ...head, line: '99', 'total-units': '1086', claimed: '11088', manager: '49000001' } },
  ];
}

const limits: Readonly<Record<string, string>> = { 21: '16765', 22: '19705', 23: '27048', 24: '30938', 25: '36217' };

/** What all rows of a 給付管理票 say. */
function slipHead(one: Served) {
  const { certifiedFrom: _from, certifiedTo: _to, ...rest } = person(one);
  return {
    ...rest,
    office: planningOffice,
    exchange: '8222',
    action: '1',
    made: '20261105',
    kind: '3',
    limitFrom: '202604',
    limitTo: '202703',
    'limit-units': limits[one.careLevel]!,
    planAuthor: '1',
    manager: '49000001',
  };
}

/** 給付管理票. */
export function slip(one: Served): ClaimRecord[] {
  const head = slipHead(one);
  const units = String(unit * one.times);
  const service = { line: '01', serviceOffice: office, serviceClass: '1', serviceType: '11', planned: units };
  const total = { line: '99', 'designated-sum': units, 'equivalent-sum': '0', 'planned-sum': units };
  return [service, total].map(row => ({ name: '8222', record: { ...head, ...row } }));
}

/** 請求書 of some 明細書. */
export function billOf(all: readonly Served[]): ClaimRecord[] {
  const sum = (key: string) => String(all.reduce((total, one) => total + Number(figures(one)[key]), 0));
  const [units, claimed, copayment] = ['insurance-units', 'insurance-claimed', 'insurance-copayment'].map(sum);
  const record = {
    exchange: '7111',
    month: all[0]!.month,
    office,
    payer: '1',
    law: '0',
    request: '01',
    count: String(all.length),
    units: units!,
    cost: String(Number(claimed) + Number(copayment)),
    claimed: claimed!,
    'public-claimed': '0',
    copayment: copayment!,
  };
  return [{ name: '7111', record }];
}

const frame = { medium: '1', month: '202611' };

/** The files of a month: bill and claims of the office, fees and slips of the office that plans. */
export const rightDeliveries = (all: readonly Served[]): readonly ClaimDelivery[] => [
  { ...frame, dataKind: '711', office, claims: [billOf(all), ...all.map(visits)] },
  { ...frame, dataKind: '812', office: planningOffice, claims: all.map(planFee) },
  { ...frame, dataKind: '821', office: planningOffice, claims: all.map(slip) },
];
