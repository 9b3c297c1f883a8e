import type { Pace } from '../shared/playground.ts';

/* How fast virtual time passes. */

/** A hop takes some 0.45 ms: about a second on the screen. */
const messagesPace = 0.45;
/** A killed broker is replaced within 10 ms, a silent one after 200 ms. */
const failoverPace = 12;
/** Heartbeats pass each other 20 times a second. */
const idlePace = 40;

/** @returns milliseconds of virtual time in a second of real time */
export function paceAt(pace: Pace, { isBusy, isLed }: { readonly isBusy: boolean; readonly isLed: boolean }): number {
  if (pace !== 'follow') return pace;
  if (isBusy) return messagesPace;
  return isLed ? idlePace : failoverPace;
}
