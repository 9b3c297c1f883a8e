import { expect, test } from 'vitest';
import { textOf } from './thrown-text.ts';

class Silent extends Error {
  override get message(): string {
    throw new Error('no');
  }
}

test.each<[string, unknown, string]>([
  ['an Error', new Error('broken'), 'broken'],
  ['an Error without a message', new TypeError(), 'TypeError'],
  ['a text', 'broken', 'broken'],
  ['null', null, 'null'],
  ['undefined', undefined, 'undefined'],
  ['a symbol', Symbol('broken'), 'Symbol(broken)'],
  ['an object with a message', { message: 'broken' }, 'broken'],
  ['an object with a message that is not a text', { message: 7 }, '[object Object]'],
  ['an object without a prototype', Object.create(null), 'threw something without a text'],
  ['an Error whose message throws', new Silent(), 'threw something without a text'],
  ['a Proxy that was revoked', revoked(), 'threw something without a text'],
])('%s has a text when it is thrown', (_what, thrown, text) => {
  expect(textOf(thrown)).toBe(text);
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
