import { describe, expect, test } from 'vitest';
import type { Link } from '@cateto/bus';
import type { NetworkOptions, SimulatedNetwork } from './network.ts';
import { createNetwork } from './network.ts';
import type { SimulatedProcess } from './process.ts';

/* The behaviour of a simulated network, which is that of ZeroMQ. The facts were measured: docs/decisions/0010. */

const request = 'calc.square.request.1.aaaaaaaaaaaa';
const result = 'calc.square.result.1.bbbbbbbbbbbb';

interface Seen {
  readonly process: SimulatedProcess;
  readonly link: Link;
  /** In the order of arrival. */
  readonly messages: string[];
  readonly subscriptions: string[];
  reconnected: number;
}

function participant(network: SimulatedNetwork, name: string): Seen {
  const process = network.spawn(name);
  const messages: string[] = [];
  const subscriptions: string[] = [];
  const link = network.openLink(process)(
    {
      message: (topic, body) => void messages.push(`${topic} ${Buffer.from(body).toString()}`),
      subscription: (topic, on) => void subscriptions.push(`${on ? '+' : '-'}${topic}`),
      reconnected: () => void (seen.reconnected += 1),
      dropped: (cause) => expect.unreachable(cause),
    },
    { asks: false, serves: true },
  );
  const seen: Seen = { process, link, messages, subscriptions, reconnected: 0 };
  return seen;
}

/** Two brokers, a server that listens and a connected client, after everything has settled. */
async function linked(options: Partial<NetworkOptions> = {}) {
  const network = createNetwork({ seed: 3, ...options });
  const brokers = [network.startBroker('broker'), network.startBroker('backup')] as const;
  const server = participant(network, 'server');
  const client = participant(network, 'client');
  server.link.subscribe(request);
  await network.runTo(500);
  return { network, brokers, server, client };
}

function publish({ link }: Seen, topic: string, ...bodies: string[]): void {
  for (const body of bodies) link.publish(topic, Buffer.from(body));
}

const tenBodies = Array.from({ length: 10 }, (_, index) => String(index));

describe('subscriptions', () => {
  test('subscriptions reach a publisher only through the active broker, with its marker', async () => {
    const { client } = await linked();
    expect(client.subscriptions.filter((topic) => topic === `+${request}`)).toHaveLength(1);
    expect(client.subscriptions.filter((topic) => topic.startsWith('+calc.broker.'))).toHaveLength(1);
  });

  test('subscriptions are withdrawn some milliseconds after their subscriber was killed', async () => {
    const { network, server, client } = await linked();
    server.process.kill();
    await network.runTo(510);
    expect(client.subscriptions).toContain(`-${request}`);
  });

  test('subscriptions of a stopped process are withdrawn when it is silent for too long, and come back when it continues', async () => {
    const { network, server, client } = await linked();
    server.process.stop();
    await network.runTo(640);
    expect(client.subscriptions).not.toContain(`-${request}`);
    await network.runTo(800);
    expect(client.subscriptions.at(-1)).toBe(`-${request}`);
    server.process.continue();
    await network.runTo(1_100);
    expect(client.subscriptions.at(-1)).toBe(`+${request}`);
  });

  test('subscriptions of a hung process stay, because libzmq’s thread answers the heartbeats', async () => {
    const { network, server, client } = await linked();
    server.process.hang();
    await network.runTo(3_000);
    expect(client.subscriptions).not.toContain(`-${request}`);
  });

  test('subscriptions are made again after a broker hung for longer than a server waits, because a broker has no such thread', async () => {
    const { network, brokers, server } = await linked();
    const { reconnected } = server;
    brokers[0].process.hang();
    await network.runTo(1_400);
    expect(server.reconnected).toBe(reconnected);
    await network.runTo(2_000);
    brokers[0].process.continue();
    await network.runTo(2_800);
    expect(server.reconnected).toBe(reconnected + 1);
  });

  test('messages without a subscription are not sent', async () => {
    const { network, server, client } = await linked();
    publish(client, 'calc.square.request.1.cccccccccccc', 'x');
    await network.runTo(510);
    expect(server.messages).toEqual([]);
    expect(network.dropped()).toBe(0);
  });
});

