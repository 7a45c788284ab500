/**
 * One set of rows → the resources it becomes and what it replaces or deletes.
 */
import type { JsonObject } from '../../../fhir/types.ts';
import { type Draft, type Key, type Removal, urnOf } from '../../convert.ts';
import type { FileRecord } from '../../layout.ts';
import type { Made, Making } from '../standard.ts';
import { consentAfter } from './consent.ts';
import type { Group } from './entries.ts';
import { type Picture, type SheetName, type SheetOwner, sheetKey, writeSheet } from './forms.ts';
import { writePlan } from './home-plan.ts';
import { writeMonth } from './month.ts';
import { linkOffices, personDraft, subjectOf } from './parts.ts';
import { writePreventive } from './preventive-plan.ts';
import { key, type systems } from './systems.ts';

type Rows = (kind: string) => FileRecord[];

/** The system of each family's key, and the sheets that go with it. */
const families: Readonly<Record<Group['family'], { system?: keyof typeof systems; sheets: readonly SheetName[] }>> = {
  plan: { system: 'plan', sheets: ['UPHOSOKU'] },
  month: { system: 'month', sheets: ['UPHOSOKU', 'UPSIKYU'] },
  given: { system: 'given', sheets: [] },
  basic: { sheets: ['UPKIHON'] },
  preventive: { system: 'preventive', sheets: ['UPYOBO'] },
};

/** Everything a deletion takes away: the plan, its goals, its sheets. */
function removeAll({ family, key: own }: Group): Made {
  const { system, sheets } = families[family];
  const plan: Removal[] = system === undefined ? [] : [{ type: 'CarePlan', key: key(system, own) }];
  const goals: Removal[] =
    family === 'plan' || family === 'preventive' ? [{ type: 'Goal', key: key(family, own) }] : [];
  const forms = sheets.map(name => ({ type: 'QuestionnaireResponse', key: sheetKey(name, own) }));
  return { drafts: [], removals: [...plan, ...goals, ...forms] };
}

/** The record a person can be made from: one that tells name, kana, sex and day of birth. */
const tellsPerson = (group: Group): FileRecord | undefined =>
  group.entries.find(({ kind }) => kind === 'UPHOSOKU' || kind === 'UPKIHON')?.record;

/** The person of a set, when the set tells who that is. */
export function personOfGroup(group: Group): Draft | undefined {
  const record = tellsPerson(group);
  return record && personDraft(record);
}

/** Makes the resources of a set. */
export function makeGroup(group: Group, pictures: readonly Picture[], making: Making): Made {
  const { family, key: own, entries } = group;
  if (entries[0]!.kind.startsWith('DLT')) return removeAll(group);
  const rows: Rows = kind => entries.filter(one => one.kind === kind).map(({ record }) => record);
  const person = personOfGroup(group);
  const subject = subjectOf(own.split(':').slice(0, 2).join(':'), person);
  const { system, sheets } = families[family];
  const plans = system === undefined ? [] : makePlan(group, rows, subject, making);
  const basedOn = system === undefined ? undefined : { reference: urnOf('CarePlan', key(system, own)) };
  const written = sheets.flatMap(name =>
    makeSheet(name, rows, { key: own, subject, sender: group.sender, ...(basedOn && { basedOn }) }, making, pictures),
  );
  const drafts = [...(person ? [person] : []), ...plans, ...written];
  const goals = drafts.filter(one => one.resource.resourceType === 'Goal').map(one => one.key);
  const removals: Removal[] = sheets
    .filter(name => !written.some(one => one.key.value === sheetKey(name, own).value))
    .map(name => ({ type: 'QuestionnaireResponse', key: sheetKey(name, own) }));
  if (family === 'plan' || family === 'preventive') removals.push({ type: 'Goal', key: key(family, own), but: goals });
  const after =
    family === 'preventive' ? consentAfter(rows('UPYOBO')[0], key('preventive', own), group.sender) : undefined;
  return { drafts, removals, ...(after && { after }) };
}

function makePlan(group: Group, rows: Rows, subject: JsonObject, making: Making): Draft[] {
  const { family, key: own } = group;
  const { plan, goals } = planOf(group, rows, subject, making);
  const identifier: Key = key(families[family].system!, own);
  return [...linkOffices(plan, making), ...goals, { key: identifier, resource: plan }];
}

function planOf({ family, sender }: Group, rows: Rows, subject: JsonObject, making: Making) {
  if (family === 'plan')
    return writePlan({ plan: rows('UP1KYO')[0]!, rows: rows('UP2KYO'), week: rows('UP3KYO') }, subject, making);
  if (family === 'preventive')
    return writePreventive({ plan: rows('UPYOBO')[0]!, rows: rows('UPYOBO_SUB'), sender }, subject, making);
  const kind = family === 'month' ? 'UPPLAN' : 'UPJSK';
  return { plan: writeMonth(family === 'month' ? 'month' : 'given', rows(kind), subject, making), goals: [] };
}

function makeSheet(name: SheetName, rows: Rows, of: SheetOwner, making: Making, pictures: readonly Picture[]): Draft[] {
  const [top] = rows(name);
  if (!top) return [];
  const repeated = { line: rows('UPSIKYU'), days: rows('UPKIHON_SUB1'), diseases: rows('UPKIHON_SUB2') };
  const own = name === 'UPKIHON' ? pictures.filter(one => one.name === top['image']) : [];
  return [writeSheet(name, of, { top, repeated }, making.codes, own)];
}
