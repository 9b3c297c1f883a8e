import type { Failure, Success } from '@cateto/contracts';

/*
 * What a responder remembers: for each requester the ids that run or were answered, bounded in time and size. Requesters
 * are in order of when they were last heard, answered ids in order of when they were answered.
 */

/** One id: running while it has no outcome, remembered from then on. */
export interface Entry {
  readonly requester: Requester;
  readonly seq: number;
  readonly replyTopic: string;
  outcome: Success | Failure | undefined;
  answeredMs: number;
  /** From then on a repetition counts as new. */
  staleMs: number;
  /** No longer in its requester's entries; the order of answers may still hold it. */
  forgotten: boolean;
}

export interface Requester {
  readonly address: string;
  settledBelow: number;
  running: number;
  readonly entries: Map<number, Entry>;
}

export interface MemoryConfig {
  readonly rememberedMs: number;
  readonly rememberedMax: number;
  readonly requestersMax: number;
}

export interface Memory {
  /** Someone asks: forgets what they have settled. */
  hear(address: string, settledBelow: number): Requester;
  find(address: string): Requester | undefined;
  /** Notes an id that runs from now on. */
  begin(requester: Requester, seq: number, replyTopic: string): Entry;
  /** Notes the outcome of an id; it counts as new again after `validMs`. */
  remember(entry: Entry, outcome: Success | Failure, validMs: number, nowMs: number): void;
  /** An id that ran was settled by its requester before it was answered. */
  drop(entry: Entry): void;
  /** What was answered since then, the oldest first. */
  answeredSince(sinceMs: number): readonly Entry[];
  forgetOld(nowMs: number): void;
  deadlineMs(): number | undefined;
  size(): number;
  evictedEarly(): number;
}

export function createMemory({ rememberedMs, rememberedMax, requestersMax }: MemoryConfig): Memory {
  const requesters = new Map<string, Requester>();
  let order: Entry[] = [];
  /** Where in `order` the oldest begins. */
  let head = 0;
  let remembered = 0;
  let evictedEarly = 0;

  function forget(entry: Entry): void {
    if (entry.forgotten) return;
    entry.forgotten = true;
    entry.requester.entries.delete(entry.seq);
    if (entry.outcome === undefined) entry.requester.running -= 1;
    else remembered -= 1;
  }

  function oldest(): Entry | undefined {
    while (order[head]?.forgotten === true) head += 1;
    // What has been passed, and what was forgotten out of order, is swept when it is more than what is remembered.
    if (order.length > 2 * remembered + 1_024) {
      order = order.slice(head).filter(({ forgotten }) => !forgotten);
      head = 0;
    }
    return order[head];
  }

  function evictRequester(): void {
    for (const requester of requesters.values()) {
      if (requester.running > 0) continue;
      evictedEarly += requester.entries.size;
      for (const entry of requester.entries.values()) forget(entry);
      requesters.delete(requester.address);
      return;
    }
  }

  return {
    hear(address, settledBelow) {
      let requester = requesters.get(address);
      if (requester === undefined) {
        requester = { address, settledBelow: 1, running: 0, entries: new Map() };
        if (requesters.size >= requestersMax) evictRequester();
      } else {
        requesters.delete(address);
      }
      requesters.set(address, requester);
      if (settledBelow > requester.settledBelow) {
        requester.settledBelow = settledBelow;
        // Ids come about in their order: the first that is not settled ends the search, time takes care of the rest.
        for (const entry of requester.entries.values()) {
          if (entry.seq >= settledBelow) break;
          if (entry.outcome !== undefined) forget(entry);
        }
      }
      return requester;
    },
    find: (address) => requesters.get(address),
    begin(requester, seq, replyTopic) {
      const before = requester.entries.get(seq);
      if (before !== undefined) forget(before);
      const entry: Entry = {
        requester,
        seq,
        replyTopic,
        outcome: undefined,
        answeredMs: Number.NaN,
        staleMs: Number.POSITIVE_INFINITY,
        forgotten: false,
      };
      requester.entries.set(seq, entry);
      requester.running += 1;
      return entry;
    },
    remember(entry, outcome, validMs, nowMs) {
      entry.requester.running -= 1;
      entry.outcome = outcome;
      entry.answeredMs = nowMs;
      entry.staleMs = nowMs + validMs;
      order.push(entry);
      remembered += 1;
      const first = oldest();
      if (remembered <= rememberedMax || first === undefined) return;
      evictedEarly += 1;
      forget(first);
    },
    drop: forget,
    answeredSince(sinceMs) {
      let from = order.length;
      while (from > head && (order[from - 1]?.answeredMs ?? Number.NEGATIVE_INFINITY) >= sinceMs) from -= 1;
      return order.slice(from).filter(({ forgotten }) => !forgotten);
    },
    forgetOld(nowMs) {
      for (let entry = oldest(); entry !== undefined && entry.answeredMs + rememberedMs <= nowMs; entry = oldest()) {
        forget(entry);
      }
    },
    deadlineMs() {
      const first = oldest();
      return first === undefined ? undefined : first.answeredMs + rememberedMs;
    },
    size: () => remembered,
    evictedEarly: () => evictedEarly,
  };
}
