/** The thread that reads a certificate file: it prepares a chunk for each message that asks for one. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemCaller } from './access/caller.ts';
import type { ReaderAnswer, ReaderInput } from './certificate-reader.ts';
import { bytesOf, rowsOf } from './interactions/certificates/file.ts';
import { handedOver, Packer } from './interactions/certificates/packed.ts';
import type { PrepareOptions } from './interactions/certificates/prepare.ts';
import { prepareRows, preparingOf } from './interactions/certificates/push.ts';
import { openParts } from './services.ts';

const { config, file, map, options, secret } = workerData as ReaderInput;
const asked: PrepareOptions[] = [];
let wake: (() => void) | undefined;

async function hints(): Promise<PrepareOptions> {
  if (asked.length === 0)
    await new Promise<void>(resolve => {
      wake = resolve;
    });
  return asked.shift()!;
}

const answer = (one: ReaderAnswer, handed: ArrayBuffer[] = []): void => parentPort?.postMessage(one, handed);

async function read(): Promise<void> {
  const { search, terminology, storedDefinitions } = openParts(config);
  await storedDefinitions.refresh(true);
  await terminology.refresh();
  const packer = new Packer(preparingOf({ search, terminology }, { caller: systemCaller }, secret));
  for await (const chunk of prepareRows(packer.preparing, rowsOf(bytesOf(file), map), options, hints)) {
    const packed = packer.pack(chunk);
    answer({ chunk: packed }, handedOver(packed));
  }
  answer({ end: true });
}

parentPort?.on('message', (one: PrepareOptions) => {
  asked.push(one);
  wake?.();
});
read().catch((error: unknown) => answer({ failure: error instanceof Error ? (error.stack ?? '') : String(error) }));
