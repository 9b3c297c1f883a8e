import { expect, test } from 'vitest';
import { testPlatform } from '../participant/fake-link.test-support.ts';
import type { BusEvent } from '../participant/events.ts';
import type { Component, Participant } from '../participant/participant.ts';
import type { Run } from '../runs/work.ts';
import { createResponderDriver } from './responder-driver.ts';
import { createRun, incoming } from '../runs/work.ts';

/** The responder driver of a participant whose clock is advanced by the work itself, as by work that blocks. */
/** @param metMs how long the work took that was seen before; null for none */
function setUp({ runningMax, metMs = 0 }: { readonly runningMax?: number; readonly metMs?: number | null } = {}) {
  const turns = testPlatform();
  const clock = { blockedMs: 0 };
  const platform = { ...turns, nowMs: () => turns.nowMs() + clock.blockedMs };
  const components: Component[] = [];
  const receivers = new Map<string, (message: unknown) => void>();
  const participant = {
    platform,
    attach: (component: Component) => void components.push(component),
    table: () => undefined,
    chunks: { answersTo: () => [], waiting: () => 0 } as unknown as Participant['chunks'],
    publish: (topic: string, to: string, message: readonly unknown[]) => void beats.push([topic, to, message]),
    rearm: () => components.forEach((component) => component.deadlineMs?.()),
    subscribe: () => undefined,
    receive(topic, read, take) {
      receivers.set(topic, (message) => take([read(message) as never], { sender: 'aaaaaaaaaaaa', settledBelow: 1 }));
    },
  } satisfies Partial<Participant>;
  const answers: [seq: number, code: unknown][] = [];
  const events: BusEvent[] = [];
  const beats: [topic: string, to: string, message: readonly unknown[]][] = [];
  const responses = createResponderDriver<string>(participant as unknown as Participant, {
    publish: (_topic, _to, { seq, code }) => void answers.push([seq, code]),
    onEvent: (event) => void events.push(event),
    runningMax,
  });
  const linked = (held: number): void => {
    const type = held > 0 ? 'marker-up' : 'marker-down';
    components.forEach((component) => component.tableChanged?.({ type, marker: 'calc.broker.1', held }));
  };
  linked(1);
  let lastSeq = 0;
  const took: number[] = [];
  /** When each run began, as it was told. */
  const began: number[] = [];
  /** Messages that arrive while the next work blocks the loop. They are read in the turn after it. */
  const arriving: (() => void)[] = [];
  const run = createRun({
    contract: 'work',
    took: (blockedMs) => void took.push(blockedMs),
    begin(request, answer, nowMs) {
      began.push(nowMs);
      clock.blockedMs += request.work.input as number;
      for (const arrive of arriving.splice(0)) turns.afterTurn(arrive);
      answer(request, { value: 0, fallbacks: [] });
    },
  });
  function accept(count: number, input: number, ttlMs: number, how: Run, sender = 'aaaaaaaaaaaa'): void {
    const requests = Array.from({ length: count }, () => {
      lastSeq += 1;
      return incoming({ seq: lastSeq, ttlMs, input, trace: undefined, refusal: undefined }, 'topic', how);
    });
    responses.accept({ sender, settledBelow: 1 }, requests);
  }
  const askAs = (sender: string, takesMs: number): void => accept(1, takesMs, 10_000, run, sender);
  const ask = (count: number, takesMs: number, ttlMs = 10_000): void => accept(count, takesMs, ttlMs, run);
  /** Requests work whose contract limits its time. */
  const askLimited = (maxMs: number): void => accept(1, 30, 10_000, createRun({ ...run, maxMs }));
  /** Requests work that another thread does. It ends when the function in this list is called. */
  const elsewhere: (() => void)[] = [];
  const begin: Run['begin'] = (request, answer) =>
    void elsewhere.push(() => answer(request, { value: 0, fallbacks: [] }));
  const waiting = createRun({ contract: 'waiting', begin, concurrency: runningMax });
  const threaded = createRun({ contract: 'threaded', begin, threads: () => 2 });
  function askElsewhere(count: number, inThreads = false): void {
    for (let more = 0; more < count; more += 1) accept(1, 0, 10_000, inThreads ? threaded : waiting);
  }
  /** Until work of a kind was seen to be quick, it is presumed to block. */
  function meet(takesMs: number): void {
    lastSeq = 1_000_000;
    ask(1, takesMs);
    turns.settle();
    askElsewhere(1);
    turns.settle();
    elsewhere.shift()?.();
    // The announced silences are over, and the requesters know that.
    turns.pass(100);
    lastSeq = 0;
    answers.length = 0;
    beats.length = 0;
  }
  if (metMs !== null) meet(metMs);
  return {
    ask,
    askAs,
    arriving,
    askLimited,
    askElsewhere,
    elsewhere,
    beats,
    answers,
    events,
    load: responses.load,
    took,
    began,
    drain: responses.drain,
    turns,
    clock,
    linked,
    cancel: (...seqs: readonly number[]) => receivers.get('calc.cancel')?.([seqs]),
    tick() {
      components.forEach((component) => component.tick?.());
      participant.rearm();
    },
  };
}

