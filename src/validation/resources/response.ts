/**
 * QuestionnaireResponses: their items follow the Questionnaire they name.
 * @see https://hl7.org/fhir/R4/questionnaireresponse.html
 */
import type { JsonObject, Resource } from '../../fhir/types.ts';
import type { Compiler } from '../profile.ts';
import { addFinding, addIssue, addIssueAt, type Report } from '../report.ts';
import { type AnswerContext, checkAnswer, extensionOf, isExclusive } from './answer.ts';
import { checkCalculated } from './calculated.ts';
import { isEnabled } from './enable.ts';
import { byLinkId, choiceOf, isObject, objects, type Question, questionsOf } from './questionnaire.ts';

interface Walk extends AnswerContext {
  readonly report: Report;
  readonly response: JsonObject;
  readonly all: ReadonlyMap<string, Question>;
  /** Items of the response around the place, outermost first. */
  readonly chain: readonly JsonObject[];
  /** False while the response is still being filled in: what is missing is not wrong yet. */
  readonly complete: boolean;
}

/** The Questionnaire a response names: contained, or among the definitions. */
function findQuestionnaire(response: JsonObject, compiler: Compiler): Resource | undefined {
  const canonical = response['questionnaire'];
  if (typeof canonical !== 'string') return undefined;
  if (canonical.startsWith('#'))
    return objects(response['contained']).find(one => one['id'] === canonical.slice(1)) as Resource | undefined;
  return compiler.definitions.byCanonical('Questionnaire', canonical);
}

function at(walk: Walk, name: string, index: number, check: () => void): void {
  const { report } = walk;
  const depth = report.depth;
  report.segments[report.depth++] = name;
  report.segments[report.depth++] = index;
  check();
  report.depth = depth;
}

function checkAnswers(item: JsonObject, question: Question, walk: Walk): void {
  const answers = objects(item['answer']);
  const { report } = walk;
  if (answers.length > 1 && !question.repeats && Number(extensionOf(question, 'maxOccurs') ?? 1) <= 1)
    addIssue(report, 'invalid', {
      en: `found ${answers.length} answers, but the question "${question.linkId}" does not repeat`,
      ja: `回答が${answers.length}個ありますが、質問「${question.linkId}」の回答は1個だけです`,
    });
  answers.forEach(
    (answer, i) =>
      void at(walk, 'answer', i, () => {
        checkAnswer(answer, question, report, walk);
        checkCalculated(answer, question, walk, report);
        if (answers.length > 1 && isExclusive(choiceOf(answer, 'value')?.value, question))
          addIssue(report, 'invalid', {
            en: 'this option excludes all others, but there are others',
            ja: '他の選択肢と同時に選べない選択肢です',
          });
        checkItems(objects(answer['item']), question.items, { ...walk, chain: [...walk.chain, answer] });
      }),
  );
}

function checkNumber(count: number, question: Question, walk: Walk): void {
  const min = extensionOf(question, 'minOccurs');
  const max = extensionOf(question, 'maxOccurs');
  if (typeof min === 'number' && count < min && walk.complete)
    addIssue(walk.report, 'invalid', {
      en: `found ${count} answers, expected at least ${min}`,
      ja: `回答が${count}個しかありません（${min}個以上）`,
    });
  if (typeof max === 'number' && count > max)
    addIssue(walk.report, 'invalid', {
      en: `found ${count} answers, expected at most ${max}`,
      ja: `回答が${count}個あります（${max}個まで）`,
    });
}

