import { createObservedReader } from '@cateto/bus';
import { decodeBeat } from '@cateto/contracts';
import type { Passage } from '@cateto/simulation';
import type { Passed } from '../observed/seen.ts';
import { seenMessage } from '../observed/seen.ts';
import type { Flying, FlyingLook } from '../shared/playground.ts';
import type { SeenMessage } from '../shared/request.ts';

/* The messages of the simulated network: what each one says, which request it belongs to, and where it is. */

/** A message on one of the two links that it takes: to the broker, or from there. */
export interface Hop {
  readonly passage: Passage;
  readonly message: SeenMessage;
  /** The id of the client's request. */
  readonly request: string;
}

export interface Traffic {
  /** Reads a message that was just sent. @returns the hops of requests in it */
  take(passage: Passage): readonly Hop[];
  /** Where the messages are that have not been read. */
  flying(nowMs: number): readonly Flying[];
  /** A message of a request is on a link. */
  isBusy(): boolean;
  /** The last beat of each broker. */
  lastBeat(host: string): Passage | undefined;
}

interface Tracked {
  readonly key: number;
  readonly passage: Passage;
  readonly look: FlyingLook;
  readonly label: string;
}

/** Calls whose results may still come. */
const callsMax = 10_000;

export function createTraffic(): Traffic {
  let tracked: Tracked[] = [];
  let keys = 0;
  const calls = new Map<string, string>();
  const beats = new Map<string, Passage>();
  let seen: Passed[] = [];
  const read = createObservedReader({
    onMessage: (message) => void seen.push({ ...message, atMs: 0 }),
    // Only real programs send here, and their other messages belong to no request.
    onDropped: () => undefined,
  });

  function requestOf({ kind, id }: SeenMessage, trace: string | undefined): string | undefined {
    switch (kind) {
      case 'operand':
      case 'answer':
      case 'cancel':
        return id;
      case 'call': {
        if (trace === undefined) return undefined;
        const [oldest] = calls.keys();
        if (calls.size >= callsMax && oldest !== undefined) calls.delete(oldest);
        calls.set(id, trace);
        return trace;
      }
      case 'result':
        return calls.get(id);
    }
  }

  function hopsOf(passage: Passage): readonly Hop[] {
    seen = [];
    read(passage.topic, passage.body);
    return seen.flatMap((passed) => {
      const message = seenMessage({ ...passed, atMs: passage.sentMs });
      const request = message === undefined ? undefined : requestOf(message, passed.trace);
      return message === undefined || request === undefined ? [] : [{ passage, message, request }];
    });
  }

  function track(passage: Passage, look: FlyingLook, label: string): void {
    keys += 1;
    tracked.push({ key: keys, passage, look, label });
  }

  return {
    take(passage) {
      if (passage.topic === '') {
        const beat = decodeBeat(passage.body);
        beats.set(passage.from, passage);
        track(passage, 'beat', beat === undefined ? '' : `${beat.state}, epoch ${beat.epoch}`);
        return [];
      }
      const hops = hopsOf(passage);
      const [first] = hops;
      if (first === undefined) track(passage, 'control', passage.topic.split('.')[1] ?? '');
      else track(passage, lookOf(first.message), labelOf(first.message) + others(hops.length - 1));
      return hops;
    },
    flying(nowMs) {
      tracked = tracked.filter(({ passage: { fate } }) => fate !== 'read' && fate !== 'lost');
      return tracked.map(({ key, passage, look, label }) => {
        const { from, to, fate } = passage;
        return { key, from, to, progress: progressOf(passage, nowMs), waits: fate !== 'under-way', look, label };
      });
    },
    isBusy: () =>
      tracked.some(({ look, passage }) => passage.fate === 'under-way' && look !== 'beat' && look !== 'control'),
    lastBeat: (host) => beats.get(host),
  };
}

/** A message that is held back stays in the middle of its link. */
function progressOf({ sentMs, arrivesMs, fate }: Passage, nowMs: number): number {
  if (fate === 'held') return 0.5;
  if (fate === 'waiting') return 1;
  if (arrivesMs === undefined || arrivesMs <= sentMs) return 0;
  return Math.min(1, Math.max(0, (nowMs - sentMs) / (arrivesMs - sentMs)));
}

function lookOf({ kind, code }: SeenMessage): FlyingLook {
  if (code !== undefined) return 'failure';
  return kind === 'operand' || kind === 'call' ? 'request' : 'answer';
}

const labelMax = 12;

function labelOf({ kind, name, number, payload, code }: SeenMessage): string {
  if (code !== undefined) return code;
  if (kind === 'operand') return `leg ${number ?? ''}: ${payload}`;
  if (kind === 'call') return `${name}(${payload})`;
  return payload.length > labelMax ? `${payload.slice(0, labelMax - 1)}…` : payload;
}

function others(count: number): string {
  return count === 0 ? '' : ` +${count}`;
}
