/*
 * A step of the world: half a heartbeat. At most one event happens, then the network delivers, then each running broker
 * has its turn.
 *
 * The adverse behaviour of reality is included: timers run before sockets are read; the first turn after a long hang
 * does not see what arrived meanwhile; messages of a dead process may arrive after the beats of its next incarnation; a
 * refusal may arrive at any time after the connect.
 */
import { createdState, deadlineOf } from './state.ts';
import type { FailoverEffect, FailoverInput, PeerBeat } from './types.ts';
import type { Advance, Broker, Change, Event, Index, Link, Pair, World } from './world.test-support.ts';
import { cleanStepsOf, otherOf, stepMs } from './world.test-support.ts';

type Draft<T> = { -readonly [K in keyof T]: T[K] };

interface Scratch {
  readonly nowMs: number;
  readonly brokers: Pair<Draft<Broker>>;
  readonly links: Pair<Draft<Link>>;
  readonly changes: Change[];
  readonly advance: Advance;
}

export function step(world: World, event: Event, by: Advance): { readonly world: World; readonly changes: Change[] } {
  const { nowMs, brokers, links } = world;
  const scratch: Scratch = {
    nowMs,
    brokers: [{ ...brokers[0] }, { ...brokers[1] }],
    links: [{ ...links[0] }, { ...links[1] }],
    changes: [],
    advance: by,
  };
  happen(scratch, event);
  transport(scratch, 0);
  transport(scratch, 1);
  turn(scratch, 0);
  turn(scratch, 1);
  return {
    world: { nowMs: nowMs + stepMs, brokers: scratch.brokers, links: scratch.links },
    changes: scratch.changes,
  };
}

function happen(scratch: Scratch, event: Event): void {
  switch (event.is) {
    case 'none':
      return;
    case 'start':
      return start(scratch, event.broker);
    case 'crash':
      return end(scratch, event.broker);
    case 'leave':
      return give(scratch, event.broker, { type: 'leave' });
    case 'refuse':
      scratch.brokers[event.broker].refusal = false;
      return give(scratch, event.broker, { type: 'peer-refused' });
    case 'hang':
      scratch.brokers[event.broker].life = 'hung';
      return;
    case 'wake':
      return wake(scratch.brokers[event.broker], scratch.nowMs);
    case 'starve':
    case 'feed':
      scratch.brokers[event.broker].starved = event.is === 'starve';
      return;
    case 'cut':
    case 'stall':
    case 'heal':
      scratch.links[event.link].mode = ({ cut: 'cut', stall: 'stalled', heal: 'up' } as const)[event.is];
      return;
    case 'haunt':
      return haunt(scratch, event.link);
  }
}

function wake(broker: Draft<Broker>, nowMs: number): void {
  broker.life = 'running';
  // A shorter hang concerns the loop alone: libzmq's own thread ran on, so messages that arrived can be read.
  broker.waking = nowMs - (deadlineOf(broker.config, broker.own) ?? nowMs) > 50;
}

function haunt(scratch: Scratch, to: Index): void {
  const link = scratch.links[to];
  const broker = scratch.brokers[to];
  // A broker that has met the former incarnation and hears its successor must ignore it. Others cannot know what it is.
  const former = link.clean * stepMs >= 2 * broker.config.heartbeatMs ? broker.met.slice(0, -1) : [];
  if (!link.ghosts.every(({ incarnation }) => former.includes(incarnation))) unclean(scratch);
  broker.inbox = withBeats(broker.inbox, link.ghosts);
  link.ghosts = [];
}

function start(scratch: Scratch, index: Index): void {
  const broker = scratch.brokers[index];
  const outgoing = scratch.links[otherOf(index)];
  broker.life = 'running';
  broker.births += 1;
  broker.config = { ...broker.config, incarnation: `${index}-${broker.births}` };
  broker.own = createdState();
  broker.heardMax = 0;
  broker.met = [];
  // A publisher sends to connected peers, so messages in flight to a former process do not reach this one.
  scratch.links[index].flight = [];
  outgoing.ghosts = withBeats(outgoing.ghosts, outgoing.flight);
  outgoing.flight = [];
  give(scratch, index, { type: 'started' });
}

/** The process is gone, together with its unread messages. Messages that it sent are still in flight. */
function end(scratch: Scratch, index: Index): void {
  const broker = scratch.brokers[index];
  broker.life = 'down';
  broker.starved = false;
  broker.waking = false;
  broker.inbox = [];
  broker.linkBroke = false;
  broker.refusal = false;
  broker.own = createdState();
  const incoming = scratch.links[index];
  incoming.flight = [];
  incoming.ghosts = [];
  incoming.connected = 0;
  unclean(scratch);
}

