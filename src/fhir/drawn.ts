/** A document as people read it, beside the form it came in. */
import type { JsonObject } from './types.ts';

/**
 * A content of a DocumentReference: the PDF that this server draws when it is asked for, so that nothing is stored twice.
 * @param self `DocumentReference/id`, or the fullUrl it has in a transaction
 * @see https://hl7.org/fhir/R4/documentreference-definitions.html#DocumentReference.content
 */
export const drawnContent = (self: string, title: string): JsonObject => ({
  attachment: { contentType: 'application/pdf', url: `${self}/$render?_format=pdf`, title },
});
