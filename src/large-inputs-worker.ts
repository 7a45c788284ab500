/** The thread that validates large inputs: the same parts as the server's, on a connection of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from './config.ts';
import { parseJson } from './fhir/json.ts';
import { FhirError } from './fhir/outcome.ts';
import type { Resource } from './fhir/types.ts';
import type { LargeAnswer, LargeInput } from './large-inputs.ts';
import { openParts } from './services.ts';

const config = workerData as Config;
const { validator, storedDefinitions, terminology } = openParts(config);

async function judge({ text, options, located }: LargeInput): Promise<LargeAnswer> {
  try {
    await storedDefinitions.refresh(true);
    await terminology.refresh();
    const resource = parseJson(text, { maxDepth: config.maxDepth }) as Resource;
    return { issues: validator.validateResource(resource, { ...options, ...(located && { text }) }) };
  } catch (error) {
    if (error instanceof FhirError) return { problem: error.problem, issues: error.issues };
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on('message', (input: LargeInput) => {
  void judge(input).then(answer => parentPort?.postMessage(answer));
});
