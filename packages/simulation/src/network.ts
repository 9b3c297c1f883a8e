import type { Beat, BrokerEndpoint } from '@cateto/contracts';
import { decodeBeat } from '@cateto/contracts';
import type { BrokerStatus } from '@cateto/bus';
import type { BusEvent, OnEvent } from '@cateto/bus';
import type { OpenLink, Signal } from '@cateto/bus';
import type { OpenBrokerLink } from '@cateto/bus';
import { hearBeat, openSocketBrokerLink, participantLink } from '@cateto/bus';
import type { RunningBroker } from '@cateto/bus';
import { runBroker } from '@cateto/bus';
import type { Chance } from './chance.ts';
import { createChance } from './chance.ts';
import { createClock } from './clock.ts';
import type { Passage } from './passage.ts';
import { createPaths } from './paths.ts';
import type { SimulatedProcess } from './process.ts';
import { createProcess } from './process.ts';
import { simulatedSockets } from './sockets.ts';
import { createWire } from './wire.ts';

/*
 * A network in one process and in virtual time: hosts, processes with an event loop each, connections that carry bytes,
 * and faults of all of these. Only this is simulated, and libzmq: the ZMTP peers, the bus, the broker and the machines
 * that run on it are real. One seed gives one course of events.
 */

export interface NetworkOptions {
  /** A whole number. */
  readonly seed: number;
  /** The usual time of a packet between hosts, in milliseconds, from and to; unless given, 0.05 to 0.3. */
  readonly delayMs?: readonly [number, number] | undefined;
  /** The share of packets that take up to ten times as long, 0 to 1; unless given, 0.02. */
  readonly lateShare?: number | undefined;
  /** How many messages in one direction of a connection may wait; more are dropped. Unless given, 10,000. */
  readonly highWaterMark?: number | undefined;
  /** Unless given, two. */
  readonly brokers?: 1 | 2 | undefined;
  /** Receives each message that a process sends on a connection. The message object shows its fate as it changes. */
  readonly onMessage?: ((passage: Passage) => void) | undefined;
}

/** Lets settled promises continue. */
const promises = (): Promise<void> => Promise.resolve();

/** The hosts of brokers, the primary's first. */
export type BrokerHost = 'broker' | 'backup';

/** A message on a connection; a broker's beat has no topic. */
export interface PassingMessage {
  /** The topic with its address. */
  readonly topic: string;
  readonly from: string;
  readonly to: string;
}

export interface SimulatedBroker {
  readonly process: SimulatedProcess;
  readonly broker: RunningBroker;
}

export interface SimulatedNetwork {
  /** Milliseconds since the start of the network. */
  nowMs(): number;
  readonly chance: Chance;
  /**
   * Starts a process on the host of this name.
   *
   * @throws Error when a process runs there
   */
  spawn(name: string): SimulatedProcess;
  /** The link with which a participant in a process connects. */
  openLink(process: SimulatedProcess): OpenLink;
  /** Starts a broker on its host. `onPeerBeat` receives each beat of the peer that it reads. */
  startBroker(host: BrokerHost, onEvent?: OnEvent, onPeerBeat?: (beat: Beat) => void): SimulatedBroker;
  /**
   * Whether both run, and every connection from the participant to the broker is established: the truth, which neither
   * of them may know.
   */
  isLinked(participant: string, broker: BrokerHost): boolean;
  /** From now on nothing arrives in this direction. Packets wait in the kernels until an end gives up. */
  cut(from: string, to: string): void;
  heal(from: string, to: string): void;
  /** From now on the link of a host carries so many bits a second in each direction, for all of its connections together. */
  slow(host: string, bitsPerSecond: number): void;
  /**
   * Loses each message that is selected, on its way from the sender to a broker or from there, every time it is sent.
   *
   * @returns a function that ends this
   */
  lose(chosen: (message: PassingMessage) => boolean): () => void;
  /** The state of the brokers, as a listener to their heartbeats hears it. */
  hearBrokers(process: SimulatedProcess, waitMs: number, ending?: Signal): Promise<readonly BrokerStatus[]>;
  /** How many messages were lost on purpose or dropped at a high-water mark. */
  dropped(): number;
  /** Schedules an event, not before now. */
  at(timeMs: number, run: () => void): void;
  /** The time of the next event; undefined when no event is scheduled. */
  nextMs(): number | undefined;
  /** Lets the next event happen. An exception is a defect of the code that runs on the network. */
  step(): void;
  /** Lets time pass up to a point, with all events until then and at it. Promises continue in between. */
  runTo(timeMs: number): Promise<void>;
}

