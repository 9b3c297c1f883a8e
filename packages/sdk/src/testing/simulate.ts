import type { BusEvent } from '@cateto/bus';
import type { BrokerHost, NetworkOptions, PassingMessage, SimulatedProcess } from '@cateto/bus/simulated';
import { createNetwork } from '@cateto/bus/simulated';
import type { Calculator, Catalogue } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import type { Client } from '../client.ts';
import type { ConnectOptions } from '../connect.ts';
import { createClient } from '../create-client.ts';
import { createService } from '../create-service.ts';
import type { OptionNames } from '../option-names.ts';
import { checkOptionNames } from '../option-names.ts';
import type { ServeOptions, Service } from '../service.ts';
import { serviceOptionNames } from '../service.ts';
import { createPump } from './pump.ts';

export interface SimulateOptions extends Partial<NetworkOptions> {
  /** What the brokers notice. */
  readonly onEvent?: (event: BusEvent, host: BrokerHost) => void;
}

/** A part of the system with a host of its own. */
export interface OnHost {
  /** Where it runs, for the faults; `client-1`, `server-1` and so on unless given. */
  readonly host?: string;
}

type SimulatedConnect<C extends Catalogue> = Omit<ConnectOptions<C>, 'brokers'> & OnHost;
type SimulatedServe<C extends Catalogue> = Omit<ServeOptions<C>, 'brokers'> & OnHost;

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
const serveNames: OptionNames<SimulatedServe<Catalogue>> = { ...serviceOptionNames, host: true };

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
  /** As `serve()` of the SDK, on a host of its own. */
  serve(options: Omit<SimulatedServe<Calculator>, 'catalogue'>): Service;
  serve<C extends Catalogue>(options: SimulatedServe<C> & { catalogue: C }): Service;
  /** Lets so many milliseconds of virtual time pass; a handler that waits for it takes that long. */
  pass(ms: number): Promise<void>;
  /** Kills what runs on a host, as kill -9 does. What it was asked and asked itself is never settled. */
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
  const { onEvent, ...options } = simulated;
  const network = createNetwork({ seed: 1, ...options });
  const pump = createPump(network);
  const processes = new Map<string, SimulatedProcess>();
  let clients = 0;
  let servers = 0;

  function startBroker(host: BrokerHost): void {
    const { process } = network.startBroker(host, (event) => onEvent?.(event, host));
    processes.set(host, process);
  }

  function processOn(host: string): SimulatedProcess {
    const process = processes.get(host);
    if (process === undefined)
      throw new Error(`nothing runs on ${host}; there are ${[...processes.keys()].join(', ')}`);
    return process;
  }

  function spawn(host: string): SimulatedProcess {
    const process = network.spawn(host);
    processes.set(host, process);
    return process;
  }

  function connect(given: SimulatedConnect<Catalogue> = {}): unknown {
    checkOptionNames('connect', given, connectNames);
    clients += 1;
    const { host = `client-${clients}`, catalogue = calculator, timeoutMs = 5_000, onEvent: tell } = given;
    const process = spawn(host);
    const client = createClient({
      catalogue,
      timeoutMs,
      openLink: network.openLink(process),
      platform: process.platform,
      hearBrokers: (waitMs) => network.hearBrokers(process, waitMs),
      onEvent: tell,
    });
    const waited = [...Object.keys(catalogue.formulas), 'call', 'status', 'close', Symbol.asyncDispose] as const;
    const calls = waited.map((name) => {
      const call = client[name as 'call'] as (...args: readonly unknown[]) => Promise<unknown>;
      return [name, (...args: readonly unknown[]) => pump.during(host, call(...args))] as const;
    });
    return { ...client, ...Object.fromEntries(calls) };
  }

  function serve(given: SimulatedServe<Catalogue>): Service {
    checkOptionNames('serve', given, serveNames);
    servers += 1;
    const { host = `server-${servers}`, catalogue = calculator, operationTimeoutMs = 2_000, ...rest } = given;
    const process = spawn(host);
    const { platform } = process;
    const service = createService({
      ...rest,
      catalogue,
      operationTimeoutMs,
      platform,
      openLink: network.openLink(process),
    });
    const { ready } = service;
    const drain = (): Promise<void> => pump.during(host, service.drain());
    return {
      get ready() {
        return pump.during(host, ready);
      },
      drain,
      close: () => pump.during(host, service.close()),
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
    drop: network.lose,
  };
}
