/** Paths below the base, of HTTP requests and of Bundle entries. */
import { FhirError } from '../fhir/outcome.ts';

function decodePart(part: string): string {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    throw new FhirError('invalid', {
      en: 'The URL has a "%" that is not followed by two hexadecimal digits of valid UTF-8',
      ja: 'URL の「%」の後が正しくありません',
    });
  }
}

/**
 * The parts of a path, decoded; empty ones do not count.
 * @throws FhirError 'invalid' for a "%" that means nothing
 */
export function pathParts(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) if (part !== '') parts.push(decodePart(part));
  return parts;
}
