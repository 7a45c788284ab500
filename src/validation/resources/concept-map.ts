/**
 * ConceptMaps: what is mapped are codes of the systems and value sets the map says it is about.
 * @see https://hl7.org/fhir/R4/conceptmap.html
 */
import type { JsonObject, Message, Resource } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import { addIssueAt, type Report } from '../report.ts';
import { at } from './place.ts';
import { objects } from './questionnaire.ts';

interface Side {
  readonly system: unknown;
  readonly valueSet: unknown;
}

/** One end of the map: the group's system, and the value set of the whole map. */
const sideOf = (map: JsonObject, group: JsonObject, name: 'source' | 'target'): Side => ({
  system: group[name],
  valueSet: map[`${name}Canonical`] ?? map[`${name}Uri`],
});

function faultOf(code: string, { system, valueSet }: Side, map: JsonObject, { codes }: Compiler): Message | undefined {
  if (typeof system !== 'string') return undefined;
  const known = codes.inSystem({ system, code }).result;
  if (known === 'out')
    return { en: `"${code}" is no code of ${system}`, ja: `「${code}」は ${system} にないコードです` };
  // Of systems that are not here in full the value set cannot be known either.
  if (
    known !== 'in' ||
    typeof valueSet !== 'string' ||
    codes.member(valueSet, { system, code }, map as Resource).result !== 'out'
  )
    return undefined;
  return {
    en: `"${code}" is no code of the value set ${valueSet}`,
    ja: `「${code}」は値セット ${valueSet} にありません`,
  };
}

function checkCode(holder: JsonObject, side: Side, map: JsonObject, report: Report, compiler: Compiler): void {
  const { code } = holder;
  const fault = typeof code === 'string' ? faultOf(code, side, map, compiler) : undefined;
  if (fault) addIssueAt(report, 'code', 'code-invalid', fault);
}

/** The rule of ConceptMap resources. */
export function checkConceptMap(map: JsonObject, report: Report, compiler: Compiler): void {
  objects(map['group']).forEach((group, i) => {
    const [source, target] = [sideOf(map, group, 'source'), sideOf(map, group, 'target')];
    objects(group['element']).forEach(
      (element, j) =>
        void at(report, ['group', i, 'element', j], () => {
          checkCode(element, source, map, report, compiler);
          objects(element['target']).forEach(
            (one, k) => void at(report, ['target', k], () => checkCode(one, target, map, report, compiler)),
          );
        }),
    );
  });
}
