import { hearBrokers, nodePlatform, zeromqLink } from '@cateto/bus';
import type { Calculator, Catalogue } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import { brokersOf } from './brokers-of.ts';
import { checkDuration } from './check-options.ts';
import type { Client } from './client.ts';
import type { ConnectOptions } from './connect-options.ts';
import { connectOptionNames } from './connect-options.ts';
import { createClient } from './create-client.ts';
import { fromEnvironment } from './environment.ts';
import { checkOptionNames } from './option-names.ts';

/**
 * Connects to both brokers. It waits for nothing: a call waits by itself until a broker is active, the answer can be
 * heard and a server listens, or until its time is up.
 *
 * @throws SettingFault when the brokers given, here or in the environment, cannot be read, or the timeout is none
 * @throws TypeError for an option that does not exist
 */
export function connect(options?: Omit<ConnectOptions<Calculator>, 'catalogue'>): Promise<Client<Calculator>>;
export function connect<C extends Catalogue>(options: ConnectOptions<C> & { catalogue: C }): Promise<Client<C>>;
export async function connect(options: ConnectOptions<Catalogue> = {}): Promise<unknown> {
  checkOptionNames('connect', options, connectOptionNames);
  const catalogue: Catalogue = options.catalogue ?? calculator;
  const brokers = brokersOf(options.brokers);
  const timeoutMs = options.timeoutMs ?? fromEnvironment('timeoutMs') ?? 5_000;
  checkDuration('timeoutMs', timeoutMs);
  return createClient({
    catalogue,
    timeoutMs,
    openLink: zeromqLink(brokers),
    platform: nodePlatform,
    hearBrokers: (waitMs) => hearBrokers(brokers, waitMs),
    onEvent: options.onEvent,
  });
}
