/**
 * Languages, media types, currencies, countries and time zones by code: code systems of other bodies of which the rule,
 * or the platform's own tables, tell whether a code is right. Displays are in Japanese and English.
 * @see https://hl7.org/fhir/R4/terminologies-systems.html
 */
import type { Concept } from '../shapes.ts';
import type { Grammar } from './grammar.ts';

type NameType = 'language' | 'region' | 'currency';

const dictionaries = new Map<string, Intl.DisplayNames>();

/** A name of the platform's tables; undefined when it has none. */
function nameOf(type: NameType, language: 'en' | 'ja', code: string): string | undefined {
  const key = `${type} ${language}`;
  let names = dictionaries.get(key);
  if (!names) {
    names = new Intl.DisplayNames([language], { type, fallback: 'none' });
    dictionaries.set(key, names);
  }
  try {
    return names.of(code);
  } catch {
    return undefined;
  }
}

function named(type: NameType, code: string): Concept | undefined {
  const [en, ja] = [nameOf(type, 'en', code), nameOf(type, 'ja', code)];
  if (en === undefined) return undefined;
  return { code, display: en, ...(ja !== undefined && { designation: [{ language: 'ja', value: ja }] }) };
}

/** BCP 47 language tags: a language, script, region that exist; extensions as they are. */
const languages: Grammar = {
  url: 'urn:ietf:bcp:47',
  name: 'LanguageTags',
  title: 'Tags for the Identification of Languages',
  language: 'en',
  caseSensitive: false,
  find(code) {
    if (!/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(code) || code.length > 60) return undefined;
    try {
      if (Intl.getCanonicalLocales(code).length !== 1) return undefined;
    } catch {
      return undefined;
    }
    const [primary = '', ...rest] = code.split('-');
    const region = rest.find(part => /^([A-Za-z]{2}|\d{3})$/.test(part));
    if (nameOf('language', 'en', primary.toLowerCase()) === undefined) return undefined;
    if (region !== undefined && nameOf('region', 'en', region.toUpperCase()) === undefined) return undefined;
    return named('language', code) ?? { ...named('language', primary.toLowerCase()), code };
  },
};

/** RFC 6838 media types: type and subtype, with parameters. */
const mediaTypes: Grammar = {
  url: 'urn:ietf:bcp:13',
  name: 'MediaTypes',
  title: 'Media Types (BCP 13)',
  caseSensitive: false,
  find(code) {
    const [type = '', ...parameters] = code.split(';');
    if (
      code.length > 300 ||
      !/^(application|audio|font|example|image|message|model|multipart|text|video|haptics)\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/i.test(
        type.trim(),
      )
    )
      return undefined;
    const right = parameters.every(one => /^\s*[A-Za-z0-9!#$&^_.+-]+=("[^"]*"|[^\s;"]*)\s*$/.test(one));
    return right ? { code, display: code } : undefined;
  },
};

const currencies: Grammar = {
  url: 'urn:iso:std:iso:4217',
  name: 'Currencies',
  title: 'ISO 4217 currency codes',
  language: 'en',
  find: code =>
    /^[A-Z]{3}$/.test(code) && Intl.supportedValuesOf('currency').includes(code) ? named('currency', code) : undefined,
  list: () => Intl.supportedValuesOf('currency'),
};

/** What the platform's tables hold beside the countries of ISO 3166-1: groups, exceptional and outdated codes. */
const noCountries: ReadonlySet<string> = new Set(
  'AC AN BU CP CQ CS CT DD DG DY EA EU EZ FQ FX HV IC JT MI NH NQ NT PC PU PZ QO RH SU TA TP UK UN VD WK XA XB XK YD YU ZR ZZ'.split(
    ' ',
  ),
);

function* countryCodes(): Generator<string> {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  for (const first of letters) for (const second of letters) if (isCountry(first + second)) yield first + second;
}

const isCountry = (code: string): boolean =>
  /^[A-Z]{2}$/.test(code) && !noCountries.has(code) && nameOf('region', 'en', code) !== undefined;

const countries: Grammar = {
  url: 'urn:iso:std:iso:3166',
  name: 'Countries',
  title: 'ISO 3166-1 country codes (two letters)',
  language: 'en',
  find: code => (isCountry(code) ? named('region', code) : undefined),
  list: countryCodes,
};

const timeZones: Grammar = {
  url: 'https://www.iana.org/time-zones',
  name: 'TimeZones',
  title: 'IANA time zones',
  find(code) {
    if (!/^[A-Za-z0-9+_/-]{1,60}$/.test(code)) return undefined;
    try {
      new Intl.DateTimeFormat('en', { timeZone: code });
      return { code, display: code };
    } catch {
      return undefined;
    }
  },
  list: () => Intl.supportedValuesOf('timeZone'),
};

/** See the top of the file. */
export const international: readonly Grammar[] = [languages, mediaTypes, currencies, countries, timeZones];
