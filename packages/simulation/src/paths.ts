import type { Chance } from './chance.ts';

/** How long a packet takes from one host to another, and whether it arrives. */
export interface Paths {
  delayMs(from: string, to: string): number;
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

export function createPaths(chance: Chance, { delayMs, lateShare }: PathOptions): Paths {
  const cuts = new Set<string>();
  const key = (from: string, to: string): string => `${from}>${to}`;
  return {
    delayMs() {
      const usual = chance.between(...delayMs);
      return chance.one(lateShare) ? usual * chance.between(1, 10) : usual;
    },
    isCut: (from, to) => cuts.has(key(from, to)),
    cut: (from, to) => void cuts.add(key(from, to)),
    heal: (from, to) => void cuts.delete(key(from, to)),
  };
}
