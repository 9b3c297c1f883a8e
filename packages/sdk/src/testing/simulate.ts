import type { BusEvent, OpenLink } from '@cateto/bus';
import type { BrokerHost, NetworkOptions, PassingMessage, SimulatedProcess } from '@cateto/simulation';
import { createNetwork } from '@cateto/simulation';
import type { Calculator, Catalogue, Formula } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import { isolateCallback } from '../isolate-callback.ts';
import type { Client } from '../client.ts';
import type { ConnectOptions } from '../connect.ts';
import type { KeyOptions } from '../dial-keys-of.ts';
import { createClient } from '../create-client.ts';
import { createService } from '../create-service.ts';
import type { OptionNames } from '../option-names.ts';
import { checkOptionNames } from '../option-names.ts';
import type { OwnHandlers, Service, ServiceOptions } from '../service.ts';
import { serviceOptionNames } from '../service.ts';
import type { MapMethod } from '../map/types.ts';
import { eventsWhile } from './events-while.ts';
import { mapWhile } from './map-while.ts';
import { createPump } from './pump.ts';
import { replayed } from './replay.ts';

export interface SimulateOptions extends Omit<NetworkOptions, 'seed' | 'onMessage'> {
  /** A whole number; 1 unless given. */
  readonly seed?: number | undefined;
  /** Receives the events of the brokers. */
  readonly onEvent?: ((event: BusEvent, host: BrokerHost) => void) | undefined;
}

/** The host of a part of the system. */
export interface OnHost {
  /** The host on which the part runs; faults refer to it. Unless given, `client-1`, `server-1` and so on. */
  readonly host?: string | undefined;
}

type SimulatedConnect<C extends Catalogue> = Omit<ConnectOptions<C>, 'brokers' | keyof KeyOptions> & OnHost;
type SimulatedServe<C extends Catalogue> = ServiceOptions<C> & OwnHandlers<C> & OnHost;

const simulateNames: OptionNames<SimulateOptions> = {
  seed: true,
  delayMs: true,
  lateShare: true,
  highWaterMark: true,
  brokers: true,
  onEvent: true,
};
const connectNames: OptionNames<SimulatedConnect<Catalogue>> = {
  catalogue: true,
  timeoutMs: true,
  onEvent: true,
  telemetry: true,
  host: true,
};
const serveNames: OptionNames<SimulatedServe<Catalogue>> = { ...serviceOptionNames, handlers: true, host: true };

/**
 * A whole system in this process and in virtual time: the real brokers, servers and clients over a simulated network.
 * Time passes only while the test waits for a call, a drain or {@link SimulatedSystem.pass}, and then without real
 * waiting: a timeout of five seconds takes no time at all. The same seed gives the same course of events.
 */
export interface SimulatedSystem {
  /** Milliseconds of virtual time since the start. */
  nowMs(): number;
  /** Like `connect()` of the SDK, on a host of its own. */
  connect(options?: Omit<SimulatedConnect<Calculator>, 'catalogue'>): Client<Calculator>;
  connect<C extends Catalogue>(options: SimulatedConnect<C> & { catalogue: C }): Client<C>;
  /**
   * Like `serve()` of the SDK, on a host of its own. Errors are exposed unless `exposeErrors` is false. Each generator of
   * a formula runs a second time with the same results; if it differs, the formula fails as `internal`.
   */
  serve<C extends Catalogue = Calculator>(options: SimulatedServe<C>): Service;
  /** Lets this many milliseconds of virtual time pass. A handler that waits for it takes that long. */
  pass(ms: number): Promise<void>;
  /**
   * Kills what runs on a host, like kill -9. Its open requests never settle, in either direction. Later calls there
   * reject, `close()` and `drain()` do nothing, and the `ready` of a service that did not listen yet is false.
   */
  crash(host: string): void;
  /** Starts a broker again that has crashed. Use `serve` and `connect` for servers and clients. */
  restart(host: BrokerHost): void;
  /** Stops the process on a host, like SIGSTOP, until {@link resume}. */
  stop(host: string): void;
  resume(host: string): void;
  /** Makes each turn of the host's event loop take this many milliseconds; 0 is normal speed. */
  slow(host: string, turnMs: number): void;
  /** Stops all traffic between two hosts, or `one-way` from the first to the second, until {@link heal}. */
  cut(from: string, to: string, how?: 'both-ways' | 'one-way'): void;
  heal(from: string, to: string): void;
  /** Loses each message that `chosen` selects. @returns a function that ends the losses */
  drop(chosen: (message: PassingMessage) => boolean): () => void;
}

