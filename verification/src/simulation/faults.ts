import type { createNetwork } from '@cateto/simulation';
import type { History } from './history.ts';
import type { Fault, FaultKind, Mode, Scenario } from './scenario.ts';
import type { Member } from './system.ts';

/** When everything is well again, links included: the kernel detects a dead heartbeat link within 3.5 s. */
export const settleMs = 4_500;
/** No Node process restarts sooner. */
export const restartMs = 100;
/** If only brokers end, whose links break at once, everything is connected again after this time. */
const metAgainMs = 600;
const slowTurnMs = 3;
/** Stands for a name until the fault begins. */
const theActive = 'the active broker';

export interface NamedFault {
  readonly kind: FaultKind;
  target: string;
  /** The other end of a cut. */
  readonly other: string | undefined;
  readonly fromMs: number;
  readonly forMs: number;
}

export interface FaultInjector {
  begin(fault: NamedFault): void;
  mend(fault: NamedFault): void;
}

/** Makes processes and paths of the simulated network fail, and mends them. */
export function createFaultInjector(
  network: ReturnType<typeof createNetwork>,
  members: ReadonlyMap<string, Member>,
  history: History,
  start: (name: string) => void,
  say: (who: string, what: () => string) => void,
): FaultInjector {
  function begin(fault: NamedFault): void {
    if (fault.target === theActive) fault.target = activeBroker(history) ?? 'broker';
    const { kind, target, other, forMs } = fault;
    const span = { kind, target, other, fromMs: network.nowMs(), toMs: network.nowMs() + forMs };
    history.faults.push(span);
    say(target, () => `** ${kind}${other === undefined ? '' : ` ${other}`} for ${forMs} ms`);
    const member = members.get(target);
    if (kind === 'kill') member?.process.kill();
    else if (kind === 'stop') member?.process.stop();
    else if (kind === 'hang') member?.process.hang();
    else if (kind === 'slow') member?.process.slowDown(slowTurnMs);
    else if (kind === 'terminate') terminate(member);
    if (other === undefined) return;
    network.cut(target, other);
    if (kind === 'cut') network.cut(other, target);
  }

  function terminate(member: Member | undefined): void {
    if (member === undefined) return;
    member.process.deliver(() => void member.end().then(() => member.process.kill()));
  }

  function mend({ kind, target, other }: NamedFault): void {
    say(target, () => `** ${kind}${other === undefined ? '' : ` ${other}`} is over`);
    const member = members.get(target);
    if (kind === 'stop' || kind === 'hang') member?.process.continue();
    if (kind === 'slow') member?.process.slowDown(0);
    if (kind === 'kill' || kind === 'terminate') {
      member?.process.kill();
      start(target);
    }
    if (other === undefined) return;
    network.heal(target, other);
    network.heal(other, target);
  }

  return { begin, mend };
}

function activeBroker({ brokers, lives }: History): string | undefined {
  const last = brokers.findLast(({ state }) => state === 'active');
  const life = lives.find(({ process }) => process === last?.process);
  return life !== undefined && life.toMs === Number.POSITIVE_INFINITY ? last?.host : undefined;
}

/**
 * Faults with names and times. A fault of something that another fault already affects is left out, because the two
 * could not end independently.
 */
export function namedFaults(scenario: Scenario, names: readonly string[]): NamedFault[] {
  const faults: NamedFault[] = [];
  let nextMs = 0;
  for (const fault of scenario.faults) {
    const found = nameOne(fault, names, nextMs);
    const overlaps = faults.some((one) => found.fromMs <= one.fromMs + one.forMs && sameSubject(one, found));
    if (overlaps || found.other === found.target) continue;
    faults.push(found);
    const settledMs = isOfBrokers(scenario.mode) ? metAgainMs : settleMs;
    nextMs =
      scenario.mode === 'any' || scenario.mode === 'fatal' ? found.fromMs : found.fromMs + found.forMs + settledMs;
  }
  return faults;
}

function nameOne({ kind, target, other, afterMs, forMs }: Fault, names: readonly string[], nextMs: number): NamedFault {
  const cuts = kind === 'cut' || kind === 'cut-one-way';
  const nameAt = (index: number | 'active'): string =>
    index === 'active' ? theActive : (names[index % names.length] ?? 'broker');
  return {
    kind,
    target: nameAt(target),
    other: cuts ? nameAt(other) : undefined,
    fromMs: nextMs + afterMs,
    forMs: kind === 'kill' || kind === 'terminate' ? Math.max(forMs, restartMs) : forMs,
  };
}

/** A process can only have one fault at a time, and so can a path. */
function sameSubject(one: NamedFault, other: NamedFault): boolean {
  if (one.other === undefined || other.other === undefined)
    return one.other === other.other && one.target === other.target;
  return [one.target, one.other].toSorted().join() === [other.target, other.other].toSorted().join();
}

/** Modes in which only brokers end. */
function isOfBrokers(mode: Mode): boolean {
  return mode === 'failovers' || mode === 'work-failovers';
}
