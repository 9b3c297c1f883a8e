import type { Suite } from './suite.ts';
import { using } from './suite.ts';
import type { MeasuredSystem } from './system.ts';
import { measure, startSlowSystem } from './system.ts';

/*
 * Twice the load that a system can do, for long: how much it still does, and how soon the other clients are told.
 *
 * `overload` uses an operation that blocks its thread for 5 ms without using the processor. The op-servers are then the
 * limit, and the machine has room for the clients. `flood` runs at full speed, where all processes compete for the
 * processor.
 */

/** Half a minute when a load is measured for 5 s. */
const overloadTimes = 6;

async function twice(
  system: MeasuredSystem,
  options: Parameters<Suite>[0],
  suite: string,
  inFlight: number,
): Promise<void> {
  const { round, ms, tell } = options;
  const share = (total: number): number => Math.ceil(total / system.clients.length);
  const closed = { type: 'closed', inFlight: share(inFlight), warmMs: 0, ms } as const;
  const peak = await measure(system, { suite, load: `its peak, ${inFlight} in flight`, round, each: closed });
  tell(peak);
  const perSecond = (2 * peak.perSecond) / system.clients.length;
  const open = { type: 'open', perSecond, warmMs: 0, ms: overloadTimes * ms } as const;
  tell(await measure(system, { suite, load: 'asked for twice as much', round, each: open }));
  tell(await measure(system, { suite, load: 'afterwards', round, each: closed }));
}

export const overload: Suite = async (options) => {
  const system = await startSlowSystem({ opServers: 2, clients: 1, takesMs: 5, timeoutMs: 5_000 });
  try {
    await twice(system, options, 'overload, 5 ms an operation', 16);
  } finally {
    await system.stop();
  }
};

export const flood: Suite = (options) =>
  using({ clients: 2 }, options.warmMs, (system) => twice(system, options, 'overload at full speed', 256));
