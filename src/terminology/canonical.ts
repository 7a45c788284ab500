/**
 * Canonicals and versions: `url|version` taken apart, versions compared, wildcards such as `1.x` matched.
 * @see https://hl7.org/fhir/R4/references.html#canonical
 */

/** A canonical taken apart; a fragment stays with the URL. */
export function splitCanonical(canonical: string): { url: string; version?: string } {
  const bar = canonical.indexOf('|');
  if (bar < 0) return { url: canonical };
  const version = canonical.slice(bar + 1);
  return version === '' ? { url: canonical.slice(0, bar) } : { url: canonical.slice(0, bar), version };
}

const parts = (version: string): string[] => version.split(/[.\-_+]/);

function compareParts(a: string, b: string): number {
  const [m, n] = [Number(a), Number(b)];
  if (a !== '' && b !== '' && Number.isFinite(m) && Number.isFinite(n)) return m - n;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Which of two versions is later: numbers are compared as numbers, dates and words as text; none at all comes first. */
export function compareVersions(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [l, r] = [left[i], right[i]];
    // 1.0.0-beta comes before 1.0.0, but 1.0.1 after 1.0.
    if (l === undefined) return /^\d/.test(r!) ? -1 : 1;
    if (r === undefined) return /^\d/.test(l) ? 1 : -1;
    const order = compareParts(l, r);
    if (order !== 0) return order;
  }
  return 0;
}

const style = (version: string): string =>
  /^(19|20)\d\d(-?\d\d){0,2}$/.test(version) ? 'date' : /^v?\d+(\.\d+)*/.test(version) ? 'number' : 'text';

/** True when `b` is later than `a`. Versions of different kinds (a date and a number) cannot be compared: neither is later. */
export function isLater(a: string | undefined, b: string | undefined): boolean {
  if (a !== undefined && b !== undefined && style(a) !== style(b)) return false;
  return compareVersions(a, b) < 0;
}

/** True when a version is a pattern such as `1.x`, `1.0.X` or `2.*`. */
export function isPattern(version: string): boolean {
  return version.split('.').some(part => part === 'x' || part === 'X' || part === '*');
}

/** True when a version is the one asked for, or fits the pattern asked for. */
export function matchesVersion(asked: string, version: string | undefined): boolean {
  if (asked === version) return true;
  if (version === undefined || !isPattern(asked)) return false;
  const [pattern, found] = [asked.split('.'), version.split('.')];
  for (let i = 0; i < pattern.length; i++) {
    const part = pattern[i]!;
    if (part === '*' && i === pattern.length - 1) return true;
    if (part === 'x' || part === 'X' || part === '*') {
      if (found[i] === undefined) return false;
    } else if (part !== found[i]) return false;
  }
  return found.length === pattern.length || /^[xX*]$/.test(pattern.at(-1)!);
}
