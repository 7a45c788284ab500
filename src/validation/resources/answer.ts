/**
 * Answers of a QuestionnaireResponse against their question: type, options, bounds.
 * @see https://hl7.org/fhir/R4/questionnaireresponse.html#validation
 */
import { DecimalLiteral } from '../../fhir/json.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import { codeOf } from '../binding.ts';
import type { Compiler } from '../profile.ts';
import { addFinding, addIssue, type Report } from '../report.ts';
import { resolve, typeNamed } from '../scope.ts';
import { compareBound, equalsFixed, shown } from '../value.ts';
import { safeRegex } from '../value-sets.ts';
import { choiceOf, isObject, objects, type Question } from './questionnaire.ts';

/** Types of answers by type of question. */
const answerTypes: ReadonlyMap<string, readonly string[]> = new Map([
  ['boolean', ['boolean']],
  ['decimal', ['decimal', 'integer']],
  ['integer', ['integer']],
  ['date', ['date']],
  ['dateTime', ['dateTime', 'date']],
  ['time', ['time']],
  ['string', ['string']],
  ['text', ['string']],
  ['url', ['uri']],
  ['choice', ['coding', 'string', 'integer', 'date', 'time', 'reference']],
  ['open-choice', ['coding', 'string', 'integer', 'date', 'time', 'reference']],
  ['attachment', ['attachment']],
  ['reference', ['reference']],
  ['quantity', ['quantity']],
]);

/** What an answer is checked against. */
export interface AnswerContext {
  readonly compiler: Compiler;
  readonly questionnaire: Resource;
}

const extensionRoot = 'http://hl7.org/fhir/StructureDefinition/';
const sdcRoot = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-';

/** Values of an extension of a question. */
function extensionsOf(question: Question, ...names: string[]): readonly unknown[] {
  const urls = names.flatMap(name => [extensionRoot + name, `${extensionRoot}questionnaire-${name}`, sdcRoot + name]);
  return objects(question.json['extension'])
    .filter(one => urls.includes(String(one['url'])))
    .map(one => choiceOf(one, 'value')?.value);
}

/** The first value of an extension. */
export const extensionOf = (question: Question, ...names: string[]): unknown => extensionsOf(question, ...names)[0];

const numberOf = (value: unknown): number => (value instanceof DecimalLiteral ? Number(value.text) : Number(value));

function checkLength(value: string, question: Question, report: Report): void {
  const length = [...value].length;
  const max = question.json['maxLength'];
  const min = extensionOf(question, 'minLength');
  if (typeof max === 'number' && length > max)
    addIssue(report, 'too-long', {
      en: `the answer has ${length} characters, expected at most ${max}`,
      ja: `回答が${length}文字あります（${max}文字まで）`,
    });
  if (typeof min === 'number' && length < min)
    addIssue(report, 'invalid', {
      en: `the answer has ${length} characters, expected at least ${min}`,
      ja: `回答が${length}文字しかありません（${min}文字以上）`,
    });
}

/** Decimal places and the regular expression a question asks for. */
function checkForm(value: unknown, question: Question, report: Report): void {
  const places = extensionOf(question, 'maxDecimalPlaces');
  const text = value instanceof DecimalLiteral ? value.text : String(value);
  const found = /^-?\d*\.(\d+)$/.exec(text)?.[1]?.length ?? 0;
  if (typeof places === 'number' && (typeof value === 'number' || value instanceof DecimalLiteral) && found > places)
    addIssue(report, 'invalid', {
      en: `found ${text}, expected at most ${places} decimal places`,
      ja: `${text} は小数点以下${places}桁までにしてください`,
    });
  const source = extensionOf(question, 'regex');
  const form = typeof source === 'string' ? safeRegex(source) : undefined;
  if (form && typeof value === 'string' && !form.test(value))
    addIssue(report, 'invalid', {
      en: `found ${shown(value)}, expected the form ${String(source)}`,
      ja: `${shown(value)} は求められた形（${String(source)}）ではありません`,
    });
}

function checkBounds(value: unknown, question: Question, report: Report, now: number): void {
  const low = extensionOf(question, 'minValue');
  const high = extensionOf(question, 'maxValue');
  if (low !== undefined && (compareBound(value, low, 'min', now) ?? 0) < 0)
    addIssue(report, 'invalid', {
      en: `found ${shown(value)}, expected at least ${shown(low)}`,
      ja: `${shown(value)} は最小値 ${shown(low)} より小さい値です`,
    });
  if (high !== undefined && (compareBound(value, high, 'max', now) ?? 0) > 0)
    addIssue(report, 'invalid', {
      en: `found ${shown(value)}, expected at most ${shown(high)}`,
      ja: `${shown(value)} は最大値 ${shown(high)} より大きい値です`,
    });
}

