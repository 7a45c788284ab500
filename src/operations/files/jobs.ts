/**
 * Imports that go on after their request was answered. They are kept by the process that runs them: an import that a restart
 * cuts off is simply sent again, since what it has stored does not change by that.
 */
import type { Resource } from '../../fhir/types.ts';
import type { Services } from '../../interactions/interaction.ts';

/** How far an import is. */
export type JobState =
  | { readonly state: 'running'; readonly done: number }
  | { readonly state: 'done'; readonly result: Resource }
  | { readonly state: 'failed'; readonly error: unknown };

/** What the work is given. */
export interface Job {
  /** Says how many units are done. */
  progress(done: number): void;
}

/** Finished jobs that are kept for being asked. */
const mostKept = 50;

const jobs = new WeakMap<Services, Map<string, JobState>>();

/** Starts a job; its id. */
export function startJob(services: Services, work: (job: Job) => Promise<Resource>): string {
  const own = jobs.get(services) ?? new Map<string, JobState>();
  jobs.set(services, own);
  const id = services.newId();
  const set = (state: JobState): void => void own.set(id, state);
  set({ state: 'running', done: 0 });
  work({ progress: done => set({ state: 'running', done }) }).then(
    result => set({ state: 'done', result }),
    (error: unknown) => set({ state: 'failed', error }),
  );
  for (const [old, { state }] of own) if (own.size > mostKept && state !== 'running') own.delete(old);
  return id;
}

/** A job of this process. */
export const findJob = (services: Services, id: string): JobState | undefined => jobs.get(services)?.get(id);
