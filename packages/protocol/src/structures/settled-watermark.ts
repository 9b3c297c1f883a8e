/*
 * The requests that a requester has settled, by the word of its batches, and whether that word counts (docs/wire.md,
 * "Answering"). The word is `settledBelow` with the stragglers: every seq below is settled, except these. The watermark
 * of an honest requester never falls, so an older batch that arrives late changes nothing. But anyone can write a batch
 * in another's name, and one that says 2^53 would silence its victim for ever. So the highest word counts only as long
 * as it is repeated: if the requester has only said less for a while, the word was not its own.
 */
import type { SeqTable } from './seq-table.ts';

/** The word of a batch. */
export interface SettledWord {
  /** 0 says nothing. */
  readonly settledBelow: number;
  /** Seqs below it that are open all the same. */
  readonly stragglers?: readonly number[] | undefined;
}

export interface SettledWatermark {
  /** The requester has the outcome of every seq below, except the stragglers. */
  below: number;
  stragglers: readonly number[];
  /** When the highest word was last repeated. */
  saidMs: number;
}

/** The word that counted before, when another one counts now. */
export type SettledBefore = Pick<SettledWatermark, 'below' | 'stragglers'>;

/**
 * How much later than a newer batch an older one can arrive. A broker that stood still for a second drops what it held,
 * and a connection is cut after a shorter silence.
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
  if (settledBelow === 0) return undefined;
  const order = compare(watermark, settledBelow, stragglers);
  if (order < 0 && nowMs - watermark.saidMs < belatedMs) return undefined;
  watermark.saidMs = nowMs;
  if (order === 0) return undefined;
  const before = { below: watermark.below, stragglers: watermark.stragglers };
  watermark.below = settledBelow;
  watermark.stragglers = stragglers;
  return before;
}

/** The entries of a table whose seqs were not settled before and are now. */
export function settledSince<V>(table: SeqTable<V>, before: SettledBefore, now: SettledBefore): readonly V[] {
  const risen = table.between(before.below, now.below);
  if (before.stragglers.length === 0 && now.stragglers.length === 0) return risen;
  const open = new Set(now.stragglers.map((seq) => table.get(seq)));
  const ended = before.stragglers.filter((seq) => isSettled(now, seq)).flatMap((seq) => table.get(seq) ?? []);
  // A hostile requester may name stragglers twice, or above the watermark.
  return [...new Set([...risen.filter((one) => !open.has(one)), ...ended])];
}

/**
 * Positive for a word that says more than the current one. Stragglers are only added when `settledBelow` passes them,
 * so of two words with the same watermark the later one has fewer.
 */
function compare({ below, stragglers }: SettledBefore, saidBelow: number, saidStragglers: readonly number[]): number {
  if (saidBelow !== below) return saidBelow - below;
  if (saidStragglers.length < stragglers.length) return 1;
  const isSame =
    saidStragglers.length === stragglers.length && saidStragglers.every((seq, at) => seq === stragglers[at]);
  return isSame ? 0 : -1;
}
