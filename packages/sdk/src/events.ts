import type { EventReader, EventReaderParts, EventsPosition, SystemEvent } from '@cateto/bus';
import { placeOf, readEvents } from '@cateto/bus';
import type { Failure } from '@cateto/contracts';
import { failure, isFailure, textOf } from '@cateto/contracts';
import { isDuration } from './call-options.ts';
import type { OptionNames } from './option-names.ts';
import { unknownOption } from './option-names.ts';
import { RequestError } from './request-error.ts';

export interface EventsOptions {
  /** Continues after {@link SystemEvents.position} of an earlier reader, also of another client. */
  readonly after?: EventsPosition | undefined;
  /** Only events that happened at most so many milliseconds ago; unless given, all that the processes keep. */
  readonly sinceMs?: number | undefined;
  /** Whether it continues with events as they happen. Unless given, true. */
  readonly follow?: boolean | undefined;
  /** How long to wait for the history of all processes, in milliseconds; unless given, 1,000. */
  readonly waitMs?: number | undefined;
}

/** The events of a system. Ending the loop early closes its connections. */
export interface SystemEvents extends AsyncIterableIterator<SystemEvent, undefined, undefined> {
  /** Ends the events. A `next()` that waits returns `done`. */
  return(): Promise<IteratorResult<SystemEvent, undefined>>;
  [Symbol.asyncIterator](): SystemEvents;
  [Symbol.asyncDispose](): Promise<void>;
  /**
   * The position up to which `next()` has returned events, for the option `after`. It is plain JSON, with a number for
   * each process of which events were returned.
   */
  position(): EventsPosition;
  /** The brokers and servers that have not answered, so that their events are missing. The texts are for people. */
  missing(): readonly string[];
  /** Resolves when the past events were read. The events that `next()` returns from then on have just happened. */
  readonly caughtUp: Promise<void>;
}

const optionNames: OptionNames<EventsOptions> = { after: true, sinceMs: true, follow: true, waitMs: true };
const waitMsDefault = 1_000;
/** The events that wait for `next()`. When there are more, the processes keep theirs. */
const waitingMax = 2_000;
/** Histories of which a position is kept: those of some days, in a large system. */
const positionsMax = 20_000;

interface ReadOptions {
  readonly after: EventsPosition;
  readonly agoMs: number | undefined;
  readonly follow: boolean;
  readonly waitMs: number;
}

/**
 * @param ended is called when it has ended
 * @throws RequestError for invalid options
 */
export function openEvents(
  parts: EventReaderParts,
  given: unknown,
  ended: (events: SystemEvents) => void,
): SystemEvents {
  const options = readOptions(given);
  if (isFailure(options)) throw new RequestError(options, undefined);
  return new EventStream(parts, options, ended);
}

class EventStream implements SystemEvents {
  private readonly reader: EventReader;
  private readonly follow: boolean;
  private readonly ended: (events: SystemEvents) => void;
  private readonly positions: Map<string, number>;
  private queue: SystemEvent[] = [];
  private taken = 0;
  private waiting: ((result: IteratorResult<SystemEvent, undefined>) => void)[] = [];
  private readonly catchUp: { resolve(): void };
  private closing: Promise<void> | undefined;
  private over = false;
  readonly caughtUp: Promise<void>;

  constructor(
    parts: EventReaderParts,
    { after, agoMs, follow, waitMs }: ReadOptions,
    ended: (of: SystemEvents) => void,
  ) {
    this.follow = follow;
    this.ended = ended;
    this.positions = new Map(Object.entries(after));
    let resolveCaughtUp = (): void => undefined;
    this.caughtUp = new Promise((resolve) => (resolveCaughtUp = resolve));
    this.catchUp = { resolve: () => resolveCaughtUp() };
    this.reader = readEvents({
      ...parts,
      after,
      agoMs,
      waitMs,
      deliver: (events) => this.push(events),
      caughtUp: () => this.historyEnds(),
      isFull: () => this.queue.length - this.taken > waitingMax,
    });
  }

  private push(events: readonly SystemEvent[]): void {
    this.queue.push(...events);
    while (this.waiting.length > 0 && this.taken < this.queue.length) this.waiting.shift()?.(this.takeOne());
  }

  private takeOne(): IteratorResult<SystemEvent, undefined> {
    const value = this.queue[this.taken] as SystemEvent;
    this.taken += 1;
    if (this.taken === this.queue.length) [this.queue, this.taken] = [[], 0];
    if (value.event !== 'events-lost') {
      const { history, n } = placeOf(value);
      this.positions.delete(history);
      this.positions.set(history, n);
      const [oldest] = this.positions.keys();
      if (this.positions.size > positionsMax && oldest !== undefined) this.positions.delete(oldest);
    }
    return { done: false, value };
  }

  private historyEnds(): void {
    this.catchUp.resolve();
    if (!this.follow) this.end();
  }

  /** No event comes any more; those that are here are still returned. */
  private end(): void {
    if (this.over) return;
    this.over = true;
    this.catchUp.resolve();
    for (const waits of this.waiting.splice(0)) waits(done);
    this.closing = this.reader.close();
    this.ended(this);
  }

  async next(): Promise<IteratorResult<SystemEvent, undefined>> {
    if (this.taken < this.queue.length) return this.takeOne();
    if (!this.over) return new Promise((resolve) => this.waiting.push(resolve));
    await this.closing;
    return done;
  }

  async return(): Promise<IteratorResult<SystemEvent, undefined>> {
    this.end();
    [this.queue, this.taken] = [[], 0];
    await this.closing;
    return done;
  }

  position(): EventsPosition {
    return Object.fromEntries(this.positions);
  }

  missing(): readonly string[] {
    return this.reader.missing();
  }

  [Symbol.asyncIterator](): SystemEvents {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

const done = { done: true, value: undefined } as const;

function readOptions(given: unknown): ReadOptions | Failure {
  try {
    if (typeof given !== 'object' || given === null) return refuse('events takes its options as an object');
    const unknown = unknownOption(given, optionNames);
    if (unknown !== undefined) return refuse(`events: ${unknown}`);
    const {
      after = {},
      sinceMs,
      follow = true,
      waitMs = waitMsDefault,
    }: { [Key in keyof EventsOptions]: unknown } = given;
    if (sinceMs !== undefined && !isTime(sinceMs)) {
      return refuse(`events: sinceMs ${textOf(sinceMs)} is not a number of milliseconds above 0`);
    }
    if (!isDuration(waitMs)) return refuse(`events: a wait of ${textOf(waitMs)} ms is not above 0 and at most a day`);
    if (typeof follow !== 'boolean') return refuse('events: follow is not true or false');
    if (!isPosition(after)) return refuse('events: after is not what position() returned');
    return { after, agoMs: sinceMs, follow, waitMs };
  } catch (error) {
    return refuse(`events: the options cannot be read: ${textOf(error)}`);
  }
}

function isTime(given: unknown): given is number {
  return typeof given === 'number' && given > 0 && Number.isFinite(given);
}

function isPosition(given: unknown): given is EventsPosition {
  return (
    typeof given === 'object' && given !== null && Object.values(given).every((n) => Number.isSafeInteger(n) && n >= 0)
  );
}

function refuse(message: string): Failure {
  return failure('invalid-request', message);
}
