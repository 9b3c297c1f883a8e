import type { Linked } from '../structures/intrusive-list.ts';
import type { SeqTable } from '../structures/seq-table.ts';
import type { SettledWatermark } from '../structures/settled-watermark.ts';
import type { Result, RunEffect } from './types.ts';

/* What a responder keeps: a record of each requester, and one of each outcome that it remembers. */

/** What runs is known by its effect: an entry of its own for each request would be one more object. */
export type Running = RunEffect<unknown>;

export interface KnownRequester extends Linked<KnownRequester> {
  readonly address: string;
  readonly watermark: SettledWatermark;
  /** When it was last heard or answered. */
  quietSinceMs: number;
  /** When the next beat is due, or a look whether one is; infinity when none is (beats.ts). */
  beatDueMs: number;
  /** Which windows it was told last; 0 before it was told any. */
  windowsAt: number;
  /** The ids that run. */
  readonly running: SeqTable<Running>;
  /** Those of them that are cancelled; undefined while none was. */
  cancelled: Set<number> | undefined;
  /** Those that it has settled without an answer from here; undefined while there were none. */
  unneeded: Set<number> | undefined;
  /** The ids that were answered. */
  readonly answers: SeqTable<Answer>;
}

export interface Answer extends Linked<Answer> {
  readonly requester: KnownRequester;
  readonly replyTopic: string;
  readonly result: Result;
  readonly term: Term;
  readonly untilMs: number;
  readonly givenMs: number;
  /** What its outcome takes, beyond what every answer does; those of brief term share theirs. */
  readonly bytes: number;
}

/**
 * How long, and how dearly, one is kept: as long as a repetition may come, for what was had quickly and for what took long; or
 * no longer than what it says is likely to be true.
 */
export type Term = 'quick' | 'dear' | 'brief';