function checkQuantity(
  value: JsonObject,
  question: Question,
  report: Report,
  { compiler, questionnaire }: AnswerContext,
): void {
  const compare = (bound: unknown, sign: 1 | -1, kind: 'min' | 'max'): void => {
    if (!isObject(bound)) return;
    const comparable =
      value['code'] !== undefined &&
      bound['code'] !== undefined &&
      value['system'] === bound['system'] &&
      value['code'] === bound['code'];
    const order = comparable ? compareBound(value, bound, kind, 0) : undefined;
    if (order === undefined)
      addIssue(report, 'invalid', {
        en: `the quantity cannot be compared with ${shown(bound)}: both need the same coded unit`,
        ja: `${shown(bound)} と比較できません。両方に同じ単位コードが必要です`,
      });
    else if (order * sign < 0)
      addIssue(report, 'invalid', {
        en: `found ${shown(value)}, outside of the allowed ${shown(bound)}`,
        ja: `${shown(value)} は許容範囲 ${shown(bound)} の外です`,
      });
  };
  compare(extensionOf(question, 'minQuantity'), 1, 'min');
  compare(extensionOf(question, 'maxQuantity'), -1, 'max');
  const units = extensionsOf(question, 'unitOption').filter(isObject);
  if (units.length > 0 && !units.some(unit => unit['code'] === value['code'] && unit['system'] === value['system']))
    addIssue(report, 'code-invalid', {
      en: `the unit ${shown(value['code'] ?? value['unit'])} is not among those allowed`,
      ja: `単位 ${shown(value['code'] ?? value['unit'])} は使えません`,
    });
  const valueSet = extensionOf(question, 'unitValueSet');
  const unit = codeOf(value);
  if (typeof valueSet === 'string' && unit && compiler.codes.member(valueSet, unit, questionnaire).result === 'out')
    notAllowed(unit.code, valueSet, report);
}

function checkAttachment(value: JsonObject, question: Question, report: Report): void {
  const { data, size, contentType } = value;
  const actual =
    typeof data === 'string' ? Buffer.byteLength(data, 'base64') : typeof size === 'number' ? size : undefined;
  const most = numberOf(extensionOf(question, 'maxSize'));
  if (actual !== undefined && actual > most)
    addIssue(report, 'too-long', {
      en: `the attachment has ${actual} bytes, expected at most ${most}`,
      ja: `添付が${actual}バイトあります（${most}バイトまで）`,
    });
  const types = extensionsOf(question, 'mimeType');
  if (types.length > 0 && typeof contentType === 'string' && !types.includes(contentType))
    addIssue(report, 'value', {
      en: `found ${contentType}, expected ${types.join(' or ')}`,
      ja: `${contentType} は使えません（${types.join('・')}）`,
    });
}

