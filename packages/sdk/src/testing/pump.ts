import { inNextTurn } from '@cateto/bus';
import type { SimulatedNetwork } from '@cateto/simulation';

/** Lets virtual time pass while somebody waits for something, and stand still otherwise. */
export interface Pump {
  /** Time passes until the promise is settled, or the host on which it is waited for is gone. */
  during<T>(host: string, promise: Promise<T>): Promise<T>;
  /** Nobody waits on this host any more. */
  gone(host: string): void;
}

export function createPump(network: SimulatedNetwork): Pump {
  const waiting = new Set<{ readonly host: string }>();
  let running = false;

  async function run(): Promise<void> {
    running = true;
    try {
      // Whoever was waited for goes on before time does.
      for (await turn(); waiting.size > 0; await turn()) {
        const nextMs = network.nextMs();
        if (nextMs === undefined) break;
        await network.runTo(nextMs);
      }
    } finally {
      // What was thrown is reported by the process; time passes again for the next call.
      running = false;
    }
  }

  return {
    during(host, promise) {
      const one = { host };
      waiting.add(one);
      const over = (): void => void waiting.delete(one);
      promise.then(over, over);
      // What a participant does wrong in virtual time is thrown there: it is nobody's promise.
      if (!running) void run();
      return promise;
    },
    gone(host) {
      for (const one of waiting) if (one.host === host) waiting.delete(one);
    },
  };
}

/** Lets everything that is promised come true. */
function turn(): Promise<void> {
  return new Promise((resolve) => inNextTurn(resolve));
}
