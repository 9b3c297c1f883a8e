import type { Failure, ResultReading, Success } from '@cateto/contracts';
import { cancelTopic, cancelLayout } from '@cateto/contracts';
import type { RequestCall, RequesterCounters, RequesterEffect, RequesterInput, Target } from '@cateto/protocol';
import { beatTopic, beatLayout } from '@cateto/contracts';
import { createRequester } from '@cateto/protocol';
import type { OnEvent } from './events.ts';
import { createListenerReport } from './listener-report.ts';
import type { Participant } from './participant.ts';

/** One request: the message to publish, and the receiver of the answer. */
export interface Question {
  /**
   * Publishes the request. Called for each attempt, always with the same seq. `route` is that of the target, or one of
   * its lanes.
   */
  write(to: string, seq: number, ttlMs: number, attempt: number, route: string, origin: string | undefined): void;
  /** The server that has the request reported its progress, from 0 to 1. */
  progressed?(share: number): void;
  /** Called exactly once. */
  settle(outcome: Success | Failure, seq: number): void;
}

export type AskOptions = Pick<RequestCall<Question>, 'lateMs' | 'origin'>;

/** The driver of a participant's requester. */
export interface Requests {
  /** Reports servers that start or stop listening on a route. */
  reportListeners(route: string): void;
  /**
   * Receives results on a topic; `read` reads each of them.
   *
   * @param answerRoute the name that targets use: the topic itself, or one name for all lanes of an operation
   */
  hear(topic: string, read: (message: unknown) => ResultReading | undefined, answerRoute?: string): void;
  /**
   * @param target the topic of its answer must have been opened with {@link Requests.hear}
   * @returns the request's seq. The request may already be settled when this returns.
   * @throws RangeError for a timeout that is not a finite number
   */
  ask(target: Target, timeoutMs: number, question: Question, more?: AskOptions): number;
  /** Settles the request at once, and tells the servers that may be working on it, best effort. */
  cancel(seq: number): void;
  /** Cancels all open requests. */
  close(): void;
  counters(): RequesterCounters;
  /** How many requests are open, held and in flight. */
  open(): number;
}

export interface RequesterDriverOptions {
  /** A server that leaves a request unanswered for so long is passed over. */
  readonly answerTimeoutMs: number;
  readonly onEvent: OnEvent;
}

const nothingMore: AskOptions = {};

export function createRequesterDriver(
  participant: Participant,
  { answerTimeoutMs, onEvent }: RequesterDriverOptions,
): Requests {
  const { platform } = participant;
  const requester = createRequester<Question>({
    random: platform.random,
    answerTimeoutMs,
    unreached: participant.unreached,
  });
  const report = createListenerReport(platform, onEvent);
  let lastSeq = 0;

  function handle(input: RequesterInput<Question>, nowMs = platform.nowMs()): void {
    for (const effect of requester.handle(input, nowMs)) perform(effect);
  }

  function perform(effect: RequesterEffect<Question>): void {
    switch (effect.type) {
      case 'send':
        return effect.work.write(effect.to, effect.seq, effect.ttlMs, effect.attempt, effect.route, effect.origin);
      case 'settle':
        return effect.work.settle(effect.outcome, effect.seq);
      case 'cancel':
        return participant.publish(cancelTopic, effect.to, cancelLayout.write({ seqs: [...effect.seqs] }));
      case 'progress':
        return effect.work.progressed?.(effect.share);
      case 'prove-path':
        return participant.afterRoundTrip(() => {
          handle({ type: 'path-proven', proof: effect.proof });
          participant.rearm();
        });
      case 'await-turn':
        return platform.afterTurn(() => {
          handle({ type: 'turn-ended' });
          participant.rearm();
        });
    }
  }

  participant.receive(beatTopic, beatLayout.read, (beats, { sender }) => {
    for (const { windows, returned, leaving } of beats) {
      if (windows !== undefined || returned !== undefined) {
        handle({ type: 'beat', sender, held: undefined, silentMs: 0, windows, returned, leaving });
      }
    }
    // The last beat of a server contains everything that counts. Each beat costs a check of all open requests, and a
    // stranger could send many in one frame.
    const last = beats.findLast(({ held }) => held !== undefined);
    if (last !== undefined) {
      const { held, silentMs = 0, progress, leaving } = last;
      handle({ type: 'beat', sender, held, silentMs, progress, leaving });
    }
    participant.rearm();
  });
  participant.subscribe(beatTopic);
  participant.table('open', () => requester.counters().open);
  participant.attach({
    tableChanged(change) {
      if (change.type === 'refused') return;
      if (change.type === 'listener-up' || change.type === 'listener-down') {
        report.changed(change.type, change.route, change.address);
      }
      handle(change);
    },
    returnPathChanged(change) {
      if (change.type === 'confirmed' || change.type === 'unconfirmed') handle(change);
    },
    deadlineMs: requester.deadlineMs,
    tick: () => handle({ type: 'tick' }),
    settledBelow: requester.settledBelow,
    stragglers: requester.stragglers,
  });

  return {
    reportListeners: report.interestedIn,
    hear(topic, read, answerRoute = topic) {
      participant.receive(topic, read, (results, { sender }) => {
        handle({ type: 'results', sender, answerRoute, results });
        participant.rearm();
      });
      participant.subscribe(topic);
    },
    ask(target, timeoutMs, question, { lateMs, origin } = nothingMore) {
      // A request whose timeout is not a number would be due for ever and never over.
      if (!Number.isFinite(timeoutMs)) throw new RangeError(`a timeout of ${timeoutMs} ms`);
      lastSeq += 1;
      const seq = lastSeq;
      const nowMs = platform.nowMs();
      const deadlineMs = nowMs + timeoutMs;
      handle({ type: 'call', call: { seq, target, work: question, deadlineMs, lateMs, origin } }, nowMs);
      participant.rearm();
      return seq;
    },
    cancel: (seq) => handle({ type: 'cancel', seq }),
    close() {
      handle({ type: 'close' });
      report.close();
    },
    counters: requester.counters,
    open: requester.open,
  };
}
