/**
 * SlowReader: runs queries that take long in a thread of its own with its own read-only connection, so that the server
 * stays quick for everybody else. This file is both sides: the thread that asks and the thread that reads.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { Sql } from './sql.ts';
import { mapFile } from './sqlite-file.ts';
import { QueryTimeoutError, type Row } from './store.ts';

/** Marks the worker's data, so that no other worker that loads this file begins to read. */
const kind = 'engawa-slow-reader';

interface Asked {
  readonly id: number;
  readonly text: string;
  readonly values: Sql['values'];
  readonly budgetMs: number;
}

interface Answered {
  readonly id: number;
  readonly rows?: readonly Row[];
  /** `timeout`, or the message of an error. */
  readonly failed?: string;
}

interface Waiting {
  resolve(rows: readonly Row[]): void;
  reject(error: unknown): void;
}

/** The side that asks. The thread starts with the first slow query and does not keep the process alive. */
export class SlowReader {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** All rows of a query; rejects with QueryTimeoutError after `budgetMs` of reading. */
  select(query: Sql, budgetMs: number): Promise<readonly Row[]> {
    const worker = this.start();
    return new Promise((resolve, reject) => {
      const id = ++this.last;
      this.waiting.set(id, { resolve, reject });
      const asked: Asked = { id, text: query.text, values: query.values, budgetMs };
      worker.postMessage(asked);
    });
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    if (this.worker) return this.worker;
    const worker = startWorker({ kind, file: this.file });
    worker.unref();
    worker.on('message', (answer: Answered) => this.answer(answer));
    worker.on('error', error => this.fail(worker, error));
    worker.on('exit', () => this.fail(worker, new Error('the reading thread ended')));
    this.worker = worker;
    return worker;
  }

  private answer({ id, rows, failed }: Answered): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (failed === undefined) waiting?.resolve(rows ?? []);
    else
      waiting?.reject(failed === 'timeout' ? new QueryTimeoutError('the query used up its time') : new Error(failed));
  }

  /** The next query starts a new thread; a thread that failed says so twice, and then may have a successor. */
  private fail(worker: Worker, error: unknown): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    for (const waiting of this.waiting.values()) waiting.reject(error);
    this.waiting.clear();
  }
}

/** Threads do not inherit the loader that runs TypeScript in development: there it is registered first. */
function startWorker(workerData: unknown): Worker {
  const url = new URL(import.meta.url);
  if (!url.pathname.endsWith('.ts')) return new Worker(url, { workerData });
  const load = `import('tsx/esm/api').then(tsx => { tsx.register(); return import(${JSON.stringify(url.href)}); })`;
  return new Worker(load, { eval: true, workerData });
}

/** The side that reads: one query after the other. */
function read(file: string): void {
  const db = new Database(file, { readonly: true });
  mapFile(db);
  let deadline = 0;
  db.function('within_budget', { deterministic: false, directOnly: true }, () => {
    if (performance.now() > deadline) throw new QueryTimeoutError('the query used up its time');
    return 1;
  });
  parentPort!.on('message', ({ id, text, values, budgetMs }: Asked) => {
    deadline = performance.now() + budgetMs;
    let answer: Answered;
    try {
      answer = { id, rows: db.prepare(text).all(...values) as Row[] };
    } catch (error) {
      answer = { id, failed: error instanceof QueryTimeoutError ? 'timeout' : String(error) };
    }
    parentPort!.postMessage(answer);
  });
}

if (!isMainThread && (workerData as { kind?: unknown } | null)?.kind === kind)
  read((workerData as { file: string }).file);
