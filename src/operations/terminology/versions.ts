/**
 * $versions: the FHIR versions this server speaks.
 * @see https://hl7.org/fhir/R5/capabilitystatement-operation-versions.html
 */
import type { Operation } from '../../interactions/interaction.ts';
import { answer } from './input.ts';

/** FHIR R4, and nothing else. */
export const versionsOperation: Operation = {
  name: 'versions',
  levels: ['system'],
  definition: 'http://hl7.org/fhir/OperationDefinition/CapabilityStatement-versions',
  readOnly: true,
  handle: async () =>
    answer({
      resourceType: 'Parameters',
      parameter: [
        { name: 'version', valueCode: '4.0' },
        { name: 'default', valueCode: '4.0' },
      ],
    }),
};
