/**
 * The list of records of the claim exchange, each with its editions. Adding an edition is a line in `editionsOf` or here.
 */
import type { Layout } from '../../../layout.ts';
import { basics, services, servicesElsewhere } from './detail.ts';
import { type Edition, editionsOf } from './layout-of.ts';
import { bills, planFees, projectBills, slips } from './management.ts';
import { reliefs, residents, sums } from './sums.ts';
import { emergencies, specials } from './treatment.ts';

/** Records by what they are called here: the レコード種別コード of a 明細書, else the 交換情報識別番号. */
export const claimRecords: ReadonlyMap<string, readonly Edition[]> = new Map(
  [
    basics,
    services,
    emergencies,
    specials,
    sums,
    residents,
    reliefs,
    servicesElsewhere,
    planFees,
    slips,
    bills,
    projectBills,
  ].map(one => [one.id, editionsOf(one)]),
);

/** Where a row belongs. */
export type Family = 'detail' | 'fee' | 'slip' | 'bill';

const families: Readonly<Record<string, Family>> = {
  8124: 'fee',
  8125: 'fee',
  8222: 'slip',
  7111: 'bill',
  7112: 'bill',
};

/** The family of a 交換情報識別番号; undefined for one whose record is not known. */
export function familyOf(exchange: string): Family | undefined {
  const known = families[exchange];
  // 7121 is a summary sheet whose columns are not public.
  return known ?? (/^71[0-9A-Z]{2}$/.test(exchange) && exchange !== '7121' ? 'detail' : undefined);
}

/** The name of a record in {@link claimRecords}. */
export const recordNameOf = (exchange: string, record: string): string =>
  familyOf(exchange) === 'detail' ? record : exchange === '8125' ? '8124' : exchange;

/** The columns for a month of service YYYYMM; undefined when no edition is known for it. */
export const layoutOf = (name: string, month: string): Layout | undefined =>
  claimRecords.get(name)?.findLast(one => one.from <= month)?.layout;
