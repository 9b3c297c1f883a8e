import type { Catalogue, StatusReport } from '@cateto/contracts';
import { isFailure, readStatusResult, statusRequestTopic, statusResultTopic } from '@cateto/contracts';
import type { Target } from '@cateto/protocol';
import type { Bus } from '../participant/bus.ts';
import type { Signal } from '../link/web.ts';
import type { Requests } from '../participant/requester-driver.ts';

export interface ServerStatus extends StatusReport {
  readonly address: string;
}

/** Requests the status of every known server. */
export interface StatusClient {
  /**
   * Resolves when all servers have answered, at the latest after `waitMs` with the answers so far. If the return path
   * is not confirmed yet, no server can be known; then it waits for that first, within the same time.
   *
   * @param ending ends the wait for the return path. Requests that were sent are settled when their requester closes
   */
  ask(waitMs: number, ending?: Signal): Promise<readonly ServerStatus[]>;
}

const everyServer: Target = {
  route: statusRequestTopic,
  answerRoute: statusResultTopic,
  contract: 'status',
  unheard: 'hold',
};

export function createStatusClient(bus: Bus<Catalogue, 'client'>, requests: Requests): StatusClient {
  const { participant } = bus;
  const { platform } = participant;
  const waiting = new Set<() => void>();
  let confirmed = false;

  requests.hear(statusResultTopic, readStatusResult);
  participant.attach({
    returnPathChanged(change) {
      if (change.type === 'unconfirmed') confirmed = false;
      if (change.type !== 'confirmed') return;
      confirmed = true;
      for (const resume of waiting) resume();
      waiting.clear();
    },
  });

  function heard(waitMs: number, ending: Signal | undefined): Promise<void> {
    return new Promise((resolve) => {
      if (confirmed) return platform.afterTurn(resolve);
      const cancel = platform.after(waitMs, over);
      ending?.addEventListener('abort', over);
      waiting.add(resume);
      if (ending?.aborted === true) over();

      function over(): void {
        cancel();
        ending?.removeEventListener('abort', over);
        waiting.delete(resume);
        resolve();
      }

      function resume(): void {
        platform.afterTurn(over);
      }
    });
  }

  function askOne(address: string, timeoutMs: number): Promise<ServerStatus | undefined> {
    return new Promise((resolve) => {
      requests.ask({ ...everyServer, pinned: address }, timeoutMs, {
        write: (to, seq, ttlMs) => bus.publish(statusRequestTopic, to, { seq, ttlMs }, undefined),
        settle(outcome) {
          resolve(isFailure(outcome) ? undefined : { ...(outcome.value as StatusReport), address });
        },
      });
    });
  }

  return {
    async ask(waitMs, ending) {
      const untilMs = platform.nowMs() + waitMs;
      await heard(waitMs, ending);
      const leftMs = Math.max(1, untilMs - platform.nowMs());
      const answers = await Promise.all(
        participant.listenersOf(statusRequestTopic).map((address) => askOne(address, leftMs)),
      );
      return answers.filter((answer) => answer !== undefined);
    },
  };
}
