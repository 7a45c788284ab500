/**
 * Who a document is about: found by number and birth date, doubts told, never guessed. A person whose number changed is known by
 * another identifier, birth date and name together.
 * Source: JP-CLINS 1.10.0 (被保険者個人識別子) and the exchange's check of number and birth date at reception.
 */
import type { JsonObject, Message } from '../fhir/types.ts';
import { folded, isIndividual, type Numbered, numbersOf, personNumbers, spellings } from './keys.ts';
import { object, objects, text } from './values.ts';

/** A stored person that shares a number with the one in the document. */
export interface Candidate {
  readonly id: string;
  readonly resource: JsonObject;
}

/** What came of looking for the person. */
export type PersonMatch =
  | {
      /** `renumbered`: known by another identifier; the number is new. */
      readonly kind: 'found' | 'renumbered';
      readonly candidate: Candidate;
      /** Other records of the same person: one of the other identifiers, birth date and name are the same. */
      readonly also: readonly Candidate[];
      readonly notes: readonly Message[];
    }
  | { readonly kind: 'new'; readonly notes: readonly Message[] }
  | { readonly kind: 'doubtful'; readonly reason: Message };

/** True for a number that stands for a person in the whole country or a municipality. */
export const isPersonNumber = ({ system }: Numbered): boolean => personNumbers.some(one => one.system === system);

const nameTexts = (patient: JsonObject): ReadonlySet<string> =>
  new Set(
    objects(patient['name']).flatMap(name => {
      const given = Array.isArray(name['given']) ? name['given'] : [];
      const parts = [name['family'], ...given].filter((one): one is string => typeof one === 'string').join('');
      return [text(name['text']), text(parts)]
        .filter(one => one !== undefined)
        .map(one => folded(one).replace(/\s/g, ''));
    }),
  );

/** True when a name (kanji or kana) is the same in both; also when one of them has none. */
export function sameName(a: JsonObject, b: JsonObject): boolean {
  const [left, right] = [nameTexts(a), nameTexts(b)];
  return left.size === 0 || right.size === 0 || [...left].some(one => right.has(one));
}

const sameBirth = (a: JsonObject, b: JsonObject): boolean =>
  text(a['birthDate']) !== undefined && a['birthDate'] === b['birthDate'];

/** True when the stored person has the number, in whatever width it is written. */
export function hasNumber(stored: JsonObject, number: Numbered): boolean {
  const forms = spellings(number).map(folded);
  return numbersOf(stored).some(one => one.system === number.system && forms.includes(folded(one.value)));
}

/** Persons that were joined into another one do not count. */
const isReplaced = ({ resource }: Candidate): boolean =>
  objects(resource['link']).some(link => link['type'] === 'replaced-by');

const doubtful = (en: string, ja: string): PersonMatch => ({ kind: 'doubtful', reason: { en, ja } });

/** Decides by persons that have the number. */
function byNumber(patient: JsonObject, number: Numbered, candidates: readonly Candidate[]): PersonMatch | undefined {
  const same = candidates.filter(one => sameBirth(one.resource, patient));
  const individual = isIndividual(number);
  if (same.length > 1)
    return doubtful(
      'several stored persons have this number and birth date; join them (Patient.link) before sending',
      '同じ番号・生年月日の人が複数登録されています。Patient.link でまとめてから送ってください',
    );
  const [candidate] = same;
  if (candidate) {
    if (sameName(candidate.resource, patient)) return { kind: 'found', candidate, also: [], notes: [] };
    if (!individual)
      return doubtful(
        'number and birth date are those of a stored person with another name, and without 枝番 the number may be a family’s; send it with 枝番',
        '番号と生年月日は登録済みの人と同じですが氏名が違います。枝番のない番号は家族で共通のことがあります。枝番を付けて送ってください',
      );
    const note = {
      en: 'the name differs from the stored one (number and birth date are the same)',
      ja: '氏名が登録と違います（番号と生年月日は同じ）',
    };
    return { kind: 'found', candidate, also: [], notes: [note] };
  }
  if (candidates.length > 0 && individual)
    return doubtful(
      'the number is that of a stored person with another birth date; check number and birth date',
      '番号は登録済みの人のものですが、生年月日が違います。番号と生年月日を確かめてください',
    );
  return undefined;
}

