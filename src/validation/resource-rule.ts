/**
 * Whole resources: the rules of their type, of DomainResource, and the profiles they claim.
 * @see https://hl7.org/fhir/R4/domainresource.html#invs
 */
import type { JsonObject, Message } from '../fhir/types.ts';
import type { Compiler, Place } from './profile.ts';
import { applyCompiled, applyProfile } from './profile-run.ts';
import { addFinding, addIssue, type Report } from './report.ts';
import { resourceRules } from './resources/all.ts';
import { innerScope } from './scope.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every `#id` anywhere in a value. */
function collectFragments(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') {
    if (value.charCodeAt(0) === 0x23) found.add(value.slice(1));
  } else if (Array.isArray(value)) for (const item of value) collectFragments(item, found);
  else if (isObject(value)) for (const name in value) if (name !== 'div') collectFragments(value[name], found);
}

/** Whether a contained resource refers to the one around it. */
function isLeadingOut(contained: JsonObject, container: unknown): boolean {
  const own = new Set<string>();
  collectFragments(contained, own);
  return own.has('') || own.has(String(container));
}

/** dom-3: what is contained is referred to, or refers to its container; dom-4, dom-5: it has no version, no security labels. */
function checkContained(resource: JsonObject, report: Report): void {
  const contained = resource['contained'];
  if (!Array.isArray(contained)) return;
  const fragments = new Set<string>();
  for (const name in resource) if (name !== 'text') collectFragments(resource[name], fragments);
  const ids = new Set<unknown>();
  contained.forEach((one: unknown, i) => {
    if (!isObject(one)) return;
    const { id, meta } = one;
    report.segments[report.depth++] = 'contained';
    report.segments[report.depth++] = i;
    if (id === undefined)
      addIssue(report, 'required', { en: 'a contained resource needs an id', ja: '内包リソースには id が必要です' });
    else if (ids.has(id))
      addIssue(report, 'duplicate', {
        en: `the id "${String(id)}" is used twice`,
        ja: `id「${String(id)}」が重複しています`,
      });
    else if (typeof id === 'string' && !fragments.has(id) && !isLeadingOut(one, resource['id']))
      addIssue(
        report,
        'invariant',
        {
          en: `the contained resource "${id}" is not referred to`,
          ja: `内包リソース「${id}」はどこからも参照されていません`,
        },
        'dom-3',
      );
    ids.add(id);
    if (isObject(meta) && (meta['versionId'] !== undefined || meta['lastUpdated'] !== undefined))
      addIssue(
        report,
        'invariant',
        {
          en: 'a contained resource has no versionId and no lastUpdated',
          ja: '内包リソースに versionId・lastUpdated は使えません',
        },
        'dom-4',
      );
    if (isObject(meta) && meta['security'] !== undefined)
      addIssue(
        report,
        'invariant',
        { en: 'a contained resource has no security labels', ja: '内包リソースに security は使えません' },
        'dom-5',
      );
    report.depth -= 2;
  });
}

/** The profiles a resource names in meta.profile. One that is not installed is reported, never skipped in silence. */
function checkProfiles(resource: JsonObject, report: Report, compiler: Compiler): void {
  const meta = resource['meta'];
  const profiles = isObject(meta) ? meta['profile'] : undefined;
  if (!Array.isArray(profiles)) return;
  profiles.forEach((canonical: unknown, i) => {
    if (typeof canonical !== 'string') return;
    const compiled = compiler.profile(canonical);
    const version = compiled && 'schema' in compiled ? otherVersion(canonical, compiled.schema.version) : undefined;
    if (!compiled)
      atProfile(report, i, 'warning', {
        en: `the profile ${canonical} is not installed, so it was not checked`,
        ja: `プロファイル ${canonical} は登録されていないため、検証していません`,
      });
    else if (version !== undefined)
      atProfile(report, i, 'information', {
        en: `the profile ${canonical} is installed as ${version} only, which was used`,
        ja: `プロファイル ${canonical} は版 ${version} だけが登録されているため、その版で検証しました`,
      });
    if (compiled) applyCompiled(resource, canonical, compiled, report);
  });
}

function atProfile(report: Report, i: number, severity: 'warning' | 'information', message: Message): void {
  const depth = report.depth;
  report.segments[report.depth++] = 'meta';
  report.segments[report.depth++] = 'profile';
  report.segments[report.depth++] = i;
  addFinding(report, severity, 'not-found', message);
  report.depth = depth;
}

/** The installed version, when a canonical asks for another; one without version fits any, `1` fits 1.10.0. */
function otherVersion(canonical: string, installed: string): string | undefined {
  const bar = canonical.indexOf('|');
  if (bar < 0 || installed === '') return undefined;
  const asked = canonical.slice(bar + 1);
  return installed === asked || installed.startsWith(`${asked}.`) ? undefined : installed;
}

/** Profiles that an installed ImplementationGuide asks of every resource of a type, by type. */
const globals = new WeakMap<Compiler, { generation: number; byType: Map<string, string[]> }>();

function checkGlobalProfiles(type: string, resource: JsonObject, report: Report, compiler: Compiler): void {
  const { generation } = compiler.definitions;
  let known = globals.get(compiler);
  if (known?.generation !== generation) {
    known = { generation, byType: new Map() };
    for (const guide of compiler.definitions.all('ImplementationGuide'))
      for (const one of Array.isArray(guide['global']) ? (guide['global'] as unknown[]).filter(isObject) : []) {
        const name = String(one['type']);
        known.byType.set(name, [...(known.byType.get(name) ?? []), String(one['profile'])]);
      }
    globals.set(compiler, known);
  }
  for (const canonical of known.byType.get(type) ?? [])
    if (compiler.profile(canonical)) applyProfile(resource, canonical, report, compiler);
}

/** Rules of the resource the scope is at. */
export function checkHere(resource: JsonObject, report: Report, compiler: Compiler): void {
  const type = resource['resourceType'];
  if (typeof type !== 'string' || !compiler.definitions.isResourceType(type)) return;
  compiler.typeRule(type)(resource, report);
  if (resource['contained'] !== undefined) checkContained(resource, report);
  if (
    compiler.options.bestPractice !== 'ignore' &&
    resource['text'] === undefined &&
    compiler.definitions.typeSchema(type)?.base === 'DomainResource'
  )
    addFinding(
      report,
      compiler.options.bestPractice,
      'invariant',
      { en: 'a resource should have a narrative', ja: 'リソースにはナラティブ（text）を付けるべきです' },
      'dom-6',
    );
  resourceRules.get(type)?.(resource, report, compiler);
  checkGlobalProfiles(type, resource, report, compiler);
  checkProfiles(resource, report, compiler);
}

/** The rule of a resource within another. */
export function resourceRule(compiler: Compiler) {
  return (resource: JsonObject, report: Report, place: Place, holder: JsonObject): void => {
    const before = report.scope;
    const profile = report.profile;
    report.profile = undefined;
    report.scope = innerScope(before, resource, place, report.depth, holder['fullUrl']);
    checkHere(resource, report, compiler);
    report.scope = before;
    report.profile = profile;
  };
}
