import type { BusEvent } from '@cateto/bus';
import type { BrokerEndpoint, Catalogue, FormulaCodesOf, HandlersOf, Lane } from '@cateto/contracts';
import type { OptionNames } from './option-names.ts';

export interface ServeOptions<C extends Catalogue> {
  /** The calculator's unless given. */
  readonly catalogue?: C | undefined;
  /** One for each operation of the catalogue. */
  readonly handlers: HandlersOf<C>;
  /** With the formulas' code it serves formulas as well, using the handlers to fall back. */
  readonly formulas?: FormulaCodesOf<C> | undefined;
  /** Names of the operations to serve; all unless given. */
  readonly operations?: readonly (keyof C['operations'] & string)[] | undefined;
  /** All unless given. */
  readonly lanes?: readonly Lane[] | undefined;
  /** How long a formula waits for an op-server; `CATETO_OPERATION_TIMEOUT_MS` or 2,000 unless given. */
  readonly operationTimeoutMs?: number | undefined;
  /** As `CATETO_BROKERS` writes them or already taken apart; from that variable unless given. */
  readonly brokers?: string | readonly BrokerEndpoint[] | undefined;
  readonly onEvent?: ((event: BusEvent) => void) | undefined;
  /**
   * Clients are told the text of what handlers and formulas throw. Otherwise `onEvent` alone has it (`handler-failed`), and a client
   * gets `internal` with the id under which to find it. `CATETO_EXPOSE_ERRORS` or false unless given; under `simulate()` true.
   */
  readonly exposeErrors?: boolean | undefined;
}

/** All but where the brokers are. */
export const serviceOptionNames: OptionNames<Omit<ServeOptions<Catalogue>, 'brokers'>> = {
  catalogue: true,
  handlers: true,
  formulas: true,
  operations: true,
  lanes: true,
  operationTimeoutMs: true,
  onEvent: true,
  exposeErrors: true,
};

export interface Service {
  /**
   * True when it listens for the first time: a broker is active, and what is asked from then on is heard. False when it was
   * drained or closed before that. Never rejected.
   */
  readonly ready: Promise<boolean>;
  /** Takes no new work, answers what runs, then closes; 4.5 s at most. */
  drain(): Promise<void>;
  /** Closes at once. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
