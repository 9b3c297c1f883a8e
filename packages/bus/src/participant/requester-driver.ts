import type { CallerMetrics, Failure, ResultReading, Success } from '@cateto/contracts';
import { cancelTopic, cancelLayout, isFailure } from '@cateto/contracts';
import type {
  RequestCall,
  RequesterCounters,
  RequesterEffect,
  RequesterInput,
  RetryCause,
  Target,
} from '@cateto/protocol';
import { beatTopic, beatLayout } from '@cateto/contracts';
import { createRequester, retryCauseOf } from '@cateto/protocol';
import type { OnEvent } from './events.ts';
import { CallHistograms } from '../metrics/call-histograms.ts';
import { createListenerReport } from './listener-report.ts';
import type { Participant } from './participant.ts';

/** One request: the message to publish, and the receiver of the answer. */
export interface Question {
  /**
   * Publishes the request. Called for each attempt, always with the same seq. `route` is that of the target, or one of
   * its lanes.
   */
  write(to: string, seq: number, ttlMs: number, attempt: number, route: string, origin: string | undefined): void;
  /** The next {@link Question.write} sends it again, because of this. */
  resending?(cause: RetryCause): void;
  /** The server that has the request reported its progress, from 0 to 1. */
  progressed?(share: number): void;
  /** Called exactly once. */
  settle(outcome: Success | Failure, seq: number): void;
  /** An upper bound of the size of its values, if they are large; 0 or absent otherwise. */
  readonly bytes?: number;
  /** Where its duration counts, unless it counts nowhere. */
  readonly durations?: CallHistograms | undefined;
  /** When it was requested, in ticks; set by the driver. */
  sinceTicks?: number;
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
  /** The place where the durations of calls of a method count. */
  durationsOf(method: string): CallHistograms;
  metrics(): CallerMetrics;
  /** How many requests are open, held and in flight. */
  open(): number;
}

export interface RequesterDriverOptions {
  /** A server that leaves a request unanswered for so long is passed over. */
  readonly answerTimeoutMs: number;
  readonly onEvent: OnEvent;
}

const nothingMore: AskOptions = {};

/**
 * Ticks for the start of a question: 32 in a millisecond, in 32 bits, which pass over after 37 hours, longer than any
 * timeout. A time with fractions takes memory of its own for each question.
 */
const ticksPerMs = 32;
const ticksOf = (nowMs: number): number => (nowMs * ticksPerMs) | 0;

export function createRequesterDriver(
  participant: Participant,
  { answerTimeoutMs, onEvent }: RequesterDriverOptions,
): Requests {
  const { platform } = participant;
  const requester = createRequester<Question>({
    random: platform.random,
    answerTimeoutMs,
    unreached: participant.unreached,
    isCongested: participant.isCongested,
    isSending: participant.chunks.isSending,
    isUnderway: participant.chunks.isUnderway,
  });
  const report = createListenerReport(platform, onEvent);
  const histograms = new Map<string, CallHistograms>();
  /** By method: the size of the last answer, if it came in chunks. */
  const answerSizes = new Map<string, number>();
  /** The size of the answer that is being received, if it came in chunks. */
  let receivedBytes: number | undefined;
  let lastSeq = 0;

  function handle(input: RequesterInput<Question>, nowMs = platform.nowMs()): void {
    const ticks = ticksOf(nowMs);
    for (const effect of requester.handle(input, nowMs)) perform(effect, ticks, input.type);
  }

  function perform(effect: RequesterEffect<Question>, ticks: number, input: RequesterInput<Question>['type']): void {
    switch (effect.type) {
      case 'send':
        if (effect.attempt > 1) effect.work.resending?.(retryCauseOf(input));
        return effect.work.write(effect.to, effect.seq, effect.ttlMs, effect.attempt, effect.route, effect.origin);
      case 'settle':
        return settle(effect.work, effect.outcome, effect.seq, ticks);
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

  function settle(question: Question, outcome: Success | Failure, seq: number, ticks: number): void {
    const { durations, sinceTicks = ticks } = question;
    if (question.bytes !== undefined && question.bytes > 0) participant.chunks.withdrawRequest(seq);
    if (durations !== undefined && !isFailure(outcome)) answered(durations.method);
    durations?.ended(isFailure(outcome) ? outcome.code : undefined, ((ticks - sinceTicks) >>> 0) / ticksPerMs);
    question.settle(outcome, seq);
  }

  function answered(method: string): void {
    if (receivedBytes !== undefined) answerSizes.set(method, receivedBytes);
    else if (answerSizes.size > 0) answerSizes.delete(method);
  }

  participant.receive(beatTopic, beatLayout.read, (beats, { sender }) => {
    for (const { windows, returned, leaving, received } of beats) {
      if (received !== undefined) participant.chunks.confirmed(sender, received);
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
    drained() {
      handle({ type: 'drained' });
      participant.rearm();
    },
    settledBelow: requester.settledBelow,
    stragglers: requester.stragglers,
  });

  return {
    reportListeners: report.interestedIn,
    hear(topic, read, answerRoute = topic) {
      participant.receive(topic, read, (results, { sender, bytes }) => {
        receivedBytes = bytes;
        handle({ type: 'results', sender, answerRoute, results });
        receivedBytes = undefined;
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
      question.sinceTicks = ticksOf(nowMs);
      const bytes = question.bytes === 0 ? undefined : question.bytes;
      const method = answerSizes.size === 0 ? undefined : question.durations?.method;
      const answerBytes = method === undefined ? undefined : answerSizes.get(method);
      const call = { seq, target, work: question, deadlineMs, lateMs, origin, bytes, answerBytes };
      handle({ type: 'call', call }, nowMs);
      participant.rearm();
      return seq;
    },
    cancel: (seq) => handle({ type: 'cancel', seq }),
    close() {
      handle({ type: 'close' });
      report.close();
    },
    counters: requester.counters,
    durationsOf(method) {
      const known = histograms.get(method) ?? new CallHistograms(method);
      histograms.set(method, known);
      return known;
    },
    metrics() {
      const { open, held, sent, retries } = requester.counters();
      const calls = [...histograms.values()].flatMap((one) => one.all());
      return { calls, inFlight: open - held, held, sent, retries };
    },
    open: requester.open,
  };
}
