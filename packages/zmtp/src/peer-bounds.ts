import type { AllowanceLimits } from './allowance.ts';
import { createAllowance } from './allowance.ts';
import { createStall } from './stall.ts';

/* The bounds of one peer: its commands, its strange messages, and the memory that it occupies on this side. */

export interface PeerBoundsOptions {
  /** A peer that takes none of the bytes that wait for it is given up after this time. */
  readonly stallMs: number;
  /** How many commands and subscriptions a peer may send; unless given, any number. */
  readonly allowance?: AllowanceLimits;
  /** The time from one `tick` to the next. */
  readonly tickMs: number;
  /** How many bytes wait for this peer. Reported roughly, and at each tick. */
  readonly onWaiting?: (bytes: number) => void;
  /** How many bytes of incomplete messages this side holds for the peer. Reported roughly. */
  readonly onHeld?: (bytes: number) => void;
}

export interface PeerBounds {
  /** Whether the peer may send another command or subscription. It is cut off when it may not. */
  mayCommand(): boolean;
  /** The peer sent something that no participant sends. It is cut off when it has done so a few times. */
  misused(): void;
  waits(bytes: number): void;
  holds(bytes: number): void;
  /** One tick has passed. @returns whether the peer has taken nothing for too long */
  tick(takenBytes: number, waitingBytes: number): boolean;
}

/** How often a peer may send something that no participant sends. */
const misusesMax = 16;
/** Smaller changes are not reported. */
const grainBytes = 65_536;

export function createPeerBounds(options: PeerBoundsOptions, cutOff: (what: string) => void): PeerBounds {
  const { stallMs, tickMs, onWaiting, onHeld } = options;
  const stall = createStall(stallMs, tickMs);
  const allowance = options.allowance === undefined ? undefined : createAllowance(options.allowance, tickMs);
  let misuses = 0;
  let waitingTold = 0;
  let heldTold = 0;

  function tellWaiting(bytes: number): void {
    waitingTold = bytes;
    onWaiting?.(bytes);
  }

  return {
    mayCommand() {
      if (allowance === undefined || allowance.take()) return true;
      cutOff('more commands and subscriptions than a peer may send');
      return false;
    },
    misused() {
      misuses += 1;
      if (misuses > misusesMax) cutOff('a peer that sends what no participant sends');
    },
    waits(bytes) {
      if (bytes - waitingTold > grainBytes) tellWaiting(bytes);
    },
    holds(bytes) {
      if (Math.abs(bytes - heldTold) <= grainBytes && (bytes > 0 || heldTold === 0)) return;
      heldTold = bytes;
      onHeld?.(bytes);
    },
    tick(takenBytes, waitingBytes) {
      allowance?.tick();
      if (waitingBytes !== waitingTold) tellWaiting(waitingBytes);
      return stall.tick(takenBytes, waitingBytes);
    },
  };
}
