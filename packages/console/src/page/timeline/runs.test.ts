import { expect, test } from 'vitest';
import type { SystemEvent } from '../../shared/state.ts';
import { runsOf } from './runs.ts';

function event(atMs: number, name: string): SystemEvent {
  return { atMs, process: 'calc-server', event: name, level: 'info', text: '', epoch: undefined };
}

test('a repeated event of a process is one line with a number, until another event happens', () => {
  const runs = runsOf([event(5, 'fallback'), event(4, 'fallback'), event(3, 'ready'), event(2, 'fallback')]);
  expect(runs.map(({ event: { event: name }, count, sinceMs }) => [name, count, sinceMs])).toEqual([
    ['fallback', 2, 4],
    ['ready', 1, 3],
    ['fallback', 1, 2],
  ]);
});
