/**
 * Rows of a certificate file are read, judged and made into resources in a thread of their own, while this one writes. While one
 * chunk is written the next is made; more are never held.
 */
import { Worker } from 'node:worker_threads';
import type { Config } from './config.ts';
import type { CertificateMap } from './files/certificates/map.ts';
import { type PackedChunk, unpackChunk } from './interactions/certificates/packed.ts';
import type { PreparedChunk, PrepareOptions } from './interactions/certificates/prepare.ts';
import type { PreparedSource, PushOptions } from './interactions/certificates/push.ts';

/** What the thread is started with. */
export interface ReaderInput {
  readonly config: Config;
  readonly file: string;
  readonly map: CertificateMap;
  readonly options: PushOptions;
  readonly secret: Uint8Array;
}

/** What it answers to each asking: a chunk, that there are no more, or that it failed. */
export type ReaderAnswer = { readonly chunk: PackedChunk } | { readonly end: true } | { readonly failure: string };

/** A few chunks need a tenth of this. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 };

/** Answers of the thread, one after the other. */
class Answers {
  private readonly worker: Worker;
  private readonly ready: ReaderAnswer[] = [];
  private wake: (() => void) | undefined;

  constructor(worker: Worker) {
    this.worker = worker;
    const take = (answer: ReaderAnswer): void => {
      this.ready.push(answer);
      this.wake?.();
    };
    worker.on('message', take);
    worker.on('error', error => take({ failure: error.stack ?? error.message }));
    worker.on('exit', () => take({ failure: 'the thread that reads the file ended' }));
  }

  ask(hints: PrepareOptions): void {
    this.worker.postMessage(hints);
  }

  async next(): Promise<ReaderAnswer> {
    if (this.ready.length === 0)
      await new Promise<void>(resolve => {
        this.wake = resolve;
      });
    return this.ready.shift()!;
  }
}

/** Chunks of a file, prepared beside this thread. */
export const readBeside = (
  config: Config,
  { file, map }: Pick<ReaderInput, 'file' | 'map'>,
  options: PushOptions,
): PreparedSource =>
  async function* (secret, hints): AsyncGenerator<PreparedChunk> {
    const input: ReaderInput = { config, file, map, options, secret };
    const place = new URL('./certificate-reader-worker.js', import.meta.url);
    const worker = new Worker(place, { workerData: input, resourceLimits });
    try {
      const answers = new Answers(worker);
      answers.ask(hints());
      for (;;) {
        const answer = await answers.next();
        if ('failure' in answer) throw new Error(answer.failure);
        if ('end' in answer) return;
        answers.ask(hints());
        yield unpackChunk(answer.chunk);
      }
    } finally {
      await worker.terminate();
    }
  };

/** True when this code runs compiled, so that a thread can load it. */
export const canReadBeside: boolean = import.meta.url.endsWith('.js');
