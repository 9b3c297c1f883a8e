import type { Chance } from './chance.ts';

/** How long a packet takes from one host to another, and whether it arrives. */
export interface Paths {
  /** @param late unless given, some packets are */
  delayMs(from: string, to: string, late?: boolean): number;
  /** Whether the next packet is late. */
  isLate(): boolean;
  isCut(from: string, to: string): boolean;
  /** Cuts one direction only. */
  cut(from: string, to: string): void;
  heal(from: string, to: string): void;
}

export interface PathOptions {
  /** The usual time of a packet, in milliseconds, from and to. */
  readonly delayMs: readonly [number, number];
  /** The share of packets that take up to ten times as long. */
  readonly lateShare: number;
}

/** A late packet takes up to so many times as long. */
const lateTimes = 10;

export function createPaths(chance: Chance, { delayMs, lateShare }: PathOptions): Paths {
  const cuts = new Set<string>();
  const key = (from: string, to: string): string => `${from}>${to}`;
  const isLate = (): boolean => chance.one(lateShare);
  return {
    delayMs: (_from, _to, late = isLate()) => chance.between(...delayMs) * (late ? chance.between(1, lateTimes) : 1),
    isLate,
    // Asked for every packet, and mostly nothing is cut.
    isCut: (from, to) => cuts.size > 0 && cuts.has(key(from, to)),
    cut: (from, to) => void cuts.add(key(from, to)),
    heal: (from, to) => void cuts.delete(key(from, to)),
  };
}
