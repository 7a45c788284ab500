/**
 * References of a Bundle's entries: what form they have, and that they mean one entry of the type they name.
 * @see https://hl7.org/fhir/R4/bundle.html#references
 */
import { addIssue, type Report } from './report.ts';
import { absolute, entryIndex } from './scope.ts';

const absoluteForm = /^[a-z][a-z0-9+.-]*:/i;
/** A search instead of a reference, as transactions may have. */
const searchForm = /^[A-Z][A-Za-z]+\?/;

/** Bundles whose entries may go without a fullUrl. */
const withoutFullUrl: ReadonlySet<unknown> = new Set([
  'batch',
  'transaction',
  'batch-response',
  'transaction-response',
]);

function checkForm(reference: string, bundleType: unknown, report: Report): boolean {
  const parts = reference.split('/').length;
  if (parts === 2 || parts === 4) return true;
  if (bundleType === 'transaction' && searchForm.test(reference)) return true;
  addIssue(report, 'invalid', {
    en: `found the reference "${reference}", expected [type]/[id] or an absolute URL`,
    ja: `参照「${reference}」は [リソース型]/[id] か絶対 URL でなければなりません`,
  });
  return false;
}

/** Checks a reference where it stands in an entry of a Bundle; nothing elsewhere. */
export function checkInBundle(reference: string, report: Report): void {
  const { bundle, fullUrl } = report.scope;
  if (!bundle || reference.startsWith('#') || reference === '') return;
  const relative = !absoluteForm.test(reference);
  if (relative && fullUrl === undefined) {
    if (!withoutFullUrl.has(bundle['type']))
      addIssue(report, 'required', {
        en: `the relative reference "${reference}" means nothing, because its entry has no fullUrl`,
        ja: `エントリーに fullUrl がないため、相対参照「${reference}」の参照先が決まりません`,
      });
    return;
  }
  if (relative && !checkForm(reference, bundle['type'], report)) return;
  const found = entryIndex(bundle, report.scope).get(absolute(reference, fullUrl));
  if (found === undefined) return;
  if (found.length > 1 && !reference.includes('/_history/') && bundle['type'] !== 'history')
    addIssue(report, 'invalid', {
      en: `the reference "${reference}" means ${found.length} entries of the Bundle`,
      ja: `参照「${reference}」に当てはまるエントリーが${found.length}個あります`,
    });
  const type = (found[0]?.['resource'] as { resourceType?: unknown } | undefined)?.resourceType;
  const named = relative ? reference.split('/')[0] : undefined;
  if (named !== undefined && type !== undefined && type !== named)
    addIssue(report, 'value', {
      en: `the reference "${reference}" leads to an entry with a ${String(type)}`,
      ja: `参照「${reference}」の先のエントリーは ${String(type)} です`,
    });
}
