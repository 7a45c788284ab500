/** Results of a 特定健診 file as Observations. */
import type { JsonObject } from '../../fhir/types.ts';
import type { CdaResult } from './cda.ts';
import { concept, dateOf, type Entries, given, jp, oid } from './entries.ts';
import { attribute, type Xml } from './xml.ts';

/** Items of questionnaires; the others are examinations. Source: 項目コード of 特定健診. */
export const isQuestion = (code: string): boolean => /^9N[78]/.test(code);

function categoryOf(code: string): JsonObject {
  const kind = isQuestion(code)
    ? 'social-history'
    : /^9N0[01]/.test(code)
      ? 'body-measurement'
      : /^9A75/.test(code)
        ? 'vital-signs'
        : /^[1-8]/.test(code)
          ? 'laboratory'
          : 'exam';
  return concept(`${jp}/core/CodeSystem/JP_SimpleObservationCategory_CS`, kind);
}

const ucum = 'http://unitsofmeasure.org';

/** A number stays as it was written: JSON numbers lose the digits of 6.0. */
export class Digits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function quantity(value: Xml | undefined): JsonObject | undefined {
  const [number, unit] = [attribute(value, 'value'), attribute(value, 'unit')];
  if (number === undefined || !/^-?\d+(\.\d+)?$/.test(number)) return undefined;
  return given({ value: new Digits(number), unit, system: unit && ucum, code: unit });
}

/** The value[x] of a result, by its xsi:type. */
function valueTexts({ value }: CdaResult): JsonObject {
  if (!value || value.attributes['nullFlavor'])
    return { dataAbsentReason: { text: value?.attributes['nullFlavor'] === 'NI' ? '未実施' : '測定不能・値なし' } };
  const type = value.attributes['type'];
  const amount = type === 'PQ' || type === 'INT' || type === 'REAL' ? quantity(value) : undefined;
  if (amount) return { valueQuantity: amount };
  const [code, system] = [attribute(value, 'code'), attribute(value, 'codeSystem')];
  if (code !== undefined)
    return {
      valueCodeableConcept: {
        coding: [given({ system: system && oid(system), code, display: attribute(value, 'displayName') })],
      },
    };
  if (type === 'TS' && dateOf(attribute(value, 'value'))) return { valueDateTime: dateOf(attribute(value, 'value')) };
  return { valueString: value.text || attribute(value, 'value') || '' };
}

function rangeOf({ low, high }: CdaResult): JsonObject {
  const [from, to] = [quantity(low), quantity(high)];
  return from || to ? { referenceRange: [given({ low: from, high: to })] } : {};
}

/** Adds a result and its members; gives the reference to it. */
export function addResult(entries: Entries, result: CdaResult, name: string, day: string | undefined): JsonObject {
  const { code, members } = result;
  const base = {
    status: 'final',
    code: concept(oid(code.system), code.code, code.display),
    subject: entries.ref('patient', 'Patient'),
    effectiveDateTime: day,
  };
  if (members.length > 0) {
    const hasMember = members.map(({ relation, result: member }, i) => ({
      extension: [
        { url: `${jp}/Common/Extension/StructureDefinition/observatioGroupRelationship`, valueCode: relation },
      ],
      ...addResult(entries, member, `${name}.${i}`, day),
    }));
    return entries.add(name, 'Observation', 'JP_ObservationGroup_eCheckupGeneral', { ...base, hasMember });
  }
  return entries.add(name, 'Observation', 'JP_Observation_eCheckupGeneral', {
    ...base,
    category: [categoryOf(code.code)],
    ...valueTexts(result),
    interpretation: result.interpretation && [
      concept('http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', result.interpretation),
    ],
    method: result.method && concept(oid('1.2.392.200119.6.1007'), result.method),
    ...rangeOf(result),
  });
}
