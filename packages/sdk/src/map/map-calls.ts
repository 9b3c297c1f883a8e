import type { Answer, CallOptions } from '../call.ts';
import { atInput, RequestError } from '../request-error.ts';
import type { MapPlan } from './options.ts';
import type { Source } from './source.ts';
import { isPromiseLike } from './source.ts';
import type { MapOutcome, MapResults } from './types.ts';
import type { BegunCall } from './window.ts';
import { CallWindow } from './window.ts';

/** Calls a formula for one input; rejects with a RequestError when the call fails. */
export type CallOne<I, V> = (input: I, options: CallOptions) => Promise<Answer<V>>;

/** The end of a map: without an error when its source has ended or its reader has stopped. */
interface End {
  readonly error?: unknown;
}

interface Reader<V> {
  resolve(result: IteratorResult<MapOutcome<V>, undefined>): void;
  reject(error: unknown): void;
}

interface Begun<I> {
  readonly index: number;
  readonly input: I;
}

/**
 * Calls a formula for each input of a source, and hands the outcomes to a reader.
 *
 * - It begins with the first `next()`. Then it takes inputs and begins calls by itself, as long as there is room.
 * - Calls and outcomes that are not read yet are at most `concurrency` together, so a slow reader stops the source.
 * - When it ends early, the calls in flight are cancelled and the source is ended. Outcomes that are there, and whose
 *   turn it is, are still read; then comes the error.
 * - A call that is refused as `overloaded` while others of this map are in flight is called again later.
 */
export class CallMap<I, V> implements MapResults<MapOutcome<V>> {
  readonly #call: CallOne<I, V>;
  readonly #source: Source<I>;
  readonly #plan: MapPlan;
  readonly #onEnd: () => void;
  readonly #window: CallWindow;
  readonly #cancelling = new AbortController();
  /** The options of each call. */
  readonly #each: CallOptions;
  /** Outcomes that are not read yet, by their place in the order of reading. */
  readonly #ready = new Map<number, MapOutcome<V>>();
  readonly #readers: Reader<V>[] = [];
  readonly #again: Begun<I>[] = [];
  #begun = 0;
  #arrived = 0;
  #read = 0;
  #isPulling = false;
  /** Set when the source gives nothing any more. */
  #exhausted: End | undefined;
  #end: End | undefined;

  constructor(call: CallOne<I, V>, source: Source<I>, plan: MapPlan, onEnd: () => void) {
    this.#call = call;
    this.#source = source;
    this.#plan = plan;
    this.#onEnd = onEnd;
    this.#window = new CallWindow(plan.concurrency);
    this.#each = { ...plan.each, signal: this.#cancelling.signal };
  }

  next(): Promise<IteratorResult<MapOutcome<V>, undefined>> {
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      this.#advance();
    });
  }

  async return(): Promise<IteratorResult<MapOutcome<V>, undefined>> {
    this.#ready.clear();
    const ending = this.#stop({});
    // A source that is silent would never end, so nothing waits for it.
    if (this.#isPulling) void quietly(ending);
    else await ending;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Ends it with an error: cancels the calls in flight, and ends the source. */
  fail(error: unknown): void {
    void quietly(this.#stop({ error }));
  }

  #stop(end: End): Promise<void> {
    if (this.#end !== undefined) return Promise.resolve();
    this.#end = end;
    this.#again.length = 0;
    this.#cancelling.abort();
    this.#onEnd();
    const ending = this.#exhausted === undefined ? this.#source.end() : Promise.resolve();
    this.#handOver();
    return ending;
  }

  #advance(): void {
    this.#fill();
    this.#handOver();
  }

  /** Begins as many calls as there is room for. */
  #fill(): void {
    while (this.#end === undefined && this.#window.hasRoom()) {
      const again = this.#again.shift();
      if (again !== undefined) this.#begin(again);
      else if (this.#isPulling || this.#exhausted !== undefined || this.#isFull()) return;
      else this.#pull();
    }
  }

  #isFull(): boolean {
    return this.#begun - this.#read >= this.#plan.concurrency;
  }

  #pull(): void {
    this.#isPulling = true;
    try {
      const step = this.#source.next();
      if (!isPromiseLike(step)) return this.#take(step);
      step.then(
        (one) => {
          this.#takeLater(one);
          this.#advance();
        },
        (error: unknown) => {
          this.#exhaust({ error });
          this.#advance();
        },
      );
    } catch (error) {
      this.#exhaust({ error });
    }
  }

  /** The step may be no object, and reading it may throw. */
  #takeLater(step: IteratorResult<I, unknown>): void {
    try {
      this.#take(step);
    } catch (error) {
      this.#exhaust({ error });
    }
  }

  #take(step: IteratorResult<I, unknown>): void {
    if (step.done === true) return this.#exhaust({});
    this.#isPulling = false;
    if (this.#end !== undefined) return;
    const index = this.#begun;
    this.#begun += 1;
    this.#begin({ index, input: step.value });
  }

  #exhaust(how: End): void {
    this.#isPulling = false;
    this.#exhausted = how;
  }

  #begin(one: Begun<I>): void {
    const begun = this.#window.begin();
    this.#call(one.input, this.#each).then(
      (answer) => {
        if (this.#end !== undefined) return;
        this.#window.ended();
        this.#settle({ index: one.index, ...answer, error: undefined });
      },
      (error: unknown) => {
        if (this.#end === undefined) this.#failed(one, begun, error);
      },
    );
  }

  #failed(one: Begun<I>, begun: BegunCall, error: unknown): void {
    if (!(error instanceof RequestError)) return this.fail(error);
    if (error.code !== 'overloaded') this.#window.ended();
    else if (this.#window.refused(begun)) {
      this.#again.push(one);
      return this.#advance();
    }
    const { index } = one;
    if (this.#plan.onFailure === 'collect') this.#settle({ index, value: undefined, error });
    else this.fail(atInput(index, error));
  }

  #settle(outcome: MapOutcome<V>): void {
    this.#ready.set(this.#plan.ordered ? outcome.index : this.#arrived, outcome);
    this.#arrived += 1;
    this.#advance();
  }

  /** Gives readers the outcomes whose turn it is, and the end after the last one. */
  #handOver(): void {
    while (this.#readers.length > 0) {
      const outcome = this.#ready.get(this.#read);
      if (outcome === undefined) break;
      this.#ready.delete(this.#read);
      this.#read += 1;
      this.#readers.shift()?.resolve({ done: false, value: outcome });
      this.#fill();
    }
    if (this.#end === undefined && this.#exhausted !== undefined && this.#read === this.#begun) {
      void this.#stop(this.#exhausted);
    }
    if (this.#end !== undefined) this.#handOverEnd();
  }

  #handOverEnd(): void {
    for (const { resolve, reject } of this.#readers.splice(0)) {
      const end = this.#end ?? {};
      // The error is told once.
      this.#end = {};
      if ('error' in end) reject(end.error);
      else resolve({ done: true, value: undefined });
    }
  }
}

/**
 * An error that the source throws at its end comes after the error of the map, or after the reader has gone. The map
 * drops it, as a loop does whose body throws.
 */
async function quietly(ending: Promise<void>): Promise<void> {
  try {
    await ending;
  } catch {
    // The reader gets the error of the map, or has left.
  }
}
