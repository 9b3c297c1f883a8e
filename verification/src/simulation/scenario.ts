import fc from 'fast-check';
import type { Misbehaviour } from './misbehaving.ts';
import { misbehaviours } from './misbehaving.ts';

/*
 * What happens in one simulated run: who takes part, what is asked, what goes wrong and when. All of it is data, so that
 * fast-check can make it from a seed and shrink it when the run breaks a promise.
 */

/**
 * - `one-at-a-time`: the next fault begins when the last one is mended and what it left behind has settled. Then every
 *   request is answered.
 * - `failovers`: the same with nothing but active brokers that end, one soon after the other; or the only one.
 * - `fatal`: some requests end whatever process computes them, and servers have other faults that overlap.
 * - `work`: computations take up to thirty seconds, and some requests come in bursts; one fault at a time, or none.
 * - `work-failovers`: the same computations, and the same failovers as in `failovers`.
 * - `misbehaving`: one op-server more, which does not keep to the protocol, for twenty seconds.
 * - `load`: nothing goes wrong, but there is more to do than can be done at once: a burst of one client beside the paced requests of the
 *   others, or twice the capacity for a minute.
 * - `any`: faults overlap as they come. Then every request has one outcome in time, and what is answered is right.
 */
export const modes = [
  'one-at-a-time',
  'failovers',
  'fatal',
  'work',
  'work-failovers',
  'misbehaving',
  'load',
  'any',
] as const;
export type Mode = (typeof modes)[number];

export type FaultKind =
  /** kill -9; started anew when the fault ends. */
  | 'kill'
  /** SIGTERM; started anew when the fault ends, killed before if it has not come to its end. */
  | 'terminate'
  /** SIGSTOP, SIGCONT. */
  | 'stop'
  /** The event loop stands still; libzmq's own thread goes on. */
  | 'hang'
  /** Every turn of the loop takes some milliseconds. */
  | 'slow'
  /** Nothing passes between two hosts. */
  | 'cut'
  /** Nothing passes from the first to the second. */
  | 'cut-one-way';

export interface Fault {
  readonly kind: FaultKind;
  /** Which of the participants and brokers, counted round; or whichever broker is active then. */
  readonly target: number | 'active';
  /** The other end of a cut. */
  readonly other: number;
  /** Since all was well again, or in `any` since the last fault began. */
  readonly afterMs: number;
  readonly forMs: number;
}

/** Computations that take time. */
export interface Work {
  /** Of how long each takes, and whether it blocks. */
  readonly seed: number;
  /** Each takes so long; 0 to 30,000 ms, most of them little, unless given. */
  readonly evenMs?: number | undefined;
  /** The share of computations that block the loop of their process. */
  readonly blockingShare: number;
  /** How many computations each op-server runs at once; counted round. */
  readonly slots: readonly number[];
  readonly bursts: readonly Burst[];
  /** Of each request. */
  readonly timeoutMs: number;
  /** Twice what the op-servers can do is asked for, from then on for a minute. */
  readonly overloadFromMs?: number | undefined;
}

/** Requests that a client makes at once. */
export interface Burst {
  /** Counted round. */
  readonly client: number;
  readonly atMs: number;
  readonly many: number;
}

export interface Scenario {
  readonly mode: Mode;
  /** Of the network: delays, losses, jitter. */
  readonly seed: number;
  readonly brokers: 1 | 2;
  readonly clients: number;
  readonly calcServers: number;
  /** Op-servers that serve lane 1, lane 2, all lanes. */
  readonly opServers: readonly ('1' | '2' | 'all')[];
  /** Requests of each client. */
  readonly perSecond: number;
  /** The usual delay from host to host. */
  readonly delayMs: readonly [number, number];
  readonly highWaterMark: number;
  /** When each process starts; counted round. */
  readonly startsMs: readonly number[];
  readonly faults: readonly Fault[];
  /** When requests are made that end the process that computes them. */
  readonly fatalsMs: readonly number[];
  /** What is computed takes time. */
  readonly work?: Work | undefined;
  /** How an op-server more misbehaves (misbehaving.ts). */
  readonly misbehaviour?: Misbehaviour | undefined;
}

/** From when until when it does. */
export const misbehavesMs = { from: 3_000, to: 23_000 } as const;

const kinds: readonly FaultKind[] = ['kill', 'terminate', 'stop', 'hang', 'slow', 'cut', 'cut-one-way'];

const misbehaviourNames = Object.keys(misbehaviours) as Misbehaviour[];

/** Short against the timeouts of `one-at-a-time`, so that nobody's deadline passes while he is cut off. */
export const faultMaxMs = 3_000;

/** Longer than every timeout of the system. */
const longFaultMaxMs = 8_000;

const aFault = (maxMs: number) =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    // Brokers stand first: half of all faults hit one of them.
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

