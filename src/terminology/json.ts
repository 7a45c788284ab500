/**
 * Reading JSON of conformance resources: extensions, texts, lists. What is not there is undefined, never an error.
 */
import type { JsonObject } from '../fhir/types.ts';

/** A list of objects; anything else is empty. */
export function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value)
    ? (value as unknown[]).filter((one): one is JsonObject => typeof one === 'object' && one !== null)
    : [];
}

/** A text, or undefined. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The extension of an element with a URL. */
export function extensionOf(
  element: JsonObject | { readonly extension?: unknown },
  url: string,
): JsonObject | undefined {
  const list = element.extension;
  return list === undefined ? undefined : objects(list).find(one => one['url'] === url);
}

/** The value of an object that holds exactly one `value…`. */
export function valueIn(holder: JsonObject | undefined): unknown {
  if (!holder) return undefined;
  for (const key in holder) if (key.startsWith('value')) return holder[key];
  return undefined;
}

/** The name of the `value…` an object holds. */
export function valueKey(holder: JsonObject): string | undefined {
  for (const key in holder) if (key.startsWith('value')) return key;
  return undefined;
}

/** A property value as text, for comparing: a Coding is its code. */
export function valueText(value: unknown): string {
  if (typeof value === 'object' && value !== null) return String((value as JsonObject)['code'] ?? '');
  return String(value ?? '');
}
