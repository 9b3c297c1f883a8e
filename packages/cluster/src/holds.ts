/*
 * Processes that a person has ended: they stay away until the person starts them. A process that waits for its restart
 * can be started before that.
 */

export interface Holds {
  /** From now on, the process is not restarted by itself. */
  hold(name: string): void;
  isHeld(name: string): boolean;
  /** Starts the process, now or as soon as it has ended. */
  release(name: string): void;
  /** @returns false when the signal aborted first */
  released(name: string, signal: AbortSignal): Promise<boolean>;
}

export function createHolds(): Holds {
  const held = new Set<string>();
  /** Released before they have ended. */
  const early = new Set<string>();
  const waiting = new Set<string>();
  const heard = new EventTarget();
  return {
    hold: (name) => void held.add(name),
    isHeld: (name) => held.has(name),
    release(name) {
      held.delete(name);
      if (!waiting.has(name)) early.add(name);
      heard.dispatchEvent(new Event(name));
    },
    released(name, signal) {
      return new Promise((resolve) => {
        if (signal.aborted) return resolve(false);
        if (early.delete(name)) return resolve(true);
        waiting.add(name);
        const release = (): void => {
          waiting.delete(name);
          signal.removeEventListener('abort', abort);
          resolve(true);
        };
        const abort = (): void => {
          waiting.delete(name);
          heard.removeEventListener(name, release);
          resolve(false);
        };
        heard.addEventListener(name, release, { once: true });
        signal.addEventListener('abort', abort, { once: true });
      });
    },
  };
}
