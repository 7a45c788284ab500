/**
 * Observations: one with a LOINC code of the vital signs follows R4's profile of it, whether it says so or not.
 * @see https://hl7.org/fhir/R4/observation-vitalsigns.html
 */
import type { JsonObject } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import { applyProfile } from '../profile-run.ts';
import type { ProfileElement } from '../profile-schema.ts';
import type { Report } from '../report.ts';
import { checkLaboratory } from './clins.ts';
import { isObject, objects } from './questionnaire.ts';

const root = 'http://hl7.org/fhir/StructureDefinition/';
const names = ['bp', 'bmi', 'bodyheight', 'bodytemp', 'bodyweight', 'headcircum', 'heartrate', 'oxygensat', 'resprate'];
const vitalSigns = [...names, 'vitalspanel'];
/** Oxygen saturation by pulse oximetry, named beside the code that the profile fixes. */
const pulseOximetry = '59408-5';

/** The code a vital-signs profile is about: the value its slice of code.coding fixes. */
function codeOf(canonical: string, compiler: Compiler): string | undefined {
  const child = (of: ProfileElement | undefined, name: string) => of?.children.find(one => one.name === name);
  const coding = child(child(compiler.schema(canonical)?.root, 'code'), 'coding');
  const fixed = coding?.slices.map(slice => child(slice, 'code')?.fixed?.value).find(value => value !== undefined);
  return typeof fixed === 'string' ? fixed : undefined;
}

const profiles = new WeakMap<Compiler, ReadonlyMap<string, string>>();

/** Profiles by their LOINC codes, made once. */
function profilesOf(compiler: Compiler): ReadonlyMap<string, string> {
  let known = profiles.get(compiler);
  if (known) return known;
  const made = new Map([[pulseOximetry, `${root}oxygensat`]]);
  for (const name of vitalSigns) {
    const code = codeOf(`${root}${name}`, compiler);
    if (code !== undefined) made.set(code, `${root}${name}`);
  }
  known = made;
  profiles.set(compiler, known);
  return known;
}

export function checkObservation(observation: JsonObject, report: Report, compiler: Compiler): void {
  const { code } = observation;
  if (!isObject(code)) return;
  for (const { system, code: own } of objects(code['coding'])) {
    const canonical =
      system === 'http://loinc.org' && typeof own === 'string' ? profilesOf(compiler).get(own) : undefined;
    if (canonical !== undefined && !report.onWrite) applyProfile(observation, canonical, report, compiler);
  }
  checkLaboratory(observation, report, compiler);
}
