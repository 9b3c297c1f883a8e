import type { BusEvent } from '@cateto/bus';
import type {
  BrokerEndpoint,
  Catalogue,
  FormulaCodesOf,
  HandlersOf,
  Lane,
  Loadable,
  ServerMetrics,
  Telemetry,
} from '@cateto/contracts';
import type { KeyOptions } from './dial-keys-of.ts';
import type { OptionNames } from './option-names.ts';

/** The options of a service, except its handlers and its brokers. */
export interface ServiceOptions<C extends Catalogue> {
  /** Unless given, the catalogue of the calculator. */
  readonly catalogue?: C | undefined;
  /**
   * The code of the formulas. If given, the service also serves formulas, and computes fallbacks with its own handlers.
   */
  readonly formulas?: FormulaCodesOf<C> | undefined;
  /** Names of the operations to serve; unless given, all. */
  readonly operations?: readonly (keyof C['operations'] & string)[] | undefined;
  /** Unless given, all. */
  readonly lanes?: readonly Lane[] | undefined;
  /**
   * How long a formula waits for an op-server, in milliseconds; unless given, `CATETO_OPERATION_TIMEOUT_MS` or 2,000.
   */
  readonly operationTimeoutMs?: number | undefined;
  /**
   * How many asynchronous handlers run at once; unless given, `CATETO_CONCURRENCY` or 10,000. Other requests wait for
   * their turn.
   */
  readonly concurrency?: number | undefined;
  /**
   * How long running work may take after `drain()`, in milliseconds; unless given, `CATETO_DRAIN_MS` or 5,000. Other
   * servers run what takes longer.
   */
  readonly drainMs?: number | undefined;
  readonly onEvent?: ((event: BusEvent) => void) | undefined;
  /**
   * Whether clients receive the text of exceptions that handlers and formulas throw. If not, only `onEvent` receives it
   * (`handler-failed`), and a client gets `internal` with the id of that event. Unless given, `CATETO_EXPOSE_ERRORS` or
   * false; under `simulate()` true.
   */
  readonly exposeErrors?: boolean | undefined;
  /** Makes traces of the requests that it serves: `openTelemetry()` of `@cateto/otel`. Unless given, there are none. */
  readonly telemetry?: Telemetry | undefined;
}

/** Handlers that run in this thread. */
export interface OwnHandlers<C extends Catalogue> {
  /** One for each operation of the catalogue. */
  readonly handlers: HandlersOf<C>;
}

/** Handlers that can also run in threads. Each thread loads them itself. */
export interface HandlersModule {
  /**
   * A module that exports `handlers`, one for each operation of the catalogue: a `file:` URL, such as `new
   * URL('./handlers.js', import.meta.url)`, or an absolute path. This thread and each worker thread load it.
   */
  readonly module: string | URL;
  /**
   * A number of threads that run all handlers; 0 runs all of them in this thread. `auto`: one thread fewer than
   * there are cores, for operations whose handlers have blocked for more than 5 ms. Unless given, `CATETO_WORKERS` or
   * `auto`.
   */
  readonly workers?: number | 'auto' | undefined;
}

/** Forbids each property of the other kind of options. */
type Without<O> = { readonly [K in keyof O]?: undefined };

/** Handlers that run in this thread, or a function that loads them. */
interface LoadableHandlers<C extends Catalogue> {
  /** One for each operation of the catalogue. */
  readonly handlers: Loadable<HandlersOf<C>>;
}

export type ServeOptions<C extends Catalogue> = Omit<ServiceOptions<C>, 'formulas'> &
  KeyOptions & {
    /**
     * The code of the formulas, or a function that loads it. If given, the service also serves formulas, and computes
     * fallbacks with its own handlers.
     */
    readonly formulas?: Loadable<FormulaCodesOf<C>> | undefined;
    /** A text in the form of `CATETO_BROKERS`, or parsed endpoints; unless given, the value of that variable. */
    readonly brokers?: string | readonly BrokerEndpoint[] | undefined;
  } & ((LoadableHandlers<C> & Without<HandlersModule>) | (HandlersModule & Without<LoadableHandlers<C>>));

/** All options except the handlers and the brokers. */
export const serviceOptionNames: OptionNames<ServiceOptions<Catalogue>> = {
  catalogue: true,
  formulas: true,
  operations: true,
  lanes: true,
  operationTimeoutMs: true,
  concurrency: true,
  drainMs: true,
  onEvent: true,
  exposeErrors: true,
  telemetry: true,
};

export interface Service {
  /**
   * Resolves to true when the service listens for the first time: a broker is active, and requests sent from then on
   * reach the service. Resolves to false when the service is drained or closed before that. Never rejects.
   */
  readonly ready: Promise<boolean>;
  /** The counters of its servers since they started: the op-server, and the calc-server if it serves formulas. */
  metrics(): readonly ServerMetrics[];
  /** Why requests do not reach the service at this moment; undefined when they do. For readiness probes. */
  notReady(): string | undefined;
  /**
   * Takes no new work, answers running work, then closes. Takes at most `drainMs` and a moment: other servers run what has
   * not begun or takes longer. `drainMs` is one of the options.
   */
  drain(): Promise<void>;
  /** Closes at once. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
