/** Resources written in one transaction, and searches read page by page while others write. */
import type { TestServer } from './support.ts';

/** What tests look at in a page of a search. */
export interface Page {
  readonly total?: number;
  readonly entry?: readonly {
    readonly resource: { readonly id: string; readonly issue?: { diagnostics: string }[] };
  }[];
  readonly link: readonly { readonly relation: string; readonly url: string }[];
}

/** Writes resources under their ids, all in one transaction. @throws Error with the answer when it is refused */
export async function putAll(
  server: TestServer,
  resources: readonly { readonly resourceType: string; readonly id: string }[],
): Promise<void> {
  const entry = resources.map(resource => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  const headers = { 'content-type': 'application/fhir+json' };
  const payload = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
  const { statusCode, body } = await server.app.inject({ method: 'POST', url: '/fhir', headers, payload });
  if (statusCode !== 200) throw new Error(`HTTP ${statusCode} ${body.slice(0, 300)}`);
}

/**
 * The ids of all pages, in order.
 * @param query after the base of the server
 * @param between is called after each page, with its number from 0
 * @param most pages that are read
 */
export async function readPages(
  server: TestServer,
  query: string,
  between: (page: number) => Promise<void> = async () => {},
  most = 10_000,
): Promise<string[]> {
  const found: string[] = [];
  let url: string | undefined = `/fhir/${query}`;
  for (let page = 0; url !== undefined && page < most; page++) {
    const body: Page = (await server.app.inject({ url })).json();
    found.push(...(body.entry ?? []).map(one => one.resource.id));
    await between(page);
    const next = body.link.find(link => link.relation === 'next')?.url;
    url = next === undefined ? undefined : new URL(next).pathname + new URL(next).search;
  }
  return found;
}
