import type { BusEvent } from '@cateto/bus';
import type { BrokerEndpoint, Catalogue } from '@cateto/contracts';
import type { OptionNames } from './option-names.ts';

export interface ConnectOptions<C extends Catalogue> {
  /** The calculator's unless given. */
  readonly catalogue?: C;
  /** As `CATETO_BROKERS` writes them or already taken apart; from that variable unless given. */
  readonly brokers?: string | readonly BrokerEndpoint[];
  /** How long a call may take unless it says so itself, in milliseconds; `CATETO_TIMEOUT_MS` or 5,000 unless given. */
  readonly timeoutMs?: number;
  /** What the connection notices: listeners that come and go, messages it drops. */
  readonly onEvent?: (event: BusEvent) => void;
}

export const connectOptionNames: OptionNames<ConnectOptions<Catalogue>> = {
  catalogue: true,
  brokers: true,
  timeoutMs: true,
  onEvent: true,
};
