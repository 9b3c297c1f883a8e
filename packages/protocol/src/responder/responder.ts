/*
 * The responder: the answering half of every conversation.
 *
 * Decides which requests are run and what is published, and remembers. It makes "asked again" safe
 * (docs/protocol.md, section 3, rule 2): a server runs an id at most once while it lives and remembers.
 *
 * Rules kept:
 * - An id that is running is not run again; one that was answered is answered from memory.
 * - What its requester has settled (every seq below `settledBelow`) is forgotten, and ignored from then on.
 * - The memory is bounded in time and size; what is evicted early is counted.
 * - A server whose queue is full answers `overloaded` at once and stands by that for a second.
 * - Results of the last second are published again when a marker appears: the broker that held them may have died.
 * - A draining server takes nothing new, answers repetitions from memory, and ends when what runs is answered.
 */
import type { Failure, Success } from '@cateto/contracts';
import { failure, limits } from '@cateto/contracts';
import type { Entry, Requester } from './memory.ts';
import { createMemory } from './memory.ts';

/** A request as it came in. `W` is what the driver needs to run it; the machine never looks inside. */
export interface IncomingRequest<W> {
  readonly seq: number;
  readonly replyTopic: string;
  readonly ttlMs: number;
  readonly work: W;
  /** Why it cannot be run: its answer already. */
  readonly refusal: Failure | undefined;
}

export type ResponderInput<W> =
  | {
      readonly type: 'requests';
      readonly sender: string;
      readonly settledBelow: number;
      readonly requests: readonly IncomingRequest<W>[];
    }
  | { readonly type: 'answered'; readonly sender: string; readonly seq: number; readonly outcome: Success | Failure }
  | { readonly type: 'marker-up' }
  | { readonly type: 'drain' }
  | { readonly type: 'tick' };

export interface Result {
  readonly seq: number;
  readonly outcome: Success | Failure;
}

export type ResponderEffect<W> =
  /** Run it and hand in `answered`. After `deadlineMs` nobody waits for it any more. */
  | {
      readonly type: 'run';
      readonly sender: string;
      readonly seq: number;
      readonly work: W;
      readonly deadlineMs: number;
    }
  | { readonly type: 'publish'; readonly topic: string; readonly to: string; readonly results: readonly Result[] }
  /** Nothing runs any more; comes once, after `drain`. */
  | { readonly type: 'drained' };

export interface ResponderCounters {
  /** Requests that run. */
  readonly inFlight: number;
  /** Requests answered since the start, each once. */
  readonly answered: number;
  /** Results remembered. */
  readonly remembered: number;
  /** Results forgotten for want of room: "at most once" does not hold for them. */
  readonly evictedEarly: number;
}

export interface Responder<W> {
  handle(input: ResponderInput<W>, nowMs: number): readonly ResponderEffect<W>[];
  deadlineMs(): number | undefined;
  counters(): ResponderCounters;
}

export interface ResponderConfig {
  readonly inFlightMax?: number;
  readonly rememberedMs?: number;
  readonly rememberedMax?: number;
  readonly requestersMax?: number;
}

const overloadedForMs = 1_000;
const republishMs = 1_000;

export function createResponder<W>(config: ResponderConfig = {}): Responder<W> {
  const { inFlightMax = limits.requestsInFlightMax, rememberedMs = limits.rememberedMs } = config;
  const memory = createMemory({
    rememberedMs,
    rememberedMax: config.rememberedMax ?? limits.rememberedMax,
    requestersMax: config.requestersMax ?? limits.requestersMax,
  });
  let inFlight = 0;
  let answeredCount = 0;
  let draining = false;
  let drained = false;
  let effects: ResponderEffect<W>[] = [];
  /** The last publish effect of this input: what goes to one topic and address in a row goes together. */
  let publishing: { readonly topic: string; readonly to: string; readonly results: Result[] } | undefined;

  function publish({ requester, seq, replyTopic, outcome }: Entry): void {
    if (outcome === undefined) return;
    const to = requester.address;
    if (publishing?.topic === replyTopic && publishing.to === to) {
      publishing.results.push({ seq, outcome });
      return;
    }
    const effect = { type: 'publish' as const, topic: replyTopic, to, results: [{ seq, outcome }] };
    publishing = effect;
    effects.push(effect);
  }

  function take(requester: Requester, request: IncomingRequest<W>, nowMs: number): void {
    const { seq, replyTopic, ttlMs, work, refusal } = request;
    if (seq < requester.settledBelow) return;
    const known = requester.entries.get(seq);
    if (known !== undefined && known.staleMs > nowMs) {
      publish(known);
      return;
    }
    if (draining || ttlMs <= 0) return;
    const entry = memory.begin(requester, seq, replyTopic);
    if (refusal !== undefined) {
      answer(entry, refusal, rememberedMs, nowMs);
    } else if (inFlight >= inFlightMax) {
      const full = failure('overloaded', `${inFlightMax} requests are in flight here`);
      answer(entry, full, overloadedForMs, nowMs);
    } else {
      inFlight += 1;
      effects.push({ type: 'run', sender: requester.address, seq, work, deadlineMs: nowMs + ttlMs });
    }
  }

  function answer(entry: Entry, outcome: Success | Failure, validMs: number, nowMs: number): void {
    answeredCount += 1;
    memory.remember(entry, outcome, validMs, nowMs);
    publish(entry);
  }

  function answered(sender: string, seq: number, outcome: Success | Failure, nowMs: number): void {
    const entry = memory.find(sender)?.entries.get(seq);
    if (entry === undefined || entry.outcome !== undefined) return;
    inFlight -= 1;
    if (seq < entry.requester.settledBelow) {
      answeredCount += 1;
      memory.drop(entry);
    } else {
      answer(entry, outcome, rememberedMs, nowMs);
    }
    endDrain();
  }

  function endDrain(): void {
    if (!draining || drained || inFlight > 0) return;
    drained = true;
    effects.push({ type: 'drained' });
  }

  function markerUp(nowMs: number): void {
    for (const entry of memory.answeredSince(nowMs - republishMs)) publish(entry);
  }

  return {
    handle(input, nowMs) {
      effects = [];
      publishing = undefined;
      switch (input.type) {
        case 'requests': {
          const requester = memory.hear(input.sender, input.settledBelow);
          for (const request of input.requests) take(requester, request, nowMs);
          break;
        }
        case 'answered':
          answered(input.sender, input.seq, input.outcome, nowMs);
          break;
        case 'marker-up':
          markerUp(nowMs);
          break;
        case 'drain':
          draining = true;
          endDrain();
          break;
        case 'tick':
          memory.forgetOld(nowMs);
          break;
      }
      return effects;
    },
    deadlineMs: memory.deadlineMs,
    counters: () => ({
      inFlight,
      answered: answeredCount,
      remembered: memory.size(),
      evictedEarly: memory.evictedEarly(),
    }),
  };
}
