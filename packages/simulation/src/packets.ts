import type { Chance } from './chance.ts';
import type { Passages } from './passage.ts';
import { changeFate } from './passage.ts';
import type { Paths } from './paths.ts';
import type { Passing } from './tap.ts';

/* How a kernel cuts a write into packets. */

export interface Packet {
  /** Undefined for the end of the stream. */
  readonly bytes: Uint8Array | undefined;
  /** How many messages end in it. */
  readonly messages: number;
  readonly passages?: Passages;
}

export interface PacketOptions {
  readonly chance: Chance;
  readonly paths: Paths;
  /** A longer write leaves in several packets. */
  readonly packetBytes: number;
}

export const endOfStream: Packet = { bytes: undefined, messages: 0 };

/** Packets that a kernel held no longer arrive. */
export function loseAll(stalled: Packet[]): void {
  for (const { passages } of stalled.splice(0)) changeFate(passages, 'lost');
}

/** The share of writes of which no packet is late, and that still arrive in two parts. */
const cutShare = 0.1;

/**
 * Cuts a write anywhere, so that a reader finds the stream in any state. A packet that is lost on the way is late,
 * because the kernel resends it, and the packets behind it wait for it.
 */
export function cutWrite(
  { bytes, messages }: Passing,
  passages: Passages,
  { chance, paths, packetBytes }: PacketOptions,
  transmit: (packet: Packet, late: boolean) => void,
): void {
  const late = paths.isLate();
  const cutAt = late || chance.one(cutShare) ? Math.floor(chance.between(0, bytes.length)) : 0;
  for (let start = 0; start < bytes.length;) {
    const full = start - (start % packetBytes) + packetBytes;
    const end = Math.min(bytes.length, full, cutAt > start ? cutAt : bytes.length);
    const last = end === bytes.length;
    transmit(
      {
        bytes: start === 0 && last ? bytes : bytes.subarray(start, end),
        messages: last ? messages : 0,
        passages: last ? passages : undefined,
      },
      late && start === cutAt,
    );
    start = end;
  }
}
