import { expect, test } from 'vitest';
import { testPlatform } from '../participant/fake-link.test-support.ts';
import type { LoopMember } from './loop-announcements.ts';
import { joinLoop } from './loop-announcements.ts';

/**
 * Two servers of one event loop, work of one of them without requesters of its own, and the beats that the servers
 * sent.
 */
function setUp() {
  const platform = testPlatform();
  const told: (readonly [name: string, silentMs: number])[] = [];
  const blocked: [name: string, sinceMs: number | undefined][] = [];
  const memberOf = (name: string): LoopMember => ({
    tell: (silentMs) => void told.push([name, silentMs]),
    blocked: (sinceMs) => void blocked.push([name, sinceMs]),
  });
  const a = joinLoop(platform, memberOf('a'));
  const b = joinLoop(platform, memberOf('b'));
  const work = joinLoop(platform);
  return { platform, a, b, work, told: () => told.splice(0), blocked };
}

test('all servers of an event loop tell their requesters what one of them announces, and when it is over', () => {
  const { a, work, told, platform } = setUp();
  a.announce(3_000);
  expect(told()).toEqual([
    ['a', 3_000],
    ['b', 3_000],
  ]);
  a.announce(0);
  platform.pass(100);
  expect(told()).toEqual([
    ['a', 0],
    ['b', 0],
  ]);
  work.announce(500);
  expect(told()).toHaveLength(2);
});

test('a silence is over when the last announcement is over', () => {
  const { a, b, told, platform } = setUp();
  a.announce(3_000);
  b.announce(5_000);
  told();
  a.announce(0);
  platform.pass(1_000);
  expect(told()).toEqual([]);
  b.announce(0);
  platform.pass(100);
  expect(told()).toHaveLength(2);
});

test('servers do not report the end of a silence when another announcement follows within 20 ms', () => {
  const { a, b, told, platform } = setUp();
  for (let run = 0; run < 5; run += 1) {
    a.announce(3_000);
    b.announce(0);
    platform.pass(50);
    a.announce(0);
    platform.pass(19);
  }
  expect(told().filter(([, silentMs]) => silentMs === 0)).toEqual([]);
  platform.pass(1);
  expect(told()).toEqual([
    ['a', 0],
    ['b', 0],
  ]);
  platform.pass(10_000);
  expect(told()).toEqual([]);
});

test('the end of a silence is not reported when all servers of the event loop have closed', () => {
  const { a, b, work, told, platform } = setUp();
  a.announce(3_000);
  told();
  for (const one of [a, b, work]) one.leave();
  platform.pass(1_000);
  expect(told()).toEqual([]);
});

test('a closed server gets no announcements, and its own announcement is over', () => {
  const { a, b, told, platform } = setUp();
  a.announce(3_000);
  told();
  a.leave();
  platform.pass(100);
  expect(told()).toEqual([['b', 0]]);
  b.announce(1);
  expect(told()).toEqual([['b', 1]]);
});

test('servers of other event loops get no announcements', () => {
  const { told } = setUp();
  joinLoop(testPlatform()).announce(1_000);
  expect(told()).toEqual([]);
});

test('all servers of an event loop know when work of one of them has blocked it', () => {
  const { work, blocked } = setUp();
  work.blocked(70);
  expect(blocked).toEqual([
    ['a', 70],
    ['b', 70],
  ]);
});
