/**
 * TerminologyCapabilities: which code systems are known here, in which versions, and what an expansion can be asked.
 * @see https://hl7.org/fhir/R4/terminologycapabilities.html
 */
import type { Resource } from '../fhir/types.ts';
import type { Services } from './interaction.ts';

/** Parameters of $expand that make a difference. */
const expansionParameters: readonly (readonly [name: string, documentation: string])[] = [
  ['activeOnly', 'Only codes that are active and in force'],
  ['check-system-version', 'Refuse a code system in another version than this'],
  ['context', 'The value set an element is bound to, as [URL of the StructureDefinition]#[path of the element]'],
  ['count', 'Codes on a page'],
  ['date', 'As of a day: the edition and the codes in force then'],
  ['default-valueset-version', 'Version of value sets that are taken in without one'],
  ['designation', 'Only designations of this language or use'],
  ['displayLanguage', 'Language of the displays'],
  ['exclude-system', 'Without the codes of this code system, or of this version of it'],
  ['excludeNested', 'A flat list'],
  ['excludeNotForUI', 'Without codes that are there for grouping only'],
  ['filter', 'Words the code, display or designations must have; width, case and kana do not matter'],
  ['force-system-version', 'Take this version of a code system, whatever is said elsewhere'],
  ['includeDefinition', 'Repeat the definition of the value set'],
  ['includeDesignations', 'With designations'],
  ['offset', 'Skip so many codes'],
  ['property', 'With this property of each code'],
  ['system-version', 'Version of a code system where nothing else names one'],
  ['tx-resource', 'A resource to use for this request'],
  ['useSupplement', 'With this supplement'],
  ['versionsMatch', 'A code is the same in all versions of its code system'],
];

/** The TerminologyCapabilities of this server (its version given) at the base URL. */
export function terminologyCapabilities(services: Services, base: string, version: string): Resource {
  const { library } = services.terminology;
  const codeSystem = [...library.systemUrls()].sort().map(uri => {
    const versions = [...new Set(library.systems(uri).flatMap(entry => entry.head.version ?? []))];
    return { uri, ...(versions.length > 0 && { version: versions.map(code => ({ code })) }) };
  });
  return {
    resourceType: 'TerminologyCapabilities',
    url: `${base}/metadata?mode=terminology`,
    version,
    name: 'EngawaTerminology',
    title: 'Terminology of Engawa',
    status: 'active',
    date: services.startedAt,
    kind: 'instance',
    software: { name: 'Engawa', version },
    implementation: { description: 'Engawa FHIR R4 server', url: base },
    codeSystem,
    expansion: {
      hierarchical: true,
      paging: true,
      incomplete: false,
      parameter: expansionParameters.map(([name, documentation]) => ({ name, documentation })),
      textFilter: 'Every word must be found in the code, the display or a designation',
    },
    codeSearch: 'all',
    validateCode: { translations: true },
    translation: { needsMap: true },
    closure: { translation: false },
  };
}
