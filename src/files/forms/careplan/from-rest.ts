/**
 * Items of plans that came over REST: where our files keep a text, FHIR has a period, a timing, a coding or the person itself. What a
 * file brought is never touched; only items that are empty are filled.
 */
import type { JsonObject, Resource } from '../../../fhir/types.ts';
import { getAt } from '../../element-path.ts';
import { toWareki } from '../../japanese-date.ts';

const day = (value: unknown): string => String(value ?? '').slice(0, 10);

/** A period in words, as plans are printed: 令和8年10月1日〜令和9年3月31日. */
function periodText(start: unknown, end: unknown): string {
  const [from, to] = [day(start), day(end)].map(one => (one.length === 10 ? (toWareki(one) ?? '') : ''));
  return from || to ? `${from}～${to}` : '';
}

/** How often a timing says: 週2回. Undefined where it is not that simple. */
function frequencyText(detail: JsonObject): string {
  const repeat = getAt(detail, 'scheduledTiming.repeat') as
    | { frequency?: number; period?: number; periodUnit?: string }
    | undefined;
  return repeat?.frequency && repeat.period === 1 && repeat.periodUnit === 'wk' ? `週${repeat.frequency}回` : '';
}

/** The items of a row of 第2表 that the activity has in another form. */
export const serviceItems = (detail: JsonObject): Record<string, string> => ({
  service: String(getAt(detail, 'code.coding[0].display') ?? ''),
  frequency: frequencyText(detail),
  period: periodText(getAt(detail, 'scheduledPeriod.start'), getAt(detail, 'scheduledPeriod.end')),
});

/** The period of a goal. */
export const goalPeriod = (goal: Resource): string => periodText(goal['startDate'], getAt(goal, 'target[0].dueDate'));

/** Fills what is empty. */
export function fillEmpty(record: Record<string, string>, items: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(items)) if (!record[key]) record[key] = value;
}

const sexes: Readonly<Record<string, string>> = { male: '1', female: '2' };

function nameOf(person: Resource, representation: string): string {
  const names = (person['name'] ?? []) as (JsonObject & { text?: string; family?: string; given?: string[] })[];
  const found = names.find(one =>
    ((one['extension'] ?? []) as JsonObject[]).some(each => each['valueCode'] === representation),
  );
  const name = found ?? (representation === 'IDE' ? names[0] : undefined);
  return name?.text ?? [name?.family, ...(name?.given ?? [])].filter(Boolean).join(' ');
}

/** 利用者補足情報 as far as the person tells it: it goes with every plan, also with one that came without. */
export function supplementOf(person: Resource): Record<string, string> {
  const phones = (person['telecom'] ?? []) as { system?: string; value?: string }[];
  return {
    kana: nameOf(person, 'SYL'),
    name: nameOf(person, 'IDE'),
    sex: sexes[String(person['gender'])] ?? '',
    birthDate: day(person['birthDate']).replaceAll('-', ''),
    postalCode: String(getAt(person, 'address[0].postalCode') ?? ''),
    address1: String(getAt(person, 'address[0].text') ?? getAt(person, 'address[0].line[0]') ?? ''),
    phone: phones.find(one => one.system === 'phone')?.value ?? '',
  };
}
