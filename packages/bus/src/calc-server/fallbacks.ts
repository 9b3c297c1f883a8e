import type { Failure, Success } from '@cateto/contracts';
import type { HandledRequest } from '../runs/handler-contexts.ts';
import { createOriginLine } from './origin-line.ts';
import type { Participant } from '../participant/participant.ts';
import { createRunCounters } from '../runs/run-counters.ts';
import { createRunQueue } from '../runs/run-queue.ts';
import type { Admitted, Run, RunOptions } from '../runs/work.ts';
import { createRun } from '../runs/work.ts';

/*
 * The handlers of a calc-server: it computes what no op-server does as one more server would. As many run at once as it has threads; in
 * its loop one that blocks, or all that wait for something. The rest waits, and its clients take turns. Between two that
 * block, the loop takes in whatever else had arrived; before one that may block, the clients are told.
 */

export interface Fallbacks {
  /** What computes a kind of call here. */
  kind(options: RunOptions): Run;
  /** Computes it when its turn comes; `done` is called exactly once, perhaps before this returns. Cancelled, it gets no turn. */
  add(request: Admitted, done: (outcome: Success | Failure) => void): void;
  /** Calls that wait for their turn. */
  queued(): number;
  /** The loop is seen so much later than arranged. @returns whether that comes of a handler that blocked it here */
  loopSeen(lateMs: number): boolean;
}

/** Others notice a handler that keeps the loop for so long. */
const noticedMs = 20;

/** @param announce tells everybody who waits for this server that it may be silent for so long, or with 0, that this is over */
export function createFallbacks(participant: Participant, announce: (silentMs: number) => void): Fallbacks {
  const { platform } = participant;
  /** Those that wait or run. */
  const asked = new Map<Admitted, (outcome: Success | Failure) => void>();
  /** A handler keeps the loop now. */
  let inHandler = false;
  let blockedUntilMs = Number.NEGATIVE_INFINITY;
  const queue = createRunQueue({
    platform,
    // As many that wait as are admitted: ones that never settle must not take the places of others.
    runningMax: Number.POSITIVE_INFINITY,
    counters: createRunCounters(platform),
    answered(request, outcome) {
      const done = asked.get(request);
      asked.delete(request);
      done?.(outcome);
    },
    announce,
    // There is no other server for it.
    waitLong: () => undefined,
    windowIs: () => undefined,
    line: createOriginLine,
  });
  participant.table('fallbacks', () => asked.size);

  return {
    kind({ begin, ...options }) {
      return createRun({
        ...options,
        begin(request, answer) {
          const startMs = platform.nowMs();
          inHandler = true;
          begin(request, answer);
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
    loopSeen(lateMs) {
      if (inHandler || blockedUntilMs > platform.nowMs() - lateMs) return true;
      queue.loopSeen(lateMs);
      return false;
    },
  };
}

/** A call that is to be computed here, for a request of a client. */
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
    work: { ...work, underway: undefined, run },
    sinceMs: nowMs,
    deadlineMs,
  };
}
