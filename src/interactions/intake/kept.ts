/** The bytes of a document as they are kept: open, or sealed when something in it goes to nobody. */
import { createHmac } from 'node:crypto';
import { type Kept, keep } from '../../documents/records.ts';
import { seal, unseal } from '../../documents/seal.ts';
import { object, text } from '../../documents/values.ts';
import type { Resource } from '../../fhir/types.ts';
import type { Services } from '../interaction.ts';

const openType = 'application/fhir+json';
const sealedType = 'application/octet-stream';
const secretName = 'withheld-documents';

/** Room for the bytes of one document, while its hash and its Base64 are made. */
const room = Buffer.allocUnsafeSlow(1_048_576);

/** Keeps a text open. A UTF-16 unit takes three bytes at most. */
function keptOpen(content: string): Kept {
  const bytes = 3 * content.length > room.length ? Buffer.from(content) : room.subarray(0, room.write(content));
  return keep(bytes, bytes, openType);
}

/** Keeps the text; sealed when asked. The same text gives the same bytes. */
export async function keptBytes(services: Services, content: string, sealed: boolean): Promise<Kept> {
  if (!sealed) return keptOpen(content);
  const bytes = Buffer.from(content);
  const key = (await services.store.secret(secretName)).subarray(0, 32);
  const nonce = createHmac('sha256', key).update(bytes).digest().subarray(0, 12);
  return keep(seal(bytes, key, nonce), bytes, sealedType);
}

/** The text of a document from its Binary. */
export async function originalText(services: Services, binary: Resource): Promise<string> {
  const bytes = Buffer.from(text(object(binary)['data']) ?? '', 'base64');
  if (binary['contentType'] !== sealedType) return bytes.toString('utf8');
  return unseal(bytes, (await services.store.secret(secretName)).subarray(0, 32)).toString('utf8');
}
