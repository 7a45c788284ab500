/**
 * Sealing what is to be given to nobody (UNDELIVERED): the bytes are kept, so that a withdrawal can be undone, but no way out of
 * the server shows them. AES-256-GCM with a key of the database.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const ivLength = 12;
const tagLength = 16;

/**
 * Seals bytes. The same bytes under the same key and nonce give the same result, so that sending again changes nothing.
 * @param key 32 bytes
 * @param nonce 12 bytes that are never used for other content; random when absent
 */
export function seal(bytes: Uint8Array, key: Uint8Array, nonce: Uint8Array = randomBytes(ivLength)): Uint8Array {
  const cipher = createCipheriv(algorithm, key, nonce);
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what {@link seal} made. @throws Error when the key is another or the bytes were changed */
export function unseal(sealed: Uint8Array, key: Uint8Array): Buffer {
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivLength));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagLength));
  return Buffer.concat([decipher.update(sealed.subarray(ivLength, sealed.length - tagLength)), decipher.final()]);
}
