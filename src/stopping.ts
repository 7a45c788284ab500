/** Commands that end in order on Ctrl-C: what is in work is finished. A second Ctrl-C ends at once. */

/** Exit code of a command that was stopped by SIGINT. */
export const interrupted = 130;

/** Listens for SIGINT and SIGTERM; `wake` is called when one comes. */
export class Stopping {
  private asked = false;
  private readonly listener: () => void;

  constructor(wake: () => void = () => {}) {
    this.listener = () => {
      this.asked = true;
      this.end();
      wake();
    };
    process.on('SIGINT', this.listener);
    process.on('SIGTERM', this.listener);
  }

  /** True when the command is to end. */
  readonly isAsked = (): boolean => this.asked;

  /** Signals end the process again as usual. */
  end(): void {
    process.off('SIGINT', this.listener);
    process.off('SIGTERM', this.listener);
  }
}
