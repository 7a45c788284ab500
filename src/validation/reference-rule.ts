/**
 * References: what they lead to is of an allowed type and, within the document, conforms to an allowed profile.
 * @see https://hl7.org/fhir/R4/references.html
 */
import type { JsonObject } from '../fhir/types.ts';
import { checkInBundle } from './bundled-reference.ts';
import type { ElementContext, ItemRule } from './element-rule.ts';
import type { CompiledProfile } from './profile.ts';
import type { ProfileElement, ProfileType } from './profile-schema.ts';
import { addFinding, addIssue, type Report } from './report.ts';
import { resolve, type Target, typeNamed } from './scope.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const typeRoot = 'http://hl7.org/fhir/StructureDefinition/';

interface Allowed {
  readonly canonicals: readonly string[];
  /** Resource types; undefined when a target profile is not installed, so that any may be right. */
  readonly types: ReadonlySet<string> | undefined;
  readonly plain: ReadonlySet<string>;
  readonly profiles: readonly (() => CompiledProfile | undefined)[];
}

function allowedOf(targets: readonly string[], { compiler, definition }: ElementContext): Allowed {
  const plain = new Set<string>();
  const types = new Set<string>();
  let unknown = false;
  for (const target of targets) {
    const url = target.split('|')[0]!;
    const name = url.startsWith(typeRoot) ? url.slice(typeRoot.length) : '';
    if (name && (compiler.definitions.isResourceType(name) || name === 'Resource' || name === 'DomainResource')) {
      plain.add(name);
      types.add(name);
      continue;
    }
    const type = compiler.schema(target, definition)?.type;
    if (type) types.add(type);
    else unknown = true;
  }
  const profiles = targets.map(target => compiler.lookup(target, definition));
  return { canonicals: targets, profiles, types: unknown ? undefined : types, plain };
}

const accepts = (names: ReadonlySet<string>, type: string): boolean =>
  names.has(type) || names.has('Resource') || names.has('DomainResource');

function wrongType(report: Report, found: string, allowed: Allowed, severity: 'error' | 'warning' = 'error'): void {
  const list = [...(allowed.types ?? [])].join(', ');
  addFinding(report, severity, 'structure', {
    en: `refers to a ${found}, expected ${list}`,
    ja: `${found} を参照していますが、参照できるのは ${list} です`,
  });
}

/** Deepest chain of references whose targets are looked into. */
const maxChain = 8;

function checkTarget(target: Target, allowed: Allowed, report: Report, { compiler }: ElementContext): void {
  const type = String(target.resource['resourceType']);
  if (allowed.types && !accepts(allowed.types, type)) {
    wrongType(report, type, allowed);
    return;
  }
  if (!allowed.types || accepts(allowed.plain, type) || report.runs.size > maxChain * 1000) return;
  const before = report.scope;
  report.scope = target.scope;
  let fits = false;
  for (const profile of allowed.profiles) fits ||= compiler.fits(target.resource, profile(), report);
  report.scope = before;
  if (!fits)
    addIssue(report, 'structure', {
      en: `refers to a ${type} that conforms to none of ${allowed.canonicals.join(', ')}`,
      ja: `参照先の ${type} は ${allowed.canonicals.join('、')} のどれにも適合していません`,
    });
}

function checkAggregation(
  found: Target | undefined,
  reference: string,
  aggregation: readonly string[],
  report: Report,
): void {
  const way = reference.startsWith('#') ? 'contained' : found ? 'bundled' : 'referenced';
  if (aggregation.includes(way) || (way === 'bundled' && aggregation.includes('referenced'))) return;
  addIssue(report, 'structure', {
    en: `the reference is ${way}, expected ${aggregation.join(' or ')}`,
    ja: `参照の方法が ${way} ですが、認められているのは ${aggregation.join('・')} です`,
  });
}

function checkReference(
  value: JsonObject,
  allowed: Allowed | undefined,
  aggregation: readonly string[] | undefined,
  report: Report,
  context: ElementContext,
): void {
  const reference = value['reference'];
  const named = typeof value['type'] === 'string' ? value['type'].replace(typeRoot, '') : undefined;
  const types = allowed?.types;
  const stray = named !== undefined && types !== undefined && !accepts(types, named) ? named : undefined;
  if (typeof reference !== 'string') {
    if (stray !== undefined) wrongType(report, stray, allowed!, 'warning');
    return;
  }
  const target = resolve(reference, report.scope);
  if (aggregation) checkAggregation(target, reference, aggregation, report);
  if (!allowed) return;
  if (stray !== undefined) wrongType(report, stray, allowed);
  if (target) checkTarget(target, allowed, report, context);
  else if (stray === undefined && types) {
    const type = typeNamed(reference);
    if (type !== undefined && context.compiler.definitions.isResourceType(type) && !accepts(types, type))
      wrongType(report, type, allowed, 'warning');
  }
}

const targetsOf = (type: ProfileType | undefined): readonly string[] => type?.targetProfile ?? [];

/** The rule of an element that may be a Reference with certain targets. */
export function referenceRule(element: ProfileElement, context: ElementContext): ItemRule[] {
  const types = element.types.filter(one => one.code === 'Reference');
  if (types.length === 0 || !element.targetsNarrowed) return [];
  const targets = types.flatMap(targetsOf);
  const aggregation = types.flatMap(one => one.aggregation ?? []);
  if (targets.length === 0 && aggregation.length === 0) return [];
  let allowed: Allowed | undefined;
  return [
    (value, report, type) => {
      if (type !== 'Reference' || !isObject(value)) return;
      if (targets.length > 0) allowed ??= allowedOf(targets, context);
      checkReference(value, allowed, aggregation.length > 0 ? aggregation : undefined, report, context);
    },
  ];
}

/** Every Reference: what lies within the document must be there, and be of the type it says. */
export const anyReference: ItemRule = (value, report) => {
  if (!isObject(value)) return;
  const { reference, type } = value;
  if (typeof reference !== 'string') return;
  checkInBundle(reference, report);
  const target = resolve(reference, report.scope);
  const found = target ? String(target.resource['resourceType']) : typeNamed(reference);
  if (typeof type === 'string' && found !== undefined && type.replace(typeRoot, '') !== found && !type.includes('|'))
    addFinding(report, 'error', 'structure', {
      en: `type says ${type}, but the reference is to a ${found}`,
      ja: `type は ${type} ですが、参照先は ${found} です`,
    });
};
