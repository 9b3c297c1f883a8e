import type { ProcessorTime } from '../runs/handler-threads.ts';

/** Reading the processor time takes a microsecond, as long as many handlers, so runs in quick succession share a mark. */
const markEveryMs = 10;

/** @param usedMs for tests: the processor time of this process, in milliseconds */
export function createProcessorTime(usedMs: () => number = usedByProcessMs): ProcessorTime {
  let markedMs = Number.NEGATIVE_INFINITY;
  let beforeMs = 0;
  return {
    mark(nowMs) {
      if (nowMs < markedMs + markEveryMs) return;
      markedMs = nowMs;
      beforeMs = usedMs();
    },
    sinceMarkMs: () => usedMs() - beforeMs,
  };
}

function usedByProcessMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
