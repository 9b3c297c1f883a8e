import type { Network } from '@cateto/zmtp';
import type { Chance } from './chance.ts';
import type { EventLoop } from './event-loop.ts';
import type { SimulatedProcess } from './process.ts';
import type { Dial, Wire } from './wire.ts';

export interface TcpOptions {
  readonly process: SimulatedProcess;
  readonly loop: EventLoop;
  readonly wire: Wire;
  readonly chance: Chance;
  /** The kernel gives connections up whose other kernel is silent. */
  readonly keptAlive?: boolean;
  readonly highWaterMark?: number;
}

/**
 * TCP of a process on the simulated wire, for one socket. A killed process does not dial again, because its loop has
 * stopped.
 */
export function createTcp({ process, loop, wire, chance, keptAlive = false, highWaterMark }: TcpOptions): Network {
  const dials = new Map<string, Dial>();

  return {
    nowMs: loop.nowMs,
    random: () => chance.share(),
    after: loop.after,
    everyTick(tickMs, run) {
      let cancel = wait();
      function wait(): () => void {
        return loop.after(tickMs, () => {
          cancel = wait();
          run();
        });
      }
      // A socket stops its ticks when it closes.
      return () => {
        cancel();
        for (const dial of dials.values()) wire.forget(dial);
      };
    },
    connect(to, timeoutMs, opened, over) {
      const name = `${to.host}:${to.port}`;
      let dial = dials.get(name);
      if (dial === undefined) {
        dial = { from: process, to, session: undefined };
        dials.set(name, dial);
        wire.want(dial);
      }
      return { abort: wire.connect(to, timeoutMs, dial, { process, loop, opened, over, keptAlive }) };
    },
    listen(at, opened) {
      const mark = highWaterMark === undefined ? {} : { highWaterMark };
      const close = wire.listen(at, { process, loop, opened, keptAlive, ...mark });
      return Promise.resolve({
        close() {
          close();
          return Promise.resolve();
        },
      });
    },
  };
}
