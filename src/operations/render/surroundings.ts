/** What a resource is shown with: the resources it refers to, as the caller may see them, and the names of codes. */
import { entriesOf } from '../../documents/narrative/render.ts';
import { type Row, rowsBlock } from '../../documents/narrative/sheet.ts';
import { summaryOf } from '../../documents/narrative/summaries.ts';
import { object, text } from '../../documents/values.ts';
import { parseJson, stringifyJson } from '../../fhir/json.ts';
import { localReference } from '../../fhir/reference.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import { conditionOf, type Key } from '../../files/convert.ts';
import type { FindCodes } from '../../files/layout.ts';
import type { FhirRequest, Services } from '../../interactions/interaction.ts';
import { findMatches } from '../../interactions/match.ts';
import { codesOf } from '../files/run.ts';

/** The door of forms to everything around a resource. */
export interface Surroundings {
  readonly services: Services;
  readonly request: FhirRequest;
  /** Where a reference leads; undefined when there is nothing, or nothing for this caller. */
  readonly find: (reference: string) => Promise<Resource | undefined>;
  /** The resource with a business key. */
  readonly byKey: (type: string, key: Key) => Promise<Resource | undefined>;
  readonly codes: FindCodes;
  /** The name of a code. */
  readonly display: (system: string, code: string) => string | undefined;
}

/** Read so that decimals keep their digits. */
export const readText = (content: string): Resource =>
  parseJson(content, { lossless: true, maxDepth: 1000 }) as Resource;

/** Numbers as the national forms count with them, which have no digits to keep. */
export const counted = (resource: Resource): Resource => JSON.parse(stringifyJson(resource)) as Resource;

function displayOf({ terminology }: Services): Surroundings['display'] {
  const scope = terminology.scope();
  return (system, code) => (system === '' ? undefined : scope.system(system)?.find(code)?.display);
}

/** What is stored. */
export function storedAround(services: Services, request: FhirRequest): Surroundings {
  const access = services.access.condition(request.caller);
  const read = async (type: string, id: string): Promise<Resource | undefined> => {
    const version = await services.store.read(type, id, access, request.asOf);
    return version && !version.deleted ? readText(version.text) : undefined;
  };
  return {
    services,
    request,
    codes: codesOf(services),
    display: displayOf(services),
    find: async reference => {
      const local = localReference(reference.split('#')[0]!, request.base);
      const [type = '', id = ''] = (local ?? '').split('/');
      return local === undefined ? undefined : read(type, id);
    },
    byKey: async (type, key) => {
      const { ids } = await findMatches(services, request, type, conditionOf(key));
      return ids[0] === undefined ? undefined : read(type, ids[0]);
    },
  };
}

/** What is in a Bundle; what is not there is looked for in the store. */
export function bundledAround(around: Surroundings, bundle: Resource): Surroundings {
  const entries = entriesOf(bundle);
  const hasKey = (resource: JsonObject, { system, value }: Key): boolean =>
    [resource['identifier']].flat().some(one => object(one)['system'] === system && object(one)['value'] === value);
  return {
    ...around,
    find: async reference => (entries.get(reference) as Resource | undefined) ?? around.find(reference),
    byKey: async (type, key) => {
      const found = [...entries.values()].find(one => one['resourceType'] === type && hasKey(one, key));
      return (found as Resource | undefined) ?? around.byKey(type, key);
    },
  };
}

/** The person a resource is about, in rows; none when the caller may not see the person. */
export async function personRows({ find, request }: Surroundings, subject: unknown): Promise<readonly Row[]> {
  const reference = text(object(subject)['reference']);
  const person = reference === undefined ? undefined : await find(reference);
  if (person?.resourceType !== 'Patient') {
    const display = text(object(subject)['display']);
    return display === undefined ? [] : [[request.language === 'ja' ? '氏名' : 'Name', display]];
  }
  return summaryOf(person, request.language).rows.filter(([, value]) => value !== undefined && value !== '');
}

/** The same as a block. */
export const personBlocks = async (around: Surroundings, subject: unknown) =>
  rowsBlock(await personRows(around, subject));
