/*
 * Decides when two worlds are the same for the explorer: when nothing that will happen can distinguish them. Times
 * count as distances from now, and a distance beyond which nothing depends on it counts as that bound.
 *
 * The key is a 53-bit hash. Among a million worlds, two share a key with a probability of about 1 in 20,000, and then
 * one state is not explored.
 */
import { silenceNeededMs } from './backoff.ts';
import type { PeerBeat } from './types.ts';
import type { Broker, Link, World } from './world.test-support.ts';

export function keyOf({ nowMs, brokers, links }: World): number {
  return hash(
    `${brokerKey(brokers[0], nowMs)}#${brokerKey(brokers[1], nowMs)}#${linkKey(links[0])}#${linkKey(links[1])}`,
  );
}

/** Anything due longer ago than this is due, and late. */
const overdueMs = 75;

function brokerKey(
  { life, births, starved, waking, heardMax, met, own, config, linkBroke, refusal, inbox }: Broker,
  nowMs: number,
): string {
  if (life === 'down') return `${births}`;
  const { phase, watch, backoff } = own;
  const due = (dueMs: number | undefined): number => Math.max((dueMs ?? nowMs + 9_999) - nowMs, -overdueMs);
  const age = (sinceMs: number, boundMs: number): number => Math.min(nowMs - sinceMs, boundMs);
  // For a replaced incarnation it matters how long the current one has been silent; for a standby also when to take
  // over.
  const silenceMs = phase === 'standby' ? silenceNeededMs(backoff, config.peerLostMs) : 2 * config.heartbeatMs;
  return (
    `${births} ${life} ${starved} ${waking} ${heardMax} ${met.join()} ${phase} ${own.epoch} ${own.epochMax} ` +
    `${due(own.beatDueMs)} ${due(own.readAgainMs)} ${phase === 'leaving' ? due(own.leaveDueMs) : 0} ` +
    `${backoff.doublings} ${backoff.doublings === 0 ? 0 : age(backoff.sinceMs, config.calmMs ?? 0)} ` +
    `${age(watch.silentSinceMs, silenceMs + overdueMs)} ${watch.probe} ${watch.peer?.incarnation} ${watch.replaced.join()} ` +
    `${linkBroke} ${refusal} ${beatsKey(inbox)}`
  );
}

function linkKey({ mode, connected, arriving, clean, flight, ghosts }: Link): string {
  return `${mode} ${connected} ${arriving} ${clean} ${beatsKey(flight)} ${beatsKey(ghosts)}`;
}

function beatsKey(beats: readonly PeerBeat[]): string {
  let key = '';
  for (const { state, epoch, incarnation } of beats) key += `${state}${epoch}/${incarnation};`;
  return key;
}

/** cyrb53: two multiplicative hashes of 32 bits, mixed at the end. */
function hash(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & b) + (a >>> 0);
}
