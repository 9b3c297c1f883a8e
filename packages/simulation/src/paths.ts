import type { Chance } from './chance.ts';

/** How long a packet takes from one host to another, and whether it arrives. */
export interface Paths {
  /** @param late unless given, some packets are */
  delayMs(from: string, to: string, late?: boolean): number;
  /** Whether the next packet is late. */
  isLate(): boolean;
  /** When the last of so many bytes has left the slow links of both hosts, if it begins to leave now. */
  passedMs(from: string, to: string, bytes: number, nowMs: number): number;
  /** The link of a host carries so many bits a second in each direction, for all of its connections together. */
  slow(host: string, bitsPerSecond: number): void;
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
const bitsPerByte = 8;
const msPerSecond = 1_000;

/** The link of a host that is slow, and when each direction has carried what was given to it. */
interface SlowLink {
  readonly msPerByte: number;
  outFreeMs: number;
  inFreeMs: number;
}

export function createPaths(chance: Chance, { delayMs, lateShare }: PathOptions): Paths {
  const cuts = new Set<string>();
  const slow = new Map<string, SlowLink>();
  const key = (from: string, to: string): string => `${from}>${to}`;
  const isLate = (): boolean => chance.one(lateShare);
  return {
    delayMs: (_from, _to, late = isLate()) => chance.between(...delayMs) * (late ? chance.between(1, lateTimes) : 1),
    isLate,
    passedMs(from, to, bytes, nowMs) {
      // Asked for every packet, and mostly no host is slow.
      if (slow.size === 0) return nowMs;
      let atMs = nowMs;
      const [out, into] = [slow.get(from), slow.get(to)];
      if (out !== undefined) out.outFreeMs = atMs = Math.max(out.outFreeMs, atMs) + bytes * out.msPerByte;
      if (into !== undefined) into.inFreeMs = atMs = Math.max(into.inFreeMs, atMs) + bytes * into.msPerByte;
      return atMs;
    },
    slow: (host, bitsPerSecond) =>
      void slow.set(host, { msPerByte: (bitsPerByte * msPerSecond) / bitsPerSecond, outFreeMs: 0, inFreeMs: 0 }),
    // Asked for every packet, and mostly nothing is cut.
    isCut: (from, to) => cuts.size > 0 && cuts.has(key(from, to)),
    cut: (from, to) => void cuts.add(key(from, to)),
    heal: (from, to) => void cuts.delete(key(from, to)),
  };
}
