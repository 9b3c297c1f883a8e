import type { BusEvent, OpenLink } from '@cateto/bus';
import type { BrokerHost, NetworkOptions, PassingMessage, SimulatedProcess } from '@cateto/simulation';
import { createNetwork } from '@cateto/simulation';
import type { Calculator, Catalogue } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import { isolateCallback } from '../isolate-callback.ts';
import type { Client } from '../client.ts';
import type { ConnectOptions } from '../connect.ts';
import { createClient } from '../create-client.ts';
import { createService } from '../create-service.ts';
import type { OptionNames } from '../option-names.ts';
import { checkOptionNames } from '../option-names.ts';
import type { OwnHandlers, Service, ServiceOptions } from '../service.ts';
import { serviceOptionNames } from '../service.ts';
import { createPump } from './pump.ts';

export interface SimulateOptions extends Omit<NetworkOptions, 'seed'> {
  /** A whole number; 1 unless given. */
  readonly seed?: number | undefined;
  /** What the brokers notice. */
  readonly onEvent?: ((event: BusEvent, host: BrokerHost) => void) | undefined;
}

/** A part of the system with a host of its own. */
export interface OnHost {
  /** Where it runs, for the faults; `client-1`, `server-1` and so on unless given. */
  readonly host?: string | undefined;
}

type SimulatedConnect<C extends Catalogue> = Omit<ConnectOptions<C>, 'brokers'> & OnHost;
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
  host: true,
};
const serveNames: OptionNames<SimulatedServe<Catalogue>> = { ...serviceOptionNames, handlers: true, host: true };

/**
 * A whole system in this process and in virtual time: the real brokers, servers and clients over a simulated network.
 * Time passes only while a call, a drain or {@link SimulatedSystem.pass} is waited for, and then at once: a timeout of
 * five seconds takes no time at all. The same seed gives the same course of events.
 */
export interface SimulatedSystem {
  /** Milliseconds of virtual time since the start. */
  nowMs(): number;
  /** As `connect()` of the SDK, on a host of its own. */
  connect(options?: Omit<SimulatedConnect<Calculator>, 'catalogue'>): Client<Calculator>;
  connect<C extends Catalogue>(options: SimulatedConnect<C> & { catalogue: C }): Client<C>;
  /** As `serve()` of the SDK, on a host of its own; errors are exposed unless `exposeErrors` is false. */
  serve<C extends Catalogue = Calculator>(options: SimulatedServe<C>): Service;
  /** Lets so many milliseconds of virtual time pass; a handler that waits for it takes that long. */
  pass(ms: number): Promise<void>;
  /**
   * Kills what runs on a host, as kill -9 does. What it was asked and asked itself by then is never settled; from then on a call there
   * is rejected, `close()` and `drain()` have nothing left to do, and a service that did not listen yet is not `ready`.
   */
  crash(host: string): void;
  /** A broker that has crashed starts anew. Servers and clients start with `serve` and `connect`. */
  restart(host: BrokerHost): void;
  /** What runs there stands still, as after SIGSTOP, until {@link resume}. */
  stop(host: string): void;
  resume(host: string): void;
  /** From now on each turn of its event loop takes so many milliseconds; 0 is the usual. */
  slow(host: string, turnMs: number): void;
  /** Nothing passes between two hosts, or `one-way` from the first to the second, until {@link heal}. */
  cut(from: string, to: string, how?: 'both-ways' | 'one-way'): void;
  heal(from: string, to: string): void;
  /** Loses each message that is chosen. @returns what ends that */
  drop(chosen: (message: PassingMessage) => boolean): () => void;
}

/** Starts two brokers, or the one asked for, on a network on which nothing else runs yet. */
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

  /** Starts a process on a host; when what runs on it cannot be started, the host is free again. */
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
    const { host = `client-${clients}`, catalogue = calculator, timeoutMs = 5_000, onEvent: tell } = given;
    const { process, started: client } = startOn(host, (on, openLink) =>
      createClient({
        catalogue,
        timeoutMs,
        openLink,
        platform: on.platform,
        hearBrokers: (waitMs, ending) => network.hearBrokers(on, waitMs, ending),
        onEvent: tell,
      }),
    );
    const waited = [...Object.keys(catalogue.formulas), 'call', 'status'] as const;
    const calls = waited.map((name) => {
      const call = client[name as 'call'] as (...args: readonly unknown[]) => Promise<unknown>;
      return [name, (...args: readonly unknown[]) => whileItRuns(host, process, () => call(...args))] as const;
    });
    const close = endOf(host, process, client.close);
    return { ...client, ...Object.fromEntries(calls), close, [Symbol.asyncDispose]: close };
  }

  /** Time passes for what runs; what has crashed cannot be asked for anything. */
  function whileItRuns<T>(host: string, process: SimulatedProcess, call: () => Promise<T>): Promise<T> {
    if (process.state() === 'ended')
      return Promise.reject(new Error(`${host} has crashed: nothing runs there any more`));
    return pump.during(host, call());
  }

  /** What has crashed has ended already. */
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
    // A test that fails shows what its own handlers threw.
    const { exposeErrors = true, ...rest } = others;
    const { process, started: service } = startOn(host, ({ platform }, openLink) =>
      createService({ ...rest, catalogue, operationTimeoutMs, exposeErrors, platform, openLink }),
    );
    const ready = Promise.race([service.ready, whenEnded(process).then(() => false)]);
    const drain = endOf(host, process, service.drain);
    return {
      get ready() {
        return pump.during(host, ready);
      },
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

/** When a process was killed. */
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
