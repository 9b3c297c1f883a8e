import fc from 'fast-check';
import type { Misbehaviour } from './misbehaving.ts';
import { misbehaviours } from './misbehaving.ts';
import type { Work } from './work-scenarios.ts';
import {
  lastingWork,
  unequalWork,
  briefWork,
  burst,
  misledWork,
  overload,
  quickWork,
  shortWork,
  someWork,
} from './work-scenarios.ts';

/*
 * The events of one simulated run: the processes, the requests, and the faults with their times. All of it is data, so
 * that fast-check can generate it from a seed, and shrink it when the run breaks a promise.
 */

/**
 * - `one-at-a-time`: the next fault begins when the last one has ended and its effects have settled. Then every request
 *   is answered.
 * - `failovers`: the same, but only active brokers end, one soon after the other, or the only broker ends.
 * - `fatal`: some requests end every process that computes them, and servers have other, overlapping faults.
 * - `work`: computations take up to thirty seconds, and some requests come in bursts; one fault at a time, or none.
 * - `work-failovers`: the same computations, and the failovers of `failovers`.
 * - `restarts`: computations of up to three seconds, and op-servers that are told to end one after the other and have the
 *   time to end their work.
 * - `pauses`: computations of up to 300 ms, and a single broker that stands still for less than a second and continues.
 * - `cuts`: computations of ten seconds and more, and op-servers that are cut off, or stand still, for less than a tenth
 *   of that.
 * - `shares`: no faults and no op-servers; calc-servers compute bursts of two clients, long computations and short ones.
 * - `generators`: computations of some milliseconds, and formulas in steps with hundreds of calls; one fault at a time, half of
 *   them failovers.
 * - `misbehaving`: one additional op-server, which does not keep to the protocol, for twenty seconds.
 * - `load`: no faults, but too much work: a burst of one client beside the paced requests of the others, or twice the
 *   capacity for a minute.
 * - `any`: faults overlap in any way. Then every request has one outcome in time, and every answer is right.
 */
export const modes = [
  'one-at-a-time',
  'failovers',
  'fatal',
  'work',
  'work-failovers',
  'restarts',
  'pauses',
  'cuts',
  'shares',
  'generators',
  'misbehaving',
  'load',
  'any',
] as const;
export type Mode = (typeof modes)[number];

export type FaultKind =
  /** kill -9; restarted when the fault ends. */
  | 'kill'
  /** SIGTERM; restarted when the fault ends, and killed before if it has not ended. */
  | 'terminate'
  /** SIGSTOP, SIGCONT. */
  | 'stop'
  /** The event loop stands still; libzmq's own thread continues. */
  | 'hang'
  /** Every turn of the loop takes some milliseconds. */
  | 'slow'
  /** Nothing passes between two hosts. */
  | 'cut'
  /** Nothing passes from the first to the second. */
  | 'cut-one-way';

export interface Fault {
  readonly kind: FaultKind;
  /** The index of a participant or broker, modulo their number; or the broker that is active then. */
  readonly target: number | 'active';
  /** The other end of a cut. */
  readonly other: number;
  /** The time since the last fault was over, or in `any` since it began. */
  readonly afterMs: number;
  readonly forMs: number;
}

export interface Scenario {
  readonly mode: Mode;
  /** Determines delays, losses and jitter of the network. */
  readonly seed: number;
  readonly brokers: 1 | 2;
  readonly clients: number;
  readonly calcServers: number;
  /** Op-servers with lane 1, lane 2, or all lanes. */
  readonly opServers: readonly ('1' | '2' | 'all')[];
  /** The rate of each client's requests. */
  readonly perSecond: number;
  /** The usual delay from host to host. */
  readonly delayMs: readonly [number, number];
  /** The share of packets that are late. */
  readonly lateShare: number;
  readonly highWaterMark: number;
  /** When each process starts; the index is taken modulo their number. */
  readonly startsMs: readonly number[];
  readonly faults: readonly Fault[];
  /** When requests are sent that end the process that computes them. */
  readonly fatalsMs: readonly number[];
  /** How long handlers take; unless given, they take no time. */
  readonly work?: Work | undefined;
  /** How an additional op-server misbehaves (misbehaving.ts). */
  readonly misbehaviour?: Misbehaviour | undefined;
}

