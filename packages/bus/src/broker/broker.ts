import { newAddress } from '@cateto/contracts';
import type { BrokerState, FailoverEffect, FailoverInput, Rank } from '@cateto/protocol';
import { createFailover } from '@cateto/protocol';
import type { EventHistory } from '../events/event-history.ts';
import type { Recording } from '../events/event-recording.ts';
import { recordEvents } from '../events/event-recording.ts';
import type { OnEvent } from '../participant/events.ts';
import type { Platform } from '../link/link.ts';
import { createDeadlineTimer } from '../link/deadline-timer.ts';
import { createReachReport } from '../participant/reach-report.ts';
import { createThrottledCounter } from '../participant/throttled-counter.ts';
import { createBrokerEvents } from './broker-events.ts';
import { brokerMetrics, createBrokerCounts } from './broker-metrics.ts';
import { createForwarding } from './forwarding.ts';
import type { OpenBrokerLink } from '../link/broker-link.ts';
import { createPeerReport } from './peer-report.ts';
import { createBeatReader, createBeatWriter } from './repeated-beats.ts';
import type { RunningBroker } from './running-broker.ts';
import { createServerReport } from './server-report.ts';
import { createSubscriptionTable } from './subscription-table.ts';

export interface BrokerSettings {
  readonly rank: Rank;
  readonly heartbeatMs: number;
  readonly peerLostMs: number;
  readonly onEvent: OnEvent;
  /** Keeps its events for observers; unless given, a new history. */
  readonly history?: EventHistory | undefined;
}

/**
 * A broker that stood still for this long drops the messages that waited meanwhile, because requesters have resent
 * them.
 */
const staleAfterMs = 1_000;
/** A loop that is later than this may have left beats unread. The failover has the same bound. */
const lateAfterMs = 50;

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
  const { broker, begin } = prepareBroker({ ...options, ...recordEvents(options) });
  begin();
  return broker;
}

export interface PreparedBroker {
  readonly broker: RunningBroker;
  begin(): void;
  /** Its link could not be bound, and has closed itself. */
  giveUp(): void;
}

/** A broker that processes subscriptions, but makes no decision before it begins. */
export function prepareBroker(options: RunBrokerOptions & Recording): PreparedBroker {
  const { rank, heartbeatMs, peerLostMs, hasPeer, openLink, platform, onEvent, history, onReady } = options;
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
    published(topic, body) {
      if (topic !== events.topic) return forwarding.published(topic, body);
      events.take(body);
      return true;
    },
    subscription: (topic, subscribed) => forwarding.subscription(topic, subscribed),
    ended(topics) {
      servers.ended(topics);
      forwarding.ended(topics);
    },
    refused: () => forwarding.refused(),
    rightRefused: dropped.countUntold,
    peerBeat: hearPeer,
    peerLinkBroken: () => handle({ type: 'peer-link-broken' }),
    peerProbed(met) {
      if (met !== 'refused') return;
      peer.refused();
      handle({ type: 'peer-refused' });
    },
    dialled: createReachReport(platform, onEvent).events.dialled,
    connectionsRefused: (cause) => onEvent({ event: 'connections-refused', cause }),
    dropped: dropped.count,
  });
  const servers = createServerReport(platform, onEvent);
  const table = createSubscriptionTable(address, servers.changed);
  const forwarding = createForwarding({ link, table, dropped });
  const events = createBrokerEvents({ address, rank, history, platform, link, dropped });
  const peer = createPeerReport(platform, { incarnation, peerLostMs }, onEvent);
  const timer = createDeadlineTimer(platform, tick);
  const counts = createBrokerCounts();
  const writeBeat = createBeatWriter();
  const readBeat = createBeatReader();
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
        return onEvent({ event: 'active', epoch: effect.epoch, cause: effect.cause, ...silence() });
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

  function silence(): { readonly silentMs?: number } {
    return counts.peerBeatMs === undefined ? {} : { silentMs: Math.round(platform.nowMs() - counts.peerBeatMs) };
  }

  function beat(state: BrokerState, epoch: number): void {
    const counters = forwarding.counters();
    link.beat(writeBeat({ rank, state, epoch, incarnation, address, counters }));
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
    const heard = readBeat(body);
    if (heard === undefined) dropped.count('heartbeat', 'no beat');
    else {
      counts.peerBeatMs = platform.nowMs();
      peer.heard(heard);
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
    peer.tick(lateMs > lateAfterMs);
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
    servers.close();
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
      link.subscribe(events.topic);
      onReady?.(address);
      handle({ type: 'started' });
      if (failover.state() === 'standby') onEvent({ event: 'standby', epoch: failover.epoch(), cause: 'started' });
    },
  };
}
