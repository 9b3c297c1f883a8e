import type { Failure, ResultMessage } from '@cateto/contracts';
import {
  beatTopic,
  beatLayout,
  cancelTopic,
  failure,
  isFailure,
  limits,
  readCancel,
  resultMessage,
} from '@cateto/contracts';
import type { IncomingRequest, OwedBeat, ResponderCounters, ResponderEffect, ResponderInput } from '@cateto/protocol';
import { createResponder, isSettled } from '@cateto/protocol';
import type { OnEvent } from '../participant/events.ts';
import { cancelRun, shareOf } from '../runs/request-context.ts';
import type { BatchOrigin, Participant } from '../participant/participant.ts';
import type { QueueLoad } from '../runs/queue-load.ts';
import type { RunCounts } from '../runs/run-counters.ts';
import { createRunCounters } from '../runs/run-counters.ts';
import type { RunHistograms } from '../metrics/run-histograms.ts';
import { silentLeastMs } from '../runs/announced-run.ts';
import { createRunQueue } from '../runs/run-queue.ts';
import { joinLoop } from './loop-announcements.ts';
import { createThrottledCounter } from '../participant/throttled-counter.ts';
import type { Work } from '../runs/work.ts';

/** A request that will probably wait for longer than this share of its time is refused at once. */
const waitShareMax = 0.8;
const late = failure(
  'overloaded',
  'the server is overloaded: queued work would take most of the time that the request has left',
);

const nothing: readonly number[] = [];

/** `T` are the topics on which the role may answer. */
export interface ResponderDriverOptions<T extends string> {
  /** @param value what may be long in the message */
  publish(topic: T, to: string, message: ResultMessage, value: unknown): void;
  readonly onEvent: OnEvent;
  /** How many requests run at once, besides those in threads; others wait for their turn. Unless given, all of them. */
  readonly runningMax?: number | undefined;
  /** Other work in the event loop learns how late the loop is. @returns whether it is the cause */
  readonly loopSeen?: ((lateMs: number) => boolean) | undefined;
}

/** The driver of a participant's responder. */
export interface ResponderDriver {
  /** Takes the requests of one batch. Each runs, unless it ran before. */
  accept(origin: BatchOrigin, requests: readonly IncomingRequest<Work>[]): void;
  /** Sends a beat to the requesters of running requests, and of those whose answers are on their way. */
  sayAtWork(): void;
  /** Requests run, or their answers are on their way. */
  isBusy(): boolean;
  /** Gives back all running requests: this server answers nothing more. */
  letGo(): void;
  /**
   * Takes no new work, and gives back requests that do not begin within 100 ms. Resolves when the running work is
   * answered. Beats announce no silence beyond the time at which this server is gone.
   */
  drain(withinMs: number): Promise<void>;
  /** Reports what was counted and not reported yet. */
  close(): void;
  counters(): ResponderCounters;
  runCounts(): RunCounts;
  /** How long the requests for each contract took. */
  histograms(): readonly RunHistograms[];
  load(): QueueLoad;
}

