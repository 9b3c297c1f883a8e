/*
 * The explorer visits every state that two brokers can reach with a number of faults, in any order and at any time. It
 * proceeds layer by layer in the number of faults, each to its fixed point: starts, wake-ups and repairs are free, a
 * fault costs one, and time is not bounded. It checks the rules below in every state and at every change.
 */
import { createSettler, handedOver, rightOneStays, twoActiveHearing } from './settling.test-support.ts';
import { keyOf } from './world-key.test-support.ts';
import { step } from './world-step.test-support.ts';
import type { Advance, Change, Event, World, WorldOptions } from './world.test-support.ts';
import { cleanStepsOf, emptyWorld, otherOf, stepMs } from './world.test-support.ts';

export type Rule =
  /** Without further faults, the pair reaches exactly one active broker and stays so. */
  | 'it settles'
  /** Of two active brokers that hear each other, the one with the higher epoch stays, otherwise the first in rank. */
  | 'the right one stays'
  /**
   * No broker takes over by silence while its peer's beats arrive or wait unread, however long the broker itself hung.
   */
  | 'beats count as heard'
  /** No broker takes over from an active peer that it has heard all the time. */
  | 'a peer that is heard keeps its part'
  /**
   * While both hear each other, no broker withdraws unless the other one forwards, and none hands over to one that
   * steps down.
   */
  | 'somebody forwards'
  /** A takeover uses a higher epoch than any that was heard. */
  | 'an epoch is new';

export interface Exploration {
  readonly states: number;
  readonly violation: { readonly rule: Rule; readonly story: readonly string[] } | undefined;
  /**
   * The longest times to settle: from any state; from those in which no broker is leaving; from two active brokers that
   * hear each other.
   */
  readonly settleMsMax: number;
  readonly stayingMsMax: number;
  readonly twoActiveMsMax: number;
}

export interface ExploreOptions extends Partial<WorldOptions> {
  readonly advance: Advance;
  /** The number of faults and their kinds; unless given, all kinds. */
  readonly faults: number;
  readonly kinds?: readonly Fault[];
  /** Events that have happened before, at no cost. The exploration begins after them. */
  readonly before?: readonly Event[];
  /** Called with every two worlds that count as one. */
  readonly onSame?: (one: World, other: World) => void;
}

const allFaults = ['crash', 'hang', 'starve', 'leave', 'cut', 'stall'] as const;
export type Fault = (typeof allFaults)[number];

interface Reached {
  readonly world: World;
  readonly key: number;
  /** The state from which it was reached, and how. */
  readonly from: number;
  readonly event: Event;
}

export function explore({
  advance,
  faults,
  kinds = allFaults,
  before = [],
  onSame,
  ...options
}: ExploreOptions): Exploration {
  const first = emptyWorld({
    ranks: ['primary', 'backup'],
    peerLostMs: 200,
    leaveMs: 1_000,
    calmMs: 1_000,
    advance,
    ...options,
  });
  const begin = before.reduce((world, event) => step(world, event, advance).world, first);
  const worlds = new Map<number, World>();
  const cameFrom: number[] = [];
  const cameBy: Event[] = [];
  const seen = new Set<number>();
  const settler = createSettler(advance);
  let settleMsMax = 0;
  let stayingMsMax = 0;
  let twoActiveMsMax = 0;

  function check(world: World): Rule | undefined {
    const settleMs = settler.stepsOf(world) * stepMs;
    if (settleMs === Number.POSITIVE_INFINITY) return 'it settles';
    settleMsMax = Math.max(settleMsMax, settleMs);
    if (world.brokers.every(({ own }) => own.phase !== 'leaving')) stayingMsMax = Math.max(stayingMsMax, settleMs);
    if (!twoActiveHearing(world)) return undefined;
    twoActiveMsMax = Math.max(twoActiveMsMax, settleMs);
    return rightOneStays(world, advance) ? undefined : 'the right one stays';
  }

  function broken(rule: Rule, from: number, event: Event): Exploration {
    const events = from === 0 && event === nothing ? [] : [event];
    for (let at = from; at > 0; at = cameFrom[at] ?? 0) events.unshift(cameBy[at] ?? nothing);
    return report({ rule, story: tell(first, [...before, ...events], advance) });
  }

  function report(violation: Exploration['violation']): Exploration {
    return { states: cameFrom.length, violation, settleMsMax, stayingMsMax, twoActiveMsMax };
  }

  let layer: Reached[] = [{ world: begin, key: keyOf(begin), from: 0, event: nothing }];
  for (let spent = 0; spent <= faults; spent += 1) {
    const dearer: Reached[] = [];
    for (let current = layer.pop(); current !== undefined; current = layer.pop()) {
      const { world, key, from, event } = current;
      if (seen.has(key)) {
        const same = worlds.get(key);
        if (same !== undefined) onSame?.(same, world);
        continue;
      }
      seen.add(key);
      if (onSame !== undefined) worlds.set(key, world);
      const id = cameFrom.push(from) - 1;
      cameBy.push(event);
      const wrong = check(world);
      if (wrong !== undefined) return broken(wrong, from, event);
      for (const next of eventsOf(world)) {
        const fault = allFaults.find((one) => one === next.is);
        if (fault !== undefined && (spent === faults || !kinds.includes(fault))) continue;
        const after = step(world, next, advance);
        for (const change of after.changes) {
          const rule = judge(change, after.world, advance);
          if (rule !== undefined) return broken(rule, id, next);
        }
        const afterKey = keyOf(after.world);
        if (onSame === undefined && seen.has(afterKey)) continue;
        (fault === undefined ? layer : dearer).push({ world: after.world, key: afterKey, from: id, event: next });
      }
    }
    layer = dearer;
  }
  return report(undefined);
}

