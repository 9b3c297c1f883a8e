/*
 * How long a working server may be silent. A beat grants the server a lease on its requests, for the silence that it
 * announces (docs/wire.md, "Sending again"). During the lease, these requests go to no other server. Leases are kept by
 * address and not in the listener table: after a failover, or a cut that has healed, the same server is listed again.
 */

export interface Leases {
  /** The server said that it may be silent for this long from now on. */
  beat(address: string, silentMs: number, nowMs: number): void;
  /** Until when it may be silent; a time in the past without a beat. */
  untilMs(address: string): number;
  /** Whether it has sent a beat since then. */
  beatSince(address: string, sinceMs: number): boolean;
  size(): number;
  /** The server has ended. */
  forget(address: string): void;
  /** A new broker is active, and beats may have been lost meanwhile, so all leases begin again. */
  renew(nowMs: number): void;
  /** This process stood still for this long. No silence counts during that time. */
  stoodStill(ms: number): void;
}

interface Lease {
  untilMs: number;
  silentMs: number;
}

/** Above this number, expired leases are forgotten. */
const sweptFrom = 1_024;

export function createLeases(): Leases {
  const leases = new Map<string, Lease>();

  function sweep(nowMs: number): void {
    for (const [address, { untilMs }] of leases) if (untilMs <= nowMs) leases.delete(address);
  }

  return {
    beat(address, silentMs, nowMs) {
      const lease = leases.get(address);
      if (lease === undefined) {
        if (leases.size >= sweptFrom) sweep(nowMs);
        leases.set(address, { untilMs: nowMs + silentMs, silentMs });
      } else {
        lease.untilMs = nowMs + silentMs;
        lease.silentMs = silentMs;
      }
    },
    untilMs: (address) => leases.get(address)?.untilMs ?? Number.NEGATIVE_INFINITY,
    beatSince(address, sinceMs) {
      const lease = leases.get(address);
      return lease !== undefined && lease.untilMs - lease.silentMs >= sinceMs;
    },
    size: () => leases.size,
    forget: (address) => void leases.delete(address),
    renew(nowMs) {
      for (const lease of leases.values()) {
        if (lease.untilMs > nowMs) lease.untilMs = Math.max(lease.untilMs, nowMs + lease.silentMs);
      }
    },
    stoodStill(ms) {
      for (const lease of leases.values()) lease.untilMs += ms;
    },
  };
}
