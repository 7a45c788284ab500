/**
 * Who may come in while access is open: only who asks for this machine by its own name. A web page elsewhere can make a
 * browser send requests to loopback (DNS rebinding, cross-site requests); its Host or Origin gives it away.
 */
import { FhirError } from '../fhir/outcome.ts';
import type { Services } from '../interactions/interaction.ts';

const loopback = /^(?:localhost|(?:[^.]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])\.?$/i;

const nameOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).hostname : undefined);

const allowed = new Map<string, boolean>();

/** True for loopback and for the host of the setting base-url. */
function isOwn(name: string | undefined, baseUrl: string): boolean {
  return name !== undefined && (loopback.test(name) || (baseUrl !== '' && name === nameOf(baseUrl)));
}

function isAllowed(url: string, baseUrl: string): boolean {
  const key = `${baseUrl} ${url}`;
  const known = allowed.get(key);
  if (known !== undefined) return known;
  const answer = isOwn(nameOf(url), baseUrl);
  if (allowed.size < 100) allowed.set(key, answer);
  return answer;
}

function forbidden(header: 'Host' | 'Origin', found: string): FhirError {
  const shown = found.slice(0, 100);
  return new FhirError(
    'forbidden',
    {
      en: `${header}: found "${shown}", expected localhost, a loopback address or the host of the setting base-url. Access is open, so requests that a web page elsewhere can bring about (DNS rebinding) are refused; behind a proxy, set base-url`,
      ja: `${header}: 「${shown}」からは使えません。localhost、ループバックアドレス、設定 base-url のホストだけです。アクセス制限がないため、他のサイトのページが起こせるリクエスト（DNS リバインディング）は拒否します。プロキシの後ろでは base-url を設定してください`,
    },
    { location: header },
  );
}

/**
 * Refuses requests under a foreign name or from a foreign page.
 * @throws FhirError 'forbidden'
 */
export function checkDoor(
  { access, config }: Services,
  { host, origin }: { readonly host?: string | undefined; readonly origin?: string | undefined },
): void {
  if (access.name !== 'open') return;
  // Without Host (HTTP/1.0) it is no browser.
  if (host !== undefined && host !== '' && !isAllowed(`http://${host}`, config.baseUrl)) throw forbidden('Host', host);
  if (origin !== undefined && !isAllowed(origin, config.baseUrl)) throw forbidden('Origin', origin);
}
