import type { BusEvent, OpenLink } from '@cateto/bus';
import {
  createFormulaClient,
  createRequests,
  createStatusClient,
  hearBrokers,
  observe,
  open,
  zeromqLink,
} from '@cateto/bus';
import type { BrokerEndpoint, Calculator, Catalogue, Failure, Formula } from '@cateto/contracts';
import { calculator, checkOperands, failure, isFailure, limits, requestId } from '@cateto/contracts';
import { brokersOf } from './brokers-of.ts';
import type { Answer, CallOptions, Client, ClientBase } from './client.ts';
import { fromEnvironment } from './environment.ts';
import { RequestError } from './request-error.ts';
import { systemStatus } from './system-status.ts';

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

/** A server that leaves a request unanswered for so long is asked last. */
const answerTimeoutMs = 2_000;
const statusWaitMs = 1_000;

/**
 * Connects to both brokers. It waits for nothing: a call waits by itself until a broker is active, the answer can be
 * heard and a server listens, or until its time is up.
 *
 * @throws SettingFault when the brokers given, here or in the environment, cannot be read
 */
export function connect(options?: Omit<ConnectOptions<Calculator>, 'catalogue'>): Promise<Client<Calculator>>;
export function connect<C extends Catalogue>(options: ConnectOptions<C> & { catalogue: C }): Promise<Client<C>>;
export async function connect(options: ConnectOptions<Catalogue> = {}): Promise<unknown> {
  const catalogue: Catalogue = options.catalogue ?? calculator;
  const brokers = brokersOf(options.brokers);
  const timeoutMs = options.timeoutMs ?? fromEnvironment('timeoutMs') ?? 5_000;
  return createClient({ catalogue, brokers, timeoutMs, openLink: zeromqLink(brokers), onEvent: options.onEvent });
}

interface ClientParts {
  readonly catalogue: Catalogue;
  readonly brokers: readonly BrokerEndpoint[];
  readonly timeoutMs: number;
  readonly openLink: OpenLink;
  readonly onEvent: ((event: BusEvent) => void) | undefined;
}

function createClient(parts: ClientParts): Client<Catalogue> {
  const { catalogue, brokers, openLink } = parts;
  const onEvent = parts.onEvent ?? (() => undefined);
  const bus = open({ role: 'client', catalogue, openLink, onEvent });
  const requests = createRequests(bus.participant, { answerTimeoutMs, onEvent });
  const formulas = createFormulaClient(bus, catalogue, requests);
  const statuses = createStatusClient(bus, requests);

  function ask(formula: Formula, operands: readonly unknown[], options: CallOptions = {}): Promise<Answer<unknown>> {
    const { signal, timeoutMs = parts.timeoutMs, trace } = options;
    return new Promise((resolve, reject) => {
      const refused = checkOptions(formula, timeoutMs, trace) ?? checkOperands(formula, operands);
      if (refused !== undefined) return reject(new RequestError(refused, undefined));
      if (signal?.aborted === true) return reject(cancelled(undefined, signal));
      const startMs = performance.now();
      const cancel = formulas.ask({
        formula,
        operands,
        timeoutMs,
        trace,
        settle(outcome, seq) {
          const id = requestId(bus.address, seq);
          signal?.removeEventListener('abort', cancelCall);
          if (isFailure(outcome))
            return reject(signal?.aborted === true ? cancelled(id, signal) : new RequestError(outcome, id));
          resolve({ value: outcome.value, id, elapsedMs: performance.now() - startMs, fallbacks: outcome.via });
        },
      });
      function cancelCall(): void {
        cancel();
      }
      signal?.addEventListener('abort', cancelCall);
    });
  }

  async function close(): Promise<void> {
    requests.close();
    await bus.close();
  }

  const base: ClientBase<Catalogue> = {
    address: bus.address,
    catalogue,
    async call(name, operands, options) {
      const formula = Object.hasOwn(catalogue.formulas, name) ? catalogue.formulas[name] : undefined;
      if (formula !== undefined) return ask(formula, operands, options);
      const known = Object.keys(catalogue.formulas).join(', ');
      throw new RequestError(
        failure('unknown-formula', `no formula is called "${name}"; there are ${known}`),
        undefined,
      );
    },
    async status({ waitMs = statusWaitMs } = {}) {
      const [heard, servers] = await Promise.all([hearBrokers(brokers, waitMs), statuses.ask(waitMs)]);
      return systemStatus(catalogue, heard, servers);
    },
    watch(onMessage) {
      const observer = observe({
        openLink,
        onMessage: (message) => onMessage({ ...message, at: Date.now() }),
        onDropped: (topic, cause) => onEvent({ event: 'message-dropped', topic, cause, count: 1 }),
      });
      return { close: observer.close, [Symbol.asyncDispose]: observer.close };
    },
    close,
    [Symbol.asyncDispose]: close,
  };

  const calls = Object.values(catalogue.formulas).map((formula) => {
    const count = formula.operands.length;
    const callFormula = (...args: readonly unknown[]): Promise<Answer<unknown>> => {
      // What follows the operands is options; a wrong number of operands is found by the check.
      const options = args.length > count ? args[count] : undefined;
      return ask(formula, args.slice(0, count), options as CallOptions | undefined);
    };
    return [formula.name, callFormula] as const;
  });
  return Object.assign(base, Object.fromEntries(calls));
}

function checkOptions({ name }: Formula, timeoutMs: number, trace: CallOptions['trace']): Failure | undefined {
  if (!(timeoutMs > 0 && timeoutMs <= limits.ttlMsMax)) {
    return failure('invalid-request', `${name}: a timeout of ${timeoutMs} ms is not above 0 and at most a day`);
  }
  return typeof trace === 'string' && trace.length > limits.traceMax
    ? failure(
        'invalid-request',
        `${name}: a trace of ${trace.length} characters; at most ${limits.traceMax} are possible`,
      )
    : undefined;
}

function cancelled(id: string | undefined, signal: AbortSignal): RequestError {
  return new RequestError(failure('cancelled', 'the call was aborted'), id, { cause: signal.reason });
}
