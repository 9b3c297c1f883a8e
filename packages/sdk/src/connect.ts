import type { BusEvent } from '@cateto/bus';
import { hearBrokers, nodePlatform, zeromqLink } from '@cateto/bus';
import type { BrokerEndpoint, Calculator, Catalogue } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import { brokersOf } from './brokers-of.ts';
import { checkDuration } from './check-options.ts';
import type { Client } from './client.ts';
import { createClient } from './create-client.ts';
import { fromEnvironment } from './environment.ts';
import type { OptionNames } from './option-names.ts';
import { checkOptionNames } from './option-names.ts';

export interface ConnectOptions<C extends Catalogue> {
  /** The calculator's unless given. */
  readonly catalogue?: C | undefined;
  /** As `CATETO_BROKERS` writes them or already taken apart; from that variable unless given. */
  readonly brokers?: string | readonly BrokerEndpoint[] | undefined;
  /** How long a call may take unless it says so itself, in milliseconds; `CATETO_TIMEOUT_MS` or 5,000 unless given. */
  readonly timeoutMs?: number | undefined;
  /** What the connection notices: listeners that come and go, messages it drops. */
  readonly onEvent?: ((event: BusEvent) => void) | undefined;
}

const optionNames: OptionNames<ConnectOptions<Catalogue>> = {
  catalogue: true,
  brokers: true,
  timeoutMs: true,
  onEvent: true,
};

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
  checkOptionNames('connect', options, optionNames);
  const catalogue: Catalogue = options.catalogue ?? calculator;
  const brokers = brokersOf(options.brokers);
  const timeoutMs = options.timeoutMs ?? fromEnvironment('timeoutMs') ?? 5_000;
  checkDuration('timeoutMs', timeoutMs);
  return createClient({
    catalogue,
    timeoutMs,
    openLink: zeromqLink(brokers),
    platform: nodePlatform,
    hearBrokers: (waitMs, ending) => hearBrokers(brokers, waitMs, ending),
    onEvent: options.onEvent,
  });
}
