import type { KnownRequester, Running } from './records.ts';
import { limits } from '@cateto/contracts';
import type { Requesters } from './requesters.ts';
import type { RunEffect } from './types.ts';

/*
 * The waiting requests that a server gives back (docs/wire.md, "Beats"). A request that is the oldest of its origin
 * stays for its first 200 ms, so that it can have its turn here. After that only one of each requester stays, the one
 * whose turn is next; otherwise it could go from one busy server to the next for ever. If the server drains, none
 * stays. A beat names at most 4,096 ranges, so that many requests go back with one beat.
 */

export interface GivenBack<W> {
  readonly requester: KnownRequester;
  /** In the order of their seqs. */
  readonly returned: readonly RunEffect<W>[];
}

const newMs = 200;

/** @param waiting all requests that wait for their turn, in its order; undefined if none stays */
export function givenBack<W>(
  requesters: Requesters,
  runs: readonly RunEffect<W>[],
  waiting: readonly RunEffect<W>[] | undefined,
  nowMs: number,
): readonly GivenBack<W>[] {
  const bySender = new Map<string, RunEffect<W>[]>();
  for (const run of runs) {
    const those = bySender.get(run.sender);
    if (those === undefined) bySender.set(run.sender, [run]);
    else those.push(run);
  }
  return [...bySender].flatMap(([sender, those]) => {
    const requester = requesters.find(sender);
    if (requester === undefined) return [];
    const stays = waiting === undefined ? none : staying(requester, waiting, nowMs);
    const mayGo = those.filter((run) => !stays.has(run) && requester.running.get(run.seq) === run);
    return chunksOf(mayGo.toSorted((one, other) => one.seq - other.seq)).map((returned) => ({ requester, returned }));
  });
}

const none: ReadonlySet<Running> = new Set();

function staying(
  { address, running }: KnownRequester,
  waiting: readonly Running[],
  nowMs: number,
): ReadonlySet<Running> {
  const oldest = new Map<string | undefined, Running>();
  for (const run of running.values()) if (!oldest.has(run.origin)) oldest.set(run.origin, run);
  const ofOrigins = waiting.filter((run) => run.sender === address && oldest.get(run.origin) === run);
  return new Set(ofOrigins.filter(({ sinceMs }, index) => index === 0 || nowMs < sinceMs + newMs));
}

function chunksOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let from = 0; from < all.length; from += limits.beatRangesMax) {
    chunks.push(all.slice(from, from + limits.beatRangesMax));
  }
  return chunks;
}
