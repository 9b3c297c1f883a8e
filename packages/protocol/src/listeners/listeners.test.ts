import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createListeners } from './listeners.ts';

const server = 'aaaaaaaaaaaa';
const other = 'bbbbbbbbbbbb';
const broker = 'zzzzzzzzzzzz';

describe('the listener table', () => {
  test('a server listens on a route as soon as its request topic is subscribed', () => {
    const listeners = createListeners();
    expect(listeners.handle({ type: 'subscribed', topic: `calc.square.request.1.${server}` })).toEqual([
      { type: 'listener-up', route: 'calc.square.request.1', address: server },
    ]);
    expect(listeners.listenersOf('calc.square.request.1')).toEqual([server]);
    expect(listeners.size()).toBe(1);
    expect(listeners.handle({ type: 'unsubscribed', topic: `calc.square.request.1.${server}` })).toEqual([
      { type: 'listener-down', route: 'calc.square.request.1', address: server },
    ]);
    expect(listeners.listenersOf('calc.square.request.1')).toEqual([]);
    expect(listeners.size()).toBe(0);
  });

  test('requests of n operands go only to a server that subscribes to all topics 1 to n, in any order of subscription', () => {
    const listeners = createListeners();
    expect(listeners.handle({ type: 'subscribed', topic: `calc.request.2.${server}` })).toEqual([]);
    expect(listeners.listenersOf('calc.request.2')).toEqual([]);
    expect(listeners.handle({ type: 'subscribed', topic: `calc.request.1.${server}` })).toEqual([
      { type: 'listener-up', route: 'calc.request.1', address: server },
      { type: 'listener-up', route: 'calc.request.2', address: server },
    ]);
    expect(listeners.listenersOf('calc.request.2')).toEqual([server]);
  });

  test('a server whose first operand topic vanishes does not listen for any longer request', () => {
    const listeners = createListeners();
    for (const n of [1, 2, 3]) listeners.handle({ type: 'subscribed', topic: `calc.request.${n}.${server}` });
    expect(listeners.handle({ type: 'unsubscribed', topic: `calc.request.2.${server}` })).toEqual([
      { type: 'listener-down', route: 'calc.request.2', address: server },
      { type: 'listener-down', route: 'calc.request.3', address: server },
    ]);
    expect(listeners.listenersOf('calc.request.1')).toEqual([server]);
  });

  test('the notice that a listed server has ended is passed on once, and that of an unknown server is not', () => {
    const listeners = createListeners();
    listeners.handle({ type: 'subscribed', topic: `calc.square.request.1.${server}` });
    expect(listeners.handle({ type: 'subscribed', topic: `calc.ended.${server}` })).toEqual([
      { type: 'server-ended', address: server },
    ]);
    expect(listeners.handle({ type: 'unsubscribed', topic: `calc.ended.${server}` })).toEqual([]);
    expect(listeners.handle({ type: 'subscribed', topic: `calc.ended.${other}` })).toEqual([
      { type: 'server-ended', address: other },
    ]);
  });

  test('each marker counts as an active broker', () => {
    const listeners = createListeners();
    const first = `calc.broker.1.${broker}`;
    const second = `calc.broker.2.${other}`;
    expect(listeners.handle({ type: 'subscribed', topic: first })).toEqual([
      { type: 'marker-up', marker: first, held: 1 },
    ]);
    expect(listeners.handle({ type: 'subscribed', topic: second })).toEqual([
      { type: 'marker-up', marker: second, held: 2 },
    ]);
    expect(listeners.handle({ type: 'unsubscribed', topic: first })).toEqual([
      { type: 'marker-down', marker: first, held: 1 },
    ]);
  });

  test('repeated subscriptions, results, hellos, prefixes and garbage change nothing', () => {
    const listeners = createListeners();
    listeners.handle({ type: 'subscribed', topic: `calc.square.request.1.${server}` });
    for (const topic of [
      `calc.square.request.1.${server}`,
      'calc.square.result.1.',
      `calc.square.result.1.${server}`,
      `calc.hello.${server}`,
      'calc.',
      '',
      `calc.square.request.9.${server}`,
      `calc.request.10.${server}`,
    ]) {
      expect(listeners.handle({ type: 'subscribed', topic })).toEqual([]);
    }
    expect(listeners.handle({ type: 'unsubscribed', topic: `calc.square.request.2.${server}` })).toEqual([]);
    expect(listeners.handle({ type: 'unsubscribed', topic: `calc.broker.1.${broker}` })).toEqual([]);
  });

  test('a full table refuses new servers and keeps those in it', () => {
    const listeners = createListeners({ addressesMax: 1 });
    listeners.handle({ type: 'subscribed', topic: `calc.square.request.1.${server}` });
    const topic = `calc.square.request.1.${other}`;
    expect(listeners.handle({ type: 'subscribed', topic })).toEqual([{ type: 'refused', topic }]);
    expect(listeners.listenersOf('calc.square.request.1')).toEqual([server]);
    listeners.handle({ type: 'unsubscribed', topic: `calc.square.request.1.${server}` });
    expect(listeners.handle({ type: 'subscribed', topic })).toHaveLength(1);
  });

  test('in any order of subscriptions, ups and downs alternate and agree with the table', () => {
    const topics = [1, 2, 3].flatMap((n) => [server, other].map((address) => `calc.request.${n}.${address}`));
    const inputs = fc.array(
      fc.record({
        type: fc.constantFrom('subscribed' as const, 'unsubscribed' as const),
        topic: fc.constantFrom(...topics),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(inputs, (sequence) => {
        const listeners = createListeners();
        const up = new Set<string>();
        const subscribed = new Set<string>();
        for (const input of sequence) {
          if (input.type === 'subscribed') subscribed.add(input.topic);
          else subscribed.delete(input.topic);
          for (const effect of listeners.handle(input)) {
            if (effect.type !== 'listener-up' && effect.type !== 'listener-down') continue;
            const key = `${effect.route} ${effect.address}`;
            expect(up.has(key)).toBe(effect.type === 'listener-down');
            if (effect.type === 'listener-up') up.add(key);
            else up.delete(key);
          }
          for (const address of [server, other]) {
            for (const n of [1, 2, 3]) {
              const all = Array.from({ length: n }, (_, index) => `calc.request.${index + 1}.${address}`);
              const expected = all.every((topic) => subscribed.has(topic));
              expect(up.has(`calc.request.${n} ${address}`)).toBe(expected);
              expect(listeners.listenersOf(`calc.request.${n}`).includes(address)).toBe(expected);
            }
          }
        }
      }),
    );
  });
});