describe('messages', () => {
  test('messages arrive in the order in which they were sent', async () => {
    const { network, server, client } = await linked({ lateShare: 0.5 });
    publish(client, request, ...tenBodies);
    await network.runTo(520);
    expect(server.messages).toEqual(tenBodies.map((body) => `${request} ${body}`));
  });

  test('messages are lost with the broker that holds them', async () => {
    const { network, brokers, server, client } = await linked({ delayMs: [5, 5], lateShare: 0 });
    publish(client, request, 'x');
    await network.runTo(503);
    brokers[0].process.kill();
    await network.runTo(900);
    expect(server.messages).toEqual([]);
  });

  test('messages wait in a link that is cut for a moment, and are lost in one that is given up', async () => {
    const { network, server, client } = await linked();
    network.cut('client', 'broker');
    publish(client, request, 'short');
    await network.runTo(600);
    network.heal('client', 'broker');
    await network.runTo(1_000);
    expect(server.messages).toEqual([`${request} short`]);
    network.cut('client', 'broker');
    publish(client, request, 'long');
    await network.runTo(6_000);
    network.heal('client', 'broker');
    await network.runTo(7_000);
    expect(server.messages).toEqual([`${request} short`]);
    expect(client.subscriptions.at(-1)).toMatch(/^\+/);
  });

  test('messages to a process that does not read are dropped beyond its high-water mark', async () => {
    const { network, server, client } = await linked({ highWaterMark: 4 });
    server.process.hang();
    publish(client, request, '0', '1', '2', '3');
    await network.runTo(505);
    publish(client, request, '4', '5');
    await network.runTo(510);
    server.process.continue();
    await network.runTo(520);
    expect(server.messages).toHaveLength(4);
    expect(network.dropped()).toBe(2);
  });

  test('messages that a test selects are lost, until the test ends that', async () => {
    const { network, server, client } = await linked();
    const end = network.lose(({ topic, to }) => topic === request && to === 'server');
    publish(client, request, 'x');
    await network.runTo(510);
    end();
    publish(client, request, 'y');
    await network.runTo(520);
    expect(server.messages).toEqual([`${request} y`]);
  });
});

describe('a process', () => {
  test('a process that continues runs its timers before it reads', async () => {
    const { network, server, client } = await linked();
    const order: string[] = [];
    server.process.platform.after(50, () => order.push(`timer after ${server.messages.length} messages`));
    server.process.stop();
    publish(client, request, 'x');
    await network.runTo(600);
    server.process.continue();
    await network.runTo(601);
    expect(order).toEqual(['timer after 0 messages']);
    expect(server.messages).toHaveLength(1);
  });

  test('each turn of a slow process takes its time, and everything that has arrived', async () => {
    const { network, server, client } = await linked();
    server.process.slowDown(10);
    for (const [index, body] of tenBodies.entries()) network.at(500 + 3 * index, () => publish(client, request, body));
    const arrivals: number[] = [];
    for (let atMs = 500; atMs < 560; atMs += 1) {
      network.at(atMs, () => arrivals.push(server.messages.length));
    }
    await network.runTo(600);
    const turns = [...new Set(arrivals)].map((many) => arrivals.indexOf(many)).slice(1);
    expect(turns.length).toBeGreaterThan(2);
    expect(turns.slice(1).every((atMs, index) => atMs - (turns[index] ?? 0) >= 10)).toBe(true);
    expect(server.messages).toEqual(tenBodies.map((body) => `${request} ${body}`));
  });

  test('the messages, receives and callbacks of a process whose loop is blocked happen when it gets that far', async () => {
    const { network, server, client } = await linked();
    client.link.subscribe(result);
    await network.runTo(600);
    const seen: string[] = [];
    const at = (what: string): void => void seen.push(`${what} ${Math.floor(server.process.platform.nowMs())}`);
    server.process.platform.after(10, () => {
      publish(server, result, 'before');
      server.process.platform.after(20, () => at(`timer after ${server.messages.length} messages`));
      at('begun');
      server.process.block(300);
      at('over');
      publish(server, result, 'after');
    });
    network.at(700, () => {
      seen.push(server.process.state());
      publish(client, request, 'x');
    });
    await network.runTo(800);
    expect(server.messages).toEqual([]);
    // Messages that the loop sends in a turn leave when the turn ends.
    expect(client.messages).toEqual([]);
    await network.runTo(1_000);
    expect(seen).toEqual(['begun 610', 'over 910', 'hung', 'timer after 0 messages 910']);
    expect(server.messages).toHaveLength(1);
    expect(client.messages).toEqual([`${result} before`, `${result} after`]);
  });

  test('a process that ends while its loop is blocked sends nothing afterwards', async () => {
    const { network, server, client } = await linked();
    client.link.subscribe(result);
    await network.runTo(600);
    server.process.deliver(() => {
      server.process.block(300);
      publish(server, result, 'after');
    });
    network.at(700, () => server.process.kill());
    await network.runTo(1_500);
    expect(client.messages).toEqual([]);
  });

  test('a process that has ended does nothing more, and another one may take its place', async () => {
    const { network, server, client } = await linked();
    expect(() => network.spawn('server')).toThrow(/server runs already/);
    server.process.platform.after(1, () => expect.unreachable());
    server.process.kill();
    publish(client, request, 'x');
    await network.runTo(600);
    expect(server.messages).toEqual([]);
    const next = participant(network, 'server');
    next.link.subscribe(result);
    await network.runTo(700);
    expect(next.reconnected).toBe(2);
  });
});

describe('a cut one way', () => {
  test('a one-way cut ends the connection on both sides', async () => {
    const { network, server, client } = await linked();
    network.cut('broker', 'server');
    await network.runTo(1_900);
    expect(client.subscriptions.at(-1)).toBe(`-${request}`);
    network.heal('broker', 'server');
    // An attempt to connect that began before takes a second.
    await network.runTo(3_300);
    expect(client.subscriptions.at(-1)).toBe(`+${request}`);
    publish(client, request, 'x');
    await network.runTo(3_310);
    expect(server.messages).toEqual([`${request} x`]);
  });
});
