import type { Admitted, Run } from './work.ts';

/* What a server's status says of its queue: how much runs at once, how much waits, and what requesters were told of it. */

export interface QueueLoad {
  /** Runs that go on at once; missing before the first. */
  readonly slots?: number;
  /** Admitted, and neither begun nor over. */
  readonly queued: number;
  /** As announced, by contract; missing before the first. */
  readonly windows?: Readonly<Record<string, number>>;
}

/** @param kinds those of which a window was announced */
export function queueLoad(kinds: ReadonlySet<Run>, admitted: readonly Admitted[], nowMs: number): QueueLoad {
  const queued = admitted.filter((request) => waits(request, nowMs)).length;
  return kinds.size === 0 ? { queued } : { slots: slotsOf(kinds), queued, windows: windowsOf(kinds) };
}

/** The queue keeps what was cancelled, given back or overdue until its turn comes. */
function waits({ deadlineMs, work }: Admitted, nowMs: number): boolean {
  return work.underway === undefined && deadlineMs > nowMs;
}

/** Main thread and threads run at the same time. In each, the kinds of work share the slots. */
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
