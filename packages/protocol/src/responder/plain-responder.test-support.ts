import type { Failure, Success } from '@cateto/contracts';
import { isFailure } from '@cateto/contracts';
import { memoryEstimate } from '../structures/memory-estimate.ts';
import type { ResponderConfig, ResponderCounters, ResponderInput, Scarce } from './types.ts';

/*
 * The rules of the responder, written as plainly as possible: lists that are searched from end to end. The real
 * responder is compared with it. Outcomes of its own are compared by their code alone.
 */

export interface Published {
  readonly topic: string;
  readonly to: string;
  readonly seq: number;
  readonly outcome: Success | Failure | 'overloaded' | 'given up';
}

export interface Decided {
  readonly runs: { sender: string; seq: number; deadlineMs: number }[];
  readonly published: Published[];
  readonly givenUp: { sender: string; seq: number }[];
  readonly ended: { sender: string; seq: number }[];
  readonly told: { what: Scarce; forMs: number | undefined; refused: number }[];
  drained: boolean;
}

export interface PlainResponder {
  handle(input: ResponderInput<unknown>, nowMs: number): Decided;
  counters(): ResponderCounters;
}

interface Remembered extends Published {
  readonly givenMs: number;
  /** Whether it was here for more than a second. */
  readonly dear: boolean;
}

interface Known {
  readonly address: string;
  settledBelow: number;
  stragglers: readonly number[];
  /** When the word was last repeated. */
  saidMs: number;
  quietSinceMs: number;
  running: Running[];
}

interface Running {
  seq: number;
  topic: string;
  sinceMs: number;
  deadlineMs: number;
  /** Whether its requester has settled it. */
  unneeded: boolean;
}

/** The word of a requester about what it has settled. */
export interface SaidPlainly {
  settledBelow: number;
  stragglers: readonly number[];
}

export function settles({ settledBelow, stragglers }: SaidPlainly, seq: number): boolean {
  return seq < settledBelow && !stragglers.includes(seq);
}

/**
 * Whether the word counts from now on. A word that says less counts only when the higher one has not been repeated for
 * two seconds.
 */
export function counts(known: SaidPlainly & { saidMs: number }, said: SaidPlainly, nowMs: number): boolean {
  const isSameBelow = said.settledBelow === known.settledBelow;
  const saysMore = said.settledBelow > known.settledBelow || said.stragglers.length < known.stragglers.length;
  const saysTheSame = isSameBelow && String(said.stragglers) === String(known.stragglers);
  const saysLess = said.settledBelow < known.settledBelow || !saysMore;
  return saysTheSame || !saysLess || nowMs - known.saidMs >= 2_000;
}

export function nothingDecided(): Decided {
  return { runs: [], published: [], givenUp: [], ended: [], told: [], drained: false };
}

/** An outcome that is remembered and was never published. */
const unpublished = 'given up';

