/** The insurers of a push: found by 保険者番号, made when they are not there. */
import type { CertificateRecord } from '../../care/certificate-record.ts';
import { extensionUrl, identifierSystem } from '../../care/names.ts';
import type { Resource } from '../../fhir/types.ts';
import { writeChange } from '../intake/change.ts';
import type { FhirRequest, Services } from '../interaction.ts';
import { findMatches, formatQuery, multipleMatches } from '../match.ts';
import { commitPrepared } from '../write.ts';

/** Finds insurers, each once. */
export class Insurers {
  private readonly known = new Map<string, Promise<string>>();
  /** Ids of those that were found or made, by number. */
  readonly ids = new Map<string, string>();
  private readonly services: Services;
  private readonly request: FhirRequest;
  private readonly idOf: (kind: string, key: string) => string;

  constructor(services: Services, request: FhirRequest, idOf: (kind: string, key: string) => string) {
    this.services = services;
    this.request = request;
    this.idOf = idOf;
  }

  /** Id of the insurer of a row. */
  find({ insurer = '', insurerName }: CertificateRecord): Promise<string> {
    const known = this.known.get(insurer) ?? this.look(insurer, insurerName || insurer);
    this.known.set(insurer, known);
    return known;
  }

  private async look(number: string, name: string): Promise<string> {
    const system = identifierSystem('kaigo-insurer-number');
    const query = formatQuery([['identifier', `${system}|${number}`]]);
    let id = this.idOf('Organization', number);
    await commitPrepared(this.services, async () => {
      const match = await findMatches(this.services, this.request, 'Organization', query);
      if (match.ids.length > 1) throw multipleMatches('Organization');
      if (match.ids[0] !== undefined) {
        id = match.ids[0];
        return [];
      }
      const resource: Resource = {
        resourceType: 'Organization',
        meta: { profile: [extensionUrl('kaigo-insurer')] },
        identifier: [{ system, value: number }],
        active: true,
        name,
      };
      const text = JSON.stringify(resource);
      const preconditions = [match.precondition];
      return [writeChange(this.services, this.request, { type: 'Organization', id, text, resource, preconditions })];
    });
    this.ids.set(number, id);
    return id;
  }
}
