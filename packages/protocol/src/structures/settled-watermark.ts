/*
 * What a requester has settled, as far as one knows.
 *
 * Decides whether a batch's word of it counts (docs/wire.md, "Answering"). The word is `settledBelow` with the
 * stragglers: every seq below is settled but these. An honest requester's word never falls, so an older batch that comes
 * late takes nothing back. But anyone can write a batch in somebody's name, and one that said 2^53 would silence its
 * victim here for good. So the highest word counts as long as it is repeated: when the requester has only said less for
 * a while, it was never its own.
 */
import type { SeqTable } from './seq-table.ts';

/** As a batch says it. */
export interface SettledWord {
  readonly settledBelow: number;
  /** Seqs below it that are open all the same. */
  readonly stragglers?: readonly number[] | undefined;
}

export interface SettledWatermark {
  /** The requester has the outcome of every seq below it that is no straggler. */
  below: number;
  stragglers: readonly number[];
  /** When so much was last said. */
  saidMs: number;
}

/** What counted before, when something else counts now. */
export type SettledBefore = Pick<SettledWatermark, 'below' | 'stragglers'>;

/**
 * How much later than a newer one an older batch can come. A broker that stood still for a second drops what it held, and
 * a connection that is silent for less is cut.
 */
const belatedMs = 2_000;
const none: readonly number[] = [];

export function unsettled(): SettledWatermark {
  return { below: 1, stragglers: none, saidMs: 0 };
}

export function isSettled({ below, stragglers }: SettledBefore, seq: number): boolean {
  return seq < below && (stragglers.length === 0 || !stragglers.includes(seq));
}

/** @returns undefined when the word changes nothing */
export function hearSettled(
  watermark: SettledWatermark,
  { settledBelow, stragglers = none }: SettledWord,
  nowMs: number,
): SettledBefore | undefined {
  const order = compare(watermark, settledBelow, stragglers);
  if (order < 0 && nowMs - watermark.saidMs < belatedMs) return undefined;
  watermark.saidMs = nowMs;
  if (order === 0) return undefined;
  const before = { below: watermark.below, stragglers: watermark.stragglers };
  watermark.below = settledBelow;
  watermark.stragglers = stragglers;
  return before;
}

/** What a table has of the seqs that were not settled before and are now. */
export function settledSince<V>(table: SeqTable<V>, before: SettledBefore, now: SettledBefore): readonly V[] {
  const risen = table.between(before.below, now.below);
  if (before.stragglers.length === 0 && now.stragglers.length === 0) return risen;
  const open = new Set(now.stragglers.map((seq) => table.get(seq)));
  const ended = before.stragglers.filter((seq) => isSettled(now, seq)).flatMap((seq) => table.get(seq) ?? []);
  // A hostile requester names stragglers twice, or above the mark.
  return [...new Set([...risen.filter((one) => !open.has(one)), ...ended])];
}

/**
 * Above 0 for a word that says more than what counts. Stragglers join only as `settledBelow` passes them, so with the same
 * one the later word has fewer.
 */
function compare({ below, stragglers }: SettledBefore, saidBelow: number, saidStragglers: readonly number[]): number {
  if (saidBelow !== below) return saidBelow - below;
  if (saidStragglers.length < stragglers.length) return 1;
  const isSame =
    saidStragglers.length === stragglers.length && saidStragglers.every((seq, at) => seq === stragglers[at]);
  return isSame ? 0 : -1;
}
