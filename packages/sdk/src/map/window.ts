/**
 * How many calls of a map are in flight at once. It is `concurrency`, unless the client refuses calls as `overloaded`
 * because of the calls that wait before them. Then it halves, and grows by one for each round of answers.
 */
export class CallWindow {
  readonly #most: number;
  #size: number;
  #inFlight = 0;
  /** Counts halvings. A burst of refusals halves the window once. */
  #round = 0;
  #begun = 0;
  /** After a refusal, until another call has ended. */
  #isShut = false;

  constructor(concurrency: number) {
    this.#most = concurrency;
    this.#size = concurrency;
  }

  hasRoom(): boolean {
    return !this.#isShut && this.#inFlight < Math.floor(this.#size);
  }

  begin(): BegunCall {
    this.#inFlight += 1;
    this.#begun += 1;
    return { round: this.#round, number: this.#begun, isFirst: this.#inFlight === 1 };
  }

  /** The call ended in any other way than by `overloaded`. */
  ended(): void {
    this.#inFlight -= 1;
    this.#isShut = false;
    this.#size = Math.min(this.#most, this.#size + 1 / this.#size);
  }

  /**
   * The client or the servers refused the call as `overloaded`.
   *
   * @returns whether it should be called again, because the other calls of this map may have been the reason
   */
  refused({ round, number, isFirst }: BegunCall): boolean {
    this.#inFlight -= 1;
    this.#isShut = this.#inFlight > 0;
    if (isFirst && number === this.#begun) return false;
    if (round === this.#round) {
      this.#round += 1;
      this.#size = Math.max(1, this.#size / 2);
    }
    return true;
  }
}

export interface BegunCall {
  readonly round: number;
  readonly number: number;
  /** Whether no other call was in flight when it began. */
  readonly isFirst: boolean;
}
