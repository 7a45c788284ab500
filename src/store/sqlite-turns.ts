/**
 * Turns of the event loop for those who wait beside many short queries: each is answered at once, and what goes from one to the next
 * would let nobody else in until it is done.
 */

/** Milliseconds of queries, and what is made of them, in one turn. */
const mostAtOnce = 20;

/** When the next query has to wait until others had their turn. */
export class Turns {
  private began: number | undefined;
  /** Those who wait, in the order they came: each turn begins with one of them, and who comes while it lasts need not wait. */
  private readonly waiting: (() => void)[] = [];

  /** Ends when it is the next query's turn; undefined where that is now. */
  next(): Promise<void> | undefined {
    if (this.began !== undefined && performance.now() - this.began > mostAtOnce)
      return new Promise(resolve => this.waiting.push(resolve));
    this.begin();
    return undefined;
  }

  private begin(): void {
    if (this.began !== undefined) return;
    this.began = performance.now();
    setImmediate(() => this.end());
  }

  private end(): void {
    this.began = undefined;
    const first = this.waiting.shift();
    if (!first) return;
    this.begin();
    first();
  }
}
