/**
 * Steps of an application for certification (要介護認定). Which step may follow which others is data: the properties `after` and
 * `final` of the code system certification-step, `shortcut` of certification-application-kind. Steps are only ever added.
 */
import type { Issue } from '../fhir/outcome.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import type { Library } from '../terminology/library.ts';
import { type Concept, master } from './masters.ts';
import { codeIn, extensionsOf, object, objects, partOf, text, valueIn } from './names.ts';

/** A step that was taken. */
export interface Step {
  readonly code: string;
  readonly at: string;
  /** Reference to who took it. */
  readonly by: JsonObject | undefined;
}

/** True for a Task that is an application for certification. */
export const isApplication = (resource: Resource): boolean =>
  resource.resourceType === 'Task' && codeIn(resource['code'], 'care-task') === 'certification-application';

/** The steps a Task tells, in its order. */
export const stepsOf = (task: Resource): readonly Step[] =>
  extensionsOf(task, 'kaigo-step').map(one => ({
    code: codeIn(partOf(one, 'step'), 'certification-step') ?? '',
    at: text(partOf(one, 'at')) ?? '',
    by: object(partOf(one, 'by')),
  }));

/** Code of the kind of application, such as `renewal`. */
export const kindOf = (task: Resource): string | undefined =>
  objects(task['input'])
    .filter(one => codeIn(one['type'], 'care-task-field') === 'application-kind')
    .map(one => codeIn(valueIn(one), 'certification-application-kind'))
    .find(one => one !== undefined);

interface Order {
  readonly steps: ReadonlyMap<string, Concept>;
  /** A step that may follow the application at once. */
  readonly shortcut: string | undefined;
}

export function orderFor(task: Resource, library: Pick<Library, 'resources'>): Order {
  const kind = master(library, 'certification-application-kind').get(kindOf(task) ?? '');
  return { steps: master(library, 'certification-step'), shortcut: text(kind?.properties.get('shortcut')?.[0]) };
}

/** What must be taken before a step and is not; none when it may be taken. */
function missingBefore(code: string, taken: readonly string[], { steps, shortcut }: Order): readonly string[] {
  if (code === shortcut && taken.includes('received')) return [];
  const after = (steps.get(code)?.properties.get('after') ?? []).map(String);
  return after.filter(one => !taken.includes(one));
}

const isFinal = (code: string, { steps }: Order): boolean => steps.get(code)?.properties.get('final')?.[0] === true;

/** The steps that may be taken next, in the order of the master. */
export function nextSteps(taken: readonly string[], order: Order): readonly Concept[] {
  if (taken.some(code => isFinal(code, order))) return [];
  return [...order.steps.values()].filter(
    one => !taken.includes(one.code) && missingBefore(one.code, taken, order).length === 0,
  );
}

const issue = (i: number, rule: string, en: string, ja: string): Issue => ({
  severity: 'error',
  code: 'business-rule',
  rule,
  message: { en, ja },
  expression: `Task.extension('kaigo-step')[${i}]`,
});

const known = (order: Order): string => [...order.steps.keys()].join(', ');
const named = (code: string, { steps }: Order, language: 'ja' | 'en'): string => steps.get(code)?.[language] ?? code;

function judge(step: Step, i: number, before: readonly Step[], order: Order): Issue | undefined {
  const taken = before.map(one => one.code);
  if (!order.steps.has(step.code))
    return issue(
      i,
      'step-unknown',
      `found the step "${step.code}", expected one of ${known(order)}`,
      `段階「${step.code}」はありません（${known(order)}）`,
    );
  if (step.at === '' || step.by === undefined)
    return issue(
      i,
      'step-who-when',
      `the step ${step.code} needs when it was taken (at) and by whom (by)`,
      `段階「${named(step.code, order, 'ja')}」には日時（at）と、だれが（by）が必要です`,
    );
  const end = taken.find(code => isFinal(code, order));
  if (end !== undefined)
    return issue(
      i,
      'step-after-end',
      `no step follows ${end}; found ${step.code}. A new application is a new Task`,
      `「${named(end, order, 'ja')}」の後に段階はありません。新しい申請は新しい Task にしてください`,
    );
  const missing = missingBefore(step.code, taken, order);
  if (missing.length > 0)
    return issue(
      i,
      'step-order',
      `${step.code} may be taken only after ${missing.join(' and ')}; taken so far: ${taken.join(', ') || 'none'}`,
      `「${named(step.code, order, 'ja')}」の前に「${missing.map(code => named(code, order, 'ja')).join('」「')}」が必要です`,
    );
  const last = before.at(-1);
  if (last && Date.parse(step.at) < Date.parse(last.at))
    return issue(
      i,
      'step-time',
      `the step ${step.code} is earlier than the one before it; expected ${last.at} or later`,
      `段階「${named(step.code, order, 'ja')}」の日時が前の段階より早くなっています（${last.at} 以降）`,
    );
  return undefined;
}

/** Steps that were stored must be there as they were. */
function findRewritten(steps: readonly Step[], before: readonly Step[]): readonly Issue[] {
  const i = before.findIndex((one, at) => steps[at]?.code !== one.code || steps[at]?.at !== one.at);
  if (i < 0) return [];
  return [
    issue(
      i,
      'step-rewritten',
      `the step ${before[i]!.code} of ${before[i]!.at} was taken already and must stay as it is; add new steps after the ${before.length} that are there`,
      `既に記録された段階（${before[i]!.code}、${before[i]!.at}）は変えられません。新しい段階は後ろに加えてください`,
    ),
  ];
}

/**
 * Findings about the steps of an application that is to be written.
 * @param stored the Task as it is now; undefined for a new one
 */
export function findSteps(
  task: Resource,
  stored: Resource | undefined,
  library: Pick<Library, 'resources'>,
): readonly Issue[] {
  const order = orderFor(task, library);
  const steps = stepsOf(task);
  const present = codeIn(task['businessStatus'], 'certification-step');
  if (steps.length === 0 || present !== steps.at(-1)!.code)
    return [
      {
        ...issue(
          0,
          'step-present',
          `businessStatus is ${present ?? 'not given'}, expected the last step that was taken: ${steps.at(-1)?.code ?? 'none is there'}. Add the step with when and by whom`,
          `businessStatus は最後の段階（${steps.at(-1)?.code ?? '段階がありません'}）と同じにしてください。段階を日時・だれがとともに加えてください`,
        ),
        expression: 'Task.businessStatus',
      },
    ];
  const rewritten = stored && isApplication(stored) ? findRewritten(steps, stepsOf(stored)) : [];
  if (rewritten.length > 0) return rewritten;
  const wrong = steps.map((step, i) => judge(step, i, steps.slice(0, i), order)).find(one => one !== undefined);
  return wrong ? [wrong] : [];
}