function checkReference(value: JsonObject, question: Question, report: Report, { compiler }: AnswerContext): void {
  const { reference } = value;
  if (typeof reference !== 'string') return;
  const named = /^(?:https?:\/\/.*\/)?([A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}$/.exec(reference)?.[1];
  const type = String(
    resolve(reference, report.scope)?.resource['resourceType'] ?? typeNamed(reference) ?? named ?? '',
  );
  if (type !== '' && !compiler.definitions.isResourceType(type))
    addIssue(report, 'value', {
      en: `found a reference to "${type}", which is no resource type`,
      ja: `参照先の「${type}」はリソース型ではありません`,
    });
  const allowed = extensionsOf(question, 'referenceResource');
  if (allowed.length > 0 && type !== '' && !allowed.includes(type))
    addIssue(report, 'value', {
      en: `refers to a ${type}, expected ${allowed.join(' or ')}`,
      ja: `${type} を参照していますが、参照できるのは ${allowed.join('・')} です`,
    });
}

/** Whether an option is what was answered: codes by system and code. */
function isOption(value: unknown, option: unknown): boolean {
  if (!isObject(value) || !isObject(option)) return equalsFixed(value, option);
  if (value['reference'] !== undefined) return value['reference'] === option['reference'];
  return (
    value['code'] === option['code'] && (value['system'] ?? option['system']) === (option['system'] ?? value['system'])
  );
}

/** Answers to questions of a closed list are in the list. */
function checkOptions(type: string, value: unknown, question: Question, report: Report, context: AnswerContext): void {
  const open = question.type === 'open-choice' && type === 'string';
  const options = objects(question.json['answerOption']);
  if (options.length > 0 && !open) {
    if (options.some(one => isOption(value, choiceOf(one, 'value')?.value))) return;
    const list = options
      .map(one => shown(choiceOf(one, 'value')?.value))
      .slice(0, 12)
      .join(', ');
    addIssue(report, 'code-invalid', {
      en: `found ${shown(value)}, expected one of ${list}`,
      ja: `${shown(value)} は選択肢（${list}）にありません`,
    });
    return;
  }
  const valueSet = question.json['answerValueSet'];
  if (typeof valueSet === 'string' && !open) checkValueSet(valueSet, value, report, context);
}

function checkValueSet(
  valueSet: string,
  value: unknown,
  report: Report,
  { compiler, questionnaire }: AnswerContext,
): void {
  const code = typeof value === 'string' ? { code: value } : isObject(value) ? codeOf(value) : undefined;
  if (!code) return;
  const contained = valueSet.startsWith('#')
    ? objects(questionnaire['contained']).find(one => one['id'] === valueSet.slice(1))
    : undefined;
  if (valueSet.startsWith('#')) {
    if (contained && !isListed(contained, code)) notAllowed(value, valueSet, report);
    return;
  }
  const { result } = compiler.codes.member(valueSet, code, questionnaire);
  if (result === 'out') notAllowed(value, valueSet, report);
  else if (result === 'unchecked')
    addFinding(report, 'warning', 'not-found', {
      en: `${shown(value)} cannot be checked against ${valueSet}`,
      ja: `${shown(value)} が ${valueSet} にあるかは検査できません`,
    });
}

/** Contained value sets list their codes by name; others are taken as they are. */
function isListed(valueSet: JsonObject, code: { system?: string; code: string }): boolean {
  const includes = objects(isObject(valueSet['compose']) ? valueSet['compose']['include'] : undefined);
  if (includes.some(one => !Array.isArray(one['concept']))) return true;
  return includes.some(
    one =>
      (code.system === undefined || one['system'] === code.system) &&
      objects(one['concept']).some(concept => concept['code'] === code.code),
  );
}

function notAllowed(value: unknown, valueSet: string, report: Report): void {
  addIssue(report, 'code-invalid', {
    en: `found ${shown(value)}, expected a code of ${valueSet}`,
    ja: `${shown(value)} は値セット ${valueSet} のコードではありません`,
  });
}

/** True when an answer excludes all others. */
export function isExclusive(value: unknown, question: Question): boolean {
  const option = objects(question.json['answerOption']).find(one => isOption(value, choiceOf(one, 'value')?.value));
  return objects(option?.['extension']).some(
    one => one['url'] === `${extensionRoot}questionnaire-optionExclusive` && one['valueBoolean'] === true,
  );
}

/** Checks one answer's value, at its place. */
export function checkAnswer(answer: JsonObject, question: Question, report: Report, context: AnswerContext): void {
  const found = choiceOf(answer, 'value');
  if (!found) return;
  const { type, value } = found;
  report.segments[report.depth++] =
    `value.ofType(${context.compiler.definitions.typeSchema(type) ? type : type.charAt(0).toUpperCase() + type.slice(1)})`;
  const allowed = answerTypes.get(question.type);
  if (allowed && !allowed.includes(type))
    addIssue(report, 'structure', {
      en: `found a ${type}, but the question "${question.linkId}" is of type ${question.type}`,
      ja: `回答の型が ${type} ですが、質問「${question.linkId}」の型は ${question.type} です`,
    });
  else {
    if (typeof value === 'string') checkLength(value, question, report);
    checkForm(value, question, report);
    if (isObject(value) && type === 'quantity') checkQuantity(value, question, report, context);
    else if (isObject(value) && type === 'attachment') checkAttachment(value, question, report);
    else if (isObject(value) && type === 'reference') checkReference(value, question, report, context);
    else checkBounds(value, question, report, context.compiler.options.now());
    if (type !== 'quantity' && type !== 'attachment') checkOptions(type, value, question, report, context);
  }
  report.depth--;
}
