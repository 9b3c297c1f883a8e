import { describe, expect, test } from 'vitest';
import type { Duty } from './link.ts';
import type { InboundEvents } from './inbound.ts';
import { openInbound } from './inbound.ts';

const address = 'aaaaaaaaaaaa';
const hello = `calc.hello.${address}`;
const answer = `calc.hypotenuse.result.${address}`;
const asked = `calc.square.request.1.${address}`;

/** The inbound connections of a participant, with what each received and may receive. */
function inboundOf(duty: Duty) {
  const told: string[] = [];
  const heard: string[] = [];
  const drops: string[] = [];
  let reconnections = 0;
  const says: Record<string, InboundEvents> = {};
  const open = (name: string) => (events: InboundEvents) => {
    says[name] = events;
    return {
      name,
      subscribe: (prefix: string) => void told.push(`${name} +${prefix}`),
      unsubscribe: (prefix: string) => void told.push(`${name} -${prefix}`),
    };
  };
  const inbound = openInbound(
    duty,
    { requests: open('requests'), answers: open('answers') },
    {
      message: (topic, body) => void heard.push(`${topic} ${Buffer.from(body).toString()}`),
      reconnected: () => void (reconnections += 1),
      dropped: (cause) => void drops.push(cause),
    },
  );
  const comes = (way: string, topic: string, body: string): void => says[way]?.message(topic, Buffer.from(body));
  return { inbound, told, heard, drops, comes, says, reconnections: () => reconnections };
}

const both = { asks: true, serves: true };

describe('inbound connections', () => {
  test.each([
    [{ asks: true, serves: false }, ['answers']],
    [{ asks: false, serves: false }, ['answers']],
    [{ asks: false, serves: true }, ['requests']],
    [both, ['requests', 'answers']],
  ])('a participant with the duty %o has the inbound connections %o', (duty, names) => {
    expect(inboundOf(duty).inbound.all.map(({ name }) => name)).toEqual(names);
  });

  test('a server subscribes to requests on one connection, to answers on the other, and to its hello on both', () => {
    const { inbound, told } = inboundOf(both);
    for (const topic of [asked, `calc.request.1.${address}`, `calc.status.request.${address}`, answer, hello]) {
      inbound.subscribe(topic);
      inbound.unsubscribe(topic);
    }
    const requests = [asked, `calc.request.1.${address}`, `calc.status.request.${address}`];
    expect(told).toEqual([
      ...requests.flatMap((topic) => [`requests +${topic}`, `requests -${topic}`]),
      `answers +${answer}`,
      `answers -${answer}`,
      `requests +${hello}`,
      `answers +${hello}`,
      `requests -${hello}`,
      `answers -${hello}`,
    ]);
  });

  test('a participant with one inbound connection subscribes to everything on it', () => {
    const { inbound, told, comes, heard } = inboundOf({ asks: true, serves: false });
    for (const topic of ['', hello, answer]) inbound.subscribe(topic);
    expect(told).toEqual(['answers +', `answers +${hello}`, `answers +${answer}`]);
    comes('answers', hello, '1');
    expect(heard).toEqual([`${hello} 1`]);
  });

  test.each([
    ['requests', 'answers'],
    ['answers', 'requests'],
  ])('a hello passes when it has arrived on the %s and then on the %s, not before', (one, other) => {
    const { comes, heard } = inboundOf(both);
    comes(one, hello, '1');
    comes(one, hello, '1');
    comes(one, hello, '2');
    comes(other, hello, '3');
    expect(heard).toEqual([]);
    comes(other, hello, '2');
    expect(heard).toEqual([`${hello} 2`]);
  });

  test('other messages pass at once', () => {
    const { comes, heard } = inboundOf(both);
    comes('requests', asked, 'what');
    comes('answers', answer, 'that');
    expect(heard).toEqual([`${asked} what`, `${answer} that`]);
  });

  test('a hello is forgotten when many newer ones have been sent', () => {
    const { comes, heard } = inboundOf(both);
    for (let counter = 0; counter <= 8; counter += 1) comes('requests', hello, String(counter));
    comes('answers', hello, '0');
    expect(heard).toEqual([]);
    comes('answers', hello, '1');
    expect(heard).toEqual([`${hello} 1`]);
  });

  test('a repeated hello does not push out others', () => {
    const { comes, heard } = inboundOf(both);
    comes('requests', hello, '1');
    for (let time = 0; time < 20; time += 1) comes('requests', hello, '2');
    comes('answers', hello, '1');
    expect(heard).toEqual([`${hello} 1`]);
  });

  test('a hello that is larger than any real one is dropped', () => {
    const { heard, drops, comes } = inboundOf(both);
    for (const way of ['requests', 'answers']) comes(way, hello, 'x'.repeat(1_000));
    expect(heard).toEqual([]);
    expect(drops).toEqual(['a hello above the limit', 'a hello above the limit']);
  });

  test('each inbound connection that connects is reported', () => {
    const { says, reconnections } = inboundOf(both);
    says['requests']?.reconnected();
    says['answers']?.reconnected();
    expect(reconnections()).toBe(2);
  });
});
