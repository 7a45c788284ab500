/** Long work in this thread that lets others have their turn: requests are answered between its pieces. */

/** Others get their turn after this time, in milliseconds. */
const longestMs = 20;

/** Time in work since others had their turn. */
export class Turn {
  private since = performance.now();

  isOver(): boolean {
    return performance.now() - this.since > longestMs;
  }

  /** Lets others have their turn. */
  async pass(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve));
    this.since = performance.now();
  }
}
