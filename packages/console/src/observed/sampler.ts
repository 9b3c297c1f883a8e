import type { Watch } from '@cateto/sdk';
import type { ObservedAt } from '@cateto/sdk';
import type { Passed } from './seen.ts';

/*
 * Observes the bus while a page is open, and at most so many messages a second, because the broker sends every observed
 * message once more. Under load it observes the beginning of each second.
 */

export interface SamplerOptions {
  watch(onMessage: (message: ObservedAt) => void): Watch;
  onMessage(message: Passed): void;
  /** Observation stops until the next second. `sinceMs` is when it had begun. */
  onPause(sinceMs: number): void;
  readonly messagesMax: number;
  nowMs(): number;
}

export interface Sampler {
  start(): void;
  stop(): Promise<void>;
  /** Begins the next second. */
  nextSecond(): void;
  /** Whether messages were left out since the last second began. */
  readonly limited: boolean;
  /** Whether all messages between these times of the last minutes were observed. */
  observed(fromMs: number, toMs: number): boolean;
}

/** Under load, there is one a second. */
const spansMax = 120;

export function createSampler({ watch, onMessage, onPause, messagesMax, nowMs }: SamplerOptions): Sampler {
  let wanted = false;
  let watching: Watch | undefined;
  let closing: Promise<void> = Promise.resolve();
  let left = messagesMax;
  let sinceMs = 0;
  let limited = false;
  const spans: { readonly fromMs: number; readonly toMs: number }[] = [];

  function open(): void {
    if (watching !== undefined) return;
    left = messagesMax;
    sinceMs = nowMs();
    watching = watch((message) => {
      if (watching === undefined) return;
      onMessage({ ...message, atMs: nowMs() });
      left -= 1;
      if (left > 0) return;
      limited = true;
      close();
    });
  }

  function close(): void {
    const one = watching;
    if (one === undefined) return;
    watching = undefined;
    spans.push({ fromMs: sinceMs, toMs: nowMs() });
    if (spans.length > spansMax) spans.shift();
    onPause(sinceMs);
    closing = Promise.all([closing, one.close()]).then(() => undefined);
  }

  return {
    start() {
      wanted = true;
      open();
    },
    async stop() {
      wanted = false;
      close();
      await closing;
    },
    nextSecond() {
      limited = false;
      left = messagesMax;
      if (wanted) open();
    },
    get limited() {
      return limited;
    },
    observed(fromMs, toMs) {
      const current = watching === undefined ? [] : [{ fromMs: sinceMs, toMs: nowMs() }];
      return [...spans, ...current].some((span) => span.fromMs <= fromMs && span.toMs >= toMs);
    },
  };
}
