/*
 * The watermark: below which seq a requester has every outcome, as far as one knows.
 *
 * Decides whether a batch's word of it counts (docs/wire.md, "Answering"). An honest requester's word never
 * falls, so an older batch that comes late takes nothing back. But anyone can write a batch in somebody's name, and one
 * that said 2^53 would silence its victim here for good. So the highest word counts as long as it is repeated: when the
 * requester has only said less for a while, it was never its own.
 */

export interface SettledWatermark {
  /** The requester has the outcome of every seq below it. */
  below: number;
  /** When so much was last said. */
  saidMs: number;
}

/**
 * How much later than a newer one an older batch can come. A broker that stood still for a second drops what it held, and
 * a connection that is silent for less is cut.
 */
const belatedMs = 2_000;

export function unsettled(): SettledWatermark {
  return { below: 1, saidMs: 0 };
}

/** @returns whether something is settled now that was not before */
export function hearSettled(watermark: SettledWatermark, below: number, nowMs: number): boolean {
  const rises = below > watermark.below;
  if (!rises && below < watermark.below && nowMs - watermark.saidMs < belatedMs) return false;
  watermark.below = below;
  watermark.saidMs = nowMs;
  return rises;
}