test('all quick work of a batch is done at once', () => {
  const { ask, answers } = setUp();
  ask(100, 0.1);
  expect(answers).toHaveLength(100);
});

test('each run learns when it begins', () => {
  const { ask, began, turns } = setUp();
  began.length = 0;
  ask(5, 15);
  turns.settle();
  const [first = Number.NaN] = began;
  expect(began.map((nowMs) => nowMs - first)).toEqual([0, 15, 30, 45, 60]);
});

test('between pieces of work that block, other work gets its turn, and the order is kept', () => {
  const { ask, answers, turns } = setUp();
  ask(5, 15);
  expect(answers.map(([seq]) => seq)).toEqual([1, 2]);
  ask(1, 15);
  expect(answers).toHaveLength(2);
  turns.settle();
  expect(answers.map(([seq]) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('the same holds for work that arrives message by message without a turn in between', () => {
  const { ask, answers, turns } = setUp();
  for (let message = 1; message <= 5; message += 1) ask(1, 15);
  expect(answers.map(([seq]) => seq)).toEqual([1, 2]);
  turns.settle();
  expect(answers.map(([seq]) => seq)).toEqual([1, 2, 3, 4, 5]);
});

test('a request that would wait for most of its time is refused at once, and admitted ones are done', () => {
  const { ask, answers, turns } = setUp({ metMs: 15 });
  ask(100, 15, 60_000);
  turns.turn();
  // Some 96 wait, 15 ms each.
  ask(1, 15, 1_000);
  ask(1, 15, 60_000);
  expect(answers.filter(([, code]) => code === 'overloaded')).toEqual([[101, 'overloaded']]);
  turns.settle();
  expect(answers.filter(([, code]) => code === 0)).toHaveLength(101);
});

test('requests that have waited for 100 ms are given back, except the oldest one of each requester', () => {
  const { ask, answers, beats, turns, clock, tick } = setUp({ metMs: 15 });
  ask(10, 15, 60_000);
  expect(answers.map(([seq]) => seq)).toEqual([1, 2]);
  clock.blockedMs += 100;
  tick();
  expect(beats).toContainEqual(['calc.beat', 'aaaaaaaaaaaa', [undefined, undefined, undefined, [4, 10]]]);
  turns.settle();
  expect(answers.map(([seq]) => seq)).toEqual([1, 2, 3]);
});

test('a burst of any size is worked off', () => {
  const { ask, answers, turns } = setUp();
  for (let message = 1; message <= 20; message += 1) ask(100, 3);
  turns.settle();
  expect(answers.filter(([, code]) => code === 0)).toHaveLength(2_000);
});

test('a server announces its window as soon as it has seen the first run', () => {
  const { ask, askElsewhere, elsewhere, beats, turns, clock } = setUp({ metMs: null });
  const windows = (): unknown => beats.map(([, , [, , announced]]) => announced).findLast(Boolean);
  ask(1, 0.01);
  turns.settle();
  ask(1, 0.01);
  expect(windows()).toEqual({ work: 2_500 });
  // It returns at once, so how long it takes is not known yet.
  askElsewhere(1);
  turns.settle();
  expect(windows()).toEqual({ work: 2_500, waiting: 16 });
  clock.blockedMs += 50;
  elsewhere[0]?.();
  // A requester without requests here learns it with the end of the silence, or when it sends the next request.
  turns.pass(100);
  expect(windows()).toEqual({ work: 2_500, waiting: 1_024 });
});

test('each run in the event loop is reported to its kind of work with its time, also the last of a batch', () => {
  const { ask, took, turns } = setUp({ metMs: null });
  ask(1, 7);
  turns.settle();
  ask(3, 0.5);
  expect(took).toEqual([7, 0.5, 0.5, 0.5]);
});

test('a handler that never settles is not the last of its kind that is timed', () => {
  const { askElsewhere, elsewhere, load, turns, clock } = setUp({ metMs: null });
  askElsewhere(1);
  turns.settle();
  // More than a second after its deadline.
  clock.blockedMs += 12_000;
  askElsewhere(1);
  turns.settle();
  clock.blockedMs += 50;
  elsewhere[1]?.();
  expect(load()).toMatchObject({ windows: { waiting: 1_024 } });
});

test('a server reports how many requests run at once, how many wait, and its announced windows', () => {
  const { ask, askElsewhere, elsewhere, load, cancel, turns } = setUp({ metMs: null });
  expect(load()).toEqual({ queued: 0 });
  ask(1, 30);
  expect(load()).toEqual({ queued: 1 });
  turns.settle();
  ask(5, 30);
  expect(load()).toEqual({ slots: 1, queued: 5, windows: { work: 1 } });
  cancel(4);
  expect(load()).toMatchObject({ slots: 1, queued: 4 });
  turns.settle();
  askElsewhere(5, true);
  // Nothing is known about work in threads before the first run has ended.
  expect(load()).toMatchObject({ slots: 1, queued: 3 });
  elsewhere.shift()?.();
  expect(load()).toEqual({ slots: 3, queued: expect.any(Number), windows: { work: 1, threaded: expect.any(Number) } });
});

test('requests that wait for an asynchronous handler count as queued, and overdue or returned ones do not', () => {
  const { askElsewhere, load, turns, clock, tick } = setUp({ runningMax: 2, metMs: null });
  askElsewhere(1);
  turns.settle();
  askElsewhere(4);
  expect(load()).toMatchObject({ slots: 2, queued: 3 });
  clock.blockedMs += 100;
  tick();
  expect(load()).toMatchObject({ queued: 0 });
});

test('before a long run, the requests behind it are given back', () => {
  const { ask, answers, beats, turns } = setUp({ metMs: 200 });
  ask(3, 200, 60_000);
  turns.turn();
  expect(beats.slice(-2)).toEqual([
    ['calc.beat', 'aaaaaaaaaaaa', [undefined, undefined, undefined, [2, 3]]],
    ['calc.beat', 'aaaaaaaaaaaa', [[1, 1], 63_750]],
  ]);
  turns.settle();
  expect(answers).toEqual([[1, 0]]);
});

test('work that may block begins one turn after its requesters were told', () => {
  const { ask, answers, beats, turns } = setUp();
  ask(1, 30, 1_000);
  // The work was quick at first, so its requesters were not told.
  expect(answers).toHaveLength(1);
  ask(1, 30, 1_000);
  const before = beats.length;
  turns.turn();
  expect([answers.length, beats.slice(before)]).toEqual([1, [['calc.beat', 'aaaaaaaaaaaa', [[2, 2], 1_063]]]]);
  turns.turn();
  expect(answers.map(([seq]) => seq)).toEqual([1, 2]);
});

test.each([
  [5_000, 5_313],
  [60_000, 10_625],
  [100, 2_125],
])(
  'work that may block for %i ms at most is announced with %i ms of silence, a sixteenth more than needed',
  (maxMs, silentMs) => {
    const { askLimited, beats, turns } = setUp();
    askLimited(maxMs);
    turns.settle();
    expect(beats[0]).toEqual(['calc.beat', 'aaaaaaaaaaaa', [[1, 1], silentMs]]);
  },
);

test('a request that gets no turn before its deadline does not begin', () => {
  const { ask, answers, turns } = setUp();
  ask(4, 30, 40);
  turns.settle();
  expect(answers).toEqual([
    [1, 0],
    [2, 0],
    [3, 'deadline-exceeded'],
    [4, 'deadline-exceeded'],
  ]);
});

test('a refusal for lack of room, and a handler that is given up, are reported as an event each', () => {
  const { askElsewhere, elsewhere, answers, events, turns, clock, tick } = setUp();
  for (let request = 0; request < 10; request += 1) askElsewhere(1_000);
  askElsewhere(5);
  expect(events).toEqual([{ event: 'server-full', what: 'requests', inFlight: 10_000 }]);
  // They are due after 10 s, and are given up a second later.
  clock.blockedMs += 11_000;
  tick();
  expect(events.at(-2)).toEqual({ event: 'request-given-up', topic: 'topic', count: 1 });
  expect(events.at(-1)).toEqual({ event: 'server-has-room', what: 'requests', inFlight: 0, forMs: 0, refused: 5 });
  turns.pass(1_000);
  expect(events.at(-1)).toEqual({ event: 'request-given-up', topic: 'topic', count: 9_999 });
  const before = answers.length;
  for (const done of elsewhere.splice(0)) done();
  expect(answers).toHaveLength(before);
  askElsewhere(1);
  // After such a standstill, the work is announced.
  turns.settle();
  elsewhere.shift()?.();
  expect(answers.at(-1)).toEqual([10_006, 0]);
});

test('a request that is cancelled before its turn does not begin, and takes no place any more', () => {
  const { ask, cancel, answers, turns, clock } = setUp();
  ask(4, 30);
  cancel(3, 4);
  turns.settle();
  expect(answers.map(([seq]) => seq)).toEqual([1, 2]);
  expect(clock.blockedMs).toBe(60);
});

test('each thread runs one handler at a time, whatever runs in the event loop', () => {
  const { askElsewhere, elsewhere, answers } = setUp({ runningMax: 1 });
  askElsewhere(1);
  askElsewhere(5, true);
  expect(elsewhere).toHaveLength(3);
  elsewhere[1]?.();
  // Work in threads was seen to be short, so the next two are already there.
  expect([elsewhere.length, answers]).toEqual([6, [[2, 0]]]);
});

test('as many asynchronous handlers as allowed run at once, and the others when those are done', () => {
  const { askElsewhere, elsewhere, answers, turns } = setUp({ runningMax: 2 });
  askElsewhere(5);
  expect(elsewhere).toHaveLength(2);
  elsewhere[0]?.();
  turns.settle();
  expect(elsewhere).toHaveLength(3);
  elsewhere.slice(1).forEach((done) => done());
  turns.settle();
  expect(elsewhere).toHaveLength(5);
  expect(answers).toHaveLength(3);
});

test('work that blocked the event loop after waiting is announced the next time, although it had returned at once', () => {
  const { askElsewhere, elsewhere, clock, beats, turns } = setUp();
  askElsewhere(1);
  expect([elsewhere.length, beats]).toEqual([1, []]);
  clock.blockedMs += 300;
  elsewhere.shift()?.();
  beats.length = 0;
  askElsewhere(1);
  turns.settle();
  expect(beats).toContainEqual(['calc.beat', 'aaaaaaaaaaaa', [[2, 2], 10_625]]);
  expect(elsewhere).toHaveLength(1);
});

test('a delay of the event loop below a tenth of a second is not attributed to the work that runs', () => {
  const { askElsewhere, elsewhere, clock, beats, turns } = setUp();
  askElsewhere(1);
  clock.blockedMs += 140;
  elsewhere.shift()?.();
  beats.length = 0;
  askElsewhere(1);
  turns.settle();
  expect(beats.filter(([, , [held]]) => held !== undefined)).toEqual([]);
});

test('a server that was idle for long does not consider its event loop blocked when work waits again', () => {
  const { ask, beats, turns, clock, tick } = setUp({ metMs: 15 });
  ask(5, 15);
  turns.settle();
  for (let times = 0; times < 100; times += 1) {
    clock.blockedMs += 20;
    tick();
  }
  clock.blockedMs += 10_000;
  ask(5, 15);
  turns.settle();
  // No work that blocks was seen, so no handler was announced with its whole time as silence.
  expect(beats.map(([, , [, silentMs]]) => Number(silentMs ?? 0)).filter((silentMs) => silentMs > 2_000)).toEqual([]);
});

test('returned requests do not count as waiting when the next one is admitted', () => {
  const { ask, answers, turns, clock, tick } = setUp({ metMs: 15 });
  ask(100, 15, 60_000);
  turns.turn();
  clock.blockedMs += 100;
  tick();
  ask(1, 15, 1_000);
  expect(answers.filter(([, code]) => code === 'overloaded')).toEqual([]);
  turns.settle();
  expect(answers.at(-1)).toEqual([101, 0]);
});

/** A server of four slots after rounds of handlers that wait for four seconds, in steps of this time. */
function afterRounds(stepMs: number) {
  const all = setUp({ runningMax: 4 });
  const { askElsewhere, elsewhere, turns, tick } = all;
  for (let round = 0; round < 6; round += 1) {
    askElsewhere(4);
    for (let ms = 0; ms < 4_000; ms += stepMs) {
      turns.pass(stepMs);
      tick();
    }
    elsewhere.splice(0).forEach((done) => done());
    turns.settle();
  }
  return all;
}

test('handlers that wait together for four seconds, four at a time, are done at a rate of one a second', () => {
  const { askElsewhere, answers, turns } = afterRounds(50);
  // Nine of them wait, with a timeout of ten seconds.
  askElsewhere(13);
  turns.settle();
  expect(answers.filter(([, code]) => code === 'overloaded')).toEqual([]);
  askElsewhere(1);
  expect(answers.filter(([, code]) => code === 'overloaded')).toHaveLength(1);
});

test('handlers that waited while their server stood still are no reason to refuse requests', () => {
  const { askElsewhere, answers, turns } = afterRounds(4_000);
  askElsewhere(20);
  turns.settle();
  askElsewhere(1);
  expect(answers.filter(([, code]) => code === 'overloaded')).toEqual([]);
});

test('an announced silence is withdrawn when its handler does not begin', () => {
  const { ask, cancel, beats, turns } = setUp();
  ask(1, 30, 60_000);
  ask(1, 30, 60_000);
  turns.turn();
  expect(beats.at(-1)).toEqual(['calc.beat', 'aaaaaaaaaaaa', [[2, 2], 63_750]]);
  cancel(2);
  turns.pass(100);
  expect(beats.at(-1)).toEqual(['calc.beat', 'aaaaaaaaaaaa', [[], 0]]);
});

test('a draining server announces no silence beyond the time at which it is gone', () => {
  const { ask, drain, beats, turns } = setUp({ metMs: 200 });
  ask(1, 200, 600_000);
  void drain(4_500);
  turns.settle();
  const silences = beats.map(([, , [, silentMs]]) => Number(silentMs ?? 0));
  expect(Math.max(...silences)).toBe(4_500);
});

test('work that arrives while the event loop was blocked begins one turn later, when it may be cancelled', () => {
  const { ask, askElsewhere, cancel, elsewhere, answers, turns } = setUp();
  askElsewhere(1);
  turns.settle();
  elsewhere.shift()?.();
  ask(1, 500);
  askElsewhere(2);
  cancel(3);
  expect(elsewhere).toHaveLength(0);
  turns.settle();
  elsewhere.shift()?.();
  turns.settle();
  expect(answers.map(([seq]) => seq)).toEqual([1, 2, 4]);
});

test('work that arrives while announced work blocks the loop is given back, unless its requester was told', () => {
  const { ask, askAs, arriving, beats, answers, turns, load } = setUp({ metMs: 500 });
  ask(1, 500);
  arriving.push(
    () => askAs('bbbbbbbbbbbb', 500),
    () => ask(1, 500),
  );
  turns.settle();
  expect(answers.map(([seq]) => seq)).toEqual([1, 3]);
  expect(beats.filter(([, to]) => to === 'bbbbbbbbbbbb').map(([, , message]) => message[3])).toContainEqual([2, 2]);
  expect(load().queued).toBe(0);
});

test('work that arrives while announced work blocks the loop for less than 50 ms is not given back', () => {
  const { ask, askAs, arriving, answers, turns } = setUp({ metMs: 500 });
  ask(1, 40);
  arriving.push(() => askAs('bbbbbbbbbbbb', 40));
  turns.settle();
  expect(answers.map(([seq]) => seq)).toEqual([1, 2]);
});

test('when the only work that waits is given back, requesters learn that the silence is over', () => {
  const { ask, askAs, beats, turns } = setUp({ metMs: 500 });
  ask(1, 500);
  // Between the announcement and the begin.
  turns.afterTurn(() => askAs('bbbbbbbbbbbb', 500));
  turns.settle();
  beats.length = 0;
  turns.pass(25);
  expect(beats.filter(([, to]) => to === 'aaaaaaaaaaaa').map(([, , message]) => message)).toEqual([[[], 0]]);
});

test('work that may block begins only while an active broker is connected, because no requester would hear its beat', () => {
  const { ask, answers, turns, beats, linked } = setUp({ metMs: 500 });
  linked(0);
  ask(1, 500);
  turns.settle();
  expect(answers).toEqual([]);
  beats.length = 0;
  linked(1);
  turns.settle();
  expect(beats.length).toBeGreaterThan(0);
  // The answers from before are published again.
  expect(answers.map(([seq]) => seq).filter((seq) => seq < 1_000)).toEqual([1]);
});

test('work whose broker is lost after the announcement is announced again before it begins', () => {
  const { ask, answers, turns, beats, linked } = setUp({ metMs: 500 });
  ask(1, 500);
  linked(0);
  turns.settle();
  expect(answers).toEqual([]);
  beats.length = 0;
  linked(1);
  turns.settle();
  expect(answers.map(([seq]) => seq).filter((seq) => seq < 1_000)).toEqual([1]);
  expect(beats.some(([, , [, silentMs]]) => Number(silentMs) > 1_000)).toBe(true);
});

test('work that waits for a broker is given back when its server drains', () => {
  const { ask, answers, turns, beats, linked, drain, tick } = setUp({ metMs: 500 });
  linked(0);
  ask(1, 500);
  turns.settle();
  beats.length = 0;
  void drain(4_500);
  turns.pass(150);
  tick();
  expect(answers).toEqual([]);
  expect(beats.some(([, , [, , , returned]]) => JSON.stringify(returned) === '[1,1]')).toBe(true);
});
