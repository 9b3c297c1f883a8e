import type { BrokerEndpoint } from '@cateto/contracts';
import { decodeBeat, encodeBeat, newAddress } from '@cateto/contracts';
import type { BrokerState, FailoverEffect, FailoverInput, Rank } from '@cateto/protocol';
import { createFailover } from '@cateto/protocol';
import { isMainThread } from 'node:worker_threads';
import type { OnEvent } from '../participant/events.ts';
import type { Platform } from '../link/link.ts';
import { nodePlatform } from '../link/platform.ts';
import { createDeadlineTimer } from '../link/deadline-timer.ts';
import { createReachReport } from '../participant/reach-report.ts';
import { createThrottledCounter } from '../participant/throttled-counter.ts';
import { brokerMetrics, createBrokerCounts } from './broker-metrics.ts';
import { createForwarding } from './forwarding.ts';
import type { OpenBrokerLink } from '../link/broker-link.ts';
import type { RunningBroker } from './running-broker.ts';
import { createSubscriptionTable } from './subscription-table.ts';
import type { SocketBrokerLink } from '../link/socket-broker-link.ts';
import { openSocketBrokerLink } from '../link/socket-broker-link.ts';
import type { BrokerKeys } from '../link/keys.ts';
import { securedSockets } from './secured-sockets.ts';

export interface BrokerSettings {
  readonly rank: Rank;
  readonly heartbeatMs: number;
  readonly peerLostMs: number;
  readonly onEvent: OnEvent;
}

export interface BrokerOptions extends BrokerSettings {
  /** Both brokers, the primary first. With only one there is no failover. */
  readonly brokers: readonly BrokerEndpoint[];
  /** The address to bind. The caller decides whether other hosts may reach it. */
  readonly bind: string;
  /** With keys, only peers with keys connect, and each speaks for its own address alone. */
  readonly keys?: BrokerKeys | undefined;
}

/**
 * A broker that stood still for this long drops the messages that waited meanwhile, because requesters have resent
 * them.
 */
const staleAfterMs = 1_000;

/**
 * Starts a broker: binds all ports, then becomes active or standby, depending on the other broker's beats.
 *
 * @throws Error for a rank that is not in the list, for a port that cannot be bound (the message names it), and in a
 * worker thread
 */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  // A broker hears the other one through libzmq, whose sockets end the process when the thread that reads them ends (ADR 27).
  if (!isMainThread) throw new Error('a broker runs on the main thread of a process: start it in a process of its own');
  const { rank, brokers, onEvent } = options;
  const own = rank === 'primary' ? brokers[0] : brokers[1];
  const peer = rank === 'primary' ? brokers[1] : brokers[0];
  if (own === undefined) throw new Error(`there is no ${rank} among the brokers; it takes two, the primary first`);
  const { sockets, guards, addressPrefix } = await securedSockets(options.keys, brokers);
  let link: SocketBrokerLink | undefined;
  const { broker, begin, giveUp } = prepareBroker({
    ...options,
    hasPeer: peer !== undefined,
    addressPrefix,
    openLink: (events) =>
      (link = openSocketBrokerLink(
        { sockets, bind: options.bind, ports: own, peer, platform: nodePlatform, guards },
        events,
      )),
    platform: nodePlatform,
    onReady(address) {
      const { publishPort: publish, subscribePort: subscribe, heartbeatPort: heartbeat } = own;
      onEvent({ event: 'ready', address, ports: { publish, subscribe, heartbeat } });
    },
  });
  try {
    await link?.bind();
  } catch (error) {
    giveUp();
    throw error;
  }
  begin();
  return broker;
}

export interface RunBrokerOptions extends BrokerSettings {
  readonly hasPeer: boolean;
  /** Begins the broker's address. */
  readonly addressPrefix?: string | undefined;
  readonly openLink: OpenBrokerLink;
  readonly platform: Platform;
  /** Called before the broker reports any event. */
  readonly onReady?: ((address: string) => void) | undefined;
}

/** Runs a broker on any link whose ports are bound. */
export function runBroker(options: RunBrokerOptions): RunningBroker {
  const { broker, begin } = prepareBroker(options);
  begin();
  return broker;
}

interface PreparedBroker {
  readonly broker: RunningBroker;
  begin(): void;
  /** Its link could not be bound, and has closed itself. */
  giveUp(): void;
}

