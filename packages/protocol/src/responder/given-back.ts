import type { KnownRequester } from './records.ts';
import { limits } from '@cateto/contracts';
import type { Requesters } from './requesters.ts';
import type { RunEffect } from './types.ts';

/*
 * Which waiting requests a server gives back (docs/wire.md, "Beats"). The oldest request of each requester stays;
 * otherwise it could go from one busy server to the next for ever. A beat names at most 4,096 ranges, so no more
 * requests of a requester go back at once, and the next check finds the others.
 */

export interface GivenBack<W> {
  readonly requester: KnownRequester;
  /** In the order of their seqs. */
  readonly returned: readonly RunEffect<W>[];
}

export function givenBack<W>(requesters: Requesters, runs: readonly RunEffect<W>[]): readonly GivenBack<W>[] {
  const bySender = new Map<string, RunEffect<W>[]>();
  for (const run of runs) {
    const those = bySender.get(run.sender);
    if (those === undefined) bySender.set(run.sender, [run]);
    else those.push(run);
  }
  return [...bySender].flatMap(([sender, those]) => {
    const requester = requesters.find(sender);
    if (requester === undefined) return [];
    const oldest = requester.running.values()[0];
    const mayGo = those.filter((run) => run !== oldest && requester.running.get(run.seq) === run);
    const returned = mayGo.toSorted((one, other) => one.seq - other.seq).slice(0, limits.beatRangesMax);
    return returned.length === 0 ? [] : [{ requester, returned }];
  });
}
