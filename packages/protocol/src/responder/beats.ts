import type { KnownRequester, Running } from './records.ts';
import { limits } from '@cateto/contracts';
import type { Requesters } from './requesters.ts';
import type { OwedBeat } from './types.ts';

/*
 * When a server sends beats (docs/wire.md, "Beats").
 *
 * Work takes time, so silence does not mean a loss. A server that has held a request for 50 ms sends its requester a
 * beat, then one every 500 ms, and fewer as the oldest request ages, down to one in 5 s. One beat names all requests of
 * a requester. When a request is repeated, or begins soon after a failover, the next beat is due within 50 ms, because
 * the last one may have been lost with a broker.
 *
 * A large answer leaves in chunks, after the beats that are published meanwhile. Its request is named until the answer
 * has arrived: otherwise the requester would take the answer for lost.
 *
 * Nearly all requests are answered long before their first beat. So nothing is stored for each request: a requester
 * with running requests is checked when its oldest request may be old enough.
 *
 * Before each handler that may block, a beat names the requests that no beat has named yet. A requester that knows all
 * of them, and was promised a silence that lasts long enough, gets none: with 500 requests of 50 ms, a client read 40
 * beats a second that told it nothing.
 */

export interface Beats {
  /** A request of this requester runs from now on. */
  begun(requester: KnownRequester, nowMs: number): void;
  /** A request was repeated. Its beat or answer may be lost, and the last beat with it. */
  repeated(requester: KnownRequester, nowMs: number): void;
  /** The beats that are due. */
  due(nowMs: number): readonly OwedBeat[];
  /**
   * A beat for everyone with a running request, and for everyone who sent requests lately, because their next one may
   * arrive at any moment; but not for those who know as much already. 0 means that the announced silence is over; that
   * goes to those who were told of it.
   */
  all(nowMs: number, silentMs: number): readonly OwedBeat[];
  /** This many requests for a contract keep the server busy. @returns whether this is new */
  windowIs(contract: string, window: number): boolean;
  /** A beat for a requester that does not know the current windows. */
  news(requester: KnownRequester): OwedBeat | undefined;
  /** Another broker is active. The last beats may have been lost, and the next ones too: requesters connect one by one. */
  tellAgain(nowMs: number): void;
  /** This server drains: from now on, every beat that names held requests says so. */
  leave(): void;
  /** A beat that gives requests back, in the order of their seqs. They do not run any more. */
  giveBack(requester: KnownRequester, runs: readonly Running[]): OwedBeat;
  /** A beat that gives back all requests of a requester, which may have begun: this server holds nothing any more. */
  letGo(requester: KnownRequester, runs: readonly Running[], nowMs: number): OwedBeat;
  deadlineMs(): number | undefined;
}

const firstBeatMs = 50;
const everyLeastMs = 500;
const everyMostMs = 5_000;
/** A request that is ten seconds old gets a beat every second. */
const beatsPerAge = 10;
/** How many beats may be lost or late before a requester takes the silence for a loss. */
const intervalsOfSilence = 4;
/** A requester expects silence for this long after every beat that says what is held. */
const leaseLeastMs = 200;

/**
 * A requester that has sent a request within this time may send another while a handler blocks. At most this many of
 * them are told before.
 */
const latelyMs = 10_000;
const idleToldMax = 64;
/**
 * A beat promises a longer silence than needed, by this share of it and by at least these milliseconds. The next
 * handler mostly needs a little more than the last one, because its request has a later deadline.
 */
const moreShare = 1 / 16;
const moreLeastMs = 20;

/** After a failover, every participant has connected within this time. */
const connectingMs = 1_000;

const never = Number.POSITIVE_INFINITY;
const nothing: readonly OwedBeat[] = [];
const noProgress: readonly number[] = [];

/**
 * @param answersTo the seqs of answers to a requester that are on their way
 * @param shareOf the progress of running work, if it is to be sent
 */
