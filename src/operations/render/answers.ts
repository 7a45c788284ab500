/** Answers to a questionnaire as a sheet: 主治医意見書 and 認定調査票 as whole forms, others with what was filled in. */
import { type AnswerContext, answerBlocks, inLanguage } from '../../documents/narrative/answers.ts';
import { japaneseDate } from '../../documents/narrative/html.ts';
import type { FormBlocks } from '../../documents/narrative/render.ts';
import { type Paper, rowsBlock } from '../../documents/narrative/sheet.ts';
import { object, text } from '../../documents/values.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import { personBlocks, type Surroundings } from './surroundings.ts';

/** Forms whose blanks are shown, as on paper. */
const wholeForms =
  /\/Questionnaire\/(kaigo-physician-opinion|kaigo-physician-opinion-with-consent|kaigo-certification-survey)(\||$)/;

function formOf({ services }: Surroundings, response: JsonObject): JsonObject | undefined {
  const canonical = text(response['questionnaire']);
  return canonical === undefined ? undefined : services.definitions.byCanonical('Questionnaire', canonical);
}

const contextOf = ({ request, display }: Surroundings, response: JsonObject): AnswerContext => ({
  language: request.language,
  blanks: wholeForms.test(String(response['questionnaire'])),
  display,
});

const titleOf = ({ request }: Surroundings, form: JsonObject | undefined): string =>
  (form && inLanguage(form, 'title', request.language)) ?? (request.language === 'ja' ? '回答' : 'Answers');

/** A QuestionnaireResponse. */
export async function answersPaper(around: Surroundings, response: Resource): Promise<Paper> {
  const { language } = around.request;
  const form = formOf(around, response);
  const title = titleOf(around, form);
  const authored = text(response['authored']);
  const author = object(response['author']);
  const blocks = [
    ...(await personBlocks(around, response['subject'])),
    ...rowsBlock([
      [
        language === 'ja' ? '記入日' : 'Written on',
        authored && (language === 'ja' ? japaneseDate(authored) : authored),
      ],
      [language === 'ja' ? '記入者' : 'Author', text(author['display'])],
    ]),
    ...answerBlocks(response, form, contextOf(around, response)),
  ];
  return { language, title, date: authored, sheets: [{ title, blocks }] };
}

/** Answers that stand in a document, under the name of their form. */
export const answersInDocument =
  (around: Surroundings): FormBlocks =>
  resource => {
    if (resource['resourceType'] !== 'QuestionnaireResponse') return undefined;
    const form = formOf(around, resource);
    const heading = { kind: 'heading', level: 3, text: titleOf(around, form) } as const;
    return [heading, ...answerBlocks(resource, form, contextOf(around, resource))];
  };
