import type { BusEvent } from '@cateto/bus';
import type { BrokerEndpoint, Catalogue, FormulaCodesOf, HandlersOf, Lane } from '@cateto/contracts';
import type { OptionNames } from './option-names.ts';

/** Of a service, besides its handlers and where the brokers are. */
export interface ServiceOptions<C extends Catalogue> {
  /** The calculator's unless given. */
  readonly catalogue?: C | undefined;
  /** With the formulas' code it serves formulas as well, using the handlers to fall back. */
  readonly formulas?: FormulaCodesOf<C> | undefined;
  /** Names of the operations to serve; all unless given. */
  readonly operations?: readonly (keyof C['operations'] & string)[] | undefined;
  /** All unless given. */
  readonly lanes?: readonly Lane[] | undefined;
  /** How long a formula waits for an op-server; `CATETO_OPERATION_TIMEOUT_MS` or 2,000 unless given. */
  readonly operationTimeoutMs?: number | undefined;
  /** How many asynchronous handlers run at once; `CATETO_CONCURRENCY` or 10,000 unless given. Other requests wait for their turn. */
  readonly concurrency?: number | undefined;
  readonly onEvent?: ((event: BusEvent) => void) | undefined;
  /**
   * Clients are told the text of what handlers and formulas throw. Otherwise `onEvent` alone has it (`handler-failed`), and a client
   * gets `internal` with the id under which to find it. `CATETO_EXPOSE_ERRORS` or false unless given; under `simulate()` true.
   */
  readonly exposeErrors?: boolean | undefined;
}

/** Handlers that run in this thread. */
export interface OwnHandlers<C extends Catalogue> {
  /** One for each operation of the catalogue. */
  readonly handlers: HandlersOf<C>;
}

/** Handlers that run in threads as well, which load them by themselves. */
export interface HandlersModule {
  /**
   * A module that exports `handlers`, one for each operation of the catalogue: a `file:` URL, as
   * `new URL('./handlers.js', import.meta.url)`, or an absolute path. It is loaded here and in each thread.
   */
  readonly module: string | URL;
  /**
   * A number of threads, which run every handler; 0 runs all of them in this thread. `auto`: as many threads as there are cores, less one,
   * for operations whose handlers were seen to block for more than 5 ms. `CATETO_WORKERS` or `auto` unless given.
   */
  readonly workers?: number | 'auto' | undefined;
}

/** Each property of a kind of options that is not given. */
type Without<O> = { readonly [K in keyof O]?: undefined };

export type ServeOptions<C extends Catalogue> = ServiceOptions<C> & {
  /** As `CATETO_BROKERS` writes them or already taken apart; from that variable unless given. */
  readonly brokers?: string | readonly BrokerEndpoint[] | undefined;
} & ((OwnHandlers<C> & Without<HandlersModule>) | (HandlersModule & Without<OwnHandlers<C>>));

/** All but where the handlers and the brokers are. */
export const serviceOptionNames: OptionNames<ServiceOptions<Catalogue>> = {
  catalogue: true,
  formulas: true,
  operations: true,
  lanes: true,
  operationTimeoutMs: true,
  concurrency: true,
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
