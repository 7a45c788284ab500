/**
 * Displays: which one is shown for a language, which ones a client may use, and what remains as designations.
 * A value set may give a concept a display and designations of its own; they come first.
 * @see https://hl7.org/fhir/R4/valueset.html#designations
 */
import { fit, fitsAny, type Languages } from './languages.ts';
import type { CodeSystem, Concept, Designation } from './shapes.ts';

/** What a value set says of a concept: ValueSet.compose.include.concept. */
export interface Override {
  readonly display?: string;
  readonly designation?: readonly Designation[];
  /** Language of the value set. */
  readonly language?: string;
}

/** A text for a concept. `main` marks the display itself, which is no designation. */
export interface Name extends Designation {
  readonly main?: true;
}

/** Uses of designations that are displays (others, such as abbreviations or index keys, are not shown in place of one). */
const displayUses: ReadonlySet<unknown> = new Set([
  'display',
  'preferredForLanguage',
  '900000000000013009',
  '900000000000003001',
]);

const isDisplay = (name: Name): boolean =>
  name.main === true || name.use === undefined || displayUses.has(name.use['code']);

/** All names of a concept, those of the value set first. */
export function namesOf(system: CodeSystem | undefined, concept: Concept | undefined, override?: Override): Name[] {
  const names: Name[] = [];
  const language = override?.language ?? system?.head.language;
  if (override?.display !== undefined)
    names.push({ value: override.display, main: true, ...(language && { language }) });
  if (override?.designation) names.push(...override.designation);
  if (concept?.display !== undefined && concept.display !== override?.display) {
    const own = system?.head.language;
    names.push({ value: concept.display, main: true, ...(own && { language: own }) });
  }
  if (concept?.designation) names.push(...concept.designation);
  return names;
}

/** The name shown for the languages asked for; undefined when none fits and no other may stand in. */
export function chooseName(names: readonly Name[], languages: Languages | undefined): Name | undefined {
  const first = names.find(name => name.main);
  if (!languages) return first;
  for (const range of languages.ranges) {
    let best: Name | undefined;
    let bestFit = 0;
    for (const name of names) {
      if (!isDisplay(name)) continue;
      const fitting = fit(range, name.language);
      if (fitting > bestFit) [best, bestFit] = [name, fitting];
    }
    if (best) return best;
  }
  return languages.other ? first : undefined;
}

/** The names that are left as designations when one is shown. A display without a language is shown or not, never listed. */
export function otherNames(names: readonly Name[], shown: Name | undefined): Name[] {
  return names.filter(
    name => name !== shown && !(name.main && (name.language === undefined || name.value === shown?.value)),
  );
}

/** Texts are the same when they differ in case, width of characters and spaces only. */
const squeeze = (text: string): string => text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();

/** What a display given by a client is. `choices` are the displays it could have been. */
export interface DisplayCheck {
  readonly outcome: 'right' | 'right-in-other-language' | 'wrong' | 'wrong-none-in-language';
  readonly choices: readonly Name[];
}

/** Compares a client's display with the names of a concept. */
export function checkDisplay(names: readonly Name[], display: string, languages: Languages | undefined): DisplayCheck {
  const given = squeeze(display);
  const matches = (name: Name) => squeeze(name.value) === given;
  if (!languages) return { outcome: names.some(matches) ? 'right' : 'wrong', choices: names };
  const inLanguage = names.filter(name => fitsAny(languages, name.language));
  const anywhere = names.filter(name => name.language === undefined);
  if (inLanguage.some(matches) || anywhere.some(matches)) return { outcome: 'right', choices: inLanguage };
  if (inLanguage.length > 0 || anywhere.some(name => name.main))
    return { outcome: 'wrong', choices: inLanguage.length > 0 ? inLanguage : anywhere };
  const home = names.find(name => name.main)?.language;
  const standsIn = names.some(name => matches(name) && name.language === home);
  return {
    outcome: standsIn ? 'right-in-other-language' : 'wrong-none-in-language',
    choices: names.filter(name => name.main),
  };
}
