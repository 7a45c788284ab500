/**
 * Organization/$adl-gain: the ADL利得 of an office over a period, by the rule of ADL維持等加算 in force at its start. Each figure
 * comes with the observations it was made from.
 */
import {
  type AddOn,
  type Adjustment,
  type AdlRule,
  adlGain as computeGain,
  type GainRow,
  type Measurement,
} from '../care/adl-gain.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { JsonObject } from '../fhir/types.ts';
import type { FhirRequest, FhirResponse, Operation, Services } from '../interactions/interaction.ts';
import { gone, notFound } from '../interactions/read.ts';
import { japaneseDay } from '../terminology/terminology.ts';

const root = 'https://w3id.org/engawa/fhir';
const ruleUrl = `${root}/CodeSystem/adl-maintenance-rule`;
const indexCode = `${root}/CodeSystem/scale-score|barthel-index`;

/** Months of a period when its end is not named, and at most. */
const usualMonths = 12;
const mostMonths = 36;
/** Observations looked at at a time. */
const chunk = 1000;

const objects = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? (value as JsonObject[]) : []);
const object = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;

interface Period {
  /** First and last day. */
  readonly start: string;
  readonly end: string;
}

function monthParameter(request: FhirRequest, name: string): string | undefined {
  const value = request.query.find(([one]) => one === name)?.[1];
  if (value === undefined || /^\d{4}-(0[1-9]|1[0-2])$/.test(value)) return value;
  throw new FhirError(
    'invalid',
    {
      en: `${name}: found "${value.slice(0, 20)}", expected a month such as 2026-04`,
      ja: `${name} には 2026-04 のような年月を指定してください`,
    },
    { location: name },
  );
}

/** First day of a month some months later. */
function addMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 10);
}

const dayBefore = (day: string): string => new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);

function periodOf(services: Services, request: FhirRequest): Period {
  const thisMonth = japaneseDay(services.now()).slice(0, 7);
  const start = monthParameter(request, 'start') ?? addMonths(thisMonth, -usualMonths).slice(0, 7);
  const end = monthParameter(request, 'end') ?? addMonths(start, usualMonths - 1).slice(0, 7);
  if (end < start || end > addMonths(start, mostMonths - 1).slice(0, 7))
    throw new FhirError('invalid', {
      en: `The period ${start} to ${end}: expected 1 to ${mostMonths} months, the first one first`,
      ja: `期間 ${start}〜${end} は使えません（開始月から ${mostMonths} か月以内）`,
    });
  return { start: `${start}-01`, end: dayBefore(addMonths(end, 1)) };
}

/** Properties of a concept by code. */
const propertiesOf = (concept: JsonObject): ReadonlyMap<string, unknown> =>
  new Map(
    objects(concept['property']).map(one => [
      String(one['code']),
      Object.entries(one).find(([key]) => key.startsWith('value'))?.[1],
    ]),
  );

/** The rule in force on a day. @throws FhirError 'not-supported' when none is held */
function ruleOn(services: Services, day: string): AdlRule {
  const system = services.terminology.scope().resource('CodeSystem', ruleUrl);
  const inForce = objects(system?.['concept'])
    .map(concept => ({ concept, properties: propertiesOf(concept) }))
    .filter(({ properties }) => String(properties.get('validFrom') ?? '9999') <= day)
    .filter(({ properties }) => day <= String(properties.get('validTo') ?? '9999'));
  const text = (concept: JsonObject, name: string) => String(concept[name] ?? '');
  const number = (properties: ReadonlyMap<string, unknown>, name: string) => Number(properties.get(name) ?? 0);
  const classes = inForce.filter(({ properties }) => properties.has('meanAtLeast'));
  if (classes.length === 0)
    throw new FhirError('not-supported', {
      en: `No rule of ADL維持等加算 is held here for ${day}; the ones that are begin on 2021-04-01. Store a CodeSystem ${ruleUrl} that has it`,
      ja: `${day} に適用される ADL維持等加算の基準がありません（2021-04-01 以降の基準があります）。基準を持つ CodeSystem（${ruleUrl}）を登録してください`,
    });
  return {
    months: number(classes[0]!.properties, 'months'),
    addOns: classes.map(
      ({ concept, properties }): AddOn => ({
        code: text(concept, 'code'),
        display: text(concept, 'display'),
        meanAtLeast: number(properties, 'meanAtLeast'),
        usersAtLeast: number(properties, 'usersAtLeast'),
        trimPercent: number(properties, 'trimPercent'),
        units: number(properties, 'units'),
      }),
    ),
    adjustments: inForce
      .filter(({ properties }) => properties.has('initialFrom'))
      .map(
        ({ concept, properties }): Adjustment => ({
          code: text(concept, 'code'),
          from: number(properties, 'initialFrom'),
          to: number(properties, 'initialTo'),
          points: number(properties, 'points'),
        }),
      ),
  };
}

