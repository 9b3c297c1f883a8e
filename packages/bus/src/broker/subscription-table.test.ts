import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSubscriptionTable } from './subscription-table.ts';

const self = 'zzzzzzzzzzzz';
const server = 'aaaaaaaaaaaa';
const client = 'bbbbbbbbbbbb';
const request = `calc.square.request.1.${server}`;

describe('forwarding subscriptions', () => {
  test('a standby forwards nothing', () => {
    const table = createSubscriptionTable(self);
    expect(table.subscribed(request)).toEqual([]);
    expect(table.unsubscribed(request)).toEqual([]);
    expect(table.deactivate()).toEqual([]);
  });

  test('a broker that becomes active forwards its subscriptions, the marker last, and one that steps down withdraws the marker first', () => {
    const table = createSubscriptionTable(self);
    table.subscribed(request);
    table.subscribed(`calc.square.result.1.${client}`);
    const topics = table.activate(3);
    expect(topics.at(-1)).toBe(`calc.broker.3.${self}`);
    expect(topics.slice(0, -1).toSorted()).toEqual(
      ['calc.hello.', 'calc.beat.', request, 'calc.square.result.1.'].toSorted(),
    );
    const withdrawn = table.deactivate();
    expect(withdrawn[0]).toBe(`calc.broker.3.${self}`);
    expect([...withdrawn].toSorted()).toEqual([...topics].toSorted());
  });

  test('an active broker forwards request topics one by one, and results once by their prefix', () => {
    const table = createSubscriptionTable(self);
    table.activate(1);
    expect(table.subscribed(request)).toEqual([request]);
    expect(table.unsubscribed(request)).toEqual([request]);
    expect(table.subscribed(`calc.hypotenuse.result.${client}`)).toEqual(['calc.hypotenuse.result.']);
    expect(table.subscribed(`calc.hypotenuse.result.${server}`)).toEqual([]);
    expect(table.unsubscribed(`calc.hypotenuse.result.${client}`)).toEqual([]);
    expect(table.subscribed(`calc.hello.${client}`)).toEqual([]);
  });

  test('cancellations are forwarded by their prefix, once for all servers, and do not mean that a server listens', () => {
    const table = createSubscriptionTable(self);
    table.subscribed(`calc.cancel.${server}`);
    expect(table.activate(1)).toContain('calc.cancel.');
    expect(table.subscribed(`calc.cancel.${client}`)).toEqual([]);
  });

  test('a prefix stays when its last subscriber goes, unless there are more than any catalogue has', () => {
    const table = createSubscriptionTable(self);
    table.activate(1);
    const results = Array.from({ length: 4_097 }, (_, index) => `calc.n${index}.result`);
    for (const result of results) table.subscribed(`${result}.${client}`);
    table.subscribed(`calc.n0.result.${server}`);
    expect(table.unsubscribed(`calc.n0.result.${client}`)).toEqual([]);
    expect(table.unsubscribed(`calc.n1.result.${client}`)).toEqual(['calc.n1.result.']);
    expect(table.unsubscribed(`calc.n2.result.${client}`)).toEqual([]);
    expect(table.counters().prefixes).toBe(4_098);
    expect(table.subscribed(`calc.n1.result.${client}`)).toEqual(['calc.n1.result.']);
    expect(table.subscribed(`calc.n2.result.${client}`)).toEqual([]);
  });

  test('an active broker reports the end of each server among the topics once, and of no client', () => {
    const table = createSubscriptionTable(self);
    const topics = [
      request,
      `calc.square.request.2.${server}`,
      `calc.hello.${client}`,
      `calc.hypotenuse.result.${client}`,
    ];
    for (const topic of topics) table.subscribed(topic);
    expect(table.ended(topics)).toEqual([]);
    table.activate(1);
    expect(table.ended(topics)).toEqual([`calc.ended.${server}`]);
  });

  test('an active broker reports the end of a server that drains and has withdrawn its request topics', () => {
    const table = createSubscriptionTable(self);
    table.activate(1);
    const cancellations = `calc.cancel.${server}`;
    for (const topic of [request, cancellations]) table.subscribed(topic);
    table.unsubscribed(request);
    expect(table.ended([cancellations])).toEqual([`calc.ended.${server}`]);
  });

  test('the end of a server that has withdrawn all its topics is not reported', () => {
    const table = createSubscriptionTable(self);
    table.activate(1);
    table.subscribed(request);
    table.unsubscribed(request);
    expect(table.ended([request, `calc.hello.${server}`])).toEqual([]);
  });

  test('a subscription to the notice of an end is refused', () => {
    const table = createSubscriptionTable(self);
    table.activate(1);
    expect(table.subscribed(`calc.ended.${server}`)).toEqual([]);
    expect(table.counters().refused).toBe(1);
  });

  test('requests beyond four for each address of a full table are refused', () => {
    const table = createSubscriptionTable(self);
    for (let index = 0; index <= 40_000; index += 1) {
      table.subscribed(`calc.request.1.${String(index).padStart(12, '0')}`);
    }
    expect(table.counters()).toMatchObject({ requests: 40_000, refused: 1 });
  });

  test.each(['calc.', '', `calc.broker.7.${client}`, 'calc.square.request.1.', 'x', `calc.square.request.9.${server}`])(
    '%j is refused and counted',
    (topic) => {
      const table = createSubscriptionTable(self);
      table.activate(1);
      expect(table.subscribed(topic)).toEqual([]);
      expect(table.unsubscribed(topic)).toEqual([]);
      expect(table.counters().refused).toBe(1);
    },
  );

  test('with any subscriptions, only requests, prefixes and the own marker are forwarded, and each can be withdrawn', () => {
    const topic = fc.oneof(
      fc.constantFrom(
        request,
        `calc.request.1.${server}`,
        `calc.square.result.2.${client}`,
        `calc.broker.1.${client}`,
        'calc.',
      ),
      fc.string(),
    );
    const step = fc.record({ do: fc.constantFrom('subscribed' as const, 'unsubscribed' as const), topic });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const table = createSubscriptionTable(self);
        const up = new Set(table.activate(1));
        for (const { do: what, topic: given } of steps) {
          for (const changed of table[what](given)) {
            expect(changed).toMatch(/^calc\.(?:(?:\w+\.)?request\.\d\.[a-z0-9]{12}|\w+\.result\.(?:\d\.)?)$/);
            if (what === 'subscribed') up.add(changed);
            else up.delete(changed);
          }
        }
        expect(new Set(table.deactivate())).toEqual(up);
      }),
    );
  });
});
