import type { BusEvent } from '@cateto/bus';
import { hearBrokers, nodePlatform, zeromqLink } from '@cateto/bus/node';
import type { BrokerEndpoint, Calculator, Catalogue, Telemetry } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import { brokersOf } from './brokers-of.ts';
import { checkDuration } from './check-options.ts';
import type { Client } from './client.ts';
import { createClient } from './create-client.ts';
import type { KeyOptions } from './dial-keys-of.ts';
import { dialKeysOf } from './dial-keys-of.ts';
import { fromEnvironment } from './environment.ts';
import type { OptionNames } from './option-names.ts';
import { checkOptionNames } from './option-names.ts';

export interface ConnectOptions<C extends Catalogue> extends KeyOptions {
  /** Unless given, the catalogue of the calculator. */
  readonly catalogue?: C | undefined;
  /** A text in the form of `CATETO_BROKERS`, or parsed endpoints; unless given, the value of that variable. */
  readonly brokers?: string | readonly BrokerEndpoint[] | undefined;
  /**
   * How long a call may take that gives no `timeoutMs`, in milliseconds; unless given, `CATETO_TIMEOUT_MS` or 5,000.
   */
  readonly timeoutMs?: number | undefined;
  /** Receives the events of the connection: servers that start or stop listening, messages that it drops. */
  readonly onEvent?: ((event: BusEvent) => void) | undefined;
  /** Makes a trace of each call: `openTelemetry()` of `@cateto/otel`. Unless given, there are no traces. */
  readonly telemetry?: Telemetry | undefined;
}

const optionNames: OptionNames<ConnectOptions<Catalogue>> = {
  catalogue: true,
  brokers: true,
  key: true,
  brokerKeys: true,
  timeoutMs: true,
  onEvent: true,
  telemetry: true,
};

/**
 * Connects to both brokers, and returns at once. Each call waits until a broker is active, its return path is confirmed
 * and a server listens, or until its deadline.
 *
 * @throws SettingFault for brokers that cannot be parsed, given or in the environment, for an invalid timeout, and for a
 *   key file that cannot be used
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
  const keys = await dialKeysOf(options, brokers);
  return createClient({
    catalogue,
    timeoutMs,
    openLink: zeromqLink(brokers, keys),
    platform: nodePlatform,
    brokers: brokers.length,
    hearBrokers: (waitMs, ending) => hearBrokers(brokers, waitMs, ending, keys),
    onEvent: options.onEvent,
    telemetry: options.telemetry,
  });
}
