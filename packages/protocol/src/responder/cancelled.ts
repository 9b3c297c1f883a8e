/*
 * Cancelled requests (docs/wire.md, "Cancellations").
 * - Only the requester of an id can cancel it: ids belong to the sender of the batch.
 * - The code that runs a request is told to end it. The request keeps its place until it has ended, and its outcome is
 *   dropped.
 * - Its id is remembered as `cancelled`, so that a late repetition does not run. The same holds, for a moment, for a
 *   request that its cancellation has overtaken. Neither outcome is published, because the requester has settled.
 */
import type { Failure } from '@cateto/contracts';
import { failure } from '@cateto/contracts';
import { isSettled } from '../structures/settled-watermark.ts';
import type { Answers } from './answers.ts';
import type { KnownRequester, Running, Term } from './records.ts';
import { isDropped } from './settled.ts';

export interface Cancelled {
  /** @returns the running requests to be ended */
  cancel(requester: KnownRequester, seqs: readonly number[], nowMs: number): readonly Running[];
  /** A request has ended. @returns whether it was cancelled or settled, so that its outcome is dropped */
  ended(requester: KnownRequester, run: Running, nowMs: number): boolean;
}

const cancelledOutcome = failure('cancelled', 'its requester cancelled the request');

export function isCancelled(outcome: unknown): boolean {
  return outcome === cancelledOutcome;
}

export function createCancelled(answers: Answers): Cancelled {
  return {
    cancel(requester, seqs, nowMs) {
      const found: Running[] = [];
      for (const seq of seqs) {
        const run = requester.running.get(seq);
        if (run === undefined) {
          if (requester.answers.get(seq) !== undefined) continue;
          // The request arrives soon or never.
          rememberSilently(answers, requester, { seq, replyTopic: '' }, cancelledOutcome, 'brief', nowMs);
        } else if (!isDropped(requester, seq)) {
          requester.cancelled ??= new Set();
          requester.cancelled.add(seq);
          found.push(run);
        }
      }
      return found;
    },
    ended(requester, run, nowMs) {
      if (requester.unneeded?.delete(run.seq) === true) return true;
      if (requester.cancelled?.delete(run.seq) !== true) return false;
      rememberSilently(answers, requester, run, cancelledOutcome, 'quick', nowMs);
      return true;
    },
  };
}

/** Remembers an outcome without publishing it, unless the requester has settled the id. */
export function rememberSilently(
  answers: Answers,
  requester: KnownRequester,
  { seq, replyTopic }: { readonly seq: number; readonly replyTopic: string },
  outcome: Failure,
  term: Term,
  nowMs: number,
): void {
  if (!isSettled(requester.watermark, seq)) answers.remember(requester, replyTopic, { seq, outcome }, term, nowMs);
}
