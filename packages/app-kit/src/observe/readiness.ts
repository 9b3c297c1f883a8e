import type { ProcessMetrics } from './metric.ts';
import type { Observed } from './http-endpoint.ts';

/** A server that can say why it does not do its work, and what it has counted. */
export interface Probed {
  notReady?(): string | undefined;
  metrics?(): ProcessMetrics;
}

/** Whether a process does its work, from before its start to its end. */
export interface Readiness extends Pick<Observed, 'notReady'> {
  started(running: Probed): void;
  /** Undefined before the start. */
  metrics(): ProcessMetrics | undefined;
  /** The process was told to end. */
  ending(): void;
}

export function createReadiness(): Readiness {
  let running: Probed | undefined;
  let ends = false;
  return {
    started: (one) => void (running = one),
    metrics: () => running?.metrics?.(),
    ending: () => void (ends = true),
    notReady() {
      if (running === undefined) return 'the process starts';
      return ends ? 'the process ends' : running.notReady?.();
    },
  };
}
