import { inNextTurn } from '@cateto/bus/node';
import type { SimulatedNetwork } from '@cateto/simulation';

/** Lets virtual time pass while a caller waits for a promise, and stops it otherwise. */
export interface Pump {
  /** Lets time pass until the promise settles or its host is gone. */
  during<T>(host: string, promise: Promise<T>): Promise<T>;
  /** Ends every wait of this host. */
  gone(host: string): void;
}

export function createPump(network: SimulatedNetwork): Pump {
  const waiting = new Set<{ readonly host: string }>();
  let running = false;

  async function run(): Promise<void> {
    running = true;
    try {
      // Callers whose promise has settled continue before time passes.
      for (await turn(); waiting.size > 0; await turn()) {
        const nextMs = network.nextMs();
        if (nextMs === undefined) break;
        await network.runTo(nextMs);
      }
    } finally {
      // The process reports the exception; time passes again with the next call.
      running = false;
    }
  }

  return {
    during(host, promise) {
      const one = { host };
      waiting.add(one);
      const over = (): void => void waiting.delete(one);
      promise.then(over, over);
      // A fault of a participant in virtual time is thrown by that process; it belongs to no promise here.
      if (!running) void run();
      return promise;
    },
    gone(host) {
      for (const one of waiting) if (one.host === host) waiting.delete(one);
    },
  };
}

/** Lets every settled promise run its continuations. */
function turn(): Promise<void> {
  return new Promise((resolve) => inNextTurn(resolve));
}