/** One item of the response and its question. */
function checkItem(item: JsonObject, question: Question, walk: Walk): void {
  const { report } = walk;
  const answers = objects(item['answer']);
  const items = objects(item['item']);
  const inner = { ...walk, chain: [...walk.chain, item] };
  if (
    typeof item['text'] === 'string' &&
    typeof question.json['text'] === 'string' &&
    item['text'] !== question.json['text']
  )
    addFinding(report, 'warning', 'invalid', {
      en: 'the text differs from that of the question',
      ja: 'text が質問の文言と異なります',
    });
  if (question.type === 'group' || question.type === 'question' || question.type === 'display') {
    if (answers.length > 0)
      addIssue(report, 'structure', {
        en: `an item of type ${question.type} has no answers`,
        ja: `型が ${question.type} の項目に回答は付けられません`,
      });
    if (question.type === 'group' && question.required && items.length === 0 && walk.complete)
      addIssue(report, 'required', { en: 'the group is required, but nothing is in it', ja: '必須のグループが空です' });
    if (question.type === 'display' && items.length > 0)
      addIssue(report, 'structure', {
        en: 'an item of type display holds no items',
        ja: '表示項目の中に項目は置けません',
      });
    checkItems(items, question.items, inner);
    return;
  }
  if (items.length > 0 && answers.length > 0)
    addIssue(report, 'structure', {
      en: 'items belong into the answer of a question',
      ja: '質問の下の項目は回答の中に入れてください',
    });
  if (question.required && answers.length === 0 && walk.complete)
    addIssue(report, 'required', {
      en: `the question "${question.linkId}" has no answer, but one is required`,
      ja: `必須の質問「${question.linkId}」に回答がありません`,
    });
  checkNumber(answers.length, question, walk);
  checkAnswers(item, question, inner);
}

/** Items with one linkId belong to one question. */
function checkItems(items: readonly JsonObject[], questions: readonly Question[], walk: Walk): void {
  const { report, all } = walk;
  const known = new Map(questions.map(question => [question.linkId, question]));
  const found = new Map<string, number>();
  let last = -1;
  items.forEach((item, i) => {
    const linkId = String(item['linkId']);
    const question = known.get(linkId);
    found.set(linkId, (found.get(linkId) ?? 0) + 1);
    at(walk, 'item', i, () => {
      if (!question) {
        const elsewhere = all.has(linkId);
        addIssueAt(
          report,
          'linkId',
          'not-found',
          elsewhere
            ? { en: `the question "${linkId}" does not belong here`, ja: `質問「${linkId}」の位置が違います` }
            : {
                en: `there is no question "${linkId}" in the Questionnaire`,
                ja: `「${linkId}」という質問は Questionnaire にありません`,
              },
        );
        return;
      }
      const order = questions.indexOf(question);
      if (order < last)
        addIssue(report, 'structure', {
          en: `the item "${linkId}" is out of order`,
          ja: `項目「${linkId}」の順序が違います`,
        });
      last = Math.max(last, order);
      if (!isEnabled(question, walk.chain, all))
        addIssue(report, 'invalid', {
          en: `the question "${linkId}" is not enabled, but it is answered`,
          ja: `質問「${linkId}」は回答できる条件を満たしていませんが、回答されています`,
        });
      checkItem(item, question, walk);
    });
  });
  for (const question of questions) {
    const count = found.get(question.linkId) ?? 0;
    if (count > 1 && !question.repeats)
      addIssue(report, 'invalid', {
        en: `the question "${question.linkId}" is there ${count} times, expected once`,
        ja: `質問「${question.linkId}」が${count}回あります（1回だけです）`,
      });
    if (
      count === 0 &&
      question.required &&
      walk.complete &&
      question.type !== 'display' &&
      isEnabled(question, walk.chain, all)
    )
      addIssue(report, 'required', {
        en: `the required question "${question.linkId}" is missing`,
        ja: `必須の質問「${question.linkId}」がありません`,
      });
  }
}

/** The rule of QuestionnaireResponse resources. */
export function checkResponse(response: JsonObject, report: Report, compiler: Compiler): void {
  const questionnaire = findQuestionnaire(response, compiler);
  const { status, questionnaire: canonical } = response;
  if (!questionnaire) {
    const named = typeof canonical === 'string' ? canonical : undefined;
    const message =
      named === undefined
        ? {
            en: 'no Questionnaire is named, so the answers were not checked',
            ja: 'Questionnaire が示されていないため、回答は検証していません',
          }
        : {
            en: `the Questionnaire ${named} is not installed, so the answers were not checked`,
            ja: `Questionnaire ${named} が登録されていないため、回答は検証していません`,
          };
    addFinding(report, 'warning', 'not-found', message);
    return;
  }
  const questions = questionsOf(questionnaire);
  const all = byLinkId(questions);
  const complete = status === 'completed' || status === 'amended';
  const walk: Walk = { report, compiler, questionnaire, response, all, chain: [response], complete };
  if (isObject(response)) checkItems(objects(response['item']), questions, walk);
}