/** From when to when it misbehaves. */
export const misbehavesMs = { from: 3_000, to: 23_000 } as const;

const kinds: readonly FaultKind[] = ['kill', 'terminate', 'stop', 'hang', 'slow', 'cut', 'cut-one-way'];

const misbehaviourNames = Object.keys(misbehaviours) as Misbehaviour[];

/** Short in comparison with the timeouts of `one-at-a-time`, so that no deadline passes while a client is cut off. */
export const faultMaxMs = 3_000;

/** Longer than every timeout of the system. */
const longFaultMaxMs = 8_000;

const aFault = (maxMs: number) =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    // Brokers come first, so half of all faults hit one of them.
    target: fc.oneof(fc.nat({ max: 1 }), fc.nat({ max: 11 })),
    other: fc.oneof(fc.nat({ max: 1 }), fc.nat({ max: 11 })),
    afterMs: fc.integer({ min: 0, max: 1_500 }),
    forMs: fc.oneof(
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 120, max: 400 }),
      fc.integer({ min: 400, max: maxMs }),
    ),
  });

const failover = fc.record({
  kind: fc.constantFrom<FaultKind>('kill', 'terminate'),
  target: fc.constant('active' as const),
  other: fc.constant(0),
  afterMs: fc.integer({ min: 0, max: 300 }),
  forMs: fc.integer({ min: 100, max: 400 }),
});

/**
 * The first two op-servers, which come after two brokers and two calc-servers, when they have started. They have longer
 * than they need to drain.
 */
const restart = fc.record({
  kind: fc.constant<FaultKind>('terminate'),
  target: fc.integer({ min: 4, max: 5 }),
  other: fc.constant(0),
  afterMs: fc.integer({ min: 1_500, max: 3_000 }),
  forMs: fc.integer({ min: 5_500, max: 7_000 }),
});

/** The broker, which comes first in the list, when all participants have connected. No connection to it is given up. */
const pause = fc.record({
  kind: fc.constantFrom<FaultKind>('stop', 'hang'),
  target: fc.constant(0),
  other: fc.constant(0),
  afterMs: fc.integer({ min: 1_500, max: 3_000 }),
  forMs: fc.integer({ min: 50, max: 900 }),
});

/** The first two op-servers, which come after a broker and two calc-servers, each while it computes. */
const cut = fc.record({
  kind: fc.constantFrom<FaultKind>('cut', 'cut', 'cut-one-way', 'stop'),
  target: fc.integer({ min: 3, max: 4 }),
  other: fc.constant(0),
  afterMs: fc.integer({ min: 4_000, max: 12_000 }),
  forMs: fc.integer({ min: 210, max: 450 }),
});

/** Faults of servers alone. In the list, servers come after brokers, and clients after servers. */
const serverFault = fc.record({
  kind: fc.constantFrom<FaultKind>('kill', 'terminate', 'stop', 'hang', 'cut', 'cut-one-way'),
  target: fc.integer({ min: 2, max: 8 }),
  other: fc.nat({ max: 1 }),
  afterMs: fc.integer({ min: 0, max: 800 }),
  forMs: fc.integer({ min: 1, max: 600 }),
});

/** Whether its computations take time. */
export function takesTime(mode: Mode): boolean {
  return (
    mode === 'work' ||
    mode === 'work-failovers' ||
    mode === 'restarts' ||
    mode === 'pauses' ||
    mode === 'cuts' ||
    mode === 'shares' ||
    mode === 'generators' ||
    mode === 'misbehaving' ||
    mode === 'load'
  );
}

