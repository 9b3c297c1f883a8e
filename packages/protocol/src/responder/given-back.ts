import type { KnownRequester } from './records.ts';
import { limits } from '@cateto/contracts';
import type { Requesters } from './requesters.ts';
import type { RunEffect } from './types.ts';

/*
 * Which waiting requests a server gives back (docs/wire.md, "Beats"). The oldest request of each requester stays,
 * unless the server drains; otherwise it could go from one busy server to the next for ever. A beat names at most 4,096
 * ranges, so that many requests go back with one beat.
 */

export interface GivenBack<W> {
  readonly requester: KnownRequester;
  /** In the order of their seqs. */
  readonly returned: readonly RunEffect<W>[];
}

/** @param keepsOldest the oldest request of each requester stays */
export function givenBack<W>(
  requesters: Requesters,
  runs: readonly RunEffect<W>[],
  keepsOldest: boolean,
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
    const stays = keepsOldest ? requester.running.values()[0] : undefined;
    const mayGo = those.filter((run) => run !== stays && requester.running.get(run.seq) === run);
    return chunksOf(mayGo.toSorted((one, other) => one.seq - other.seq)).map((returned) => ({ requester, returned }));
  });
}

function chunksOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let from = 0; from < all.length; from += limits.beatRangesMax) {
    chunks.push(all.slice(from, from + limits.beatRangesMax));
  }
  return chunks;
}
