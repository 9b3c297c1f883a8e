import { percentile } from '../shared/percentile.ts';

/* The durations of the requests that passed in the last minute, by server. */

export interface Latencies {
  add(server: string, atMs: number, tookMs: number): void;
  /** @returns the share's percentile; undefined when no answer of this server passed in the last minute */
  of(server: string, share: number): number | undefined;
  /** Forgets what is older than a minute. */
  forget(nowMs: number): void;
}

interface Taken {
  readonly atMs: number;
  readonly tookMs: number;
}

const rememberedMs = 60_000;
/** Durations kept for each server. More of them would not change a percentile visibly. */
const takenMax = 1_000;
const serversMax = 1_000;

export function createLatencies(): Latencies {
  const byServer = new Map<string, Taken[]>();
  return {
    add(server, atMs, tookMs) {
      const taken = byServer.get(server) ?? [];
      if (taken.length === 0) {
        if (byServer.size >= serversMax) return;
        byServer.set(server, taken);
      }
      taken.push({ atMs, tookMs });
      if (taken.length > takenMax) taken.shift();
    },
    of(server, share) {
      return percentile(
        (byServer.get(server) ?? []).map(({ tookMs }) => tookMs),
        share,
      );
    },
    forget(nowMs) {
      for (const [server, taken] of byServer) {
        const kept = taken.filter(({ atMs }) => atMs > nowMs - rememberedMs);
        if (kept.length === 0) byServer.delete(server);
        else byServer.set(server, kept);
      }
    },
  };
}
