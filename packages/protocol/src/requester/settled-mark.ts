/*
 * A requester tells servers which requests it has settled by a watermark and by stragglers (docs/wire.md, "Settling").
 * The watermark is the lowest open seq, so that servers forget everything below it. One slow request would hold it down.
 * So a request that is still the lowest a second after its call, while later ones have settled, is a straggler: each
 * batch names it until it settles, and the watermark passes it. The watermark never falls.
 */
import { limits } from '@cateto/contracts';
import type { SeqTable } from '../structures/seq-table.ts';
import type { OpenRequest } from './request.ts';

export interface SettledMark {
  /** A request is open from now on; seqs count up. */
  called(seq: number): void;
  /** A request is not open any more. */
  settled(seq: number): void;
  /** The lowest seq that is neither settled nor a straggler. */
  below(nowMs: number): number;
  /** As of the last {@link SettledMark.below}; undefined when there are none. */
  stragglers(): readonly number[] | undefined;
}

const stragglesFromMs = 1_000;

export function createSettledMark<W>(
  open: Pick<SeqTable<OpenRequest<W>>, 'get' | 'has' | 'size'>,
  stragglersMax: number = limits.stragglersMax,
): SettledMark {
  let below = 1;
  let nextSeq = 1;
  let stragglers: readonly number[] = [];

  function straggles(seq: number, nowMs: number): boolean {
    if (stragglers.length >= stragglersMax) return false;
    const request = open.get(seq);
    // From here on as many requests are open as there are seqs, so nothing that has settled is held back.
    const holdsSettled = nextSeq - below > open.size() - stragglers.length;
    return request !== undefined && holdsSettled && nowMs - request.calledMs >= stragglesFromMs;
  }

  return {
    called(seq) {
      nextSeq = seq + 1;
    },
    settled(seq) {
      if (stragglers.length > 0 && seq < below) stragglers = stragglers.filter((one) => one !== seq);
    },
    below(nowMs) {
      for (; below < nextSeq; below += 1) {
        if (!open.has(below)) continue;
        if (!straggles(below, nowMs)) break;
        stragglers = [...stragglers, below];
      }
      return below;
    },
    stragglers: () => (stragglers.length === 0 ? undefined : stragglers),
  };
}