/** A broker that processes subscriptions, but makes no decision before it begins. */
function prepareBroker(options: RunBrokerOptions): PreparedBroker {
  const { rank, heartbeatMs, peerLostMs, hasPeer, openLink, platform, onEvent, onReady } = options;
  const address = newAddress(platform.random, options.addressPrefix);
  const incarnation = newAddress(platform.random);
  const failover = createFailover({
    rank,
    address,
    incarnation,
    hasPeer,
    heartbeatMs,
    peerLostMs,
  });
  const dropped = createThrottledCounter(platform, (topic, cause, count) => {
    onEvent({ event: 'message-dropped', topic, cause, count });
  });
  const link = openLink({
    published: (topic, body) => forwarding.published(topic, body),
    subscription: (topic, subscribed) => forwarding.subscription(topic, subscribed),
    ended: (topics) => forwarding.ended(topics),
    refused: () => forwarding.refused(),
    peerBeat: hearPeer,
    peerLinkBroken: () => handle({ type: 'peer-link-broken' }),
    peerProbed(met) {
      if (met === 'refused') handle({ type: 'peer-refused' });
    },
    dialled: createReachReport(platform, onEvent).dialled,
    connectionsRefused: (cause) => onEvent({ event: 'connections-refused', cause }),
    dropped: dropped.count,
  });
  const forwarding = createForwarding({ link, table: createSubscriptionTable(address), dropped });
  const timer = createDeadlineTimer(platform, tick);
  const counts = createBrokerCounts();
  let beatsRead = 0;
  let closed: Promise<void> | undefined;
  let onClosing: ((closed: Promise<void>) => void) | undefined;
  const whenClosed = new Promise<void>((resolve) => {
    onClosing = resolve;
  });

  function handle(input: FailoverInput): void {
    // A probe or a beat may still arrive after the sockets are closed.
    if (closed !== undefined) return;
    for (const effect of failover.handle(input, platform.nowMs())) perform(effect);
    rearm();
  }

  function perform(effect: FailoverEffect): void {
    switch (effect.type) {
      case 'beat':
        return beat(effect.state, effect.epoch);
      case 'activate':
        counts.takeovers.count(effect.cause);
        forwarding.activate(effect.epoch);
        return onEvent({ event: 'active', epoch: effect.epoch, cause: effect.cause });
      case 'deactivate':
        counts.stepDowns.count(effect.cause);
        forwarding.deactivate();
        return onEvent({ event: 'standby', epoch: effect.epoch, cause: effect.cause });
      case 'probe-peer':
        return link.probePeer();
      case 'read-heartbeats':
        return readHeartbeats(beatsRead);
      case 'misconfigured':
        return onEvent({ event: 'misconfigured', message: effect.message });
      case 'stop':
        void close();
    }
  }

  function beat(state: BrokerState, epoch: number): void {
    const counters = forwarding.counters();
    link.beat(encodeBeat({ rank, state, epoch, incarnation, address, counters }));
  }

  /** The socket is empty when two turns of the loop have brought no beat. */
  function readHeartbeats(readBefore: number): void {
    platform.afterTurn(() => {
      if (closed !== undefined) return;
      if (beatsRead === readBefore) handle({ type: 'heartbeats-read' });
      else readHeartbeats(beatsRead);
    });
  }

  function hearPeer(body: Uint8Array): void {
    beatsRead += 1;
    const heard = decodeBeat(body);
    if (heard === undefined) dropped.count('heartbeat', 'no beat');
    else {
      counts.peerBeatMs = platform.nowMs();
      handle({ type: 'beat', beat: heard });
    }
  }

  function rearm(): void {
    const dueMs = failover.deadlineMs();
    if (dueMs !== undefined) timer.arm(dueMs);
  }

  function tick(lateMs: number): void {
    timer.taken();
    if (lateMs > staleAfterMs) link.dropQueued();
    handle({ type: 'late', lateMs });
    handle({ type: 'tick' });
  }

  function close(): Promise<void> {
    if (closed === undefined) {
      closed = end();
      onClosing?.(closed);
    }
    return closed;
  }

  async function end(): Promise<void> {
    timer.close();
    forwarding.deactivate();
    dropped.close();
    await link.close();
    onEvent({ event: 'stopped' });
  }

  const broker: RunningBroker = {
    address,
    metrics: () => brokerMetrics({ counts, failover, forwarding, link, dropped }, platform.nowMs()),
    notReady() {
      if (closed !== undefined) return 'the broker has stopped';
      const state = failover.state();
      if (state === 'leaving') return 'the broker hands over to the other broker, and stops';
      // A standby broker that hears nothing becomes active soon.
      return state === 'active' || failover.peer() !== undefined ? undefined : 'the other broker was not heard yet';
    },
    async drain() {
      if (closed === undefined) onEvent({ event: 'draining' });
      handle({ type: 'leave' });
      await whenClosed;
    },
    recheckKeys: () => link.recheckKeys?.(),
    close,
  };

  return {
    broker,
    giveUp: dropped.close,
    begin() {
      onReady?.(address);
      handle({ type: 'started' });
      if (failover.state() === 'standby') onEvent({ event: 'standby', epoch: failover.epoch(), cause: 'started' });
    },
  };
}