const isLinked = (a: Candidate, b: Candidate): boolean =>
  objects(a.resource['link']).some(link => object(link['other'])['reference'] === `Patient/${b.id}`);

type Found = Extract<PersonMatch, { kind: 'found' | 'renumbered' }>;

function withOthers(found: Found, alike: readonly Candidate[]): Found {
  const also = alike.filter(one => !isLinked(found.candidate, one));
  if (also.length === 0) return found;
  const note = {
    en: 'the same person is stored under another number too; the records were linked (Patient.link)',
    ja: '同じ人が別の番号でも登録されていたため、Patient.link で結びました',
  };
  return { ...found, also, notes: [...found.notes, note] };
}

/**
 * Decides who the person is.
 * @param patient as sent
 * @param number the person's number in the document
 * @param candidates stored persons that have one of the person's identifiers
 */
export function matchPerson(patient: JsonObject, number: Numbered, candidates: readonly Candidate[]): PersonMatch {
  const living = candidates.filter(one => !isReplaced(one));
  const owners = living.filter(one => hasNumber(one.resource, number));
  const alike = living.filter(
    one => !owners.includes(one) && sameBirth(one.resource, patient) && sameName(one.resource, patient),
  );
  const decided = byNumber(patient, number, owners);
  if (decided?.kind === 'found') return withOthers(decided, alike);
  if (decided) return decided;
  const [only, ...more] = alike;
  if (only && more.every(one => isLinked(only, one)))
    return { kind: 'renumbered', candidate: only, also: [], notes: [] };
  if (only)
    return doubtful(
      'several stored persons share an identifier, birth date and name with the one sent; join them (Patient.link) first',
      '識別子・生年月日・氏名が一致する人が複数登録されています。先に Patient.link でまとめてください',
    );
  const others = living.length - owners.length;
  const notes: Message[] = [];
  if (owners.length > 0)
    notes.push({
      en: 'another person has the same number without 枝番 and another birth date; taken as a member of the family',
      ja: '枝番のない同じ番号で生年月日の違う人がいます。家族として別に登録しました',
    });
  if (others > 0)
    notes.push({
      en: 'a stored person has one of the other identifiers, but birth date or name differ; taken as another person',
      ja: '他の識別子が一致する人がいますが、生年月日か氏名が違うため、別の人として登録しました',
    });
  return { kind: 'new', notes };
}

/**
 * The stored person's identifiers with those of the document added. A number that was replaced by another of its system ends
 * on the day the document was made.
 * @param day such as `2026-10-05`
 * @param newer false when the document is older than what is stored: its numbers are old ones then
 */
export function mergedIdentifiers(
  stored: JsonObject,
  sent: JsonObject,
  day: string | undefined,
  newer: boolean,
): readonly JsonObject[] {
  const kept = [...objects(stored['identifier'])];
  const isKnown = (one: JsonObject): boolean => {
    const [system, value] = [text(one['system']), text(one['value'])];
    return system !== undefined && value !== undefined && hasNumber(stored, { system, value });
  };
  for (const added of objects(sent['identifier']).filter(one => !isKnown(one))) {
    const before = kept.findIndex(one => one['system'] === added['system'] && one['use'] !== 'old');
    if (before < 0 || !isPersonNumber({ system: String(added['system']), value: '' })) kept.push(added);
    else if (newer) {
      kept[before] = {
        ...kept[before],
        use: 'old',
        ...(day && { period: { ...object(kept[before]!['period']), end: day } }),
      };
      kept.push({ ...added, ...(day && { period: { start: day, ...object(added['period']) } }) });
    } else kept.push({ ...added, use: 'old' });
  }
  return kept;
}
