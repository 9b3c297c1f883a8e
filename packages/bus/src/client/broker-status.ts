import type { Beat, BrokerEndpoint } from '@cateto/contracts';
import { decodeBeat, formatBroker } from '@cateto/contracts';
import type { Platform } from '../link/link.ts';
import { nodePlatform } from '../link/platform.ts';
import type { ParticipantSockets } from '../link/sockets.ts';
import type { DialKeys } from '../link/zeromq/keys.ts';
import { participantSockets, participantSocketsWith } from '../link/zeromq/sockets.ts';

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
  keys?: DialKeys,
): Promise<readonly BrokerStatus[]> {
  const sockets = keys === undefined ? participantSockets : participantSocketsWith(keys);
  return Promise.all(
    brokers.map(async (broker) => ({
      endpoint: formatBroker(broker),
      beat: await hearBeat(sockets, nodePlatform, broker, waitMs, ending),
    })),
  );
}

/** The first beat heard of a broker; undefined when none is heard in this time, or `ending` aborts. */
export function hearBeat(
  sockets: Pick<ParticipantSockets, 'connectBeats'>,
  platform: Platform,
  broker: BrokerEndpoint,
  waitMs: number,
  ending?: AbortSignal,
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
