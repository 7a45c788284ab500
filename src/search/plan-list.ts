/**
 * `_list`: resources that are entries of a List, by its id or by what it is for (`$current-problems`).
 * @see https://hl7.org/fhir/R4/search.html#list
 */
import { allOf, anyOf, type Condition, hashOf } from './condition.ts';
import type { PlanSettings } from './plan.ts';
import { refuse, refuseModifier, refuseValue } from './refuse.ts';
import type { QueryParameter } from './search.ts';
import type { SearchParam } from './search-param.ts';
import { searchTypes } from './types/all.ts';

const kinds = 'http://terminology.hl7.org/CodeSystem/list-example-use-codes';
const loinc = 'http://loinc.org';

/**
 * The lists a patient has one current of, with the codes such a List carries.
 * @see https://hl7.org/fhir/R4/lifecycle.html#current
 */
const currentLists: ReadonlyMap<string, readonly string[]> = new Map([
  ['$current-problems', [`${kinds}|problems`, `${loinc}|11450-4`]],
  ['$current-medications', [`${kinds}|medications`, `${loinc}|10160-0`, `${loinc}|56445-0`]],
  ['$current-allergies', [`${kinds}|allergies`, `${loinc}|48765-2`, `${loinc}|52472-8`]],
  ['$current-drug-allergies', [`${kinds}|allergies`, `${loinc}|48765-2`, `${loinc}|52472-8`]],
]);

/** Resources that are entries of one of the lists named. */
export function planList(
  type: string,
  name: string,
  modifier: string | undefined,
  values: readonly string[],
  settings: PlanSettings,
): Condition {
  if (modifier !== undefined) throw refuseModifier(name, modifier, 'special', []);
  return anyOf(values.map(value => planOne(type, name, value, settings)));
}

function planOne(type: string, name: string, value: string, settings: PlanSettings): Condition {
  const { byCode } = settings.stored('List');
  const items = byCode.get('item')!.sources.map(source => source.param);
  const inList = (inner: Condition): Condition => ({ op: 'has', params: items, type: 'List', inner });
  const codes = currentLists.get(value);
  if (codes) {
    const token = (param: SearchParam, one: string) =>
      searchTypes.get('token')!.condition({ param, name, value: one }, settings);
    const members = inList(
      allOf([anyOf(codes.map(code => token(byCode.get('code')!, code))), token(byCode.get('status')!, 'current')]),
    );
    const category = value === '$current-drug-allergies' ? settings.registry(type).byCode.get('category') : undefined;
    return category?.type === 'token' ? allOf([members, token(category, 'medication')]) : members;
  }
  return inList({ op: 'ids', hashes: [hashOf('List', listId(name, value))] });
}

/** The id of the List that a value names. @throws FhirError when it is none */
function listId(name: string, value: string): string {
  const id = value.startsWith('List/') ? value.slice(5) : value;
  if (/^[A-Za-z0-9\-.]{1,64}$/.test(id)) return id;
  throw refuseValue(
    name,
    value,
    {
      en: `the id of a List, or one of ${[...currentLists.keys()].join(', ')}`,
      ja: ` List の id か ${[...currentLists.keys()].join('・')} `,
    },
    '42',
  );
}

/** The query that finds the Lists a value of `_list` names. @throws FhirError when it names none, or only some of their entries */
export function listQuery(name: string, value: string): readonly QueryParameter[] {
  const codes = currentLists.get(value);
  if (!codes) return [['_id', listId(name, value)]];
  if (value === '$current-drug-allergies')
    throw refuse(
      name,
      `"${value}" depends on what its entries say, and can be asked in a search only; here $current-allergies has them all`,
      `「${value}」は項目の内容によるため、検索でだけ使えます。ここでは $current-allergies を使ってください`,
    );
  return [
    ['code', codes.join(',')],
    ['status', 'current'],
  ];
}