export function createPlainResponder(
  config: Required<Omit<ResponderConfig, 'shareOf' | 'isCongested' | 'answersTo' | 'inFlightBytesMax'>>,
): PlainResponder {
  /** The requesters, the quietest first. */
  let requesters: Known[] = [];
  /** The requesters in the order in which they were first seen. */
  let met: Known[] = [];
  /** The outcomes, the oldest first. */
  let memory: Remembered[] = [];
  let answered = 0;
  let repeated = 0;
  const refused: Record<string, number> = {};
  const count = (why: string): void => void (refused[why] = (refused[why] ?? 0) + 1);
  let evictedEarly = 0;
  let givenUp = 0;
  let late = 0;
  let shortages: { what: Scarce; sinceMs: number; untilMs: number; refused: number }[] = [];
  /** When the running requests are checked next. */
  let lookMs = Number.POSITIVE_INFINITY;
  let draining = false;
  let drained = false;
  let decided: Decided = nothingDecided();

  const inFlight = (): number => requesters.reduce((sum, { running }) => sum + running.length, 0);
  const isSettled = ({ to, seq }: Published): boolean =>
    requesters.some((requester) => requester.address === to && settles(requester, seq));

  const weight = (of: readonly Remembered[]): number =>
    of.reduce((sum, { outcome }) => {
      if (outcome === 'overloaded') return sum;
      if (outcome === 'given up') return sum + memoryEstimate('its handler had not answered in time and was given up');
      return sum + memoryEstimate(isFailure(outcome) ? outcome.message : outcome.value);
    }, 0);

  function evict(one: Remembered): void {
    if (one.outcome !== 'overloaded' && !isSettled(one)) evictedEarly += 1;
    memory = memory.filter((other) => other !== one);
  }

  function forget(requester: Known): void {
    for (const one of memory.filter(({ to }) => to === requester.address)) evict(one);
    requesters = requesters.filter((one) => one !== requester);
  }

  function hear(address: string, nowMs: number): Known | undefined {
    let found = requesters.find((one) => one.address === address);
    if (found === undefined) {
      if (requesters.length >= config.requestersMax) {
        const quietest = requesters.find(({ running }) => running.length === 0);
        if (quietest === undefined) return undefined;
        forget(quietest);
      }
      found = { address, settledBelow: 1, stragglers: [], saidMs: 0, quietSinceMs: nowMs, running: [] };
      met = [...met, found];
    }
    found.quietSinceMs = nowMs;
    if (found.running.length === 0) touch(found);
    return found;
  }

  function touch(requester: Known): void {
    requesters = [...requesters.filter((one) => one !== requester), requester];
  }

  function publish({ topic, to, seq, outcome }: Published): void {
    decided.published.push({ topic, to, seq, outcome });
  }

  function answer(published: Published, nowMs: number, sinceMs = nowMs): void {
    answered += 1;
    remember(published, nowMs, sinceMs);
    publish(published);
  }

  function remember(published: Published, nowMs: number, sinceMs = nowMs): void {
    memory.push({ ...published, givenMs: nowMs, dear: nowMs - sinceMs > 1_000 });
    while (memory.length > config.rememberedMax || weight(memory) > config.rememberedBytesMax) {
      const dear = memory.filter((one) => one.dear);
      const halfDear = dear.length > config.rememberedMax / 2 || weight(dear) > config.rememberedBytesMax / 2;
      const brief = memory.find(({ outcome }) => outcome === 'overloaded');
      const first = brief ?? (halfDear ? dear[0] : memory.find((one) => !one.dear)) ?? dear[0];
      if (first !== undefined) evict(first);
    }
  }

  function lack(what: Scarce, nowMs: number): void {
    count(what);
    const known = shortages.find((one) => one.what === what);
    if (known === undefined) {
      shortages.push({ what, sinceMs: nowMs, untilMs: nowMs, refused: 1 });
      decided.told.push({ what, forMs: undefined, refused: 0 });
    } else {
      known.untilMs = nowMs;
      known.refused += 1;
    }
  }

  function lookOver(nowMs: number): void {
    if (nowMs < lookMs) return;
    const dueMs = ({ deadlineMs }: { deadlineMs: number }): number => deadlineMs + config.handlerGraceMs;
    const before = decided.givenUp.length;
    // In the order in which the real responder saw them first.
    for (const requester of met.filter((one) => requesters.includes(one))) {
      const overdue = requester.running.filter((one) => dueMs(one) <= nowMs).toSorted((a, b) => a.seq - b.seq);
      for (const { seq, topic, sinceMs, unneeded } of overdue) {
        requester.running = requester.running.filter((one) => one.seq !== seq);
        requester.quietSinceMs = nowMs;
        if (requester.running.length === 0) touch(requester);
        givenUp += 1;
        decided.givenUp.push({ sender: requester.address, seq });
        if (!unneeded && !settles(requester, seq)) {
          remember({ topic, to: requester.address, seq, outcome: unpublished }, nowMs, sinceMs);
        }
      }
    }
    const next = requesters.flatMap(({ running }) => running.map(dueMs));
    lookMs = next.length === 0 ? Number.POSITIVE_INFINITY : Math.max(Math.min(...next), nowMs + 250);
    if (decided.givenUp.length > before) endDrain();
  }

  function tellRoom(nowMs: number): void {
    const never = (): boolean => false;
    const isFull = {
      requests: () => inFlight() >= config.inFlightMax,
      bytes: never,
      requesters: isCrowded,
      time: never,
    };
    for (const one of shortages) {
      if (nowMs - one.untilMs < 2_000) continue;
      if (isFull[one.what]()) {
        one.untilMs = nowMs;
      } else {
        decided.told.push({ what: one.what, forMs: one.untilMs - one.sinceMs, refused: one.refused });
        shortages = shortages.filter((other) => other !== one);
      }
    }
  }

  const isCrowded = (): boolean =>
    requesters.length >= config.requestersMax && requesters.every(({ running }) => running.length > 0);

  function endDrain(): void {
    if (!draining || drained || inFlight() > 0) return;
    drained = true;
    decided.drained = true;
  }

  function hearSettled(requester: Known, said: SaidPlainly, nowMs: number): void {
    if (!counts(requester, said, nowMs)) return;
    requester.saidMs = nowMs;
    const before = { settledBelow: requester.settledBelow, stragglers: requester.stragglers };
    Object.assign(requester, said);
    memory = memory.filter((one) => one.to !== requester.address || !isSettled(one));
    const newly = requester.running.filter(({ seq }) => settles(requester, seq) && !settles(before, seq));
    for (const one of newly.filter(({ unneeded }) => !unneeded).toSorted((x, y) => x.seq - y.seq)) {
      one.unneeded = true;
      decided.ended.push({ sender: requester.address, seq: one.seq });
    }
  }

  function requests(input: ResponderInput<unknown> & { type: 'requests' }, nowMs: number): void {
    const to = input.sender;
    const requester = hear(to, nowMs);
    const said = { settledBelow: input.settledBelow, stragglers: input.stragglers ?? [] };
    if (requester !== undefined) hearSettled(requester, said, nowMs);
    for (const { seq, replyTopic, ttlMs, refusal } of input.requests) {
      if (settles(requester ?? said, seq)) continue;
      const known = memory.find((one) => one.to === to && one.seq === seq);
      const runs = requester?.running.some((one) => one.seq === seq) === true;
      if (runs || known !== undefined) repeated += 1;
      if (known !== undefined) publish(known);
      if (runs || known !== undefined || draining || ttlMs <= 0) continue;
      const isLate = refusal?.code === 'overloaded';
      const outcome = refusal === undefined || isLate ? ('overloaded' as const) : refusal;
      const published = { topic: replyTopic, to, seq, outcome };
      if (isLate) lack('time', nowMs);
      else if (refusal !== undefined) count(refusal.code);
      if (requester === undefined) {
        if (refusal === undefined) lack('requesters', nowMs);
        answered += 1;
        publish(published);
      } else if (refusal !== undefined || inFlight() >= config.inFlightMax) {
        if (refusal === undefined) lack('requests', nowMs);
        answer(published, nowMs);
      } else {
        requester.running.push({ seq, topic: replyTopic, sinceMs: nowMs, deadlineMs: nowMs + ttlMs, unneeded: false });
        lookMs = Math.min(lookMs, nowMs + ttlMs + config.handlerGraceMs);
        decided.runs.push({ sender: to, seq, deadlineMs: nowMs + ttlMs });
      }
    }
  }

  function answeredBy({ sender, seq, outcome }: ResponderInput<unknown> & { type: 'answered' }, nowMs: number): void {
    const requester = requesters.find(({ address }) => address === sender);
    const ran = requester?.running.find((one) => one.seq === seq);
    if (requester === undefined || ran === undefined) {
      late += 1;
      return;
    }
    requester.running = requester.running.filter((one) => one !== ran);
    requester.quietSinceMs = nowMs;
    if (requester.running.length === 0) touch(requester);
    if (ran.unneeded || settles(requester, seq)) answered += 1;
    else answer({ topic: ran.topic, to: sender, seq, outcome }, nowMs, ran.sinceMs);
  }

  return {
    handle(input, nowMs) {
      decided = nothingDecided();
      const termMs = ({ outcome }: Remembered): number => (outcome === 'overloaded' ? 1_000 : config.rememberedMs);
      memory = memory.filter((one) => one.givenMs + termMs(one) > nowMs);
      lookOver(nowMs);
      const isGone = ({ running, quietSinceMs }: Known): boolean =>
        running.length === 0 && quietSinceMs + config.rememberedMs <= nowMs;
      for (const one of requesters.filter(isGone)) forget(one);
      tellRoom(nowMs);
      if (input.type === 'requests') requests(input, nowMs);
      if (input.type === 'answered') answeredBy(input, nowMs);
      if (input.type === 'drain') draining = true;
      if (input.type === 'marker-up') {
        const isLate = ({ givenMs, outcome }: Remembered): boolean =>
          givenMs >= nowMs - 1_000 && outcome !== unpublished;
        const lately = memory.filter((one) => isLate(one) && !isSettled(one));
        const briefly = lately.filter(({ outcome }) => outcome === 'overloaded');
        const others = lately.filter((each) => !briefly.includes(each));
        for (const one of others.toSorted((x, y) => x.givenMs - y.givenMs || Number(x.dear) - Number(y.dear)))
          publish(one);
        for (const one of briefly) publish(one);
      }
      endDrain();
      return decided;
    },
    counters: () => ({
      inFlight: inFlight(),
      answered,
      repeated,
      refused,
      givenUp,
      late,
      remembered: memory.length,
      requesters: requesters.length,
      evictedEarly,
    }),
  };
}
