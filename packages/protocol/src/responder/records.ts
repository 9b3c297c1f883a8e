import type { Linked } from '../structures/intrusive-list.ts';
import type { SeqTable } from '../structures/seq-table.ts';
import type { SettledWatermark } from '../structures/settled-watermark.ts';
import type { Result, RunEffect } from './types.ts';

/* The records of a responder: of each requester, and of each remembered outcome. */

/** The effect itself represents a running request: a separate entry would be one more object for each. */
export type Running = RunEffect<unknown>;

export interface KnownRequester extends Linked<KnownRequester> {
  readonly address: string;
  readonly watermark: SettledWatermark;
  /** When it last sent anything or was answered. */
  quietSinceMs: number;
  /** When the next beat, or the next check for one, is due; infinity when none is (beats.ts). */
  beatDueMs: number;
  /** Whether a beat has named all its running ids. */
  isNamed: boolean;
  /** Until when it was told that this server may be silent; in the past when a later beat may have told it otherwise. */
  silentUntilMs: number;
  /** From when until when its beats let it expect silence. Meanwhile it sends to no other server what this one has. */
  leasedSinceMs: number;
  leasedUntilMs: number;
  /** The windows that it was told last; 0 before the first. */
  windowsAt: number;
  /** The running ids. */
  readonly running: SeqTable<Running>;
  /** The running ids that are cancelled; undefined before the first. */
  cancelled: Set<number> | undefined;
  /** The running ids that it has settled without an answer of this server; undefined before the first. */
  unneeded: Set<number> | undefined;
  /** The answered ids. */
  readonly answers: SeqTable<Answer>;
}

export interface Answer extends Linked<Answer> {
  readonly requester: KnownRequester;
  readonly replyTopic: string;
  readonly result: Result;
  readonly term: Term;
  readonly untilMs: number;
  readonly givenMs: number;
  /** The memory of its outcome, beyond what every answer takes. Outcomes of brief term share one object. */
  readonly bytes: number;
}

/**
 * How long an outcome is kept: for outcomes that were quick or expensive to compute, as long as a repetition may come;
 * for brief ones, no longer than they are likely to be true.
 */
export type Term = 'quick' | 'dear' | 'brief';
