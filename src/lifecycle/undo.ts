/**
 * What `create` has done so far, so that a failure leaves the host as it was (spec: an error MUST leave no
 * trace). Steps are undone in reverse; one that fails does not keep the others from running.
 */
export class UndoStack {
  readonly #steps: (() => void)[] = [];

  push(step: () => void): void {
    this.#steps.push(step);
  }

  /** Runs every step, newest first, and returns what went wrong meanwhile. */
  undo(): unknown[] {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        step();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }

  /** All is well: nothing will be undone. */
  forget(): void {
    this.#steps.length = 0;
  }
}
