import type { Beat } from '@cateto/contracts';
import { decodeBeat } from '@cateto/contracts';
import type { SimulatedProcess } from './process.ts';
import type { Wire } from './wire.ts';

/** The first beat heard of a broker; undefined when none is heard in this time, or `ending` aborts. */
export function hearBeat(
  wire: Wire,
  process: SimulatedProcess,
  host: string,
  waitMs: number,
  ending?: AbortSignal,
): Promise<Beat | undefined> {
  return new Promise((resolve) => {
    const hangUp = wire.dial(process, host, 'heartbeat', 'tcp', {
      opened: () => undefined,
      received(end, packet) {
        const beat = packet.type === 'message' ? decodeBeat(packet.body) : undefined;
        if (beat === undefined) return;
        end.close();
        over(beat);
      },
      closed: () => undefined,
    });
    const giveUp = (): void => over(undefined);
    const cancel = process.platform.after(waitMs, giveUp);
    ending?.addEventListener('abort', giveUp);
    if (ending?.aborted === true) giveUp();

    function over(beat: Beat | undefined): void {
      hangUp();
      cancel();
      ending?.removeEventListener('abort', giveUp);
      resolve(beat);
    }
  });
}
