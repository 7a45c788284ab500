/** Large inputs are validated in a thread of their own, so that other requests are answered meanwhile. */
import type { Config } from './config.ts';
import { FhirError, type Issue, type Problem } from './fhir/outcome.ts';
import { mostMs, WorkThread } from './thread.ts';
import type { ValidateLarge } from './validation/large.ts';
import type { ValidateOptions } from './validation/validator.ts';

/** What is sent to the thread. */
export interface LargeInput {
  readonly text: string;
  readonly options: Omit<ValidateOptions, 'text'>;
  /** Whether findings say line and column. */
  readonly located: boolean;
}

/** What comes back: findings, why the text cannot be read, or that the thread itself failed. */
export type LargeAnswer =
  | { readonly issues: readonly Issue[] }
  | { readonly problem: Problem; readonly issues: readonly Issue[] }
  | { readonly failure: string };

const tooLong = (): FhirError =>
  new FhirError('too-costly', {
    en: `The validation took longer than ${mostMs / 1000} s and was given up`,
    ja: `検証に${mostMs / 1000}秒以上かかったため、中止しました`,
  });

/** Validation in a thread of its own, with the settings of this server. */
export function openLargeInputs(config: Config): ValidateLarge {
  const script = new URL('./large-inputs-worker.js', import.meta.url);
  const thread = new WorkThread<LargeInput, LargeAnswer>({ script, data: config, tooLong });
  return async (text, options, located) => {
    const answer = await thread.run({ text, options, located });
    if ('failure' in answer) throw new Error(answer.failure);
    if ('problem' in answer) throw new FhirError(answer.problem, answer.issues);
    return answer.issues;
  };
}
