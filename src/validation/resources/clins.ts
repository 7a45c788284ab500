/**
 * JP-CLINS: rules of the guide that its profiles do not carry, because they are prose or came with a later edition.
 * All are warnings that name their reason; none stops a write.
 * @see https://jpfhir.jp/fhir/clins/igv1/ (JP-CLINS 1.10.0, its change history up to 1.12.0)
 */
import { compareVersions } from '../../definitions/package.ts';
import type { JsonObject, Message } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import { addFinding, type Report } from '../report.ts';
import { isObject, objects } from './questionnaire.ts';

const profileRoot = 'http://jpfhir.jp/fhir/eCS/StructureDefinition/';
const laboratoryProfile = `${profileRoot}JP_Observation_LabResult_eCS`;
const systemRoot = 'http://jpfhir.jp/fhir/clins/CodeSystem/';
const localCodes = `${systemRoot}JP_CLINS_ObsLabResult_LocalCode_CS`;
/** Items that the service wants coded: the laboratory items of the five kinds of information, and infections. */
const designatedSystems: readonly string[] = ['JLAC10', 'JLAC11'].flatMap(edition =>
  ['CoreLabo', 'InfectionLabo'].map(kind => `${systemRoot}${edition}/JP_CLINS_ObsLabResult_${kind}_CS`),
);

/** The eCS profile a resource claims, without version. */
function claimed(resource: JsonObject): string | undefined {
  const { meta } = resource;
  const list = isObject(meta) && Array.isArray(meta['profile']) ? (meta['profile'] as unknown[]) : [];
  const found = list.find(one => typeof one === 'string' && one.startsWith(profileRoot)) as string | undefined;
  return found?.split('|')[0];
}

function warn(report: Report, steps: readonly (string | number)[], message: Message, rule: string): void {
  const depth = report.depth;
  for (const step of steps) report.segments[report.depth++] = step;
  addFinding(report, 'warning', 'business-rule', message, rule);
  report.depth = depth;
}

const folded = (text: string): string => text.normalize('NFKC').replace(/\s+/g, '').toLowerCase();

/** Names by which designated items go: their codes, displays and designations, with and without what is in brackets. */
function namesOf(compiler: Compiler): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const add = (text: unknown, item: string): void => {
    if (typeof text !== 'string') return;
    for (const part of [text, ...text.split(/[()（）]/)]) if (part.trim().length > 1) names.set(folded(part), item);
  };
  const visit = (concepts: unknown, item: string | undefined): void => {
    for (const concept of objects(concepts)) {
      const display = typeof concept['display'] === 'string' ? concept['display'] : item;
      if (display !== undefined) add(concept['display'], display);
      for (const one of objects(concept['designation'])) if (display !== undefined) add(one['value'], display);
      visit(concept['concept'], item ?? (typeof concept['code'] === 'string' ? concept['code'] : undefined));
    }
  };
  for (const system of designatedSystems)
    visit(compiler.definitions.byCanonical('CodeSystem', system)?.['concept'], undefined);
  return names;
}

const known = new WeakMap<Compiler, { generation: number; names: ReadonlyMap<string, string> }>();

function designatedNames(compiler: Compiler): ReadonlyMap<string, string> {
  const { generation } = compiler.definitions;
  let found = known.get(compiler);
  if (found?.generation !== generation) {
    found = { generation, names: namesOf(compiler) };
    known.set(compiler, found);
  }
  return found.names;
}

/** A local code alone is not enough for the items the service compares. */
function checkDesignated(code: JsonObject, report: Report, compiler: Compiler): void {
  const codings = objects(code['coding']);
  const local = codings.find(one => one['system'] === localCodes);
  if (!local || codings.some(one => /JLAC1[01]|1\.2\.392\.200119\.4\.504/.test(String(one['system'])))) return;
  const names = designatedNames(compiler);
  const item = [local['display'], code['text'], local['code']]
    .map(text => (typeof text === 'string' ? names.get(folded(text)) : undefined))
    .find(found => found !== undefined);
  if (item !== undefined)
    warn(
      report,
      ['code'],
      {
        en: `looks like the designated item "${item}", which JP-CLINS wants coded with JLAC10 or JLAC11 beside the local code`,
        ja: `指定検査項目「${item}」と思われます。JP-CLINS ではローカルコードのほかに JLAC10 か JLAC11 のコードが必要です`,
      },
      'clins-designated-item',
    );
}

