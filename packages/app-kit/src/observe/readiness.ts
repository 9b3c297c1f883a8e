import type { Observed } from './http-endpoint.ts';

/** A server that can say why it does not do its work. */
export interface Probed {
  notReady?(): string | undefined;
}

/** Whether a process does its work, from before its start to its end. */
export interface Readiness extends Pick<Observed, 'notReady'> {
  started(running: Probed): void;
  /** The process was told to end. */
  ending(): void;
}

export function createReadiness(): Readiness {
  let running: Probed | undefined;
  let ends = false;
  return {
    started: (one) => void (running = one),
    ending: () => void (ends = true),
    notReady() {
      if (running === undefined) return 'the process starts';
      return ends ? 'the process ends' : running.notReady?.();
    },
  };
}