function unclean({ links }: Scratch): void {
  for (const link of links) {
    link.arriving = 0;
    link.clean = 0;
  }
}

function transport(scratch: Scratch, to: Index): void {
  const link = scratch.links[to];
  const receiver = scratch.brokers[to];
  const sender = scratch.brokers[otherOf(to)];
  if (link.mode === 'cut' || receiver.life === 'down') link.flight = [];
  if (link.mode === 'up' && receiver.life !== 'down') {
    receiver.inbox = withBeats(receiver.inbox, link.flight);
    link.flight = [];
    const present = sender.life === 'down' ? 0 : sender.births;
    if (link.connected !== present) {
      if (link.connected !== 0) receiver.linkBroke = true;
      link.connected = present;
    }
  }
  const arriving = link.mode === 'up' && sender.life === 'running' && receiver.life !== 'down' && !receiver.starved;
  const cleanSteps = cleanStepsOf(receiver.config);
  link.arriving = arriving ? Math.min(link.arriving + 1, cleanSteps) : 0;
  link.clean = arriving && receiver.life === 'running' ? Math.min(link.clean + 1, cleanSteps) : 0;
}

function turn(scratch: Scratch, index: Index): void {
  const broker = scratch.brokers[index];
  if (broker.life !== 'running') return;
  const dueMs = deadlineOf(broker.config, broker.own);
  if (dueMs !== undefined && dueMs <= scratch.nowMs) give(scratch, index, { type: 'tick' });
  if (broker.linkBroke) {
    broker.linkBroke = false;
    give(scratch, index, { type: 'peer-link-broken' });
  }
  if (!broker.waking && !broker.starved) readInbox(scratch, index);
  broker.waking = false;
}

function readInbox(scratch: Scratch, index: Index): void {
  const broker = scratch.brokers[index];
  const { inbox } = broker;
  if (broker.life !== 'running' || inbox.length === 0) return;
  broker.inbox = [];
  for (const beat of inbox) {
    broker.heardMax = Math.max(broker.heardMax, beat.epoch);
    if (broker.met.at(-1) !== beat.incarnation) {
      broker.met = [...broker.met.filter((one) => one !== beat.incarnation), beat.incarnation];
    }
    give(scratch, index, { type: 'beat', beat });
  }
}

function give(scratch: Scratch, index: Index, input: FailoverInput): void {
  const broker = scratch.brokers[index];
  if (broker.life !== 'running') return;
  const { phase } = broker.own;
  broker.own = { ...broker.own };
  const effects = scratch.advance(broker.config, broker.own, input, scratch.nowMs);
  for (const effect of effects) perform(scratch, index, effect, phase === 'active' || phase === 'leaving');
}

function perform(scratch: Scratch, index: Index, effect: FailoverEffect, forwarded: boolean): void {
  const broker = scratch.brokers[index];
  const peer = scratch.brokers[otherOf(index)];
  const outgoing = scratch.links[otherOf(index)];
  switch (effect.type) {
    case 'beat': {
      const { rank, incarnation, address } = broker.config;
      const { state, epoch } = effect;
      outgoing.flight = withBeats(outgoing.flight, [{ rank, state, epoch, incarnation, address }]);
      return;
    }
    case 'activate':
    case 'deactivate':
    case 'stop':
      scratch.changes.push({
        broker: index,
        effect,
        own: { ...broker },
        peer: { ...peer },
        incoming: { ...scratch.links[index] },
        outgoing: { ...outgoing },
        forwarded,
      });
      if (effect.type === 'stop') end(scratch, index);
      return;
    case 'probe-peer':
      if (peer.life === 'down' && scratch.links.every(({ mode }) => mode === 'up')) broker.refusal = true;
      return;
    case 'read-heartbeats':
      if (!broker.waking) readInbox(scratch, index);
      return give(scratch, index, { type: 'heartbeats-read' });
    case 'misconfigured':
  }
}

/** One after the other. Equal beats in a row count as one. */
function withBeats(beats: readonly PeerBeat[], more: readonly PeerBeat[]): readonly PeerBeat[] {
  const all = [...beats];
  for (const beat of more) {
    const last = all.at(-1);
    const same =
      last !== undefined &&
      last.state === beat.state &&
      last.epoch === beat.epoch &&
      last.incarnation === beat.incarnation;
    if (!same) all.push(beat);
  }
  return all;
}
