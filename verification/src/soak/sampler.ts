import { hearBrokers } from '@cateto/bus/node';
import type { Running } from '../chaos/run.ts';
import { brokers as brokerNames } from '../chaos/system-under-test.ts';
import { endpointsOf } from '../support/endpoints.ts';
import { historyNowMs } from '../chaos/history.ts';
import { residentMib } from './memory.ts';
import type { Collected } from './series.ts';
import type { CollectedTables } from './table-sizes.ts';

/* Samples every process every few seconds: its memory from outside, and its tables from its own reports. */

export interface Sampler {
  /** Resolves when the last sample is complete. */
  stop(): Promise<void>;
}

export interface SamplerOptions {
  readonly everyMs: number;
  readonly memory: Collected;
  readonly tables: CollectedTables;
  /** Until this time tables still fill, and are not sampled. */
  readonly warmUpMs: number;
}

/** Counters of a broker that are not tables: they count past events. */
const passing: ReadonlySet<string> = new Set(['forwarded', 'dropped', 'refused']);
const statusWaitMs = 1_000;

export function startSampler({ plant, client, remotePid }: Running, options: SamplerOptions): Sampler {
  const { everyMs, memory, tables, warmUpMs } = options;
  const startMs = historyNowMs();
  const endpoints = endpointsOf(plant.brokers);
  let looking: Promise<unknown> = Promise.resolve();
  let isLooking = false;

  async function lookAtMemory(): Promise<void> {
    const all = [
      ...plant.names.map((name) => ({ name, pid: plant.get(name).pid })),
      { name: 'client', pid: remotePid },
    ];
    for (const { name, pid } of all) {
      const value = await residentMib(pid);
      if (value !== undefined) memory.add(name, pid, { atMs: historyNowMs(), value });
    }
  }

  async function lookAtTables(): Promise<void> {
    if (historyNowMs() - startMs < warmUpMs) return;
    const [{ servers }, beats] = await Promise.all([
      client.status({ waitMs: statusWaitMs }),
      hearBrokers(endpoints, statusWaitMs),
    ]);
    for (const [index, { beat }] of beats.entries()) {
      const counters = Object.entries(beat?.counters ?? {}).filter(([name]) => !passing.has(name));
      tables.add(brokerNames[index] ?? '', Object.fromEntries(counters));
    }
    for (const { pid, inFlight, tables: sizes = {} } of servers) {
      const name = plant.names.find((candidate) => plant.get(candidate).pid === pid);
      if (name !== undefined) tables.add(name, { ...sizes, 'in flight': inFlight });
    }
  }

  async function look(): Promise<void> {
    isLooking = true;
    await Promise.all([lookAtMemory(), lookAtTables()]);
    isLooking = false;
  }

  const timer = setInterval(() => {
    // A slow sample, because a process is stopped, is not overtaken by the next one.
    if (!isLooking) looking = look();
  }, everyMs);

  return {
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}
