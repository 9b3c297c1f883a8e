/*
 * Messages on their way, for programs that show them. A simulation that nobody watches creates none of them.
 */

/**
 * - `under-way`: it arrives at `arrivesMs`.
 * - `held`: a cut holds it back; the kernel resends it after the path has healed.
 * - `waiting`: it has arrived, and the process has not read it.
 * - `read`
 * - `lost`: its connection ended before, or it was dropped.
 */
export type Fate = 'under-way' | 'held' | 'waiting' | 'read' | 'lost';

/** A message on one connection. Its fate changes as time passes. */
export interface Passage {
  /** With the address; empty for a beat of a broker. */
  readonly topic: string;
  readonly body: Uint8Array;
  readonly from: string;
  readonly to: string;
  /** When it left its process. */
  readonly sentMs: number;
  /** When it arrives, or has arrived; undefined before it has left, and while it is held. */
  readonly arrivesMs: number | undefined;
  readonly fate: Fate;
}

export type WritablePassage = { -readonly [K in keyof Passage]: Passage[K] };

/** The messages that end in a packet, if a program watches them. */
export type Passages = readonly WritablePassage[] | undefined;

export function changeFate(passages: Passages, fate: Fate, arrivesMs?: number): void {
  if (passages === undefined) return;
  for (const passage of passages) {
    passage.fate = fate;
    // A message that was lost keeps its time.
    if (fate === 'under-way' || fate === 'held') passage.arrivesMs = arrivesMs;
  }
}
