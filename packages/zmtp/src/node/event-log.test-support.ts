/** The events so far, in order, and a way to wait for more. */
export interface EventLog<T> {
  readonly all: readonly T[];
  add(one: T): void;
  /** Resolves when the events fit. */
  until(fits: (all: readonly T[]) => boolean): Promise<void>;
}

export function createEventLog<T>(): EventLog<T> {
  const all: T[] = [];
  const waiting = new Set<() => void>();
  return {
    all,
    add(one) {
      all.push(one);
      for (const wake of waiting) wake();
    },
    async until(fits) {
      while (!fits(all)) {
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      }
    },
  };
}
