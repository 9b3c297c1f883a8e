/*
 * How long a server that was heard to be at work may be silent.
 *
 * A beat of a server leases what it holds for the silence that it announces (docs/wire.md, "Sending again"). While its lease lives,
 * nothing is asked of another server in its place. Leases are kept by address and not with the listener table: after a failover, or a cut
 * that has healed, the same server is listed anew.
 */

export interface Leases {
  /** The server said that it may be silent for so long from now on. */
  beat(address: string, silentMs: number, nowMs: number): void;
  /** Until when it may be silent; a time that has passed without a beat. */
  untilMs(address: string): number;
  size(): number;
  /** It has ended. */
  forget(address: string): void;
  /** A new broker is active: what was said meanwhile may be lost, so all begin anew. */
  renew(nowMs: number): void;
  /** This process stood still for so long: nobody was silent then. */
  stoodStill(ms: number): void;
}

interface Lease {
  untilMs: number;
  silentMs: number;
}

/** Beyond so many those that have ended are forgotten. */
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
