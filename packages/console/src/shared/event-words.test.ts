import { expect, test } from 'vitest';
import { eventWords } from './event-words.ts';

test('an event about a server names it', () => {
  expect(eventWords('listener-down', 'address=op-server-2 routes="square 2,4"')).toBe('no longer reaches op-server-2');
  expect(eventWords('listener-up', 'address=op-server-1 routes="square 1,3"')).toBe('reaches op-server-1');
});

test('an event without details, or without words of its own, stays general', () => {
  expect(eventWords('listener-down')).toBe('no longer reaches a server');
  expect(eventWords('killed', 'address=op-server-1 routes="square 1,3"')).toBe('was killed');
  expect(eventWords('thread-started')).toBeUndefined();
});
