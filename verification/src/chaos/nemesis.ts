import { setTimeout as after } from 'node:timers/promises';
import type { PlannedFault } from './fault-plan.ts';
import type { Fault } from './history.ts';
import { historyNowMs } from './history.ts';
import type { Plant } from './system-under-test.ts';

/** Causes a fault. Resolves when everything is back: restarted processes are ready, and stopped ones run. */
export async function commit(plant: Plant, planned: PlannedFault): Promise<Fault> {
  const { kind, action, targets, double, holdMs } = planned;
  const fromMs = historyNowMs();
  if (action === 'stop') {
    for (const name of targets) plant.signal(name, 'SIGSTOP');
    await after(holdMs);
    for (const name of targets) plant.signal(name, 'SIGCONT');
  } else {
    const signal = action === 'kill' ? 'SIGKILL' : 'SIGTERM';
    await Promise.all(targets.map((name) => plant.end(name, signal)));
    await after(holdMs);
    await Promise.all(targets.map((name) => plant.start(name)));
  }
  return { type: 'fault', kind, double, targets, fromMs, toMs: historyNowMs() };
}
