/**
 * Whether a server has answered anything since a call began. It counts in turns of the event loop: what has arrived in
 * the turn in which a call began was sent before it.
 */
export class LastAnswer {
  #turn = 0;
  #isTurnOpen = false;
  #answeredIn = -1;

  /** The turn of now. */
  turn(): number {
    if (!this.#isTurnOpen) {
      this.#isTurnOpen = true;
      setImmediate(() => {
        this.#turn += 1;
        this.#isTurnOpen = false;
      });
    }
    return this.#turn;
  }

  answered(): void {
    this.#answeredIn = this.turn();
  }

  isAfter(turn: number): boolean {
    return this.#answeredIn > turn;
  }
}