export function createBeats(
  requesters: Requesters,
  answersTo: (requester: string) => readonly number[],
  shareOf?: (work: unknown) => number | undefined,
): Beats {
  /** The requesters to be checked. */
  const watched = new Set<KnownRequester>();
  /** The requesters to which a beat has named a request. */
  const told = new Set<KnownRequester>();
  let lookMs = never;
  let windows: Readonly<Record<string, number>> = {};
  /** Grows with each change of a window, and shows what a requester was told. */
  let windowsAt = 0;
  let isLeaving = false;
  let lossyUntilMs = 0;

  function beat(requester: KnownRequester, silentMs: number, everyMs: number, nowMs: number): OwedBeat {
    watch(requester, nowMs + everyMs);
    lease(requester, silentMs, nowMs);
    told.add(requester);
    const runs = requester.running.values();
    const held = heldOf(runs, answersTo(requester.address));
    requester.isNamed = held.length < 2 * limits.beatRangesMax;
    const owed: OwedBeat = { ...plain(requester), silentMs, held, ...(isLeaving && { leaving: true }) };
    const progress = shareOf === undefined ? noProgress : progressOf(runs, shareOf);
    return progress.length === 0 ? owed : { ...owed, progress };
  }

  /** A beat before a handler that may block, unless the requester knows as much already. */
  function announcement(requester: KnownRequester, silentMs: number, nowMs: number): OwedBeat | undefined {
    const isPromised = requester.isNamed && requester.silentUntilMs >= nowMs + silentMs;
    const isKnown = isPromised && !isLeaving && nowMs >= lossyUntilMs;
    if (isKnown) return undefined;
    const promisedMs = Math.ceil(silentMs + Math.max(moreLeastMs, silentMs * moreShare));
    const owed = beat(requester, promisedMs, everyLeastMs, nowMs);
    requester.silentUntilMs = nowMs + promisedMs;
    return owed;
  }

  /** A beat that says nothing about held requests. */
  function plain(requester: KnownRequester): OwedBeat {
    const owed: OwedBeat = { type: 'beat', to: requester.address, held: undefined, silentMs: 0 };
    if (requester.windowsAt === windowsAt) return owed;
    requester.windowsAt = windowsAt;
    return { ...owed, windows };
  }

  function watch(requester: KnownRequester, dueMs: number): void {
    watched.add(requester);
    requester.beatDueMs = dueMs;
    lookMs = Math.min(lookMs, dueMs);
  }

  function hasten(requester: KnownRequester, nowMs: number): void {
    watch(requester, Math.min(requester.beatDueMs, nowMs + firstBeatMs));
  }

  /**
   * The requests that were named are answered. A last beat says so, so that the requester notices a lost answer. It
   * announces no silence, because the next request will be named again.
   */
  function lastBeat(requester: KnownRequester, nowMs: number): OwedBeat | undefined {
    watched.delete(requester);
    requester.beatDueMs = never;
    requester.silentUntilMs = 0;
    if (!told.delete(requester)) return undefined;
    lease(requester, leaseLeastMs, nowMs);
    return { ...plain(requester), held: [] };
  }

  function lookAt(requester: KnownRequester, nowMs: number): OwedBeat | undefined {
    const isRunning = requester.running.size() > 0;
    const isAnswering = answersTo(requester.address).length > 0;
    if (!isRunning && !isAnswering) return lastBeat(requester, nowMs);
    const sinceMs = isRunning ? oldestMs(requester) : nowMs;
    // Compare in the same form in which it is stored. Computed from its age, a request could be both too young and due
    // because of rounding.
    if (!isAnswering && nowMs < sinceMs + firstBeatMs && !told.has(requester)) {
      watch(requester, sinceMs + firstBeatMs);
      return undefined;
    }
    const ageMs = nowMs - sinceMs;
    const everyMs = Math.min(Math.max(ageMs / beatsPerAge, everyLeastMs), everyMostMs);
    requester.silentUntilMs = 0;
    return beat(requester, intervalsOfSilence * everyMs, everyMs, nowMs);
  }

  return {
    begun(requester, nowMs) {
      requester.isNamed = false;
      if (requester.beatDueMs === never || nowMs < lossyUntilMs) hasten(requester, nowMs);
    },
    repeated(requester, nowMs) {
      requester.silentUntilMs = 0;
      hasten(requester, nowMs);
    },
    due(nowMs) {
      if (nowMs < lookMs) return nothing;
      lookMs = never;
      const owed: OwedBeat[] = [];
      for (const requester of watched) {
        const due = requester.beatDueMs <= nowMs ? lookAt(requester, nowMs) : undefined;
        if (due !== undefined) owed.push(due);
        lookMs = Math.min(lookMs, requester.beatDueMs);
      }
      return owed;
    },
    all(nowMs, silentMs) {
      if (silentMs === 0) return [...told].flatMap((one) => lookAt(one, nowMs) ?? []);
      const answered = [...watched].filter(({ address }) => answersTo(address).length > 0);
      const all = new Set([...requesters.busy(), ...answered, ...requesters.idleSince(nowMs - latelyMs, idleToldMax)]);
      return [...all].flatMap((one) => announcement(one, silentMs, nowMs) ?? nothing);
    },
    windowIs(contract, window) {
      if (windows[contract] === window) return false;
      windows = { ...windows, [contract]: window };
      windowsAt += 1;
      return true;
    },
    news: (requester) => (requester.windowsAt === windowsAt ? undefined : plain(requester)),
    tellAgain(nowMs) {
      windowsAt += 1;
      lossyUntilMs = nowMs + connectingMs;
      for (const requester of told) requester.silentUntilMs = 0;
    },
    leave() {
      isLeaving = true;
    },
    giveBack(requester, runs) {
      return { ...plain(requester), returned: rangesOf(runs) };
    },
    letGo(requester, runs, nowMs) {
      lastBeat(requester, nowMs);
      return { ...plain(requester), held: [], returned: rangesOf(runs), leaving: true };
    },
    deadlineMs: () => (lookMs === never ? undefined : lookMs),
  };
}