const ports = { publishPort: 1, subscribePort: 2, heartbeatPort: 3 };
const endpointOf = (host: BrokerHost): BrokerEndpoint => ({ host, ...ports });
const usualPacketBytes = 1_448;
/** The payload of a packet on the smallest paths, over Ethernet, and within a host. */
const packetSizes = [536, usualPacketBytes, 65_483];
const heartbeatMs = 50;
const peerLostMs = 200;
const ignore = (_event: BusEvent): void => undefined;

export function createNetwork(options: NetworkOptions): SimulatedNetwork {
  const { seed, delayMs = [0.05, 0.3], lateShare = 0.02, highWaterMark = 10_000, brokers = 2, onMessage } = options;
  const chance = createChance(seed);
  const clock = createClock();
  const paths = createPaths(chance.fork(), { delayMs, lateShare });
  const losses = new Set<(message: PassingMessage) => boolean>();
  const loses = (topic: string, from: string, to: string): boolean => {
    for (const chosen of losses) if (chosen({ topic, from, to })) return true;
    return false;
  };
  const [packetBytes = usualPacketBytes] = chance.fork().shuffled(packetSizes);
  const wire = createWire({ clock, chance: chance.fork(), paths, packetBytes, highWaterMark, loses, onMessage });
  const brokerHosts: readonly BrokerHost[] = brokers === 1 ? ['broker'] : ['broker', 'backup'];
  const processes = new Map<string, SimulatedProcess>();
  let spawned = 0;

  function spawn(name: string): SimulatedProcess {
    const before = processes.get(name);
    if (before !== undefined && before.state() !== 'ended') throw new Error(`${name} runs already`);
    const process = createProcess({ host: name, pid: (spawned += 1) }, clock, chance.fork());
    processes.set(name, process);
    return process;
  }

  function socketsOf(process: SimulatedProcess): ReturnType<typeof simulatedSockets> {
    return simulatedSockets({ process, clock, wire, chance: chance.fork(), highWaterMark });
  }

  function brokerLink(process: SimulatedProcess, host: BrokerHost, peer: BrokerHost | undefined): OpenBrokerLink {
    return (events) => {
      const link = openSocketBrokerLink(
        {
          sockets: socketsOf(process),
          bind: host,
          ports: endpointOf(host),
          peer: peer === undefined ? undefined : endpointOf(peer),
          platform: process.platform,
        },
        events,
      );
      // The ports of a host are free when no process runs there, so nothing is in their way.
      void link.bind();
      return link;
    };
  }

  return {
    nowMs: clock.nowMs,
    chance,
    spawn,
    openLink: (process) => participantLink(socketsOf(process), brokerHosts.map(endpointOf)),
    startBroker(host, onEvent = ignore, onPeerBeat) {
      if (!brokerHosts.includes(host)) throw new Error(`this network has no ${host}`);
      const process = spawn(host);
      const peer = brokerHosts.find((other) => other !== host);
      const broker = runBroker({
        rank: host === 'broker' ? 'primary' : 'backup',
        heartbeatMs,
        peerLostMs,
        hasPeer: peer !== undefined,
        openLink: overhearing(brokerLink(process, host, peer), onPeerBeat),
        platform: process.platform,
        onEvent,
      });
      return { process, broker };
    },
    isLinked(participant, broker) {
      const run = [participant, broker].every((name) => processes.get(name)?.state() === 'running');
      return (
        run &&
        wire.isLinked(participant, { host: broker, port: ports.publishPort }) &&
        wire.isLinked(participant, { host: broker, port: ports.subscribePort })
      );
    },
    cut(from, to) {
      paths.cut(from, to);
      wire.pathsChanged();
    },
    slow: paths.slow,
    heal(from, to) {
      paths.heal(from, to);
      wire.pathsChanged();
    },
    lose(chosen) {
      losses.add(chosen);
      return () => losses.delete(chosen);
    },
    hearBrokers: (process, waitMs, ending) =>
      Promise.all(
        brokerHosts.map(async (host) => ({
          endpoint: host,
          beat: await hearBeat(socketsOf(process), process.platform, endpointOf(host), waitMs, ending),
        })),
      ),
    dropped: wire.dropped,
    at: (timeMs, run) => void clock.at(timeMs, run),
    nextMs: clock.nextMs,
    step: clock.step,
    async runTo(timeMs) {
      for (let nextMs = clock.nextMs(); nextMs !== undefined && nextMs <= timeMs; nextMs = clock.nextMs()) {
        clock.step();
        await promises();
      }
      clock.passTo(timeMs);
    },
  };
}

function overhearing(open: OpenBrokerLink, onPeerBeat: ((beat: Beat) => void) | undefined): OpenBrokerLink {
  if (onPeerBeat === undefined) return open;
  return (events) =>
    open({
      ...events,
      peerBeat(body) {
        const beat = decodeBeat(body);
        if (beat !== undefined) onPeerBeat(beat);
        events.peerBeat(body);
      },
    });
}
