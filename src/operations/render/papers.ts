/** What can be shown, by type: each way from a resource to its sheets. */
import { documentPaper, summaryBlocks } from '../../documents/narrative/render.ts';
import type { Paper } from '../../documents/narrative/sheet.ts';
import { object, objects, text } from '../../documents/values.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import { identifierValue } from '../../files/forms/careplan/parts.ts';
import { systems } from '../../files/forms/careplan/systems.ts';
import { collectDocument } from '../document.ts';
import { answersInDocument, answersPaper } from './answers.ts';
import { homePlanPaper } from './home-plan.ts';
import { monthPaper } from './month.ts';
import { preventivePaper } from './preventive-plan.ts';
import type { ShownType } from './shown.ts';
import { bundledAround, counted, personBlocks, readText, type Surroundings } from './surroundings.ts';

type ToPaper = (around: Surroundings, resource: Resource) => Promise<Paper>;

/** Plans by the system of their business key. */
const plans: readonly (readonly [system: string, paper: ToPaper])[] = [
  [systems.plan, homePlanPaper],
  [systems.month, (around, resource) => monthPaper(around, resource, 'month')],
  [systems.given, (around, resource) => monthPaper(around, resource, 'given')],
  [systems.preventive, preventivePaper],
];

async function carePlanPaper(around: Surroundings, resource: Resource): Promise<Paper> {
  const [, own] = plans.find(([system]) => identifierValue(resource, system) !== undefined) ?? [];
  if (own) return own(around, counted(resource));
  const { language } = around.request;
  const title = text(resource['title']) ?? (language === 'ja' ? '計画' : 'Plan');
  const blocks = [...(await personBlocks(around, resource['subject'])), ...summaryBlocks(resource, language)];
  return { language, title, date: text(resource['created']), sheets: [{ title, blocks }] };
}

/** A document Bundle; a Bundle of plans without a Composition shows each plan as its form. */
async function bundlePaper(around: Surroundings, bundle: Resource): Promise<Paper> {
  const inside = bundledAround(around, bundle);
  const resources = objects(bundle['entry']).map(one => object(one['resource']) as Resource);
  const forms = resources.filter(
    one => one.resourceType === 'CarePlan' && plans.some(([system]) => identifierValue(one, system) !== undefined),
  );
  const whole = documentPaper(bundle, around.request.language, answersInDocument(inside));
  if (forms.length === 0 || resources.some(one => one.resourceType === 'Composition')) return whole;
  const papers: Paper[] = [];
  for (const one of forms) papers.push(await carePlanPaper(inside, one));
  return { ...papers[0]!, sheets: papers.flatMap(one => one.sheets) };
}

/** A Composition with what it refers to, as far as the caller may see it. */
async function compositionPaper(around: Surroundings, composition: Resource): Promise<Paper> {
  const { services, request } = around;
  const parts = await collectDocument(services, request, composition);
  // References may be relative or absolute; entries are known by both.
  const entry = parts.map(({ reference, text: content }) => ({
    fullUrl: `${request.base}/${reference}`,
    resource: readText(content),
  }));
  return bundlePaper(around, { resourceType: 'Bundle', type: 'document', entry: entry as unknown as JsonObject[] });
}

/** What a DocumentReference is about: its Bundle, answers, plan or Composition on this server. */
async function referencePaper(around: Surroundings, resource: Resource): Promise<Paper> {
  const related = objects(object(resource['context'])['related']);
  for (const one of related) {
    const reference = text(one['reference']) ?? '';
    const type = reference.split('/')[0]!;
    if (type === 'DocumentReference' || !Object.hasOwn(papers, type)) continue;
    const found = await around.find(reference);
    if (found) return paperOf(around, found);
  }
  throw new FhirError('not-found', {
    en: 'This document has nothing on this server that can be shown',
    ja: 'この文書には、このサーバーで表示できるものがありません',
  });
}

const papers: Readonly<Record<ShownType, ToPaper>> = {
  Bundle: bundlePaper,
  DocumentReference: referencePaper,
  Composition: compositionPaper,
  QuestionnaireResponse: answersPaper,
  CarePlan: carePlanPaper,
};

/** A resource as sheets. @throws FhirError 'not-found' when it refers to nothing that can be shown */
export const paperOf: ToPaper = (around, resource) => papers[resource.resourceType as ShownType](around, resource);
