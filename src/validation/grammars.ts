/**
 * Code systems that are a grammar, not a list: currencies, regions, languages, media types.
 */

const languageForm = /^[a-zA-Z]{2,8}(?:-[a-zA-Z0-9]{1,8})*$/;
const mimeForm = /^[A-Za-z0-9!#$&^_.+-]+\/[A-Za-z0-9!#$&^_.+-]+(?:\s*;\s*[^;=\s]+=(?:"[^"]*"|[^;"]+))*$/;

let currencies: ReadonlySet<string> | undefined;

/** ISO 4217 as the platform's own data has it. */
function isCurrency(code: string): boolean {
  currencies ??= new Set(Intl.supportedValuesOf('currency'));
  return currencies.has(code) || /^X(?:[ABD][A-Z]|DR|PT|TS|XX|SU|UA)$/.test(code);
}

let regions: Intl.DisplayNames | undefined;

/** ISO 3166-1: two letters, as the platform's own data has them; three letters and numbers by their form. */
function isRegion(code: string): boolean {
  if (/^(?:[A-Z]{3}|\d{3}|[A-Z]{2}-[A-Z0-9]{1,3})$/.test(code)) return true;
  if (!/^[A-Z]{2}$/.test(code)) return false;
  regions ??= new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  return regions.of(code) !== undefined;
}

/** Whether a code is one of such a system, by system. */
export const grammars: ReadonlyMap<string, (code: string) => boolean> = new Map([
  ['urn:iso:std:iso:4217', isCurrency],
  ['urn:iso:std:iso:3166', isRegion],
  ['urn:iso:std:iso:3166:-2', (code: string) => /^[A-Z]{2}-[A-Z0-9]{1,3}$/.test(code)],
  ['http://unstats.un.org/unsd/methods/m49/m49.htm', (code: string) => /^\d{3}$/.test(code)],
  ['urn:ietf:bcp:47', (code: string) => languageForm.test(code)],
  ['urn:ietf:bcp:13', (code: string) => mimeForm.test(code) || /^[a-z]+$/.test(code)],
]);
