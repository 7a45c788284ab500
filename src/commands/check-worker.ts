/** Worker thread of `engawa validate`: checks the files it is sent, one message each. */
import { parentPort, workerData } from 'node:worker_threads';
import { type CheckSettings, createChecker } from './check-files.ts';

const check = createChecker(workerData as CheckSettings);
parentPort?.on('message', (file: string) => {
  parentPort?.postMessage(check(file));
});