function lease(requester: KnownRequester, silentMs: number, nowMs: number): void {
  if (requester.leasedUntilMs < nowMs) requester.leasedSinceMs = nowMs;
  requester.leasedUntilMs = nowMs + silentMs;
}

function oldestMs({ running }: KnownRequester): number {
  let oldest = never;
  for (const { sinceMs } of running.values()) if (sinceMs < oldest) oldest = sinceMs;
  return oldest;
}

function progressOf(runs: readonly Running[], shareOf: (work: unknown) => number | undefined): readonly number[] {
  // Begun with something that is not a number: the encoder is fast while it meets no array of fractions alone
  // (packages/contracts/src/messages/layout-codegen.ts).
  const progress: number[] = [undefined as never];
  progress.length = 0;
  for (const { seq, work } of runs) {
    const share = shareOf(work);
    if (share === undefined) continue;
    if (progress.length >= 2 * limits.beatRangesMax) break;
    progress.push(seq, share);
  }
  return progress;
}

/** @param answers in the order of their seqs */
function heldOf(runs: readonly Running[], answers: readonly number[]): number[] {
  if (answers.length === 0) return rangesOf(runs);
  const all = [...runs, ...answers.map((seq) => ({ seq }))];
  return rangesOf(all.toSorted((one, other) => one.seq - other.seq));
}

function rangesOf(ones: Iterable<{ readonly seq: number }>): number[] {
  const ranges: number[] = [];
  for (const { seq } of ones) {
    if (ranges.at(-1) === seq - 1) ranges[ranges.length - 1] = seq;
    else if (ranges.length < 2 * limits.beatRangesMax) ranges.push(seq, seq);
    else break;
  }
  return ranges;
}
