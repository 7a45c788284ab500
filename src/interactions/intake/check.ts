/** Checking a document: its kind, the rules of the exchange, the rules of its profile and of every entry. All of it, or nothing. */
import { type Document, readDocument } from '../../documents/document.ts';
import { claimedProfiles, kindOf } from '../../documents/kinds/all.ts';
import { checkDocument } from '../../documents/rules/all.ts';
import { FhirError, type Issue } from '../../fhir/outcome.ts';
import type { Resource } from '../../fhir/types.ts';
import { japaneseDay } from '../../terminology/terminology.ts';
import { findingsOf } from '../../validation/large.ts';
import { withLocations } from '../../validation/locate.ts';
import { findForbidden } from '../care-rules.ts';
import type { Services } from '../interaction.ts';

const isError = ({ severity }: Issue): boolean => severity === 'error' || severity === 'fatal';

/** The refusal of a Bundle that is no document. */
function noDocument(bundle: Resource): FhirError {
  const type = String(bundle['type']);
  return new FhirError(
    'invalid',
    {
      en: `The Bundle has the type ${type.slice(0, 40)}; intake takes document and collection`,
      ja: `Bundle の type が ${type.slice(0, 40)} です。取り込めるのは document と collection です`,
    },
    { expression: 'Bundle.type' },
  );
}

/** A Bundle as a document. @param text its JSON, read before @throws FhirError 'invalid' for what is no document */
export function openDocument(bundle: Resource, text: string): Document {
  const kind = kindOf(bundle);
  if (!kind) throw noDocument(bundle);
  return readDocument(kind, bundle, text);
}

/**
 * Checks a document.
 * @param own true when its text is what the client sent, so that lines and columns mean something
 * @returns what was found that does not stop it
 * @throws FhirError 'invalid' for what is no FHIR, 'business-rule' with every finding otherwise
 */
export async function checkIntake(services: Services, document: Document, own: boolean): Promise<readonly Issue[]> {
  const { kind, bundle, text } = document;
  const limits = { maxBytes: services.config.documentMaxBytes, today: japaneseDay(services.now()) };
  const rules = [...checkDocument(document, limits), ...findForbidden(services, bundle, text)];
  const tooLarge = rules.filter(one => one.rule === 'intake-size');
  // What is too large is not looked at further.
  if (tooLarge.length > 0) throw new FhirError('too-long', tooLarge);
  await services.storedDefinitions.refresh();
  const asked = kind.profile !== undefined && !claimedProfiles(bundle).includes(kind.profile) ? [kind.profile] : [];
  const options = { level: 'profiles' as const, profiles: asked };
  const found = await findingsOf(services, () => bundle, text, options, false);
  if (![...rules, ...found].some(isError)) return [...rules, ...found];
  const findings = own ? withLocations([...rules, ...found], text) : [...rules, ...found];
  const basic = findings.some(one => isError(one) && one.basic === true);
  throw new FhirError(basic ? 'invalid' : 'business-rule', findings);
}
