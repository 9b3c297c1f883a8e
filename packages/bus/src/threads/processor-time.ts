import { timers } from '@cateto/zmtp/timers';
import type { ProcessorTime } from '../runs/handler-threads.ts';

/** Reading the processor time takes a microsecond, as long as many handlers, so runs in quick succession share a mark. */
const markEveryMs = 10;

/** The parameters are for tests: the time, and the processor time of this process, in milliseconds. */
export function createProcessorTime(
  nowMs: () => number = timers.monotonicMs,
  usedMs: () => number = usedByProcessMs,
): ProcessorTime {
  let markedMs = Number.NEGATIVE_INFINITY;
  let beforeMs = 0;
  return {
    mark() {
      const atMs = nowMs();
      if (atMs < markedMs + markEveryMs) return;
      markedMs = atMs;
      beforeMs = usedMs();
    },
    sinceMarkMs: () => usedMs() - beforeMs,
  };
}

function usedByProcessMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
