/** Validation of files, for the command line and its worker threads. */
import fs from 'node:fs';
import path from 'node:path';
import { bundledPackages } from '../definitions/bundled.ts';
import { type Definitions, loadDefinitions } from '../definitions/definitions.ts';
import { openDefinitions } from '../definitions/overlay.ts';
import { atHand, openPackages, openSource } from '../definitions/package.ts';
import { xmlToJson } from '../definitions/xml.ts';
import { parseJson } from '../fhir/json.ts';
import { FhirError, type Issue } from '../fhir/outcome.ts';
import type { Resource } from '../fhir/types.ts';
import { openTermsFile } from '../store/sqlite-terms-file.ts';
import { createTerminology, type Terminology, type TerminologyParts } from '../terminology/terminology.ts';
import { createCodeChecker } from '../validation/codes.ts';
import { withTerminology } from '../validation/membership.ts';
import type { RuleOptions } from '../validation/profile.ts';
import { createValidator } from '../validation/validator.ts';

/** What a checker is made from; plain data, so that it can be sent to a worker. */
export interface CheckSettings {
  /** Folder of installed packages. */
  readonly installed: string;
  /** File of imported masters; need not be there. */
  readonly masters: string;
  /** Packages for this run only: .tgz files or folders. */
  readonly packages: readonly string[];
  readonly profiles: readonly string[];
  readonly rules: Omit<RuleOptions, 'now'>;
  readonly maxDepth: number;
}

/** The findings of one resource. */
export interface Checked {
  readonly file: string;
  /** Line of an NDJSON file, from 1. */
  readonly line?: number;
  readonly issues: readonly Issue[];
}

/** A function that checks a file: one resource, or one a line. */
export type CheckFile = (file: string, text?: string) => Checked[];

/** A profile that was asked for and is not here is an error: nothing of it was checked. */
const notInstalled = (profile: string): Issue => ({
  severity: 'error',
  code: 'not-found',
  message: {
    en: `The profile ${profile} is not installed here, so it was not checked`,
    ja: `プロファイル ${profile} は登録されていないため、検証していません`,
  },
});

/** Units, and the masters that were imported into the data folder, as a server has them; nothing stored. */
function terminologyOf(definitions: Definitions, masters: string): Terminology {
  const { terms } = openTermsFile(fs.existsSync(masters) ? masters : ':memory:', Date.now);
  const store = { terms, state: async () => ({ position: 0 }), stream: async function* () {} };
  return createTerminology({ definitions, store: store as unknown as TerminologyParts['store'], now: Date.now });
}

/** Builds the checker. @throws PackageError */
export function createChecker(settings: CheckSettings): CheckFile {
  const definitions = openDefinitions(loadDefinitions());
  for (const one of bundledPackages()) definitions.addPackage(one);
  for (const one of openPackages(settings.installed)) definitions.addPackage(one);
  for (const one of settings.packages) definitions.addPackage(atHand(openSource(one)));
  const codes = withTerminology(createCodeChecker(definitions), terminologyOf(definitions, settings.masters));
  const validator = createValidator(definitions, { codes, options: { ...settings.rules, now: Date.now } });
  const { maxDepth } = settings;
  const profiles = settings.profiles.filter(one => validator.knowsProfile(one));
  const missing = settings.profiles.filter(one => !profiles.includes(one)).map(notInstalled);
  const check = (read: () => { resource: Resource; text?: string; notes?: Issue[] }): readonly Issue[] => {
    try {
      const { resource, text, notes = [] } = read();
      return [
        ...missing,
        ...notes,
        ...validator.validateResource(resource, { profiles, ...(text !== undefined && { text }) }),
      ];
    } catch (error) {
      if (error instanceof FhirError) return error.issues.map(issue => ({ ...issue, severity: 'fatal' as const }));
      throw error;
    }
  };
  const fromXml = (text: string) => {
    const notes: Issue[] = [];
    return { resource: JSON.parse(xmlToJson(text, definitions, { maxDepth, notes })) as Resource, notes };
  };
  const fromJson = (text: string) => ({ resource: parseJson(text, { maxDepth }) as Resource, text });
  return (file, given) => {
    const text = given ?? fs.readFileSync(file, 'utf8');
    if (/\.ndjson$/i.test(file)) {
      const lines = text.split('\n').map((line, i) => ({ line, number: i + 1 }));
      return lines
        .filter(({ line }) => line.trim() !== '')
        .map(({ line, number }) => ({ file, line: number, issues: check(() => fromJson(line)) }));
    }
    const xml = /\.xml$/i.test(file) || /^\s*(?:\ufeff)?\s*</.test(text);
    return [
      {
        file,
        issues: check(() => (xml ? fromXml(text) : fromJson(text))),
      },
    ];
  };
}

const ignored: ReadonlySet<string> = new Set(['node_modules', '.git', 'dist']);

function filesBelow(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return ignored.has(entry.name) ? [] : filesBelow(full);
    return /\.(?:json|xml|ndjson)$/i.test(entry.name) ? [full] : [];
  });
}

/** `**`, `*`, `?` and `{a,b}` as a regular expression over paths with `/`. */
function globForm(glob: string): RegExp {
  const source = glob
    .replace(/[.+^$()|[\]\\]/g, '\\$&')
    .replace(/\{([^{}]*)\}/g, (_, list: string) => `(?:${list.replaceAll(',', '|')})`);
  return new RegExp(
    `^${source.replace(/\*\*\/?|\*|\?/g, part => (part === '?' ? '[^/]' : part === '*' ? '[^/]*' : '(?:.*/)?'))}$`,
  );
}

/** The files that words of a command line name, sorted; undefined for a word that names none. */
export function findFiles(word: string): string[] | undefined {
  const found = fs.statSync(word, { throwIfNoEntry: false });
  if (found) return found.isDirectory() ? filesBelow(word).sort() : [word];
  if (!/[*?{]/.test(word)) return undefined;
  const plain = word.replaceAll('\\', '/');
  const base = plain.slice(0, plain.search(/[*?{]/)).replace(/[^/]*$/, '') || '.';
  if (!fs.existsSync(base)) return undefined;
  const form = globForm(plain);
  const files = filesBelow(base)
    .filter(file => form.test(file.replaceAll('\\', '/')))
    .sort();
  return files.length > 0 ? files : undefined;
}

/** True when this code runs compiled, so that worker threads can load it. */
export const isCompiled: boolean = import.meta.url.endsWith('.js');
