/*
 * Settling: what becomes of a world when all faults end now. Hung brokers wake, links heal, held-back beats arrive, and
 * the rest is played until a world repeats. This gives the time until the pair has exactly one active broker, and
 * proves that it stays so: after a repeated world, everything is known.
 */
import { keyOf } from './world-key.test-support.ts';
import { step } from './world-step.test-support.ts';
import type { Advance, Broker, Event, Index, Link, World } from './world.test-support.ts';
import { cleanStepsOf, otherOf } from './world.test-support.ts';

export interface Settler {
  /** How many steps it takes; infinite if it never settles. */
  stepsOf(world: World): number;
  /** How many worlds were played. */
  size(): number;
}

export function createSettler(advance: Advance): Settler {
  const known = new Map<number, number>();

  function stepsOf(start: World): number {
    const path: { readonly key: number; readonly good: boolean }[] = [];
    const onPath = new Map<number, number>();
    let world = repaired(start);
    let steps: number | undefined;
    for (;;) {
      const key = keyOf(world);
      const round = onPath.get(key);
      steps = known.get(key);
      if (steps === undefined && round !== undefined) {
        steps = path.slice(round).every(({ good }) => good) ? 0 : Number.POSITIVE_INFINITY;
      }
      if (steps !== undefined) break;
      const next = step(world, promptly(world), advance);
      onPath.set(key, path.length);
      path.push({ key, good: next.changes.length === 0 && isGood(world) });
      world = next.world;
    }
    for (const { key, good } of path.toReversed()) {
      if (!good || steps > 0) steps += 1;
      known.set(key, steps);
    }
    return steps;
  }

  return { stepsOf, size: () => known.size };
}

/** Nothing is late: an answer in flight arrives. */
function promptly({ brokers }: World): Event {
  const index = brokers.findIndex(({ life, refusal }) => life === 'running' && refusal);
  return index < 0 ? { is: 'none' } : { is: 'refuse', broker: index as Index };
}

/** Exactly one active broker, if any broker runs, and none that is leaving. */
function isGood({ brokers }: World): boolean {
  const phases = brokers.filter(({ life }) => life !== 'down').map(({ own }) => own.phase);
  return (
    phases.length === 0 || (!phases.includes('leaving') && phases.filter((phase) => phase === 'active').length === 1)
  );
}

function repaired({ nowMs, brokers, links }: World): World {
  const broker = (index: Index): Broker => {
    const one = brokers[index];
    if (one.life === 'down') return one;
    const waking = one.waking || one.life === 'hung';
    return { ...one, life: 'running', waking, starved: false, inbox: [...one.inbox, ...links[index].ghosts] };
  };
  const link = (index: Index): Link => ({ ...links[index], mode: 'up', ghosts: [] });
  return { nowMs, brokers: [broker(0), broker(1)], links: [link(0), link(1)] };
}

/** Two active brokers whose beats reach each other. */
export function twoActiveHearing({ brokers, links }: World): boolean {
  return (
    brokers.every(({ life, own, starved }) => life === 'running' && own.phase === 'active' && !starved) &&
    links.every(({ mode, ghosts, clean }) => mode === 'up' && ghosts.length === 0 && clean > 0)
  );
}

/**
 * Of two such brokers the one with the higher epoch stays active without a break; with the same epoch, the first in
 * rank. Beats of a former life that are still in flight may change that.
 */
export function rightOneStays(world: World, advance: Advance): boolean {
  const [a, b] = world.brokers;
  const alive = new Set([a.config.incarnation, b.config.incarnation]);
  const beats = [...a.inbox, ...b.inbox, ...world.links[0].flight, ...world.links[1].flight];
  if (beats.some(({ incarnation }) => !alive.has(incarnation))) return true;
  // In these worlds, of two brokers of one rank the first has the smaller address.
  const aFirst = a.config.rank === 'primary' || b.config.rank === 'backup';
  const winner = a.own.epoch > b.own.epoch || (a.own.epoch === b.own.epoch && aFirst) ? 0 : 1;
  const { epoch } = world.brokers[winner].own;
  return staysActive(world, winner, advance, epoch)?.brokers[otherOf(winner)].own.phase === 'standby';
}

/**
 * When a broker stops because the other one is active, that one is active and stays so. Beats of a former life may
 * change that too.
 */
export function handedOver(world: World, leaver: Broker, heir: Index, advance: Advance): boolean {
  const { life, config, own, inbox } = world.brokers[heir];
  if (life !== 'running' || own.phase === 'leaving' || world.links[heir].mode !== 'up') return true;
  const alive = new Set([leaver.config.incarnation, config.incarnation]);
  if (leaver.met.at(-1) !== config.incarnation) return true;
  const { flight, ghosts } = world.links[heir];
  if ([...inbox, ...flight, ...ghosts].some(({ incarnation }) => !alive.has(incarnation))) return true;
  return staysActive(world, heir, advance, own.epoch) !== undefined;
}

function staysActive(world: World, index: Index, advance: Advance, epoch: number): World | undefined {
  const cleanSteps = cleanStepsOf(world.brokers[index].config);
  let current = world;
  for (let steps = 0; steps < cleanSteps; steps += 1) {
    const { own } = current.brokers[index];
    if (own.phase !== 'active' || own.epoch !== epoch) return undefined;
    current = step(current, promptly(current), advance).world;
  }
  return current;
}
