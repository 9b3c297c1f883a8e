import fc from 'fast-check';

/* The work that takes time in the scenarios of each mode. */

/** Computations that take time. */
export interface Work {
  /** Determines how long each computation takes and whether it blocks. */
  readonly seed: number;
  /** The time of each computation; unless given, 0 to 30,000 ms, mostly short. */
  readonly evenMs?: number | undefined;
  /** The time of each computation for clients other than the first, if it differs. */
  readonly othersMs?: number | undefined;
  /** The share of computations that block the event loop of their process. */
  readonly blockingShare: number;
  /** How many computations each op-server runs at once; the index is taken modulo their number. */
  readonly slots: readonly number[];
  readonly bursts: readonly Burst[];
  /** The timeout of each request. */
  readonly timeoutMs: number;
  /** From then on, for a minute, clients send twice as many requests as the op-servers can answer. */
  readonly overloadFromMs?: number | undefined;
}

/** Requests that a client sends at once. */
export interface Burst {
  /** The index is taken modulo the number of clients. */
  readonly client: number;
  readonly atMs: number;
  readonly many: number;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** Bursts of one of the first three clients, at most so many. */
function burstsOf(size: { readonly maxLength: number }, atMs: Range, many: Range): fc.Arbitrary<readonly Burst[]> {
  return fc.array(fc.record({ client: fc.nat({ max: 2 }), atMs: fc.integer(atMs), many: fc.integer(many) }), size);
}

/** The deadlines allow for the longest run and everything that waits before it. */
export const someWork = fc.record({
  seed: fc.nat(),
  // A kind of work that blocks only sometimes may block without an announcement, after sixteen runs that did not.
  blockingShare: fc.constantFrom(0, 0, 0, 1),
  slots: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }),
  bursts: burstsOf({ maxLength: 2 }, { min: 0, max: 6_000 }, { min: 2, max: 40 }),
  timeoutMs: fc.constant(600_000),
});

/**
 * All computations take the same time, so that delays can be recognised; there are slots for all of them, except during
 * the burst.
 */
export const misledWork = fc.record({
  seed: fc.nat(),
  evenMs: fc.constantFrom(5, 20, 100, 300),
  blockingShare: fc.constant(0),
  slots: fc.constantFrom([4], [8]),
  bursts: burstsOf({ maxLength: 1 }, { min: 3_500, max: 10_000 }, { min: 10, max: 60 }),
  timeoutMs: fc.constant(60_000),
});

/** Runs of an op-server end within its drain time. */
export const shortWork = fc.record({
  seed: fc.nat(),
  evenMs: fc.constantFrom(20, 300, 1_000, 3_000),
  blockingShare: fc.constant(0),
  slots: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
  bursts: burstsOf({ maxLength: 3 }, { min: 500, max: 12_000 }, { min: 2, max: 20 }),
  timeoutMs: fc.constant(600_000),
});

/** Enough slots for everything, also for the requests that a broker has held back. */
export const briefWork = fc.record({
  seed: fc.nat(),
  evenMs: fc.constantFrom(5, 20, 100, 300),
  blockingShare: fc.constant(0),
  slots: fc.constantFrom([16], [64]),
  bursts: fc.constant([]),
  timeoutMs: fc.constant(60_000),
});

/** All of it can run at once, also after a failover. */
export const lastingWork = fc.record({
  seed: fc.nat(),
  evenMs: fc.constantFrom(10_000, 20_000, 30_000),
  blockingShare: fc.constant(0),
  slots: fc.constant([64]),
  bursts: fc.constant([]),
  timeoutMs: fc.constant(600_000),
});

/**
 * Two bursts at once, of computations that block: those of the first client take many times as long as those of the second.
 * Calc-servers compute them, and there most of them wait.
 */
export const unequalWork = fc.record({
  seed: fc.nat(),
  evenMs: fc.constantFrom(20, 50),
  othersMs: fc.constantFrom(0.5, 1),
  blockingShare: fc.constant(1),
  slots: fc.constant([1]),
  bursts: fc
    .record({ many: fc.integer({ min: 150, max: 250 }), others: fc.integer({ min: 60, max: 100 }) })
    .map(({ many, others }) => [
      { client: 0, atMs: 3_000, many },
      { client: 1, atMs: 4_000, many: others },
    ]),
  timeoutMs: fc.constant(600_000),
});

/** Enough slots for many calls of a map at once. */
export const quickWork = fc.record({
  seed: fc.nat(),
  evenMs: fc.constantFrom(1, 5, 20),
  blockingShare: fc.constant(0),
  slots: fc.constantFrom([16], [64], [64, 4]),
  bursts: fc.constant([]),
  timeoutMs: fc.constant(120_000),
});

export const burst = fc.record({
  seed: fc.nat(),
  evenMs: fc.constantFrom(20, 50, 100),
  blockingShare: fc.constantFrom(0, 1),
  slots: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
  bursts: fc
    .record({ client: fc.constant(0), atMs: fc.constant(3_000), many: fc.integer({ min: 20, max: 200 }) })
    .map((one) => [one]),
  timeoutMs: fc.constant(600_000),
});

export const overload = fc.record({
  seed: fc.nat(),
  evenMs: fc.constantFrom(100, 200, 500),
  blockingShare: fc.constantFrom(0, 1),
  slots: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 4 }),
  bursts: fc.constant([]),
  timeoutMs: fc.constantFrom(20_000, 60_000),
  overloadFromMs: fc.constant(3_000),
});