const nothing: Event = { is: 'none' };

/** All possible next events. */
export function eventsOf({ brokers, links }: World): Event[] {
  const events: Event[] = [nothing];
  for (const index of [0, 1] as const) {
    const { life, starved, own, refusal } = brokers[index];
    const { mode, ghosts } = links[index];
    events.push({ is: life === 'down' ? 'start' : 'crash', broker: index });
    if (life === 'running' && refusal) events.push({ is: 'refuse', broker: index });
    if (life === 'hung') events.push({ is: 'wake', broker: index });
    if (life === 'running')
      events.push({ is: 'hang', broker: index }, { is: starved ? 'feed' : 'starve', broker: index });
    if (life === 'running' && own.phase !== 'leaving') events.push({ is: 'leave', broker: index });
    if (mode === 'up') events.push({ is: 'cut', link: index }, { is: 'stall', link: index });
    else events.push({ is: 'heal', link: index });
    if (ghosts.length > 0 && life !== 'down') events.push({ is: 'haunt', link: index });
  }
  return events;
}

function judge(
  { broker, effect, own, peer, incoming, outgoing, forwarded }: Change,
  after: World,
  advance: Advance,
): Rule | undefined {
  const cleanSteps = cleanStepsOf(own.config);
  const heard = incoming.clean >= cleanSteps;
  if (effect.type === 'activate') {
    if (effect.epoch <= own.heardMax) return 'an epoch is new';
    const silence = effect.cause === 'peer-silent' || effect.cause === 'peer-never-heard';
    if (silence && (incoming.arriving >= cleanSteps || (own.inbox.length > 0 && !own.waking)))
      return 'beats count as heard';
    return heard && peer.own.phase === 'active' ? 'a peer that is heard keeps its part' : undefined;
  }
  const heir = otherOf(broker);
  if (effect.cause === 'peer-active' && !handedOver(after, own, heir, advance)) return 'somebody forwards';
  const forwards = peer.own.phase === 'active' || peer.own.phase === 'leaving';
  return heard && outgoing.clean >= cleanSteps && forwarded && !forwards ? 'somebody forwards' : undefined;
}

/** The course of events, for people. */
function tell(first: World, events: readonly Event[], advance: Advance): string[] {
  const lines: string[] = [];
  let world = first;
  for (const event of events) {
    const { nowMs } = world;
    const after = step(world, event, advance);
    const lineOf = (what: string): number => lines.push(`${nowMs} ms: ${what}`);
    if ('broker' in event) lineOf(`${event.is} ${event.broker}`);
    if ('link' in event) lineOf(`${event.is} the link to ${event.link}`);
    for (const { broker, effect } of after.changes) lineOf(`${broker} does ${effect.type}, ${effect.cause}`);
    world = after.world;
  }
  const ends = world.brokers.map(({ life, own }) => `${life} ${own.phase} ${own.epoch}`);
  return [...lines, `${world.nowMs} ms: ${ends.join(' | ')}`];
}
