import type { Failover } from '../shared/state.ts';
import { failoversIn } from '../shared/failovers.ts';
import type { RequestRow } from '../shared/request.ts';
import type { SystemEvent } from '../shared/state.ts';

/*
 * The failovers, with their cost. The requests around a failover are forgotten within minutes, so the cost is counted
 * while they are there, and kept.
 */

export interface FailoverLogParts {
  events(): readonly SystemEvent[];
  rows(): readonly RequestRow[];
  /** Whether all messages between these times were observed. */
  observed(fromMs: number, toMs: number): boolean;
}

export interface FailoverLog {
  /** Counts again. @returns all failovers that are kept, the latest last; undefined if nothing has changed */
  update(nowMs: number): readonly Failover[] | undefined;
  all(): readonly Failover[];
}

function keyOf({ process, epoch }: Pick<SystemEvent, 'process' | 'epoch'>): string {
  return `${epoch} ${process}`;
}

/** By then, all requests around a failover have been answered or have failed, and all events have arrived. */
const settlesMs = 15_000;
const keptMax = 100;

export function createFailoverLog({ events, rows, observed }: FailoverLogParts): FailoverLog {
  const kept = new Map<string, Failover>();
  let told = '[]';
  let newest: SystemEvent | undefined;

  return {
    update(nowMs) {
      const happened = events();
      const isSettled = ({ atMs }: { readonly atMs: number }): boolean => atMs < nowMs - settlesMs;
      if (happened.at(-1) === newest && [...kept.values()].every(isSettled)) return undefined;
      newest = happened.at(-1);
      const found = failoversIn(
        happened.toSorted((a, b) => a.atMs - b.atMs),
        rows(),
        (active) => kept.has(keyOf(active)) && isSettled(active),
      );
      for (const one of found) {
        const { silence } = one;
        const isKnown = silence !== undefined && observed(silence.fromMs, silence.toMs);
        kept.set(keyOf(one), isKnown ? one : { ...one, silence: undefined });
      }
      for (const key of [...kept.keys()].slice(0, -keptMax)) kept.delete(key);
      const all = [...kept.values()];
      const text = JSON.stringify(all);
      if (text === told) return undefined;
      told = text;
      return all;
    },
    all: () => [...kept.values()],
  };
}
