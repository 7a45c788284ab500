/**
 * Refusals of search parameters: each says what was found, what is expected and gives an example of the right form.
 */
import { nearest } from '../definitions/nearest.ts';
import { FhirError } from '../fhir/outcome.ts';

/** A FhirError about one search parameter, named in `location`. */
export function refuse(parameter: string, en: string, ja: string): FhirError {
  return new FhirError(
    'search-parameter',
    { en: `Search parameter "${shorten(parameter)}": ${en}`, ja: `検索パラメータ「${shorten(parameter)}」: ${ja}` },
    { location: shorten(parameter) },
  );
}

/** A value that does not have the form its parameter asks for. */
export function refuseValue(
  parameter: string,
  value: string,
  expected: { en: string; ja: string },
  example: string,
): FhirError {
  const name = shorten(parameter);
  return refuse(
    parameter,
    `found "${shorten(value)}", expected ${expected.en}; for example ${name}=${example}`,
    `「${shorten(value)}」ではなく${expected.ja}を指定してください（例: ${name}=${example}）`,
  );
}

/** A modifier the parameter does not have. */
export function refuseModifier(
  parameter: string,
  modifier: string,
  type: string,
  allowed: readonly string[],
): FhirError {
  const list = allowed.map(name => `:${name}`).join(', ');
  return refuse(
    parameter,
    `modifier ":${shorten(modifier)}" is not known for a parameter of type ${type}; expected ${list || 'none'}`,
    `修飾子「:${shorten(modifier)}」は ${type} 型のパラメータでは使えません（使えるもの: ${list || 'なし'}）`,
  );
}

/** A name that is no resource type. @param known the resource types */
export function refuseType(parameter: string, type: string, known: readonly string[]): FhirError {
  const near = nearest(type, known) ?? 'Observation';
  return refuse(
    parameter,
    `"${shorten(type)}" is no resource type of FHIR R4; expected for example ${near}`,
    `「${shorten(type)}」は FHIR R4 のリソース型ではありません（例: ${near}）`,
  );
}

/** A parameter whose index is being built. */
export class BeingIndexed extends FhirError {
  readonly resourceType: string;

  /** @param progress how far it is, if it has begun */
  constructor(type: string, code: string, progress: { readonly done: number; readonly total: number } | undefined) {
    const percent = progress ? Math.floor((progress.done / Math.max(progress.total, 1)) * 100) : 0;
    super(
      'unavailable',
      {
        en: `Search parameter "${code}" of ${type} is being indexed (${percent} %); try again in a moment, or search without it`,
        ja: `${type} の検索パラメータ「${code}」の索引を作成中です（${percent}%）。少し待って再試行するか、このパラメータを使わずに検索してください`,
      },
      { headers: { 'Retry-After': '10' } },
    );
    this.resourceType = type;
  }
}

/** Long values are cut in messages. */
export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
