/**
 * Imports that go on after their request was answered. One process runs each; how far it is and what came of it stand in the store,
 * so that every node tells it, also after a restart. An import whose process fell silent was cut off: it is sent again, since what it
 * has stored does not change by that.
 */
import { randomInt } from 'node:crypto';
import { FhirError, type Issue, type Problem } from '../../fhir/outcome.ts';
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

/** What the store knows of a job; its result is a note beside it. */
interface JobNote {
  readonly id: string;
  readonly state: JobState['state'];
  readonly done: number;
  /** When its process last said so (UTC milliseconds). */
  readonly at: number;
  /** Why it failed. */
  readonly problem?: Problem;
  readonly issues?: readonly Issue[];
}

/** Jobs the store keeps at a time; the oldest gives way. */
const places = 64;
/** Of the places in use, this many of the oldest may give way to a new job. */
const oldest = 16;
/** A running job says this often that it is there, in milliseconds. */
const beatMs = 5000;
/** A running job that has said nothing for this time was cut off, in milliseconds. Clocks of nodes differ by less. */
const silentMs = 60_000;
/** What came of a job is kept for this time, in milliseconds: it may name persons. */
const keptMs = 86_400_000;

const noteName = (place: number): string => `import job ${place}`;
const resultName = (place: number): string => `import result ${place}`;

/** Jobs of this process: they tell of themselves. */
const own = new WeakMap<Services, Map<string, JobState>>();

function ownJobs(services: Services): Map<string, JobState> {
  const jobs = own.get(services) ?? new Map<string, JobState>();
  own.set(services, jobs);
  return jobs;
}

async function readNote({ store }: Services, place: number): Promise<JobNote | undefined> {
  const text = await store.note(noteName(place));
  return text === undefined ? undefined : (JSON.parse(text) as JobNote);
}

const isLive = ({ state, at }: JobNote, now: number): boolean => state === 'running' && now - at < silentMs;

/** A place for a new job: an empty one, else one of those that have said nothing for the longest; results that are too old go. */
async function choosePlace(services: Services): Promise<number> {
  const now = services.now();
  const notes = await Promise.all(Array.from({ length: places }, (_, place) => readNote(services, place)));
  for (const [place, note] of notes.entries())
    if (note?.state === 'done' && now - note.at > keptMs) await services.store.setNote(resultName(place), '');
  const empty = [...notes.keys()].filter(place => notes[place] === undefined);
  // Two nodes that choose at the same moment rarely choose the same.
  if (empty.length > 0) return empty[randomInt(empty.length)]!;
  const old = [...notes.keys()].filter(place => !isLive(notes[place]!, now));
  if (old.length === 0)
    throw new FhirError('throttled', {
      en: `${places} imports are under way; send this one when some of them are done`,
      ja: `${places} 件の取り込みを実行中です。終わってから送ってください`,
    });
  old.sort((a, b) => notes[a]!.at - notes[b]!.at);
  return old[randomInt(Math.min(old.length, oldest))]!;
}

/** A job that runs in this process, and its note in the store. */
class RunningJob {
  readonly id: string;
  private readonly services: Services;
  private readonly place: number;
  private done = 0;
  private isOver = false;
  /** Notes are written one after the other. */
  private writing: Promise<void> = Promise.resolve();

  constructor(services: Services, place: number) {
    this.services = services;
    this.place = place;
    this.id = `${place}-${services.newId()}`;
  }

  async begin(): Promise<void> {
    this.set({ state: 'running', done: 0 });
    await this.note('running');
  }

  run(work: (job: Job) => Promise<Resource>): void {
    // A note that cannot be written now is written with the next beat.
    const say = () => {
      if (!this.isOver) this.note('running').catch(() => {});
    };
    const beat = setInterval(say, beatMs);
    beat.unref();
    work({ progress: done => this.progress(done) })
      .then(
        result => this.succeed(result),
        (error: unknown) => this.fail(error),
      )
      // The store cannot be written: this process still knows, others will take the job for cut off.
      .catch(() => {})
      .finally(() => clearInterval(beat));
  }

  private set(state: JobState): void {
    ownJobs(this.services).set(this.id, state);
  }

  private progress(done: number): void {
    this.done = done;
    this.set({ state: 'running', done });
  }

  private async succeed(result: Resource): Promise<void> {
    this.isOver = true;
    this.set({ state: 'done', result });
    await this.services.store.setNote(resultName(this.place), JSON.stringify({ id: this.id, result }));
    await this.note('done');
    ownJobs(this.services).delete(this.id);
  }

  private async fail(error: unknown): Promise<void> {
    this.isOver = true;
    this.set({ state: 'failed', error });
    const known = error instanceof FhirError;
    await this.note('failed', known ? { problem: error.problem, issues: error.issues } : {});
    // A fault of the program stays known to the process whose log can tell of it.
    if (known) ownJobs(this.services).delete(this.id);
  }

  private note(state: JobState['state'], more: Pick<JobNote, 'problem' | 'issues'> = {}): Promise<void> {
    const write = () => {
      const note: JobNote = { id: this.id, state, done: this.done, at: this.services.now(), ...more };
      return this.services.store.setNote(noteName(this.place), JSON.stringify(note));
    };
    this.writing = this.writing.catch(() => {}).then(write);
    return this.writing;
  }
}

/** The latest start of this process: each waits for the one before, whose note says which place is taken. */
const starting = new WeakMap<Services, Promise<unknown>>();

async function beginJob(services: Services): Promise<RunningJob> {
  const job = new RunningJob(services, await choosePlace(services));
  await job.begin();
  return job;
}

/** Starts a job; its id. @throws FhirError 'throttled' when too many are under way */
export async function startJob(services: Services, work: (job: Job) => Promise<Resource>): Promise<string> {
  const before = starting.get(services) ?? Promise.resolve();
  const begun = before.catch(() => {}).then(() => beginJob(services));
  starting.set(services, begun);
  const job = await begun;
  job.run(work);
  return job.id;
}

const cutOff = (done: number): FhirError =>
  new FhirError('interrupted', {
    en: `The import was cut off after ${done} units (its server was stopped). Send the same files again: what is stored already does not change`,
    ja: `取り込みは ${done} 組のあとで中断されました（サーバーの停止）。同じファイルをもう一度送ってください。登録済みの内容は変わりません`,
  });

const broken = (): FhirError =>
  new FhirError('exception', {
    en: 'The import failed; the log of the server that ran it says why. Send the files again',
    ja: '取り込みに失敗しました。理由は実行したサーバーのログにあります。もう一度送ってください',
  });

/** How far a job is, whichever node runs or ran it; undefined when there is none of this id. */
export async function findJob(services: Services, id: string): Promise<JobState | undefined> {
  const here = ownJobs(services).get(id);
  if (here) return here;
  const place = Number(/^(\d{1,2})-/.exec(id)?.[1] ?? Number.NaN);
  const note = place < places ? await readNote(services, place) : undefined;
  if (note?.id !== id) return undefined;
  if (note.state === 'failed')
    return { state: 'failed', error: note.problem ? new FhirError(note.problem, note.issues ?? []) : broken() };
  if (note.state === 'running')
    return isLive(note, services.now())
      ? { state: 'running', done: note.done }
      : { state: 'failed', error: cutOff(note.done) };
  const kept = JSON.parse((await services.store.note(resultName(place))) || '{}') as { id?: string; result?: Resource };
  return kept.id === id && kept.result ? { state: 'done', result: kept.result } : undefined;
}
