import type { Admitted, Run } from './work.ts';

/* The part of a server's status about its queue: how many requests run and wait, and the announced windows. */

export interface QueueLoad {
  /** How many runs go on at once; missing before the first run. */
  readonly slots?: number;
  /** How many requests are admitted, and neither begun nor over. */
  readonly queued: number;
  /** The announced windows by contract; missing before the first one. */
  readonly windows?: Readonly<Record<string, number>>;
}

/** @param kinds the kinds of work whose window was announced */
export function queueLoad(kinds: ReadonlySet<Run>, admitted: readonly Admitted[], nowMs: number): QueueLoad {
  const queued = admitted.filter((request) => waits(request, nowMs)).length;
  return kinds.size === 0 ? { queued } : { slots: slotsOf(kinds), queued, windows: windowsOf(kinds) };
}

/** The queue keeps cancelled, returned and overdue requests until their turn comes. */
function waits({ deadlineMs, work }: Admitted, nowMs: number): boolean {
  return work.underway === undefined && deadlineMs > nowMs;
}

/** The main thread and the threads run at the same time. In each of the two, all kinds of work share the slots. */
function slotsOf(kinds: ReadonlySet<Run>): number {
  let inLoop = 0;
  let inThreads = 0;
  for (const { load, threads } of kinds) {
    const count = threads?.();
    const slots = load.slots(count) ?? 0;
    if (count === undefined) inLoop = Math.max(inLoop, slots);
    else inThreads = Math.max(inThreads, slots);
  }
  return inLoop + inThreads;
}

function windowsOf(kinds: ReadonlySet<Run>): Record<string, number> {
  return Object.fromEntries([...kinds].map(({ contract, window = 1 }) => [contract, window]));
}
