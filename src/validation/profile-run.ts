/**
 * Profiles on values. What a profile finds in a resource depends on the document alone, so it is found out once, whoever asks:
 * the resource's own meta.profile, the slice of a Bundle, a reference to it.
 */
import type { StructureDefinition } from '../definitions/element-schema.ts';
import type { JsonObject } from '../fhir/types.ts';
import type { CompiledProfile, Compiler } from './profile.ts';
import type { ProfileSchema } from './profile-schema.ts';
import { addFinding, addIssue, addRun, type Report, type Run, reportWithin } from './report.ts';
import { scopeFrom, scopeWithin } from './scope.ts';

type Usable = Exclude<CompiledProfile, { problem: unknown }>;

/** Whether a profile can be about resources of a type. */
export const isAbout = ({ type }: ProfileSchema, name: string): boolean =>
  type === name || type === 'Resource' || type === 'DomainResource';

/** What a profile finds in a resource; places begin with the resource's type. */
export function runOn(value: JsonObject, type: string, compiled: Usable, report: Report): Run {
  let byProfile = report.runs.get(value);
  if (!byProfile) {
    byProfile = new Map();
    report.runs.set(value, byProfile);
  }
  const known = byProfile.get(compiled);
  if (known) return known;
  const run: Run = { errors: 0, issues: [], done: false };
  byProfile.set(compiled, run);
  const { scope } = report;
  const own = reportWithin(report, {
    segments: [type],
    depth: 1,
    scope: scope.resource === value ? scopeFrom(scope, value, 1) : scopeWithin(scope, value, 1),
    profile: compiled.schema.url,
    probing: false,
  });
  compiled.rule(value, own);
  run.errors = own.errors;
  run.issues = own.issues;
  run.done = true;
  return run;
}

/** Longest chain of profiles made from each other. */
const maxLineage = 30;

/** The profiles a profile is made from. */
function lineageOf({ definition }: Usable, compiler: Compiler): ReadonlySet<CompiledProfile> {
  const found = new Set<CompiledProfile>();
  for (let at = definition; at.baseDefinition !== undefined && found.size < maxLineage; ) {
    const base = compiler.profile(at.baseDefinition, at);
    if (!base || !('rule' in base)) break;
    found.add(base);
    at = base.definition;
  }
  return found;
}

const lineages = new WeakMap<CompiledProfile, ReadonlySet<CompiledProfile>>();

/**
 * Whether a resource conforms to a profile because it does to one made from it, which it names itself and is held against
 * anyway; false when that cannot be said.
 */
export function conformsByHeir(
  value: JsonObject,
  type: string,
  wanted: Usable,
  report: Report,
  compiler: Compiler,
): boolean {
  const meta = value['meta'] as JsonObject | undefined;
  const named = meta?.['profile'];
  if (!Array.isArray(named)) return false;
  for (const canonical of named as unknown[]) {
    const heir = typeof canonical === 'string' ? compiler.profile(canonical) : undefined;
    if (!heir || !('rule' in heir) || heir === wanted || !isAbout(heir.schema, type)) continue;
    let lineage = lineages.get(heir);
    if (!lineage) {
      lineage = lineageOf(heir, compiler);
      lineages.set(heir, lineage);
    }
    if (!lineage.has(wanted)) continue;
    const { done, errors } = runOn(value, type, heir, report);
    if (done && errors === 0) return true;
  }
  return false;
}

/** Runs a profile on a value and adds what it finds. */
export function applyProfile(
  value: JsonObject,
  canonical: string,
  report: Report,
  compiler: Compiler,
  asker?: StructureDefinition,
): void {
  applyCompiled(value, canonical, compiler.profile(canonical, asker), report);
}

/** The same for a profile that was looked up already; undefined when it is not installed. */
export function applyCompiled(
  value: JsonObject,
  canonical: string,
  compiled: CompiledProfile | undefined,
  report: Report,
): void {
  if (!compiled) {
    addFinding(report, 'warning', 'not-found', {
      en: `the profile ${canonical} is not installed, so it was not checked`,
      ja: `プロファイル ${canonical} は登録されていないため、検証していません`,
    });
    return;
  }
  if ('problem' in compiled) {
    addFinding(report, 'error', 'processing', {
      en: `the profile ${canonical} cannot be used: ${compiled.problem.en}`,
      ja: `プロファイル ${canonical} を使用できません: ${compiled.problem.ja}`,
    });
    return;
  }
  const type = value['resourceType'];
  if (typeof type === 'string' && isAbout(compiled.schema, type)) {
    addRun(report, runOn(value, type, compiled, report), type);
    return;
  }
  const { url } = compiled.schema;
  const before = report.profile;
  report.profile = url;
  if (typeof type === 'string')
    addIssue(report, 'structure', {
      en: `found a ${type}, expected a ${compiled.schema.type}, which is what the profile ${url} is about`,
      ja: `${type} が見つかりました。プロファイル ${url} は ${compiled.schema.type} のものです`,
    });
  else compiled.rule(value, report);
  report.profile = before;
}
