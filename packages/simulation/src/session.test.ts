import { expect, test } from 'vitest';
import type { Stream } from '@cateto/zmtp';
import { createChance } from './chance.ts';
import { createClock } from './clock.ts';
import { mainLoop } from './event-loop.ts';
import { createPaths } from './paths.ts';
import { createProcess } from './process.ts';
import { createSession } from './session.ts';

/* One connection between two processes, without ZMTP above it: what TCP does. */

const greeting = new Uint8Array(64);

function setUp({ kept = false, packetBytes = 65_483, lateShare = 0 } = {}) {
  const clock = createClock();
  const chance = createChance(1);
  const paths = createPaths(chance, { delayMs: [1, 1], lateShare });
  const heard: [string[], string[]] = [[], []];
  const streams: Stream[] = [];
  const party = (index: 0 | 1) => {
    const process = createProcess({ host: `host-${index}`, pid: index + 1 }, clock, chance);
    const add = (what: string): void => void heard[index].push(`${what} at ${Math.round(clock.nowMs())}`);
    return {
      process,
      loop: mainLoop(process),
      keptAlive: kept,
      over: () => add('over'),
      opened(stream: Stream) {
        streams[index] = stream;
        return {
          heard: (bytes: Uint8Array) => add(`${bytes.length} bytes`),
          drained: () => add('drained'),
          closed: (byPeer: boolean) => add(byPeer ? 'closed by the peer' : 'closed'),
        };
      },
    };
  };
  const parties = [party(0), party(1)] as const;
  const session = createSession(...parties, {
    clock,
    chance: { ...chance, one: () => false },
    paths,
    packetBytes,
    highWaterMark: 1_000,
    onDropped: () => expect.unreachable(),
    loses: () => false,
  });
  const [near, far] = streams;
  if (near === undefined || far === undefined) throw new Error('not opened');
  return {
    near,
    far,
    heard,
    processes: parties.map(({ process }) => process),
    runTo(timeMs: number) {
      for (let next = clock.nextMs(); next !== undefined && next <= timeMs; next = clock.nextMs()) clock.step();
      clock.passTo(timeMs);
    },
    slow: (host: number, bitsPerSecond: number) => paths.slow(`host-${host}`, bitsPerSecond),
    cut(from: number, to: number) {
      paths.cut(`host-${from}`, `host-${to}`);
      session.pathsChanged();
    },
    heal(from: number, to: number) {
      paths.heal(`host-${from}`, `host-${to}`);
      session.pathsChanged();
    },
  };
}

test('the end of a stream follows its bytes, and ends the other direction', () => {
  const { near, heard, runTo } = setUp();
  near.write(greeting);
  near.end();
  near.write(greeting);
  runTo(10);
  expect(heard[1]).toEqual(['64 bytes at 1', 'closed by the peer at 1', 'over at 1']);
  expect(heard[0]).toEqual(['closed by the peer at 2', 'over at 2']);
});

test.each([0, 1])('the slow link of host %i carries its bytes one after the other, in each direction', (host) => {
  const { near, far, heard, slow, runTo } = setUp();
  // 64 bytes in 64 ms.
  slow(host, 8_000);
  near.write(greeting);
  near.write(greeting);
  far.write(greeting);
  runTo(200);
  expect(heard[1]).toEqual(['64 bytes at 65', '64 bytes at 129']);
  expect(heard[0]).toEqual(['64 bytes at 65']);
});

test('a write that is longer than a packet arrives in several, in order', () => {
  const { near, heard, runTo } = setUp({ packetBytes: 30 });
  near.write(greeting);
  runTo(10);
  expect(heard[1]).toEqual(['30 bytes at 1', '30 bytes at 1', '4 bytes at 1']);
});

test('packets behind a late packet wait for it', () => {
  const { near, heard, runTo } = setUp({ lateShare: 1 });
  near.write(greeting);
  near.end();
  runTo(100);
  const bytes = heard[1].filter((one) => one.includes('bytes')).map((one) => Number.parseInt(one, 10));
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBe(greeting.length);
  const times = heard[1].map((one) => Number(one.split(' at ')[1]));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.at(-1)).toBeGreaterThan(1);
  expect(heard[1].at(-1)).toMatch('over');
});

test('a stream that is destroyed sends what was written, and its owner hears nothing more', () => {
  const { near, far, heard, runTo } = setUp();
  far.write(greeting);
  near.write(greeting);
  near.destroy();
  runTo(10);
  expect(heard[0]).toEqual(['closed at 0', 'over at 0']);
  expect(heard[1]).toEqual(['64 bytes at 1', 'closed by the peer at 1', 'over at 1']);
});

test('a reset takes back what a cut has held, and is itself lost in a cut', () => {
  const { near, far, heard, runTo, cut, heal } = setUp();
  cut(0, 1);
  near.write(greeting);
  runTo(10);
  near.reset();
  heal(0, 1);
  runTo(1_000);
  expect(heard[1]).toEqual([]);
  // The kernel that does not know the connection any more refuses the next bytes.
  far.write(greeting);
  runTo(1_100);
  expect(heard[1]).toEqual(['closed by the peer at 1002', 'over at 1002']);
});

test('bytes that a cut has held arrive in order after it', () => {
  const { near, heard, runTo, cut, heal } = setUp();
  cut(0, 1);
  near.write(new Uint8Array(64));
  near.end();
  runTo(50);
  expect(heard[1]).toEqual([]);
  heal(0, 1);
  runTo(300);
  expect(heard[1].map((one) => one.replace(/ at .*/, ''))).toEqual(['64 bytes', 'closed by the peer', 'over']);
});

test('a stream whose other side does not read becomes full, and is drained when it reads', () => {
  const { near, processes, heard, runTo } = setUp();
  processes[1]?.stop();
  near.write(greeting);
  // A frame of three megabytes.
  near.write(Uint8Array.of(2, 0, 0, 0, 0, 0, 0x30, 0, 0));
  near.write(new Uint8Array(0x300000));
  runTo(10);
  expect(near.isFull()).toBe(true);
  expect(near.waiting()).toBe(64 + 9 + 0x300000 - 2_500_000);
  processes[1]?.continue();
  runTo(20);
  expect(near.waiting()).toBe(0);
  expect(heard[0]).toEqual(['drained at 10']);
});

test('the end of a process ends its connections', () => {
  const { processes, heard, runTo } = setUp();
  processes[0]?.kill();
  runTo(10);
  expect(heard[0]).toEqual([]);
  expect(heard[1].map((one) => one.replace(/ at .*/, ''))).toEqual(['closed by the peer', 'over']);
});

test('a kernel that keeps connections alive gives one up over a cut path, and another kernel does not', () => {
  for (const kept of [true, false]) {
    const { heard, runTo, cut } = setUp({ kept });
    cut(0, 1);
    runTo(1_499);
    expect(heard).toEqual([[], []]);
    runTo(10_000);
    expect(heard.map((all) => all.length)).toEqual(kept ? [2, 2] : [0, 0]);
  }
});
