/**
 * Codings by their system: is it one, is its URI the one FHIR gives it, could the code be one of it, and is it here at all.
 * A system is looked at once; after that a Coding costs one look-up.
 * @see https://hl7.org/fhir/R4/terminologies-systems.html
 */
import type { Message } from '../fhir/types.ts';
import { codeForms } from './code-forms.ts';
import type { Code, Membership } from './codes.ts';
import type { ItemRule } from './element-rule.ts';
import type { Compiler } from './profile.ts';
import { addFinding, type Report } from './report.ts';

/** Systems that have a URI in FHIR, by their OID. */
const uriOfOid: ReadonlyMap<string, string> = new Map([
  ['urn:oid:2.16.840.1.113883.6.1', 'http://loinc.org'],
  ['urn:oid:2.16.840.1.113883.6.96', 'http://snomed.info/sct'],
  ['urn:oid:2.16.840.1.113883.6.8', 'http://unitsofmeasure.org'],
  ['urn:oid:2.16.840.1.113883.6.3', 'http://hl7.org/fhir/sid/icd-10'],
  ['urn:oid:2.16.840.1.113883.6.73', 'http://www.whocc.no/atc'],
]);

/** Systems whose URI begins with http:, which are names and no addresses. */
const plainHttp =
  /^https:\/\/(?:loinc\.org|snomed\.info\/sct|unitsofmeasure\.org|terminology\.hl7\.org\/|hl7\.org\/fhir\/|www\.nlm\.nih\.gov\/research\/umls\/rxnorm|www\.whocc\.no\/atc)/;

/** Hosts that stand for nobody. @see https://www.rfc-editor.org/rfc/rfc2606#section-3 */
const exampleHost = /^https?:\/\/(?:[^/]*\.)?(?:example\.(?:org|com|net)|acme\.(?:org|com))(?:[/:]|$)/;
const schemeForm = /^[a-z][a-z0-9+.-]*:|^#/i;

type Finding = readonly [severity: 'error' | 'warning', code: string, message: Message];

/** What there is to say of a system whatever the code. */
function faultOf(system: string, { definitions }: Compiler): Finding | undefined {
  const known = definitions.byCanonical('CodeSystem', system);
  if (known?.['content'] === 'supplement' || known?.['supplements'] !== undefined)
    return [
      'error',
      'invalid',
      {
        en: `${system} is a supplement, which has no codes of its own`,
        ja: `${system} は追補（supplement）で、独自のコードを持ちません`,
      },
    ];
  if (system.includes('/ValueSet/') && definitions.byCanonical('ValueSet', system) && !known)
    return [
      'error',
      'invalid',
      {
        en: `${system} is a value set, not a code system`,
        ja: `${system} はコード体系ではなく値セットです`,
      },
    ];
  if (plainHttp.test(system) && !known)
    return [
      'error',
      'invalid',
      {
        en: `the system ${system} begins with http: in FHIR, not with https:`,
        ja: `system ${system} は FHIR では https: ではなく http: で始まります`,
      },
    ];
  if (!schemeForm.test(system))
    return [
      'error',
      'invalid',
      { en: `the system "${system}" is not absolute`, ja: `system「${system}」は絶対 URI ではありません` },
    ];
  if (exampleHost.test(system))
    return [
      'warning',
      'business-rule',
      {
        en: `the system ${system} is an example's; data that others read needs a real one`,
        ja: `system ${system} は例示用の URL です。実際のデータには本来の URI を使ってください`,
      },
    ];
  const uri = uriOfOid.get(system);
  return uri === undefined
    ? undefined
    : [
        'warning',
        'invalid',
        {
          en: `the system ${system} is written ${uri} in FHIR; codes under its OID are not checked`,
          ja: `system ${system} は FHIR では ${uri} と書きます。OID のままではコードを検査できません`,
        },
      ];
}

interface Nature {
  readonly fault: Finding | undefined;
  readonly form: ((code: string) => Message | undefined) | undefined;
}

/** Systems clients make up are not all kept. */
const mostSystems = 2000;

/** The rule of every Coding about its system. */
export function codingSystemRule(compiler: Compiler): ItemRule {
  const natures = new Map<string, Nature>();
  let generation = -1;
  const natureOf = (system: string): Nature => {
    if (generation !== compiler.definitions.generation || natures.size > mostSystems) natures.clear();
    generation = compiler.definitions.generation;
    const known = natures.get(system);
    if (known) return known;
    const nature = { fault: faultOf(system, compiler), form: codeForms.get(system) };
    natures.set(system, nature);
    return nature;
  };
  return (value, report) => {
    if (typeof value !== 'object' || value === null || !('system' in value)) return;
    const { system, code } = value as { system: unknown; code?: unknown };
    if (typeof system !== 'string') return;
    const { fault, form } = natureOf(system);
    if (fault) {
      report.segments[report.depth++] = 'system';
      const [severity, ...rest] = fault;
      // As with canonicals: published data has such systems, and a search finds them as they are.
      addFinding(
        report,
        report.onWrite && (!schemeForm.test(system) || plainHttp.test(system)) ? 'warning' : severity,
        ...rest,
      );
      report.depth--;
    }
    const wrong = form !== undefined && typeof code === 'string' ? form(code) : undefined;
    if (wrong)
      addFinding(report, 'warning', 'code-invalid', {
        en: `"${String(code)}" can be no code of ${system}: ${wrong.en}`,
        ja: `「${String(code)}」は ${system} のコードではありえません。${wrong.ja}`,
      });
  };
}

/** Says once in a document that a system's codes were not looked at. */
export function noteUnchecked(
  report: Report,
  { system = '', code }: Code,
  { reason }: Extract<Membership, { result: 'unchecked' }>,
): void {
  // Tags are everybody's own.
  const isTag = report.segments[report.depth - 2] === 'tag';
  if (report.probing || isTag || report.unchecked.has(system)) return;
  report.unchecked.add(system);
  addFinding(
    report,
    'information',
    'not-found',
    reason === 'fragment'
      ? {
          en: `"${code}" is not in the part of ${system} that is installed, so it may be right or wrong`,
          ja: `「${code}」は、登録されている ${system} の一部の中にはありません。正しいかどうかは判定できません`,
        }
      : {
          en: `codes of ${system} are not checked: the code system is not installed`,
          ja: `${system} のコードは検査していません（コード体系が登録されていません）`,
        },
  );
}
