import type { Beat } from '@cateto/contracts';
import type { Platform } from '../link/link.ts';
import type { OnEvent } from '../participant/events.ts';

/**
 * Reports when a broker begins to hear the other one, and when it no longer hears it. The active broker reports this
 * too. Its failover decides nothing then, but an operator must know that no broker stands by.
 */
export interface PeerReport {
  heard(beat: Beat): void;
  /** The other broker's port refuses connections. */
  refused(): void;
  /** @param late whether the event loop was late, so that beats may be unread */
  tick(late: boolean): void;
}

type Lost = 'silent' | 'refused' | 'replaced' | 'left';

export function createPeerReport(
  platform: Pick<Platform, 'nowMs' | 'afterTurn'>,
  { incarnation, peerLostMs }: { readonly incarnation: string; readonly peerLostMs: number },
  onEvent: OnEvent,
): PeerReport {
  let up: Beat | undefined;
  let heardMs = 0;
  let silentFromMs = 0;

  function down(cause: Lost): void {
    if (up === undefined) return;
    const { rank, address } = up;
    up = undefined;
    onEvent({ event: 'broker-down', rank, address, cause, silentMs: Math.round(platform.nowMs() - heardMs) });
  }

  const isSilent = (): boolean => up !== undefined && platform.nowMs() - silentFromMs >= peerLostMs;

  return {
    heard(beat) {
      // The settings of this broker name itself as the other one. The failover reports that.
      if (beat.incarnation === incarnation) return;
      if (up !== undefined && up.address !== beat.address) down('replaced');
      const isNew = up === undefined;
      up = beat;
      heardMs = platform.nowMs();
      silentFromMs = heardMs;
      const { rank, address, state, epoch } = beat;
      if (isNew) onEvent({ event: 'broker-up', rank, address, state, epoch });
    },
    refused: () => down(up?.state === 'leaving' ? 'left' : 'refused'),
    tick(late) {
      if (late) silentFromMs = platform.nowMs();
      if (!isSilent()) return;
      // Beats that have arrived are read first.
      platform.afterTurn(() => {
        if (isSilent()) down('silent');
      });
    },
  };
}
