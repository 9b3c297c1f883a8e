import { timers } from '@cateto/zmtp/timers';
import type { ProcessorTime } from '../runs/handler-threads.ts';

/** Reading the processor time takes a microsecond, as long as many handlers, so runs in quick succession share a mark. */
const markEveryMs = 10;

export function createProcessorTime(): ProcessorTime {
  let markedMs = Number.NEGATIVE_INFINITY;
  let beforeMs = 0;
  return {
    mark() {
      const nowMs = timers.monotonicMs();
      if (nowMs < markedMs + markEveryMs) return;
      markedMs = nowMs;
      beforeMs = usedMs();
    },
    sinceMarkMs: () => usedMs() - beforeMs,
  };
}

function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
