import type { Failure, FailureMessage, Lane, RequestReading, Success } from '@cateto/contracts';
import { failure, isFailure } from '@cateto/contracts';
import type { IncomingRequest, ResponderCounters, ResponderEffect, ResponderInput } from '@cateto/protocol';
import { createLoopWatch, createResponder } from '@cateto/protocol';
import type { Participant } from './participant.ts';

/** A request that is to be computed now: its input and trace are in its work. */
export type Admitted = Extract<ResponderEffect<Work>, { type: 'run' }>;

/** Call exactly once for each request. */
export type AnswerTo = (request: Admitted, outcome: Success | Failure) => void;

export type Run = (request: Admitted, answer: AnswerTo) => void;

const loopLate = failure('overloaded', 'the event loop is late here, and has been for a while');
const tooLate = failure('deadline-exceeded', 'no turn came before the deadline');
/** After so long at a stretch whatever else waits for the loop gets its turn: beats, subscriptions, other requests. */
const stretchMs = 20;

export interface Work {
  readonly run: Run;
  readonly input: unknown;
  readonly trace: string | undefined;
}

/** A request as it came in, with where its answer goes and who runs it. */
export function incoming(
  { seq, ttlMs, input, trace, refusal }: RequestReading,
  replyTopic: string,
  run: Run,
): IncomingRequest<Work> {
  return { seq, replyTopic, ttlMs, work: { run, input, trace }, refusal };
}

/** A result as it is published: its topic's message. */
export type ResultMessage =
  | { readonly seq: number; readonly code: 0; readonly value: unknown; readonly via: readonly Lane[] }
  | FailureMessage;

/** `T` are the topics on which the role may answer. */
export interface ResponsesOptions<T extends string> {
  publish(topic: T, to: string, message: ResultMessage): void;
}

/** The driver of a participant's responder. */
export interface Responses {
  /** Answers the requests of one batch: each is run unless it was before. */
  accept(sender: string, settledBelow: number, requests: readonly IncomingRequest<Work>[]): void;
  /** Takes no new work; resolves when what runs is answered. */
  drain(): Promise<void>;
  counters(): ResponderCounters;
}

export function createResponses<T extends string>(
  participant: Participant,
  { publish }: ResponsesOptions<T>,
): Responses {
  const { platform } = participant;
  const responder = createResponder<Work>();
  const loop = createLoopWatch();
  let drained: (() => void) | undefined;
  /** Admitted, but put off because what came before took long; the first `begun` of them are not any more. */
  let waiting: Admitted[] = [];
  let begun = 0;
  let stretchEndMs = 0;

  function handle(input: ResponderInput<Work>): void {
    for (const effect of responder.handle(input, platform.nowMs())) perform(effect);
  }

  function perform(effect: ResponderEffect<Work>): void {
    switch (effect.type) {
      case 'run':
        if (waiting.length === 0 && platform.nowMs() < stretchEndMs) return run(effect);
        if (waiting.length === 0) platform.afterTurn(goOn);
        waiting.push(effect);
        return;
      case 'publish':
        for (const { seq, outcome } of effect.results) {
          publish(effect.topic as T, effect.to, toMessage(seq, outcome));
        }
        return;
      case 'drained':
        return drained?.();
    }
  }

  function run(request: Admitted): void {
    request.work.run(request, answer);
  }

  function answer({ sender, seq }: Admitted, outcome: Success | Failure): void {
    handle({ type: 'answered', sender, seq, outcome });
  }

  function watchLoop(): void {
    loop.handle({ type: 'seen', busy: responder.counters().inFlight > 0 }, platform.nowMs());
  }

  /** The next stretch of what was put off. For what is past its deadline nobody waits. */
  function goOn(): void {
    stretchEndMs = platform.nowMs() + stretchMs;
    for (let nowMs = platform.nowMs(); nowMs < stretchEndMs && begun < waiting.length; nowMs = platform.nowMs()) {
      const effect = waiting[begun];
      begun += 1;
      if (effect === undefined) continue;
      if (effect.deadlineMs > nowMs) run(effect);
      else answer(effect, tooLate);
    }
    if (begun < waiting.length) return platform.afterTurn(goOn);
    waiting = [];
    begun = 0;
  }

  participant.table('remembered', () => responder.counters().remembered);
  participant.table('requesters', () => responder.counters().requesters);
  participant.attach({
    tableChanged(change) {
      if (change.type === 'marker-up') handle({ type: 'marker-up' });
    },
    deadlineMs() {
      const dueMs = responder.deadlineMs() ?? Number.POSITIVE_INFINITY;
      const seenDueMs = loop.deadlineMs() ?? Number.POSITIVE_INFINITY;
      return Math.min(dueMs, seenDueMs);
    },
    tick() {
      watchLoop();
      handle({ type: 'tick' });
    },
  });

  return {
    accept(sender, settledBelow, requests) {
      const nowMs = platform.nowMs();
      loop.handle({ type: 'seen', busy: true }, nowMs);
      if (waiting.length === 0) stretchEndMs = nowMs + stretchMs;
      const taken = loop.isLate() ? requests.map(refusedLate) : requests;
      handle({ type: 'requests', sender, settledBelow, requests: taken });
      watchLoop();
      participant.rearm();
    },
    drain: () =>
      new Promise((resolve) => {
        drained = resolve;
        handle({ type: 'drain' });
      }),
    counters: responder.counters,
  };
}

function refusedLate(request: IncomingRequest<Work>): IncomingRequest<Work> {
  return { ...request, refusal: request.refusal ?? loopLate };
}

function toMessage(seq: number, outcome: Success | Failure): ResultMessage {
  return isFailure(outcome)
    ? { seq, code: outcome.code, message: outcome.message }
    : { seq, code: 0, value: outcome.value, via: outcome.via };
}
