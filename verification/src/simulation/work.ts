import type { SimulatedProcess } from '@cateto/simulation';
import { handlers } from '@cateto/compute';
import type { Handler } from '@cateto/contracts';
import type { History } from './history.ts';
import type { Work } from './work-scenarios.ts';

/*
 * Work that takes time: how long each computation of a scenario takes, and handlers that take this time, in virtual
 * time. A handler waits for something, like one that queries a database, or blocks the event loop of its process, like
 * one that computes.
 */

/** Most are short, as in reality: of a hundred, 60 take no more than 20 ms, and 1 takes more than 10 s. */
const mixedMs = [
  { share: 0.6, fromMs: 0, toMs: 20 },
  { share: 0.25, fromMs: 20, toMs: 300 },
  { share: 0.1, fromMs: 300, toMs: 3_000 },
  { share: 0.04, fromMs: 3_000, toMs: 10_000 },
  { share: 0.01, fromMs: 10_000, toMs: 30_000 },
] as const;

/**
 * No computation blocks an event loop for longer. After some seconds a server's connections are given up, and its next
 * messages are lost. Work that computes for longer belongs in threads.
 */
const blockedMaxMs = 1_500;

const operations: Readonly<Record<string, Handler>> = handlers;

/** How long a computation takes; always the same for one input. */
export function workMs(work: Work, call: string): number {
  const ms = work.evenMs ?? mixed(shareOf(work.seed, call));
  return blocks(work, call) ? Math.min(ms, blockedMaxMs) : ms;
}

function mixed(share: number): number {
  let below = 0;
  for (const part of mixedMs) {
    if (share < below + part.share) return part.fromMs + ((share - below) / part.share) * (part.toMs - part.fromMs);
    below += part.share;
  }
  return 0;
}

/** Whether a computation blocks its loop. */
export function blocks({ seed, blockingShare }: Work, call: string): boolean {
  return shareOf(seed + 1, call) < blockingShare;
}

export const overloadMs = 60_000;

/** How many computations an op-server runs at once, by its index from 0. A computation that blocks runs alone. */
export function slotsAt({ slots, blockingShare }: Work, server: number): number {
  return blockingShare > 0 ? 1 : (slots[server % slots.length] ?? 1);
}

export function slotsOf(work: Work, servers: number): number {
  return Array.from({ length: servers }, (_, server) => slotsAt(work, server)).reduce((total, one) => total + one, 0);
}

/** The handlers of the calculator's operations, each of which takes its time and records its runs. */
export function working(
  work: Work,
  { name, number, process }: { readonly name: string; readonly number: number; readonly process: SimulatedProcess },
  history: History,
): Readonly<Record<string, Handler>> {
  const { platform } = process;
  return Object.fromEntries(
    Object.entries(operations).map(([operation, handler]): [string, Handler] => [
      operation,
      (input, context) => {
        const call = `${operation} ${JSON.stringify(input)}`;
        const ms = history.othersCalls.has(call) ? (work.othersMs ?? 0) : workMs(work, call);
        const run = { call, name, process: number, fromMs: platform.nowMs(), toMs: Number.POSITIVE_INFINITY };
        history.runs.push(run);
        if (blocks(work, call)) {
          process.block(ms);
          run.toMs = platform.nowMs();
          return handler(input, context);
        }
        return new Promise((resolve) => {
          platform.after(ms, () => {
            run.toMs = platform.nowMs();
            resolve(handler(input, context));
          });
        });
      },
    ]),
  );
}

/** A share from 0 to 1 that depends only on its inputs (FNV-1a, with a finalizer that mixes its bits). */
function shareOf(seed: number, text: string): number {
  let hash = (2_166_136_261 ^ seed) >>> 0;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619) >>> 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