/** Starts two brokers, or the one given, on a new network. */
export function simulate(simulated: SimulateOptions = {}): SimulatedSystem {
  checkOptionNames('simulate', simulated, simulateNames);
  const { onEvent, seed = 1, ...options } = simulated;
  const network = createNetwork({ ...options, seed });
  const pump = createPump(network);
  const processes = new Map<string, SimulatedProcess>();
  let clients = 0;
  let servers = 0;

  function startBroker(host: BrokerHost): void {
    const tell = isolateCallback((event: BusEvent) => onEvent?.(event, host));
    const { process } = network.startBroker(host, tell);
    processes.set(host, process);
  }

  function processOn(host: string): SimulatedProcess {
    const process = processes.get(host);
    if (process === undefined)
      throw new Error(`nothing runs on ${host}; there are ${[...processes.keys()].join(', ')}`);
    return process;
  }

  /** Starts a process on a host. If it cannot be started, the host is free again. */
  function startOn<T>(
    host: string,
    start: (process: SimulatedProcess, openLink: OpenLink) => T,
  ): { readonly process: SimulatedProcess; readonly started: T } {
    const process = network.spawn(host);
    try {
      const started = start(process, network.openLink(process));
      processes.set(host, process);
      return { process, started };
    } catch (error) {
      process.kill();
      throw error;
    }
  }

  function connect(given: SimulatedConnect<Catalogue> = {}): unknown {
    checkOptionNames('connect', given, connectNames);
    clients += 1;
    const { host = `client-${clients}`, catalogue = calculator, timeoutMs = 5_000, onEvent: tell, telemetry } = given;
    const { process, started: client } = startOn(host, (on, openLink) =>
      createClient({
        catalogue,
        timeoutMs,
        openLink,
        platform: on.platform,
        brokers: options.brokers ?? 2,
        hearBrokers: (waitMs, ending) => network.hearBrokers(on, waitMs, ending),
        onEvent: tell,
        telemetry,
      }),
    );
    const waited = [...Object.keys(catalogue.formulas), 'call', 'status'] as const;
    const contracts = new Map(Object.entries<Formula>(catalogue.formulas));
    const calls = waited.map((name) => {
      const call = client[name as 'call'] as (...args: readonly unknown[]) => Promise<unknown>;
      const waiting = (...args: readonly unknown[]): Promise<unknown> =>
        whileItRuns(host, process, () => call(...args));
      return [name, Object.assign(waiting, contracts.has(name) && { contract: contracts.get(name) })] as const;
    });
    const map: MapMethod<Catalogue> = (...args) =>
      mapWhile(client.map(...args), (step) => whileItRuns(host, process, step));
    const events: typeof client.events = (...args) =>
      eventsWhile(client.events(...args), (step) => whileItRuns(host, process, step));
    const watch: typeof client.watch = (onMessage) => {
      const end = endOf(host, process, client.watch(onMessage).close);
      return { close: end, [Symbol.asyncDispose]: end };
    };
    const close = endOf(host, process, client.close);
    return { ...client, ...Object.fromEntries(calls), map, events, watch, close, [Symbol.asyncDispose]: close };
  }

  /** Lets time pass while the call runs. Calls of a crashed process reject. */
  function whileItRuns<T>(host: string, process: SimulatedProcess, call: () => Promise<T>): Promise<T> {
    if (process.state() === 'ended')
      return Promise.reject(new Error(`${host} has crashed: nothing runs there any more`));
    return pump.during(host, call());
  }

  /** Ends a process; one that has crashed has ended already. */
  function endOf(host: string, process: SimulatedProcess, end: () => Promise<void>): () => Promise<void> {
    return () => {
      const crashed = whenEnded(process);
      return process.state() === 'ended' ? crashed : pump.during(host, Promise.race([end(), crashed]));
    };
  }

  function serve(given: SimulatedServe<Catalogue>): Service {
    checkOptionNames('serve', given, serveNames);
    servers += 1;
    const { host = `server-${servers}`, catalogue = calculator, operationTimeoutMs = 2_000, ...others } = given;
    // When a test fails, the developer needs the text of the exception.
    const { exposeErrors = true, formulas, ...rest } = others;
    const codes = formulas && { formulas: replayed(formulas) };
    const { process, started: service } = startOn(host, ({ platform }, openLink) =>
      createService({ ...rest, ...codes, catalogue, operationTimeoutMs, exposeErrors, platform, openLink }),
    );
    const ready = Promise.race([service.ready, whenEnded(process).then(() => false)]);
    const drain = endOf(host, process, service.drain);
    return {
      get ready() {
        return pump.during(host, ready);
      },
      metrics: service.metrics,
      notReady: () => (process.state() === 'ended' ? 'the process has ended' : service.notReady()),
      drain,
      close: endOf(host, process, service.close),
      [Symbol.asyncDispose]: drain,
    };
  }

  startBroker('broker');
  if (options.brokers !== 1) startBroker('backup');

  return {
    nowMs: network.nowMs,
    connect: connect as SimulatedSystem['connect'],
    serve,
    pass: (ms) => pump.during('', new Promise((resolve) => network.at(network.nowMs() + ms, resolve))),
    crash(host) {
      processOn(host).kill();
      pump.gone(host);
    },
    restart: startBroker,
    stop: (host) => processOn(host).stop(),
    resume: (host) => processOn(host).continue(),
    slow: (host, turnMs) => processOn(host).slowDown(turnMs),
    cut(from, to, how = 'both-ways') {
      network.cut(from, to);
      if (how === 'both-ways') network.cut(to, from);
    },
    heal(from, to) {
      network.heal(from, to);
      network.heal(to, from);
    },
    drop(chosen) {
      let lost = false;
      const ask = isolateCallback((message: PassingMessage) => {
        lost = chosen(message);
      });
      return network.lose((message) => {
        lost = false;
        ask(message);
        return lost;
      });
    },
  };
}

/** Resolves when the process is killed. */
function whenEnded(process: SimulatedProcess): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (process.state() !== 'ended') return;
      stop();
      resolve();
    };
    const stop = process.onChange(check);
    check();
  });
}
