/**
 * Which version of a code system a code is checked against: what the value set states, what the request rules, what the
 * code itself says; and what is wrong when they do not agree.
 * @see https://hl7.org/fhir/R4/valueset-operation-validate-code.html
 */
import { matchesVersion } from './canonical.ts';
import { type Finding, finding } from './problems.ts';
import type { Scope } from './scope.ts';
import type { CodeSystem } from './shapes.ts';

/** The names of the places findings point to. */
export interface Place {
  readonly whole: string;
  readonly code: string;
  readonly system: string;
  readonly version: string;
  readonly display: string;
}

/** The places of a coding at a path; of single parameters when the path is empty. */
export function placeOf(path: string): Place {
  const dot = path === '' ? '' : `${path}.`;
  return {
    whole: path === '' ? 'code' : path,
    code: `${dot}code`,
    system: `${dot}system`,
    version: `${dot}version`,
    display: `${dot}display`,
  };
}

/** The decision. `system` is what texts are taken from, also when `decided` is false. */
export interface Decision {
  readonly system: CodeSystem | undefined;
  /** False when the version that is to be used is not known, so that nothing can be said of the code. */
  readonly decided: boolean;
  readonly findings: readonly Finding[];
  /** `url|version` of what is not known. */
  readonly missing?: string;
}

/** The finding for a version that is not known. */
export function unknownVersion(scope: Scope, url: string, version: string, at: string): Finding {
  const versions = scope.versions(url);
  if (versions.length === 0 && scope.knows(url) !== 'system')
    return finding('unknown-version-of-unknown-system', { system: url, version }, at);
  return finding('unknown-version', { system: url, version, versions: versions.join(', ') || '-' }, at);
}

interface Comparison {
  readonly version: string | undefined;
  readonly findings: Finding[];
  readonly missing?: string;
}

/** Holds the version of a code against the one that is to be used. */
function compare(scope: Scope, url: string, stated: string | undefined, given: string, place: Place): Comparison {
  const { version, rule } = scope.wanted(url, stated);
  const known = scope.system(url, given) !== undefined;
  const unknown = known ? [] : [unknownVersion(scope, url, given, place.system)];
  const missing = known ? {} : { missing: `${url}|${given}` };
  if (version === undefined) {
    if (known) return { version: given, findings: [] };
    const used = scope.system(url)?.head.version ?? '';
    return {
      version,
      findings: [...unknown, finding('default-version-differs', { system: url, version: used, given }, place.version)],
      ...missing,
    };
  }
  if (matchesVersion(version, given)) return { version: known ? given : version, findings: unknown, ...missing };
  const words = { system: url, version, given, original: stated ?? '' };
  return {
    version,
    findings: [finding(rule ? 'changed-version-differs' : 'version-differs', words, place.version), ...unknown],
    ...missing,
  };
}

/**
 * Decides the version.
 * @param stated by the value set
 * @param given with the code
 */
export function decideVersion(
  scope: Scope,
  url: string,
  stated: string | undefined,
  given: string | undefined,
  place: Place,
): Decision {
  const compared =
    given === undefined
      ? { version: scope.wanted(url, stated).version, findings: [] }
      : compare(scope, url, stated, given, place);
  const findings = [...compared.findings];
  const missing = 'missing' in compared ? compared.missing : undefined;
  const system = scope.system(url, compared.version);
  if (!system) {
    const version = compared.version;
    if (version !== undefined) findings.push(unknownVersion(scope, url, version, place.system));
    const instead =
      (given !== undefined && scope.system(url, given)) ||
      scope.system(url, scope.wanted(url, undefined).version) ||
      scope.system(url);
    return {
      system: instead,
      decided: false,
      findings,
      ...(version !== undefined && { missing: `${url}|${version}` }),
    };
  }
  const demanded = scope.demandedInstead(url, system.head.version);
  if (demanded !== undefined)
    findings.unshift(
      finding('version-not-allowed', { system: url, version: system.head.version ?? '', demanded }, place.version),
    );
  return { system, decided: true, findings, ...(missing !== undefined && { missing }) };
}