/** A measurement in an Observation; undefined for one that holds none. */
function measurementIn(resource: JsonObject): Measurement | undefined {
  const total = resource['valueInteger'] ?? object(resource['valueQuantity'])?.['value'];
  const person = object(resource['subject'])?.['reference'];
  const time = resource['effectiveDateTime'];
  if (typeof total !== 'number' || typeof person !== 'string' || typeof time !== 'string' || time.length < 10)
    return undefined;
  const day = time.includes('T') ? japaneseDay(Date.parse(time)) : time;
  return { person, day, total, source: `Observation/${String(resource['id'])}` };
}

async function measurementsOf(services: Services, request: FhirRequest, id: string, { start, end }: Period) {
  const { search, store } = services;
  const input = {
    types: ['Observation'],
    path: 'Observation',
    query: [
      ['code', indexCode],
      ['performer', `Organization/${id}`],
      ['date', `ge${start}`],
      ['date', `le${end}`],
      ['status', 'final,amended,corrected'],
    ] as const,
    lenient: false,
    access: services.access.condition(request.caller),
    base: request.base,
    limit: chunk,
  };
  const found: Measurement[] = [];
  let page = await search.find(input, store);
  for (;;) {
    for await (const texts of search.texts(page.matches, store))
      for (const text of texts) {
        const one = measurementIn(JSON.parse(text) as JsonObject);
        if (one) found.push(one);
      }
    if (page.next === undefined) return found;
    page = await search.find({ ...input, query: [['_page', page.next]] }, store);
  }
}

const reference = (name: string, value: string): JsonObject => ({ name, valueReference: { reference: value } });

const measured = (name: string, { source, day, total }: Measurement): JsonObject => ({
  name,
  part: [reference('observation', source), { name: 'date', valueDate: day }, { name: 'total', valueInteger: total }],
});

const personPart = ({ person, first, second, adjustment, gain, part }: GainRow): JsonObject => ({
  name: 'person',
  part: [
    reference('subject', person),
    measured('first', first),
    ...(second ? [measured('second', second)] : []),
    ...(adjustment
      ? [
          {
            name: 'adjustment',
            part: [coding('rule', adjustment.code), { name: 'points', valueInteger: adjustment.points }],
          },
        ]
      : []),
    ...(gain === undefined ? [] : [{ name: 'gain', valueInteger: gain }]),
    { name: 'counted', valueCode: part },
  ],
});

const coding = (name: string, code: string, display?: string): JsonObject => ({
  name,
  valueCoding: { system: ruleUrl, code, ...(display !== undefined && { display }) },
});

async function handle(services: Services, request: FhirRequest): Promise<FhirResponse> {
  const id = request.params['id']!;
  const office = await services.store.read('Organization', id, services.access.condition(request.caller));
  if (!office) throw notFound('Organization', id);
  if (office.deleted) throw gone(office);
  await services.terminology.refresh();
  const period = periodOf(services, request);
  const rule = ruleOn(services, period.start);
  const figures = computeGain(await measurementsOf(services, request, id, period), rule);
  const parameter: JsonObject[] = [
    reference('office', `Organization/${id}`),
    { name: 'period', valuePeriod: { start: period.start, end: period.end } },
    ...rule.addOns.map(one => coding('rule', one.code, one.display)),
    { name: 'users', valueInteger: figures.users },
    ...(figures.mean === undefined ? [] : [{ name: 'mean', valueDecimal: Math.round(figures.mean * 100) / 100 }]),
    ...(figures.reached
      ? [
          coding('reached', figures.reached.code, figures.reached.display),
          { name: 'units', valueInteger: figures.reached.units },
        ]
      : []),
    ...figures.rows.map(personPart),
  ];
  const resource = { resourceType: 'Parameters', parameter };
  return { status: 200, headers: {}, body: { kind: 'resource', resource } };
}

/** Organization/[id]/$adl-gain?start=2025-04&end=2026-03 */
export const adlGain: Operation = {
  name: 'adl-gain',
  levels: ['instance'],
  types: ['Organization'],
  definition: `${root}/OperationDefinition/adl-gain`,
  readOnly: true,
  handle,
};
