import type { PlanOptions } from './fault-plan.ts';
import { brokers, calcServers, opServers } from './system-under-test.ts';

const everyone = { broker: ['broker'], backup: ['backup'], 'op-server': opServers, 'calc-server': calcServers };

/** One process at a time, any of them: Cateto promises to survive that. */
export const singleFaults: PlanOptions = {
  targets: { kill: everyone, stop: everyone, end: everyone },
  doubles: {},
  stopMs: { least: 50, most: 3_000 },
  goneMs: { least: 0, most: 1_000 },
  allGoneMs: { least: 0, most: 7_000 },
};

/**
 * The faults of a soak. The plan only stops one process of each kind and never restarts it, so the soak can follow the
 * memory of that process from the beginning to the end.
 */
export const soakFaults: PlanOptions = {
  ...singleFaults,
  targets: { kill: restarted(), stop: everyone, end: restarted() },
};

function restarted() {
  return { broker: ['broker'], 'op-server': opServers.slice(0, 2), 'calc-server': calcServers.slice(0, 1) };
}

/** Also both processes of a pair at once: then no server can answer. */
export const doubleFaults: PlanOptions = {
  ...singleFaults,
  doubles: { 'both brokers': brokers, 'both calc-servers': calcServers },
};
