import { roundsPerMs } from './calibrate.ts';
import type { WorkLoadName } from './loads.ts';
import { loadOf, workLoads } from './loads.ts';
import { measureWork } from './measure.ts';
import type { WorkPeer } from './systems.ts';
import { loadCateto, loadPeer } from './systems.ts';
import type { WorkMeasurement } from './work-measurement.ts';

/* The suite `work`: computations of milliseconds to seconds, in Cateto and other systems, load by load. */

export interface WorkSuiteOptions {
  readonly round: number;
  readonly loads: readonly WorkLoadName[];
  /** The share of each load's requests that is sent, above 0 and up to 1. */
  readonly share: number;
  /** Whether handlers block their threads instead of computing for the same time. */
  readonly waits: boolean;
  /** Names of systems in `bench/peers`, or paths of such modules. */
  readonly peers: readonly string[];
  tell(measurement: WorkMeasurement): void;
}

export const workLoadNames = Object.keys(workLoads) as readonly WorkLoadName[];

export async function work({ round, loads, share, waits, peers, tell }: WorkSuiteOptions): Promise<void> {
  const others: [string, WorkPeer][] = [];
  for (const name of peers) others.push([name, await loadPeer(name)]);
  const cateto = await loadCateto();
  const perMs = waits ? undefined : roundsPerMs();
  for (const name of loads) {
    const given = loadOf(name, share);
    const load = waits ? { ...given, title: given.title.replaceAll('CPU', 'blocking') } : given;
    const shared = { load, round, roundsPerMs: perMs };
    for (const [system, peer] of others) {
      // The system has no server process that could be killed.
      if (load.kills === true && peer.work.inClient === true) continue;
      for (const one of await measureWork({ ...shared, peer, system, threads: 0 })) tell(one);
    }
    for (const threads of load.threads ?? [0, 1]) {
      const system = threads === 0 ? 'Cateto' : 'Cateto, a thread each';
      for (const one of await measureWork({ ...shared, peer: cateto, system, threads })) tell(one);
    }
  }
}