function checkLocalNames(code: JsonObject, report: Report): void {
  objects(code['coding']).forEach((one, i) => {
    if (one['system'] !== localCodes || typeof one['display'] !== 'string' || !/\s/.test(one['display'])) return;
    warn(
      report,
      ['code', 'coding', i, 'display'],
      {
        en: 'JP-CLINS: the name of a local code holds no blanks',
        ja: 'JP-CLINS: ローカルコードの表示名に空白は使えません',
      },
      'clins-local-name',
    );
  });
}

/** Categories other than laboratory are not sent as results. */
const isOther = (observation: JsonObject): boolean => {
  const codes = objects(observation['category']).flatMap(one => objects(one['coding']).map(coding => coding['code']));
  return codes.length > 0 && !codes.includes('laboratory');
};

/** Rules of laboratory results; of an Observation that claims no profile, where JP-CLINS is installed. */
export function checkLaboratory(observation: JsonObject, report: Report, compiler: Compiler): void {
  const { code } = observation;
  if (isObject(code)) {
    checkDesignated(code, report, compiler);
    checkLocalNames(code, report);
  }
  if (observation['hasMember'] === undefined) return;
  const meta = observation['meta'];
  const unclaimed = !isObject(meta) || meta['profile'] === undefined;
  const applies =
    claimed(observation) === laboratoryProfile ||
    (unclaimed && !isOther(observation) && compiler.schema(laboratoryProfile) !== undefined);
  if (applies)
    warn(
      report,
      ['hasMember'],
      {
        en: 'JP-CLINS: hasMember is not allowed in results sent as one of the five kinds of information; ignore this for others',
        ja: 'JP-CLINS: 5情報として送信する検査結果では hasMember を使えません（5情報として送信しない場合は問題ありません）',
      },
      'R6081',
    );
}

/** What an element of a resource lacks. */
interface Lack {
  readonly steps: readonly (string | number)[];
  readonly message: Message;
}

const missing: Message = { en: 'missing', ja: '必須の要素がありません' };
/** MedicationRequest.identifier: number of the group, number in the group, the request's own. */
const wantedIdentifiers = 3;

/** Elements that later editions require, of the profiles that left them open before: by type. */
const later: ReadonlyMap<string, (resource: JsonObject) => Lack | undefined> = new Map([
  [
    'Practitioner',
    ({ meta }: JsonObject) =>
      isObject(meta) && meta['lastUpdated'] !== undefined
        ? undefined
        : { steps: ['meta', 'lastUpdated'], message: missing },
  ],
  [
    'Organization',
    ({ type }: JsonObject) => {
      const at = objects(type).findIndex(one => one['coding'] === undefined);
      return at < 0 ? undefined : { steps: ['type', at, 'coding'], message: missing };
    },
  ],
  [
    'MedicationRequest',
    ({ identifier }: JsonObject) => {
      const count = objects(identifier).length;
      const message = {
        en: `found ${count}, expected at least ${wantedIdentifiers}`,
        ja: `${count}個ありますが、${wantedIdentifiers}個以上必要です`,
      };
      return count >= wantedIdentifiers ? undefined : { steps: ['identifier'], message };
    },
  ],
]);
const laterSince = '1.11.0';

/** What a later edition requires of a resource that claims an eCS profile of an earlier one. */
export function checkLaterEdition(resource: JsonObject, report: Report, compiler: Compiler): void {
  const profile = claimed(resource);
  const lack = profile === undefined ? undefined : later.get(String(resource['resourceType']))?.(resource);
  if (profile === undefined || lack === undefined) return;
  if (compareVersions(compiler.schema(profile)?.version ?? '', laterSince) >= 0) return;
  const { en, ja } = lack.message;
  const message = {
    en: `${en}, says JP-CLINS ${laterSince}; the profile installed here does not ask for it yet`,
    ja: `${ja}（JP-CLINS ${laterSince} から必須。登録されている版のプロファイルでは必須ではありません）`,
  };
  warn(report, lack.steps, message, 'clins-later-edition');
}

const unwelcome = /[\uff61-\uff9f\u3000\0-\x1f]/;

/** Names in resources of JP-CLINS have no half-width kana, ideographic spaces and control characters. */
export function checkName(text: unknown, property: string, report: Report): void {
  if (typeof text !== 'string' || !unwelcome.test(text) || claimed(report.scope.resource) === undefined) return;
  warn(
    report,
    [property],
    {
      en: 'JP-CLINS: half-width kana, ideographic spaces and control characters are not allowed here',
      ja: 'JP-CLINS: 半角カナ、全角空白、制御文字は使えません',
    },
    'clins-characters',
  );
}
