/**
 * サービス利用票 (第6表) and 実績: a CarePlan of one month. Rows that differ only in their day become one activity with its days.
 */
import type { JsonObject, Resource } from '../../../fhir/types.ts';
import { setAt } from '../../element-path.ts';
import type { FileRecord, FindCodes } from '../../layout.ts';
import { mapping } from '../../mapping.ts';
import { newestVersion } from './layouts/layout-of.ts';
import { upplan } from './layouts/month.ts';
import { detailsOf, identifierValue, type Making } from './parts.ts';
import { codeSystems, concept, key, metaOf, personOf, systems } from './systems.ts';

/** What is the same in all rows ⇄ CarePlan. */
export const monthMapping = mapping(upplan, {
  version: 'ext(kaigo-csv-version).valueCode',
  created: 'created',
  plannerNumber: 'contributor[0].identifier.value',
  planner: 'author.display',
});

/** What is the same on all days ⇄ an activity's detail. */
export const serviceMapping = mapping(upplan, {
  shortStayDays: 'ext(kaigo-short-stay-days).valueInteger',
  start: 'ext(kaigo-time-range).sub(start).valueTime',
  end: 'ext(kaigo-time-range).sub(end).valueTime',
  serviceCode: 'code.coding[0].code',
  tais: 'ext(kaigo-rented-equipment).sub(tais).valueString',
  equipmentNumber: 'ext(kaigo-rented-equipment).sub(number).valueString',
  equipment: 'ext(kaigo-rented-equipment).sub(name).valueString',
  detailNo: 'ext(kaigo-rented-equipment).sub(item).valueInteger',
  officeNumber: 'performer[0].identifier.value',
  office: 'performer[0].display',
  branch: 'ext(kaigo-office-branch).valueString',
  updatedBy: 'ext(kaigo-updated-by).valueIdentifier.value',
  marker: 'ext(kaigo-marker).valueString',
});

/** One day ⇄ the extension kaigo-service-day. */
export const dayMapping = mapping(upplan, {
  day: 'sub(date).valueDate',
  times: 'sub(times).valueInteger',
  units: 'sub(units).valueInteger',
  proRata: 'sub(proRata).valueString',
  over30: 'sub(over30).valueCoding',
});

const dayUrl = 'https://w3id.org/engawa/fhir/StructureDefinition/kaigo-service-day';

/** Key of a month's plan: insurer:insured:YYYYMM. */
export const monthKey = (record: FileRecord) => key('month', `${personOf(record)}:${record['month']}`);

/** Key of what one office gave in a month: insurer:insured:YYYYMM:office:service type. */
export const givenKey = (record: FileRecord) =>
  key(
    'given',
    `${personOf(record)}:${record['month']}:${record['officeNumber']}:${record['serviceType'] ?? record['serviceCode']?.slice(0, 2)}`,
  );

const serviceOf = (row: FileRecord): string =>
  Object.keys(serviceMapping.places)
    .map(one => row[one])
    .join('\u0000');

/** First and last day of YYYYMM. */
function monthPeriod(month: string): { start: string; end: string } {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(4))];
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate();
  const text = `${month.slice(0, 4)}-${month.slice(4)}`;
  return { start: `${text}-01`, end: `${text}-${last}` };
}

/** Rows of one person's month → its CarePlan. */
export function writeMonth(
  kind: 'month' | 'given',
  rows: readonly FileRecord[],
  subject: JsonObject,
  making: Making,
): Resource {
  const first = rows[0]!;
  const resource: Resource = {
    resourceType: 'CarePlan',
    meta: metaOf(kind === 'month' ? 'kaigo-monthly-plan' : 'kaigo-services-given'),
    identifier: [kind === 'month' ? monthKey(first) : givenKey(first)],
    status: kind === 'month' ? 'active' : 'completed',
    intent: 'order',
    category: [concept('planKind', kind)],
    title: kind === 'month' ? 'サービス利用票' : 'サービス実績',
    subject,
    period: monthPeriod(first['month']!),
  };
  if (kind === 'given') resource['basedOn'] = [{ type: 'CarePlan', identifier: monthKey(first) }];
  monthMapping.toFhir(first, resource, making.codes);
  resource['activity'] = writeServices(rows, kind, making.codes);
  return resource;
}

function writeServices(rows: readonly FileRecord[], kind: 'month' | 'given', codes: FindCodes): JsonObject[] {
  const services = new Map<string, number[]>();
  for (const [i, row] of rows.entries()) {
    const name = serviceOf(row);
    const found = services.get(name);
    if (found) found.push(i);
    else services.set(name, [i]);
  }
  // Rows are in order when each service follows the one before: then their numbers need not be kept.
  const inOrder = [...services.values()].flat().every((row, i) => row === i);
  return [...services.values()].map(numbers => {
    const first = rows[numbers[0]!]!;
    const detail: JsonObject = {};
    setAt(detail, 'ext(kaigo-activity-kind).valueCode', kind === 'month' ? 'planned' : 'given');
    serviceMapping.toFhir(first, detail, codes);
    setAt(detail, 'code.coding[0].system', codeSystems.serviceCode);
    const days = numbers.map(number => {
      const day: JsonObject = { url: dayUrl };
      dayMapping.toFhir(rows[number]!, day, codes);
      if (!inOrder) setAt(day, 'sub(row).valuePositiveInt', number + 1);
      return day;
    });
    detail['extension'] = [...(detail['extension'] as JsonObject[]), ...days];
    detail['status'] = kind === 'month' ? 'scheduled' : 'completed';
    return { detail };
  });
}

/** The CarePlan of a month → its rows. */
export function readMonth(kind: 'month' | 'given', plan: Resource): FileRecord[] {
  const [insurer = '', insured = '', month = ''] = (identifierValue(plan, systems[kind]) ?? '').split(':');
  const same = monthMapping.toFile(plan);
  const header = { ...same, version: same['version'] || newestVersion, insurer, insured, month };
  const rows = detailsOf(plan, kind === 'month' ? 'planned' : 'given', true).flatMap(detail => {
    const service = serviceMapping.toFile(detail);
    const days = ((detail['extension'] ?? []) as JsonObject[]).filter(one => one['url'] === dayUrl);
    return days.map(day => {
      const row = ((day['extension'] ?? []) as JsonObject[]).find(one => one['url'] === 'row')?.['valuePositiveInt'];
      return { number: Number(row ?? 0), record: { ...service, ...dayMapping.toFile(day), ...header } };
    });
  });
  return rows.sort((a, b) => a.number - b.number).map(({ record }) => record);
}
