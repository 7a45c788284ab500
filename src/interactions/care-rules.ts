/**
 * Care rules on the way in: hands src/care/ what it asks of the store, refuses errors, and keeps what was read as a
 * precondition of the write.
 */
import { businessKey } from '../care/business-key.ts';
import { isJudgedByMaster, usageSystems } from '../care/claim-figures.ts';
import { findMyNumbers } from '../care/my-number.ts';
import { findCareIssues } from '../care/rules.ts';
import { FhirError, type Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import { escapeValue } from '../search/types/search-type.ts';
import type { Precondition } from '../store/store.ts';
import { withLocalPerson } from './about-person.ts';
import type { FhirRequest, Services } from './interaction.ts';
import { findMatches, formatQuery } from './match.ts';
import { findRelated } from './related.ts';
import type { TransactionContext } from './transaction-context.ts';

/** What the rules found, and the facts they were decided by. */
export interface CareVerdict {
  /** Warnings and information. */
  readonly issues: readonly Issue[];
  readonly preconditions: readonly Precondition[];
}

const codeSystems = 'https://w3id.org/engawa/fhir/CodeSystem/';
/** Plans that hold from a day on, as search values. */
const planKinds = ['kyotaku', 'yobo'].map(code => `${codeSystems}kaigo-care-plan-kind|${code}`).join(',');
const notificationCode = `${codeSystems}care-task|care-manager-notification`;

const exemptions = new Map<string, ReadonlySet<string>>();

function exemptSystems(setting: string): ReadonlySet<string> {
  const known =
    exemptions.get(setting) ??
    new Set(
      setting
        .split(',')
        .map(one => one.trim())
        .filter(Boolean),
    );
  exemptions.set(setting, known);
  return known;
}

/** Findings about 個人番号 in a resource and in all it holds. */
export const findForbidden = ({ config }: Services, resource: Resource, text: string): readonly Issue[] =>
  findMyNumbers(resource, text, exemptSystems(config.myNumberExempt));

/** What is judged: a resource under its id, and its text. */
export interface CareInput {
  readonly type: string;
  /** Empty for a resource that has none yet. */
  readonly id: string;
  readonly resource: Resource;
  readonly text: string;
  /** The transaction it is an entry of. */
  readonly context?: TransactionContext | undefined;
}

/** The search for a resource by its business key; undefined when it has none. */
function keyQuery(resource: Resource): readonly (readonly [string, string])[] | undefined {
  const key = businessKey(resource);
  return key && [['identifier', [key.system, key.value].map(escapeValue).join('|')]];
}

/** The id under which a resource would be written: its own; without one that of the one stored resource with its business key; else empty. */
export async function storedId(services: Services, request: FhirRequest, resource: Resource): Promise<string> {
  const type = String(resource.resourceType);
  if (typeof resource.id === 'string' && resource.id !== '') return resource.id;
  const query = keyQuery(resource);
  if (!query) return '';
  const { ids } = await findMatches(services, request, type, formatQuery(query));
  return ids.length === 1 ? ids[0]! : '';
}

/** What is stored without what the transaction deletes or writes anew, and what it writes. */
function asWillBe(
  context: TransactionContext | undefined,
  type: string,
  stored: readonly Resource[],
  written: readonly Resource[] = [],
): readonly Resource[] {
  const isKept = ({ id }: Resource) => !context?.deleted(type).has(id!) && !context?.replaced(type).has(id!);
  return context ? [...written, ...stored.filter(isKept)] : stored;
}

/** All findings of the care rules. */
export async function careFindings(services: Services, request: FhirRequest, input: CareInput): Promise<CareVerdict> {
  const { type, id, resource, text, context } = input;
  const preconditions: Precondition[] = [];
  // Rules of claims are a master that an operator may have changed just now.
  if (isJudgedByMaster(resource)) await services.terminology.refresh();
  const local = (one: Resource) => withLocalPerson(one, request.base);
  /** Resources of a person, as they are when the transaction is done. */
  async function about(of: string, person: string, query: readonly (readonly [string, string])[]) {
    const stored = (await findRelated(services, request, of, query)).map(local);
    return asWillBe(context, of, stored, context?.byPerson(of).get(person));
  }
  async function readStored() {
    const version =
      id === '' ? undefined : await services.store.read(type, id, services.access.condition(request.caller));
    const versionId = version?.deleted === false ? version.versionId : 0;
    preconditions.push({ kind: 'version', type, id, versionId });
    return versionId > 0 ? (JSON.parse(version!.text) as Resource) : undefined;
  }
  let known: Promise<Resource | undefined> | undefined;
  const issues = await findCareIssues({ ...local(resource), id }, text, {
    library: services.terminology.library,
    exempt: exemptSystems(services.config.myNumberExempt),
    stored: () => (known ??= readStored()),
    async sameKey() {
      const [query, key] = [keyQuery(resource), businessKey(resource)];
      if (!query || !key) return [];
      const written = context?.byIdentifier(type).get(`${key.system}|${key.value}`) ?? [];
      const match = await findMatches(services, request, type, formatQuery(query), new Set([id]));
      preconditions.push(match.precondition);
      const { ids } = match;
      const stored = ids.length > 0 ? await findRelated(services, request, type, [['_id', ids.join(',')]]) : [];
      return asWillBe(context, type, stored.map(local), written);
    },
    plans: person =>
      about('CarePlan', person, [
        ['patient', person],
        ['category', planKinds],
      ]),
    notifications: person =>
      about('Task', person, [
        ['patient', person],
        ['code', notificationCode],
      ]),
    async person(reference) {
      const personId = reference.slice('Patient/'.length);
      const written = context?.replaced('Patient').get(personId);
      if (written) return written;
      const version = await services.store.read('Patient', personId, services.access.condition(request.caller));
      return version && !version.deleted ? (JSON.parse(version.text) as Resource) : undefined;
    },
    payments: person =>
      about('ExplanationOfBenefit', person, [
        ['patient', person],
        ['identifier', usageSystems.map(one => `${one}|`).join(',')],
      ]),
    coverages: person => about('Coverage', person, [['beneficiary', person]]),
  });
  return { issues, preconditions };
}

/** As {@link careFindings}, for a write. @throws FhirError 'business-rule' with all findings when one is an error */
export async function checkCare(services: Services, request: FhirRequest, input: CareInput): Promise<CareVerdict> {
  const verdict = await careFindings(services, request, input);
  if (verdict.issues.some(one => one.severity === 'error')) throw new FhirError('business-rule', verdict.issues);
  return verdict;
}
