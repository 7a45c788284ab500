/**
 * Large inputs are validated in a thread of their own, so that other requests are answered meanwhile. The thread is started when
 * it is first needed and ended when it has had nothing to do for a while; it takes one input after the other.
 */
import { Worker } from 'node:worker_threads';
import type { Config } from './config.ts';
import { FhirError, type Issue, type Problem } from './fhir/outcome.ts';
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

/** The thread ends after this time without work, in milliseconds. */
const idleMs = 60_000;
/** An input that takes longer is given up, in milliseconds. */
const mostMs = 120_000;

interface Waiting {
  readonly input: LargeInput;
  resolve(issues: readonly Issue[]): void;
  reject(error: Error): void;
}

const tooLong = (): FhirError =>
  new FhirError('too-costly', {
    en: `The validation took longer than ${mostMs / 1000} s and was given up`,
    ja: `検証に${mostMs / 1000}秒以上かかったため、中止しました`,
  });

/** One thread with its queue. */
class ValidationThread {
  private readonly config: Config;
  private readonly queue: Waiting[] = [];
  private worker: Worker | undefined;
  private current: Waiting | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(config: Config) {
    this.config = config;
  }

  add(one: Waiting): void {
    this.queue.push(one);
    this.next();
  }

  private next(): void {
    if (this.current) return;
    clearTimeout(this.timer);
    this.current = this.queue.shift();
    if (!this.current) {
      this.wait(idleMs, () => this.stop());
      return;
    }
    this.worker ??= this.start();
    this.worker.postMessage(this.current.input);
    this.wait(mostMs, () => this.end(one => one.reject(tooLong())));
  }

  private wait(ms: number, then: () => void): void {
    this.timer = setTimeout(then, ms);
    this.timer.unref();
  }

  private start(): Worker {
    const worker = new Worker(new URL('./large-inputs-worker.js', import.meta.url), { workerData: this.config });
    worker.unref();
    worker.on('message', (answer: LargeAnswer) => this.answer(answer));
    worker.on('error', error => {
      if (worker === this.worker) this.end(one => one.reject(error));
    });
    return worker;
  }

  private answer(answer: LargeAnswer): void {
    const one = this.current;
    this.current = undefined;
    if ('failure' in answer) one?.reject(new Error(answer.failure));
    else if ('problem' in answer) one?.reject(new FhirError(answer.problem, answer.issues));
    else one?.resolve(answer.issues);
    this.next();
  }

  /** Gives up the thread with what it is at; the next input gets a new one. */
  private end(tell: (one: Waiting) => void): void {
    const one = this.current;
    this.current = undefined;
    this.stop();
    if (one) tell(one);
    this.next();
  }

  private stop(): void {
    const { worker } = this;
    this.worker = undefined;
    void worker?.terminate();
  }
}

/** Validation in a thread of its own, with the settings of this server. */
export function openLargeInputs(config: Config): ValidateLarge {
  const thread = new ValidationThread(config);
  return (text, options, located) =>
    new Promise((resolve, reject) => thread.add({ input: { text, options, located }, resolve, reject }));
}