export function createResponderDriver<T extends string>(
  participant: Participant,
  { publish, onEvent, runningMax = Number.POSITIVE_INFINITY, loopSeen }: ResponderDriverOptions<T>,
): ResponderDriver {
  const { platform } = participant;
  const responder = createResponder<Work>({
    shareOf: ({ underway }) => shareOf(underway),
    isCongested: participant.isCongested,
    answersTo: participant.chunks.answersTo,
  });
  const givenUp = createThrottledCounter(platform, (topic, _cause, count) =>
    onEvent({ event: 'request-given-up', topic, count }),
  );
  const contractRefused = createThrottledCounter(platform, (name, cause, count) =>
    onEvent({ event: 'contract-refused', name, cause, count }),
  );
  const runCounters = createRunCounters();
  let drained: (() => void) | undefined;
  let markersHeld = 0;
  let goneMs = Number.POSITIVE_INFINITY;
  /** When a timer is to check the running work. */
  let lookMs = Number.POSITIVE_INFINITY;
  const loop = joinLoop(platform, {
    tell(silentMs) {
      handle({ type: 'announce', silentMs });
      participant.rearm();
    },
    blocked: (announcedSinceMs) => queue.putOff(announcedSinceMs),
  });
  const queue = createRunQueue({
    platform,
    runningMax,
    counters: runCounters,
    answered: ({ sender, seq }, outcome, nowMs) => handle({ type: 'answered', sender, seq, outcome }, nowMs),
    announce: loop.announce,
    isLinked: () => markersHeld > 0,
    blocked: loop.blocked,
    waitLong: (runs, waiting) => handle({ type: 'waits-long', runs, waiting }),
    wasBlocked: (waiting, sinceMs) => handle({ type: 'was-blocked', sinceMs, waiting }),
    letGo: (runs) => handle({ type: 'let-go', runs }),
    windowIs: (contract, window) => handle({ type: 'window', contract, window }),
  });

  function handle(input: ResponderInput<Work>, nowMs = platform.nowMs()): void {
    const lateMs = nowMs - lookMs;
    if (loopSeen?.(lateMs) !== true) queue.loopSeen(lateMs);
    for (const effect of responder.handle(input, nowMs)) perform(effect);
  }

  function perform(effect: ResponderEffect<Work>): void {
    switch (effect.type) {
      case 'run':
        return queue.add(effect);
      case 'publish':
        for (const { seq, outcome } of effect.results) {
          // The text of a failure counts like a value: with 128 of them, a batch would take seconds on a slow link.
          const long = isFailure(outcome) ? [outcome.message, outcome.data] : outcome.value;
          publish(effect.topic as T, effect.to, resultMessage(seq, outcome), long);
        }
        return;
      case 'beat': {
        const { to, ...beat } = effect;
        const silentMs = Math.min(beat.silentMs, goneMs - platform.nowMs());
        return participant.publish(beatTopic, to, writeBeat({ ...beat, silentMs }));
      }
      case 'returned':
        // A running handler learns from its signal that this server closes.
        if (typeof effect.run.work.underway !== 'object') effect.run.work.underway = 'returned';
        return;
      case 'give-up':
        effect.work.run.spans?.gaveUp(effect.work);
        return givenUp.count(effect.replyTopic, '');
      case 'cancel':
        return cancel(effect.run.work);
      case 'full':
        return onEvent({ event: 'server-full', what: effect.what, inFlight: responder.counters().inFlight });
      case 'has-room':
        return tellRoom(effect);
      case 'drained':
        return drained?.();
    }
  }

  function cancel(work: Work): void {
    const { underway } = work;
    work.underway = 'cancelled';
    if (typeof underway === 'object') cancelRun(underway);
  }

  function tellRoom({ what, forMs, refused }: Extract<ResponderEffect<Work>, { type: 'has-room' }>): void {
    const { inFlight } = responder.counters();
    onEvent({ event: 'server-has-room', what, inFlight, forMs: Math.round(forMs), refused });
  }

  /** Another version of a contract concerns the operator; any other refusal, the caller. */
  function noteRefusal(contract: string, { code, message }: Failure): void {
    if (code === 'contract-mismatch' || code === 'unknown-formula') contractRefused.count(contract, message);
  }

  function announce(silentMs: number): void {
    if (isBusy()) handle({ type: 'announce', silentMs });
  }

  const isBusy = (): boolean => responder.counters().inFlight > 0 || participant.chunks.waiting() > 0;

  /** Its answers that are on their way and that it does not need any more stop. */
  function withdraw({ sender, settledBelow: below, stragglers = [] }: BatchOrigin, seqs: readonly number[]): void {
    for (const seq of participant.chunks.answersTo(sender)) {
      if (isSettled({ below, stragglers }, seq) || seqs.includes(seq)) participant.chunks.withdrawAnswer(sender, seq);
    }
  }

  participant.receive(cancelTopic, readCancel, (messages, origin) => {
    const { sender, settledBelow, stragglers } = origin;
    for (const { seqs, received } of messages) {
      if (received !== undefined) participant.chunks.confirmed(sender, received);
      withdraw(origin, seqs);
      handle({ type: 'cancel', sender, settledBelow, stragglers, seqs });
    }
    participant.rearm();
  });
  participant.subscribe(cancelTopic);
  participant.table('remembered', () => responder.counters().remembered);
  participant.table('requesters', () => responder.counters().requesters);
  participant.attach({
    tableChanged(change) {
      if (change.type !== 'marker-up' && change.type !== 'marker-down') return;
      markersHeld = change.held;
      if (change.type === 'marker-down') return;
      handle({ type: 'marker-up' });
      queue.linked();
    },
    deadlineMs() {
      const dueMs = responder.deadlineMs() ?? Number.POSITIVE_INFINITY;
      lookMs = Math.min(dueMs, queue.deadlineMs() ?? Number.POSITIVE_INFINITY);
      return lookMs;
    },
    tick() {
      queue.tick();
      handle({ type: 'tick' });
    },
  });

  return {
    accept(origin, requests) {
      const { sender, settledBelow, stragglers } = origin;
      withdraw(origin, nothing);
      for (const { refusal, work } of requests) if (refusal !== undefined) noteRefusal(work.run.contract, refusal);
      queue.open();
      const waitMs = queue.waitMs();
      const taken = waitMs === 0 ? requests : requests.map((request) => unlessLate(request, waitMs));
      handle({ type: 'requests', sender, settledBelow, stragglers, requests: taken });
      queue.close();
      participant.rearm();
    },
    isBusy,
    sayAtWork: () => announce(silentLeastMs),
    letGo() {
      handle({ type: 'let-go' });
      // No requester needs to learn of the end of this server any more.
      participant.unsubscribe(cancelTopic);
    },
    drain: (withinMs) =>
      new Promise((resolve) => {
        goneMs = platform.nowMs() + withinMs;
        drained = resolve;
        handle({ type: 'drain' });
        queue.leave();
        participant.rearm();
      }),
    close() {
      loop.leave();
      givenUp.close();
      contractRefused.close();
    },
    counters: responder.counters,
    runCounts: () => runCounters.counts(responder.counters().givenUp),
    histograms: runCounters.histograms,
    load: queue.load,
  };
}

function writeBeat({ held, silentMs, windows, returned, progress, leaving }: Omit<OwedBeat, 'type' | 'to'>): unknown[] {
  return beatLayout.write({
    held: held && [...held],
    silentMs: held && Math.min(Math.max(0, silentMs), limits.ttlMsMax),
    windows,
    returned: returned && [...returned],
    progress: progress && [...progress],
    leaving,
  });
}

function unlessLate(request: IncomingRequest<Work>, waitMs: number): IncomingRequest<Work> {
  if (waitMs <= waitShareMax * request.ttlMs) return request;
  return { ...request, refusal: request.refusal ?? late };
}
