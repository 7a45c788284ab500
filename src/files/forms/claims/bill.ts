/**
 * The bill of an office for a month (請求書) ⇄ an Invoice: its sums are about many persons, so it has none.
 * @see https://hl7.org/fhir/R4/invoice.html
 */
import type { JsonObject, Resource } from '../../../fhir/types.ts';
import { setAt } from '../../element-path.ts';
import { toFhirMonth } from '../../japanese-date.ts';
import type { FileRecord, FindCodes } from '../../layout.ts';
import type { Delivery, Named } from './claim.ts';
import { billPlaces } from './places.ts';
import { codeSystems, keyOf, metaOf, systems } from './systems.ts';

const lines = [
  ['services', 'サービス費用'],
  ['residents', '特定入所者'],
] as const;

/** A bill → its Invoice. @param issuer reference to the office */
export function writeBill(record: FileRecord, delivery: Delivery, issuer: JsonObject, codes: FindCodes): Resource {
  const { request = '' } = record;
  const display = codes(codeSystems.requestKind)?.get(request);
  const bill: Resource = {
    resourceType: 'Invoice',
    meta: metaOf('kaigo-claim-bill'),
    identifier: [keyOf(record)],
    status: 'issued',
    type: { coding: [{ system: codeSystems.requestKind, code: request, ...(display && { display }) }] },
    date: toFhirMonth(delivery.month)!,
    issuer,
  };
  setAt(bill, 'ext(kaigo-claim-delivery).sub(dataKind).valueCode', delivery.dataKind);
  if (delivery.medium !== '') setAt(bill, 'ext(kaigo-claim-delivery).sub(medium).valueCode', delivery.medium);
  billPlaces.toFhir(record, bill, codes);
  const list = (bill['lineItem'] ?? []) as JsonObject[];
  bill['lineItem'] = list.flatMap((line, i) => {
    const parts = (line['priceComponent'] ?? []) as { type?: string; amount?: { currency?: string } }[];
    for (const one of parts) {
      one.type = 'informational';
      if (one.amount) one.amount.currency = 'JPY';
    }
    const [code, text] = lines[i]!;
    const concept = { coding: [{ system: codeSystems.item, code, display: text }] };
    return parts.length > 0 ? [{ ...line, sequence: i + 1, chargeItemCodeableConcept: concept }] : [];
  });
  if ((bill['lineItem'] as JsonObject[]).length === 0) delete bill['lineItem'];
  return bill;
}

/** An Invoice → its row; none when its key is not that of a bill. */
export function readBill(bill: Resource): Named[] {
  const identifiers = (bill['identifier'] ?? []) as { system?: string; value?: string }[];
  const value = identifiers.find(one => one.system === systems.bill)?.value;
  if (value === undefined) return [];
  const [office = '', month = '', exchange = '', payer = '', law = '', request = ''] = value.split(':');
  // The second line stands in its place even when the first is not there.
  const lineItem: JsonObject[] = [{}, {}];
  for (const one of (bill['lineItem'] ?? []) as { chargeItemCodeableConcept?: { coding?: { code?: string }[] } }[]) {
    const code = one.chargeItemCodeableConcept?.coding?.[0]?.code;
    const place = lines.findIndex(([known]) => known === code);
    if (place >= 0) lineItem[place] = one;
  }
  const record = billPlaces.toFile({ ...bill, lineItem });
  return [{ name: exchange, record: { ...record, exchange, month, office, payer, law, request } }];
}