/** With deadlines that allow it all: the longest run, and whatever waits before it. */
const someWork = fc.record({
  seed: fc.nat(),
  // Of a kind that blocks now and then the next time may come unannounced: after sixteen runs that did not.
  blockingShare: fc.constantFrom(0, 0, 0, 1),
  slots: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }),
  bursts: fc.array(
    fc.record({
      client: fc.nat({ max: 2 }),
      atMs: fc.integer({ min: 0, max: 6_000 }),
      many: fc.integer({ min: 2, max: 40 }),
    }),
    { maxLength: 2 },
  ),
  timeoutMs: fc.constant(600_000),
});

/** Evenly long, so that it can be told what takes too long; with slots for all of it, but for the burst. */
const misledWork = fc.record({
  seed: fc.nat(),
  evenMs: fc.constantFrom(5, 20, 100, 300),
  blockingShare: fc.constant(0),
  slots: fc.constantFrom([4], [8]),
  bursts: fc.array(
    fc.record({
      client: fc.nat({ max: 2 }),
      atMs: fc.integer({ min: 3_500, max: 10_000 }),
      many: fc.integer({ min: 10, max: 60 }),
    }),
    { maxLength: 1 },
  ),
  timeoutMs: fc.constant(60_000),
});

const burst = fc.record({
  seed: fc.nat(),
  evenMs: fc.constantFrom(20, 50, 100),
  blockingShare: fc.constantFrom(0, 1),
  slots: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
  bursts: fc
    .record({ client: fc.constant(0), atMs: fc.constant(3_000), many: fc.integer({ min: 20, max: 200 }) })
    .map((one) => [one]),
  timeoutMs: fc.constant(600_000),
});

const overload = fc.record({
  seed: fc.nat(),
  evenMs: fc.constantFrom(100, 200, 500),
  blockingShare: fc.constantFrom(0, 1),
  slots: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 4 }),
  bursts: fc.constant([]),
  timeoutMs: fc.constantFrom(20_000, 60_000),
  overloadFromMs: fc.constant(3_000),
});

/** Of servers alone: they stand behind the brokers, and clients after all of them. */
const serverFault = fc.record({
  kind: fc.constantFrom<FaultKind>('kill', 'terminate', 'stop', 'hang', 'cut', 'cut-one-way'),
  target: fc.integer({ min: 2, max: 8 }),
  other: fc.nat({ max: 1 }),
  afterMs: fc.integer({ min: 0, max: 800 }),
  forMs: fc.integer({ min: 1, max: 600 }),
});

/** Its computations take their time. */
export function takesTime(mode: Mode): boolean {
  return mode === 'work' || mode === 'work-failovers' || mode === 'misbehaving' || mode === 'load';
}

export function scenarios(mode: Mode): fc.Arbitrary<Scenario> {
  const many = mode === 'failovers' || mode === 'work-failovers';
  const fatal = mode === 'fatal';
  const load = mode === 'load';
  const work = takesTime(mode);
  const misled = mode === 'misbehaving';
  return fc.record({
    mode: fc.constant(mode),
    seed: fc.integer(),
    // Without a stand-in requests wait until the broker is back.
    brokers: fc.constantFrom(2, 2, 2, 1),
    clients: fc.integer({ min: load ? 2 : 1, max: mode === 'failovers' ? 1 : many ? 2 : 3 }),
    // Without a stand-in a calc-server's death is the end of the promise.
    calcServers: fc.integer({ min: mode === 'any' ? 1 : 2, max: many ? 2 : 3 }),
    opServers:
      fatal || work
        ? fc.array(fc.constant('all' as const), { minLength: 2, maxLength: 6 })
        : fc.array(fc.constantFrom('1', '2', 'all'), { maxLength: many ? 2 : 4 }),
    perSecond: load
      ? fc.constant(2)
      : work
        ? fc.constantFrom(1, 3)
        : many
          ? fc.constantFrom(5, 10, 60)
          : fc.constantFrom(5, 20, 60),
    delayMs: fc.constantFrom([0.05, 0.3] as const, [0.5, 3] as const, [0, 0.01] as const),
    highWaterMark: mode === 'any' ? fc.constantFrom(10_000, 128, 8) : fc.constant(10_000),
    startsMs: fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 12 }),
    faults: many
      ? fc.array(failover, { minLength: 40, maxLength: 40 })
      : fatal
        ? fc.array(serverFault, { maxLength: 6 })
        : load || misled
          ? fc.constant([])
          : work
            ? fc.oneof(fc.constant([]), fc.array(aFault(faultMaxMs), { minLength: 1, maxLength: 4 }))
            : fc.array(aFault(mode === 'any' ? longFaultMaxMs : faultMaxMs), { minLength: 1, maxLength: 12 }),
    fatalsMs: fatal ? fc.array(fc.integer({ min: 500, max: 6_000 }), { minLength: 1, maxLength: 6 }) : fc.constant([]),
    work: load ? fc.oneof(burst, overload) : misled ? misledWork : work ? someWork : fc.constant(undefined),
    misbehaviour: misled ? fc.constantFrom(...misbehaviourNames) : fc.constant(undefined),
  });
}
