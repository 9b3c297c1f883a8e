import { describe, expect, test } from 'vitest';
import { outcomes, sends, setUpReady } from './requester.test-support.ts';

const servers = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc', 'dddddddddddd', 'eeeeeeeeeeee'] as const;

/** A request that one of several servers has named, and that server, which has withdrawn since. */
function setUp() {
  const ready = setUpReady();
  for (const server of servers) ready.up(server);
  const [[, holder]] = sends(ready.call(1, { deadlineMs: 60_000 })) as [[number, string]];
  const beat = (sender: string, given: { held?: readonly number[]; returned?: readonly number[] }) => {
    const { held, returned } = given;
    const effects = ready.handle({ type: 'beat', sender, held, silentMs: 2_000, leaving: true, returned });
    return [...effects, ...ready.handle({ type: 'turn-ended' })];
  };
  /** The server names the request, withdraws, and gives the request back at the end of its drain time. */
  const drain = (sender: string) => {
    ready.at.nowMs += 1_000;
    beat(sender, { held: [1, 1] });
    ready.down(sender);
    return beat(sender, { held: [], returned: [1, 1] });
  };
  return { ...ready, holder, beat, drain };
}

describe('a request that a server gives back when its drain time is up', () => {
  test('a request that is given back at the end of a drain goes to another server at once, and only once', () => {
    const { drain, runTo, holder, beat, at } = setUp();
    const [[seq, next] = [0, ''], ...more] = sends(drain(holder));
    expect(seq).toBe(1);
    expect(next).not.toBe(holder);
    expect(more).toEqual([]);
    at.nowMs += 50;
    beat(next, { held: [1, 1] });
    expect(sends(runTo(at.nowMs + 1_500))).toEqual([]);
  });

  test('a request that is given back at the end of a drain goes to another server although a copy was in flight to the first one', () => {
    const { handle, beat, down, runTo, holder, at } = setUp();
    // The first repetition goes to the same server, which has a lease.
    beat(holder, { held: [2, 2] });
    expect(sends(runTo(at.nowMs + 250))).toEqual([[1, holder]]);
    beat(holder, { held: [1, 1] });
    down(holder);
    const effects = [
      ...handle({ type: 'beat', sender: holder, held: [], silentMs: 0, leaving: true, returned: [1, 1] }),
      ...handle({ type: 'turn-ended' }),
    ];
    expect(sends(effects)).toHaveLength(1);
    expect(sends(effects)[0]?.[1]).not.toBe(holder);
  });

  test('giving back at the end of a drain does not count as the end of a server, however many give the request back', () => {
    const { drain, answer, holder } = setUp();
    let server = holder;
    for (let restarts = 0; restarts < 4; restarts += 1) {
      const effects = drain(server);
      expect(outcomes(effects)).toEqual([]);
      server = sends(effects)[0]?.[1] ?? '';
    }
    expect(outcomes(answer(server, 1))).toEqual([[1, 1]]);
  });
});

test('a request that a draining server names stays for the announced silence, however young it is', () => {
  const { beat, down, runTo, holder, at } = setUp();
  at.nowMs = 3;
  beat(holder, { held: [1, 1] });
  expect(sends(down(holder))).toEqual([]);
  expect(sends(runTo(2_000))).toEqual([]);
  expect(sends(runTo(2_010))).toHaveLength(1);
});

test('a request that a draining server does not name goes to another server when the first one withdraws', () => {
  const { beat, down, holder } = setUp();
  beat(holder, { held: [] });
  expect(sends(down(holder))).toHaveLength(1);
});

test('a request that may have run at a server that is gone, and that no other server takes, does not fail as no-listener', () => {
  const { drain, down, runTo, holder } = setUp();
  for (const server of servers) if (server !== holder) down(server);
  drain(holder);
  expect(outcomes(runTo(60_000))).toEqual([[1, 'deadline-exceeded']]);
});

test('a request whose server is killed during its drain goes to another server at once, and no end is counted', () => {
  const { handle, beat, down, holder } = setUp();
  beat(holder, { held: [1, 1] });
  down(holder);
  beat(holder, { held: [1, 1] });
  const effects = [...handle({ type: 'server-ended', address: holder }), ...handle({ type: 'turn-ended' })];
  expect(sends(effects)).toHaveLength(1);
  expect(sends(effects)[0]?.[1]).not.toBe(holder);
});

test('the end of a server that has drained, or that the requester does not know, moves no request', () => {
  const { handle, drain, holder } = setUp();
  drain(holder);
  const effects = [...handle({ type: 'server-ended', address: holder }), ...handle({ type: 'turn-ended' })];
  expect([sends(effects), outcomes(effects)]).toEqual([[], []]);
  expect(handle({ type: 'server-ended', address: 'ffffffffffff' })).toEqual([]);
});
