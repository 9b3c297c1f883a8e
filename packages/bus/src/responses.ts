import type { Failure, FailureMessage, Lane, RequestReading, Success } from '@cateto/contracts';
import { isFailure } from '@cateto/contracts';
import type { IncomingRequest, ResponderCounters, ResponderEffect, ResponderInput } from '@cateto/protocol';
import { createResponder } from '@cateto/protocol';
import type { Participant } from './participant.ts';

/** A request that is to be computed now. */
export interface Admitted {
  readonly input: unknown;
  readonly trace: string | undefined;
  /** A point on the platform's clock; after it nobody waits for the answer. */
  readonly deadlineMs: number;
  /** Call exactly once. */
  answer(outcome: Success | Failure): void;
}

export type Run = (request: Admitted) => void;

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
  let drained: (() => void) | undefined;

  function handle(input: ResponderInput<Work>): void {
    for (const effect of responder.handle(input, platform.nowMs())) perform(effect);
  }

  function perform(effect: ResponderEffect<Work>): void {
    switch (effect.type) {
      case 'run':
        return run(effect);
      case 'publish':
        for (const { seq, outcome } of effect.results) {
          publish(effect.topic as T, effect.to, toMessage(seq, outcome));
        }
        return;
      case 'drained':
        return drained?.();
    }
  }

  function run({ sender, seq, work, deadlineMs }: Extract<ResponderEffect<Work>, { type: 'run' }>): void {
    const answer = (outcome: Success | Failure): void => handle({ type: 'answered', sender, seq, outcome });
    work.run({ input: work.input, trace: work.trace, deadlineMs, answer });
  }

  participant.table('remembered', () => responder.counters().remembered);
  participant.table('requesters', () => responder.counters().requesters);
  participant.attach({
    tableChanged(change) {
      if (change.type === 'marker-up') handle({ type: 'marker-up' });
    },
    deadlineMs: responder.deadlineMs,
    tick: () => handle({ type: 'tick' }),
  });

  return {
    accept(sender, settledBelow, requests) {
      handle({ type: 'requests', sender, settledBelow, requests });
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

function toMessage(seq: number, outcome: Success | Failure): ResultMessage {
  return isFailure(outcome)
    ? { seq, code: outcome.code, message: outcome.message }
    : { seq, code: 0, value: outcome.value, via: outcome.via };
}
