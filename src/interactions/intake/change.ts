/** Changes of intake: resources whose content was checked with their document, so that they are only indexed here. */
import { informationClassOf } from '../../access/information-class.ts';
import { type Edit, type Span, stampable, stampableOf } from '../../fhir/json-text.ts';
import type { Resource } from '../../fhir/types.ts';
import type { Change, Precondition, TextTemplate } from '../../store/store.ts';
import type { FhirRequest, Services } from '../interaction.ts';

/** What a change is made of. */
export interface ChangeInput {
  readonly type: string;
  readonly id: string;
  /** JSON of the resource; its id and meta are replaced by those of this server. */
  readonly text: string;
  /** The members of the text, when they are known already. */
  readonly members?: readonly Span[];
  /** What is to stand in the text instead of what does. */
  readonly edits?: readonly Edit[];
  /** The text with holes for id and meta, when it is known already. */
  readonly template?: TextTemplate;
  readonly resource: Resource;
  /** `Patient/id`: belongs to the person although it does not refer to one. */
  readonly person?: string;
  readonly informationClass?: number;
  readonly preconditions?: readonly Precondition[];
}

/** A write of intake. */
export function writeChange(
  services: Pick<Services, 'search'>,
  request: Pick<FhirRequest, 'caller'>,
  input: ChangeInput,
): Change {
  const { type, id, text, resource, person } = input;
  const persons = services.search.persons(resource, id);
  return {
    type,
    id,
    method: 'PUT',
    template: input.template ?? stampable(text, id, input.members, input.edits),
    rows: services.search.extract(resource),
    access: {
      persons: person === undefined || persons.includes(person) ? persons : [...persons, person],
      authorOrganization: request.caller.organization,
      informationClass: input.informationClass ?? informationClassOf(resource),
      releasedAt: null,
    },
    preconditions: input.preconditions ?? [],
  };
}

/** A write of a resource that intake made itself. */
export function resourceChange(
  services: Services,
  request: FhirRequest,
  resource: Resource,
  more: Pick<ChangeInput, 'template' | 'person' | 'informationClass' | 'preconditions'> = {},
): Change {
  const { resourceType: type, id } = resource;
  return writeChange(services, request, {
    type,
    id: id!,
    text: '',
    resource,
    ...more,
    template: more.template ?? stampableOf(resource),
  });
}

/** The precondition that nothing was written to a resource since it was read; 0 = it was not there. */
export const sameVersion = (type: string, id: string, versionId: number): Precondition => ({
  kind: 'version',
  type,
  id,
  versionId,
});
