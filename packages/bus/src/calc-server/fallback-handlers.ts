import type { Failure, Success } from '@cateto/contracts';
import type { HandledRequest } from '../runs/request-context.ts';
import type { Loop } from '../server/loop-announcements.ts';
import type { Participant } from '../participant/participant.ts';
import { createRunCounters } from '../runs/run-counters.ts';
import { createRunQueue } from '../runs/run-queue.ts';
import type { Admitted, Run, RunOptions } from '../runs/work.ts';
import { createRun } from '../runs/work.ts';

/*
 * The handlers of a calc-server, which compute the calls that op-servers do not. As many run at once as there are
 * threads; in the event loop, one handler that blocks or any number that wait for something. The other calls wait, and
 * the clients take turns. Between two handlers that block, the event loop processes everything that has arrived. Before
 * a handler that may block, the clients are told.
 */

export interface Fallbacks {
  /** The code that computes a kind of call here. */
  kind(options: RunOptions): Run;
  /**
   * Computes the request when its turn comes. `done` is called exactly once, perhaps before this returns. A cancelled
   * request gets no turn.
   */
  add(request: Admitted, done: (outcome: Success | Failure) => void): void;
  /** How many calls wait for their turn. */
  queued(): number;
  /** How many calls wait or run. */
  size(): number;
  /** The event loop is this much later than planned. @returns whether a handler here has blocked it */
  loopSeen(lateMs: number): boolean;
}

/** From this time on, others notice that a handler blocks the event loop. */
const noticedMs = 20;

export function createFallbacks(participant: Participant, loop: Pick<Loop, 'announce' | 'blocked'>): Fallbacks {
  const { platform } = participant;
  /** The requests that wait or run. */
  const asked = new Map<Admitted, (outcome: Success | Failure) => void>();
  let markersHeld = 0;
  /** A handler occupies the event loop now. */
  let inHandler = false;
  let blockedUntilMs = Number.NEGATIVE_INFINITY;
  const queue = createRunQueue({
    platform,
    // As many handlers may wait as are admitted: handlers that never settle must not take the places of others.
    runningMax: Number.POSITIVE_INFINITY,
    counters: createRunCounters(),
    answered(request, outcome) {
      const done = asked.get(request);
      asked.delete(request);
      done?.(outcome);
    },
    announce: loop.announce,
    isLinked: () => markersHeld > 0,
    blocked: loop.blocked,
    // There is no other server to which it could be given back.
    waitLong: () => undefined,
    wasBlocked: () => undefined,
    letGo: () => undefined,
    windowIs: () => undefined,
    // Each call is computed here once, whatever was tried before.
    resentFirst: false,
  });
  participant.attach({
    tableChanged(change) {
      if (change.type !== 'marker-up' && change.type !== 'marker-down') return;
      markersHeld = change.held;
      if (markersHeld > 0) queue.linked();
    },
  });
  participant.table('fallbacks', () => asked.size);

  return {
    kind({ begin, ...options }) {
      return createRun({
        ...options,
        begin(request, answer, startMs) {
          inHandler = true;
          begin(request, answer, startMs);
          inHandler = false;
          const endMs = platform.nowMs();
          if (endMs - startMs > noticedMs) blockedUntilMs = endMs;
        },
      });
    },
    add(request, done) {
      asked.set(request, done);
      queue.add(request);
    },
    queued: () => queue.load().queued,
    size: () => asked.size,
    loopSeen(lateMs) {
      if (inHandler || blockedUntilMs > platform.nowMs() - lateMs) return true;
      queue.loopSeen(lateMs);
      return false;
    },
  };
}

/** A call that is computed here for a client's request. */
export function fallbackRequest(
  run: Run,
  { sender, seq, deadlineMs }: HandledRequest,
  work: Pick<Admitted['work'], 'input' | 'trace' | 'attempt'>,
  nowMs: number,
): Admitted {
  return {
    type: 'run',
    sender,
    seq,
    replyTopic: '',
    work: { ...work, underway: undefined, run, waitedUs: 0 },
    sinceMs: nowMs,
    deadlineMs,
  };
}
