/**
 * A thread for work that would hold up other requests: started when it is first needed, ended when it has had nothing to do for
 * a while; it does one thing after the other.
 */
import { Worker } from 'node:worker_threads';
import { FhirError } from './fhir/outcome.ts';

/** What a thread is. */
export interface ThreadOptions {
  /** Its program. */
  readonly script: URL;
  /** Handed to it at its start. */
  readonly data?: unknown;
  /** The refusal of work that takes longer than {@link mostMs}. */
  readonly tooLong: () => Error;
}

/** The thread ends after this time without work, in milliseconds. */
const idleMs = 60_000;
/** Work that takes longer is given up, in milliseconds. */
export const mostMs = 120_000;
/** Works that wait for a thread; each holds its input, up to the largest body there may be. */
const mostWaiting = 32;
/** Who is turned away may come again after this time, in seconds. */
const retrySeconds = 10;

const tooMany = (): FhirError =>
  new FhirError(
    'throttled',
    {
      en: `${mostWaiting} large inputs are waiting for their turn already; send this one again in ${retrySeconds} s (Retry-After)`,
      ja: `大きな処理がすでに ${mostWaiting} 件待っています。${retrySeconds} 秒後（Retry-After）にもう一度送ってください`,
    },
    { headers: { 'Retry-After': String(retrySeconds) } },
  );

interface Waiting<Input, Answer> {
  readonly input: Input;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** One thread with its queue, which has an end. It answers each message with one. */
export class WorkThread<Input, Answer> {
  private readonly options: ThreadOptions;
  private readonly queue: Waiting<Input, Answer>[] = [];
  private worker: Worker | undefined;
  private current: Waiting<Input, Answer> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: ThreadOptions) {
    this.options = options;
  }

  /** Does one thing. @throws FhirError 'throttled' when too many wait, what `tooLong` makes, or Error when the thread failed */
  run(input: Input): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.queue.length >= mostWaiting) {
        reject(tooMany());
        return;
      }
      this.queue.push({ input, resolve, reject });
      this.next();
    });
  }

  private next(): void {
    if (this.current) return;
    clearTimeout(this.timer);
    this.current = this.queue.shift();
    if (!this.current) {
      // A thread keeps the process alive while it has work, and only then.
      this.worker?.unref();
      this.wait(idleMs, () => this.stop());
      return;
    }
    this.worker ??= this.start();
    this.worker.ref();
    this.worker.postMessage(this.current.input);
    this.wait(mostMs, () => this.end(one => one.reject(this.options.tooLong())));
  }

  private wait(ms: number, then: () => void): void {
    this.timer = setTimeout(then, ms);
    this.timer.unref();
  }

  private start(): Worker {
    const worker = new Worker(this.options.script, { workerData: this.options.data });
    worker.on('message', (answer: Answer) => {
      // A thread that was given up may have answered at the same moment: what is current now was asked of another.
      if (worker !== this.worker) return;
      const one = this.current;
      this.current = undefined;
      one?.resolve(answer);
      this.next();
    });
    worker.on('error', error => {
      if (worker === this.worker) this.end(one => one.reject(error));
    });
    return worker;
  }

  /** Gives up the thread with what it is at; the next work gets a new one. */
  private end(tell: (one: Waiting<Input, Answer>) => void): void {
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