export function scenarios(mode: Mode): fc.Arbitrary<Scenario> {
  const many = mode === 'failovers' || mode === 'work-failovers';
  const fatal = mode === 'fatal';
  const load = mode === 'load';
  const work = takesTime(mode);
  const misled = mode === 'misbehaving';
  const restarts = mode === 'restarts';
  const pauses = mode === 'pauses';
  const cuts = mode === 'cuts';
  const shares = mode === 'shares';
  const generators = mode === 'generators';
  return fc.record({
    mode: fc.constant(mode),
    seed: fc.integer(),
    // With a single broker, requests wait until it is back.
    brokers: pauses || cuts ? fc.constant(1) : restarts ? fc.constant(2) : fc.constantFrom(2, 2, 2, 1),
    clients: fc.integer({ min: load || shares ? 2 : 1, max: mode === 'failovers' ? 1 : many ? 2 : 3 }),
    // With a single calc-server, its end would end the promise.
    calcServers: fc.integer({ min: mode === 'any' ? 1 : 2, max: many || restarts || cuts ? 2 : 3 }),
    opServers: shares
      ? fc.constant([])
      : fatal || work
        ? fc.array(fc.constant('all' as const), { minLength: 2, maxLength: 6 })
        : many
          ? // While one listens on every lane, calc-servers have no reason to fall back.
            fc.oneof(fc.array(fc.constantFrom('1', '2', 'all'), { maxLength: 2 }), fc.constant(['all' as const]))
          : fc.array(fc.constantFrom('1', '2', 'all'), { maxLength: 4 }),
    perSecond:
      restarts || cuts
        ? fc.constantFrom(0.1, 0.3)
        : pauses
          ? fc.constant(10)
          : load
            ? fc.constant(2)
            : work
              ? fc.constantFrom(1, 3)
              : many
                ? fc.constantFrom(5, 10, 60)
                : fc.constantFrom(5, 20, 60),
    delayMs: fc.constantFrom([0.05, 0.3] as const, [0.5, 3] as const, [0, 0.01] as const),
    // Only a late packet shows the states between those that a takeover passes through.
    lateShare: many ? fc.constantFrom(0.02, 0.2) : fc.constant(0.02),
    highWaterMark: mode === 'any' ? fc.constantFrom(10_000, 128, 8) : fc.constant(10_000),
    startsMs: fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 12 }),
    faults: many
      ? fc.array(failover, { minLength: 40, maxLength: 40 })
      : fatal
        ? fc.array(serverFault, { maxLength: 6 })
        : load || misled || shares
          ? fc.constant([])
          : cuts
            ? fc.array(cut, { minLength: 2, maxLength: 4 })
            : pauses
              ? fc.array(pause, { minLength: 2, maxLength: 6 })
              : restarts
                ? fc.array(restart, { minLength: 2, maxLength: 4 })
                : generators
                  ? fc.array(fc.oneof(failover, aFault(faultMaxMs)), { maxLength: 4 })
                  : work
                    ? fc.oneof(fc.constant([]), fc.array(aFault(faultMaxMs), { minLength: 1, maxLength: 4 }))
                    : fc.array(aFault(mode === 'any' ? longFaultMaxMs : faultMaxMs), { minLength: 1, maxLength: 12 }),
    fatalsMs: fatal ? fc.array(fc.integer({ min: 500, max: 6_000 }), { minLength: 1, maxLength: 6 }) : fc.constant([]),
    work: load
      ? fc.oneof(burst, overload)
      : misled
        ? misledWork
        : cuts
          ? lastingWork
          : shares
            ? unequalWork
            : pauses
              ? briefWork
              : restarts
                ? shortWork
                : generators
                  ? quickWork
                  : work
                    ? someWork
                    : fc.constant(undefined),
    misbehaviour: misled ? fc.constantFrom(...misbehaviourNames) : fc.constant(undefined),
  });
}
