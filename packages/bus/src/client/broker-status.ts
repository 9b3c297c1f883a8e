import type { Beat, BrokerEndpoint } from '@cateto/contracts';
import { decodeBeat } from '@cateto/contracts';
import type { Platform } from '../link/link.ts';
import type { ParticipantSockets } from '../link/sockets.ts';
import type { Signal } from '../link/web.ts';

/** The state of a broker, from its heartbeat port. Without a beat, the broker counts as unreachable. */
export interface BrokerStatus {
  readonly endpoint: string;
  readonly beat: Beat | undefined;
}

/** The first beat heard of a broker; undefined when none is heard in this time, or `ending` aborts. */
export function hearBeat(
  sockets: Pick<ParticipantSockets, 'connectBeats'>,
  platform: Platform,
  broker: BrokerEndpoint,
  waitMs: number,
  ending?: Signal,
): Promise<Beat | undefined> {
  return new Promise((resolve) => {
    const socket = sockets.connectBeats(broker, (body) => {
      const beat = decodeBeat(body);
      if (beat !== undefined) end(beat);
    });
    const giveUp = (): void => end(undefined);
    const cancel = platform.after(waitMs, giveUp);
    ending?.addEventListener('abort', giveUp);
    if (ending?.aborted === true) giveUp();

    function end(beat: Beat | undefined): void {
      cancel();
      ending?.removeEventListener('abort', giveUp);
      void socket.close(0).then(() => resolve(beat));
    }
  });
}
