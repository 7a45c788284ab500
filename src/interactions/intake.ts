/**
 * Document intake: a document or collection Bundle is checked, kept byte for byte, taken apart, and answered with a receipt.
 * All of it in one commit, or nothing. docs/documents.md says what is made of a Bundle.
 */
import type { Letter } from '../documents/envelope.ts';
import { claimedKind, kindOf } from '../documents/kinds/all.ts';
import type { Resource } from '../fhir/types.ts';
import { versionHeaders, versionUrl } from './headers.ts';
import { sameAgain } from './intake/again.ts';
import { intakeReceipt, type Receipt } from './intake/answer.ts';
import { checkIntake, openDocument } from './intake/check.ts';
import { type Prepared, prepareIntake } from './intake/prepare.ts';
import { restore, withdraw } from './intake/withdraw.ts';
import type { FhirRequest, FhirResponse, Services } from './interaction.ts';
import { commitPrepared } from './write.ts';

export { withdrawById } from './intake/withdraw.ts';
export type { Receipt };

/** Takes a Bundle in. @throws FhirError with every finding when it is refused */
export async function takeIn(
  services: Services,
  request: FhirRequest,
  bundle: Resource,
  text: string,
): Promise<Receipt> {
  const own = request.body?.kind === 'resource' && request.body.text === text && !request.contentType?.includes('xml');
  const document = openDocument(bundle, text);
  const same = await sameAgain(services, request, document);
  if (same) return same;
  const findings = await checkIntake(services, document, own);
  let prepared: Prepared | undefined;
  const { committed } = await commitPrepared(services, async () => {
    prepared = await prepareIntake(services, request, document);
    return prepared.changes;
  });
  return intakeReceipt(prepared!, committed, findings, { language: request.language });
}

/** Does what a letter asks. @throws FhirError */
export async function handleLetter(services: Services, request: FhirRequest, letter: Letter): Promise<Receipt> {
  if (letter.command === 'register') return takeIn(services, request, letter.bundle, letter.text);
  if (letter.command === 'withdraw') return withdraw(services, request, letter.keys);
  return restore(services, request, letter.keys);
}

/** 201 for a document that was not there, 200 otherwise; the receipt as body unless it is not wanted. */
export function receiptResponse(request: FhirRequest, receipt: Receipt): FhirResponse {
  const status = receipt.outcome === 'created' || receipt.outcome === 'restored' ? 201 : 200;
  const headers = { Location: `${request.base}/DocumentReference/${receipt.id}` };
  if (request.prefer.return === 'minimal') return { status, headers };
  return { status, headers, body: { kind: 'resource', resource: receipt.resource } };
}

/** True when a Bundle that is POSTed to the base or to Bundle is taken in instead of being stored as it is. */
export function isTakenIn(services: Services, bundle: Resource): boolean {
  const { documentIntake } = services.config;
  if (documentIntake === 'off') return false;
  return documentIntake === 'all' ? kindOf(bundle) !== undefined : claimedKind(bundle) !== undefined;
}

/** The answer to POST Bundle: that of a create, or the receipt when the client prefers an OperationOutcome. */
export function createdResponse(request: FhirRequest, receipt: Receipt): FhirResponse {
  const version = receipt.committed.get(`Bundle/${receipt.id}`)?.version;
  if (!version || version.deleted || request.prefer.return === 'OperationOutcome')
    return receiptResponse(request, receipt);
  const status = receipt.outcome === 'created' ? 201 : 200;
  const headers = { ...versionHeaders(version), Location: versionUrl(request.base, version) };
  if (request.prefer.return === 'minimal') return { status, headers };
  return { status, headers, body: { kind: 'text', text: version.text } };
}
