import { recordEvents } from '../events/event-recording.ts';
import { nodePlatform } from '../node/platform.ts';
import type { BrokerOptions } from './start-broker.ts';
import { startBroker } from './start-broker.ts';
import type { BrokerSecurity } from './gate/access-guard.ts';
import { createAccessGuard } from './gate/access-guard.ts';
import type { RunningBroker } from './running-broker.ts';

export interface SecuredBrokerOptions extends Omit<BrokerOptions, 'keys'> {
  /** Unless given, every peer may connect, and publish and read everything. */
  readonly security?: BrokerSecurity | undefined;
}

/**
 * Starts a broker that accepts only the keys of a list, and follows the changes of the list.
 *
 * @throws Error as `startBroker` does, and for a text that is not a key
 */
export async function startSecuredBroker({ security, ...options }: SecuredBrokerOptions): Promise<RunningBroker> {
  if (security === undefined) return startBroker(options);
  const { history, onEvent } = recordEvents({ ...options, platform: nodePlatform });
  const guard = createAccessGuard(security, nodePlatform, nodePlatform.wallMs, onEvent);
  const broker = await startBroker({ ...options, history, keys: guard.keys });
  guard.watch(broker.recheckKeys);
  return {
    ...broker,
    async drain() {
      await broker.drain();
      guard.close();
    },
    async close() {
      guard.close();
      await broker.close();
    },
  };
}
