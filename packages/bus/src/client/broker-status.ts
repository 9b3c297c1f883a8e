import type { Beat, BrokerEndpoint } from '@cateto/contracts';
import { decodeBeat, formatBroker } from '@cateto/contracts';
import { connectBeats } from '../link/zeromq/sockets.ts';
import { timers } from '@cateto/zmtp/timers';

/** The state of a broker, from its heartbeat port. Without a beat, the broker counts as unreachable. */
export interface BrokerStatus {
  readonly endpoint: string;
  readonly beat: Beat | undefined;
}

/**
 * Listens to the heartbeats of the brokers until each was heard once, for at most `waitMs`.
 *
 * @param ending ends it at once, with the beats heard so far
 */
export function hearBrokers(
  brokers: readonly BrokerEndpoint[],
  waitMs: number,
  ending?: AbortSignal,
): Promise<readonly BrokerStatus[]> {
  return Promise.all(
    brokers.map(async (broker) => ({ endpoint: formatBroker(broker), beat: await hearBeat(broker, waitMs, ending) })),
  );
}

function hearBeat(broker: BrokerEndpoint, waitMs: number, ending: AbortSignal | undefined): Promise<Beat | undefined> {
  return new Promise((resolve) => {
    const socket = connectBeats(broker, (body) => {
      const beat = decodeBeat(body);
      if (beat !== undefined) end(beat);
    });
    const giveUp = (): void => end(undefined);
    const timer = timers.setTimeout(giveUp, waitMs);
    ending?.addEventListener('abort', giveUp);
    if (ending?.aborted === true) giveUp();

    function end(beat: Beat | undefined): void {
      timers.clearTimeout(timer);
      ending?.removeEventListener('abort', giveUp);
      void socket.close(0).then(() => resolve(beat));
    }
  });
}
