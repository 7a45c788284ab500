/**
 * Extensions: known, allowed where they stand, modifying only where they say so, and as their definition asks.
 * @see https://hl7.org/fhir/R4/extensibility.html
 */
import type { StructureDefinition } from '../definitions/element-schema.ts';
import { isPublishedApart } from '../definitions/published-extensions.ts';
import type { Severity } from '../fhir/outcome.ts';
import type { JsonObject, Message } from '../fhir/types.ts';
import type { ItemRule } from './element-rule.ts';
import { checkContext, checkContextInvariants } from './extension-context.ts';
import { otherVersion } from './other-versions.ts';
import type { Compiler, RuleOptions } from './profile.ts';
import { applyCompiled } from './profile-run.ts';
import { addFinding, addIssue, addIssueAt, type Report } from './report.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function checkModifier(definition: StructureDefinition, url: string, inModifier: boolean, report: Report): void {
  const modifier = definition.snapshot?.element[0]?.isModifier === true;
  if (modifier !== inModifier) misplaced(url, modifier, report);
}

function misplaced(url: string, modifies: boolean, report: Report): void {
  addIssue(
    report,
    'structure',
    modifies
      ? {
          en: `the extension ${url} modifies meaning, so it belongs into modifierExtension`,
          ja: `拡張 ${url} は意味を変えるものなので、modifierExtension に入れてください`,
        }
      : {
          en: `the extension ${url} modifies nothing, so it belongs into extension`,
          ja: `拡張 ${url} は意味を変えるものではないので、extension に入れてください`,
        },
  );
}

const parts = new WeakMap<StructureDefinition, readonly unknown[]>();

/** Names of the sub-extensions a definition spells out. */
function partsOf(definition: StructureDefinition): readonly unknown[] {
  let known = parts.get(definition);
  if (!known) {
    const elements = (definition.snapshot?.element ?? []).filter(one => one.path === 'Extension.extension.url');
    known = elements.map(one => one['fixedUri']);
    parts.set(definition, known);
  }
  return known;
}

/** Sub-extensions have plain names, which the definition of the outer one lists. */
function checkInner(value: JsonObject, definition: StructureDefinition, report: Report): void {
  const inner = value['extension'];
  if (!Array.isArray(inner)) return;
  const listed = partsOf(definition);
  if (listed.length === 0) return;
  inner.forEach((one: unknown, i) => {
    if (!isObject(one) || typeof one['url'] !== 'string' || one['url'].includes(':') || listed.includes(one['url']))
      return;
    report.segments[report.depth++] = 'extension';
    report.segments[report.depth++] = i;
    addIssue(report, 'structure', {
      en: `the extension has no part "${one['url']}"; known: ${listed.join(', ')}`,
      ja: `この拡張に「${one['url']}」という部分はありません（使えるもの: ${listed.join('・')}）`,
    });
    report.depth -= 2;
  });
}

/** Extensions of other FHIR versions' elements are made from those versions, of which only what modifies is known here. */
function checkOtherVersion(url: string, inModifier: boolean, report: Report): boolean {
  const other = otherVersion(url);
  if (other?.modifies && !inModifier) misplaced(url, true, report);
  return other !== undefined;
}

/** The rule of every extension. */
export function extensionRule(compiler: Compiler): ItemRule {
  const { definitions, options } = compiler;
  return (value, report, _type, holder) => {
    if (!isObject(value)) return;
    const url = value['url'];
    if (typeof url !== 'string') return;
    const nested = isInExtension(report);
    if (!url.includes(':')) {
      if (!nested)
        addIssueAt(report, 'url', 'value', {
          en: `found "${url}", expected an absolute URL`,
          ja: `「${url}」は絶対 URL ではありません`,
        });
      return;
    }
    if (url.includes('|'))
      addIssueAt(report, 'url', 'value', {
        en: `found "${url}", expected the URL of an extension without a version`,
        ja: `拡張の URL「${url}」に版は付けられません`,
      });
    const compiled = compiler.profile(url);
    const inModifier = placeKind(report) === 'modifierExtension';
    if (!compiled || 'problem' in compiled) {
      if (!checkOtherVersion(url, inModifier, report))
        unknownExtension(report, url, severityOf(url, inModifier, report.onWrite, options));
      return;
    }
    const { definition } = compiled;
    if (definition.type !== 'Extension') {
      addIssue(report, 'structure', {
        en: `${url} is no extension but a ${definition.type}`,
        ja: `${url} は拡張ではなく ${definition.type} です`,
      });
      return;
    }
    checkContext(definition, url, holder, report, definitions);
    checkContextInvariants(definition, holder, report, compiler);
    checkModifier(definition, url, inModifier, report);
    checkInner(value, definition, report);
    applyCompiled(value, url, compiled, report);
  };
}

/** Domains that are meant for examples. */
const exampleUrl = /example\.org|acme\.com|nema\.org/;
/** How wrong it is that nobody knows an extension. */
function severityOf(url: string, modifies: boolean, onWrite: boolean, { unknownExtensions }: RuleOptions): Severity {
  if (modifies) return 'error';
  if (exampleUrl.test(url)) return 'information';
  return onWrite || isPublishedApart(url) ? 'warning' : unknownExtensions;
}

/** Where to get the definition of an extension. */
const sourceOf = (url: string): Message =>
  isPublishedApart(url)
    ? {
        en: 'install the package hl7.fhir.uv.extensions.r4 of HL7, which has its definition',
        ja: '定義は HL7 のパッケージ hl7.fhir.uv.extensions.r4 にあります',
      }
    : { en: 'install the package that defines it', ja: '定義のあるパッケージを登録してください' };

function unknownExtension(report: Report, url: string, severity: Severity): void {
  const source = sourceOf(url);
  addFinding(report, severity, 'not-found', {
    en: `the extension ${url} is not known here, so it was not checked; ${source.en}`,
    ja: `拡張 ${url} は登録されていないため、検証していません。${source.ja}`,
  });
}

/** Whether the extension at hand lies in another: `…extension[0].extension[1]`. */
function isInExtension(report: Report): boolean {
  const above = report.segments[report.depth - 3];
  const holder = typeof above === 'number' ? report.segments[report.depth - 4] : above;
  return holder === 'extension' || holder === 'modifierExtension';
}

const placeKind = (report: Report): unknown => report.segments[report.depth - 2];
