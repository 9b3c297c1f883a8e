import type { BrokerEndpoint } from '@cateto/contracts';
import dns from 'node:dns';
import { isIP } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Publisher } from 'zeromq';
import { readFrames } from './read-frames.ts';
import { freeBroker } from '../../broker/brokers.test-support.ts';
import { connectHeartbeat, connectRequests } from './sockets.ts';
import { useFakeTimers } from '@cateto/zmtp/testing';

/** An address, another one each time, or none. */
type Said = string | (() => string) | Error;
type Answer = (fault: NodeJS.ErrnoException | null, address: string) => void;

const patience = { timeout: 20_000 };

/** A name service that knows what the test says, and is silent until then. */
function nameService() {
  const waiting: { readonly name: string; readonly answer: Answer }[] = [];
  const addresses = new Map<string, Said>();
  const asked: string[] = [];

  function answerAll(): void {
    for (const { name, answer } of waiting.splice(0)) {
      const said = addresses.get(name);
      const known = typeof said === 'function' ? said() : said;
      if (known === undefined) waiting.push({ name, answer });
      else if (typeof known === 'string') answer(null, known);
      else answer(known, '');
    }
  }

  vi.spyOn(dns, 'lookup').mockImplementation((name: string, ...[, answer]: unknown[]) => {
    asked.push(name);
    if (isIP(name) > 0) addresses.set(name, name);
    waiting.push({ name, answer: answer as Answer });
    process.nextTick(answerAll);
  });
  onTestFinished(() => void vi.restoreAllMocks());
  return {
    asked,
    say(name: string, address: Said): void {
      addresses.set(name, address);
      answerAll();
    },
  };
}

const noAddress = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });

const ignore = (): void => undefined;

const connections = {
  'the way on which a server hears requests': {
    open: (broker: BrokerEndpoint) => connectRequests(broker, ignore),
    portOf: (broker: BrokerEndpoint) => broker.subscribePort,
  },
  'a heartbeat': {
    open: (broker: BrokerEndpoint) => connectHeartbeat(broker, ignore),
    portOf: (broker: BrokerEndpoint) => broker.heartbeatPort,
  },
};
const every = Object.keys(connections) as (keyof typeof connections)[];
/** An address is remembered as long as the process runs: each test has a name of its own. */
let count = 0;

/** Binds a port that a subscriber may find, and says how many have. */
async function listen(host: string, port: number) {
  const publisher = new Publisher({ linger: 0, ipv6: host.includes(':') });
  let linked = 0;
  publisher.events.on('handshake', () => (linked += 1));
  await publisher.bind(`tcp://${host}:${port}`);
  onTestFinished(() => publisher.close());
  return { publisher, linked: () => linked };
}

/** A connection by a name to a port of which the test says where it listens. */
async function setUp(what: keyof typeof connections, name = `broker-${(count += 1)}.test`) {
  const broker = await freeBroker();
  const { open, portOf } = connections[what];
  const names = nameService();
  const socket = open({ ...broker, host: name });
  // As it is used: what libzmq has to do in this thread it does while somebody reads.
  void readFrames(socket, () => undefined);
  onTestFinished(() => socket.close());
  return {
    socket,
    asked: names.asked,
    say: (address: Said): void => names.say(name, address),
    listenOn: (host: string) => listen(host, portOf(broker)),
  };
}

async function reached({ linked }: { linked(): number }): Promise<void> {
  await vi.waitFor(() => expect(linked()).toBe(1), patience);
}

describe.each(every)('%s', (what) => {
  test('finds its broker by the address that the name has', async () => {
    const { say, listenOn } = await setUp(what);
    const broker = await listenOn('127.0.0.1');
    say('127.0.0.1');
    await reached(broker);
  });

  test('follows the name to another address, and leaves the one that it had', async () => {
    const { asked, say, listenOn } = await setUp(what);
    // Nobody listens there.
    say('127.0.0.2');
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(2), patience);
    const moved = await listenOn('127.0.0.1');
    say('127.0.0.1');
    await reached(moved);
    const left = await listenOn('127.0.0.2');
    // By the time that it asks again, having lost the link, it would have found the other.
    const before = asked.length;
    moved.publisher.close();
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before), patience);
    expect(left.linked()).toBe(0);
  });

  test('stays where it is connected, whatever the name comes to mean', async () => {
    const { asked, say, listenOn } = await setUp(what);
    say('127.0.0.1');
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(1), patience);
    const broker = await listenOn('127.0.0.1');
    await reached(broker);
    const before = asked.length;
    say('127.0.0.2');
    // An answer to what it asked before, if there is one, comes with the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    broker.publisher.close();
    const moved = await listenOn('127.0.0.2');
    await reached(moved);
    expect(asked.length).toBeGreaterThan(before);
  });

  test('finds it when the name is unknown at first, or has no address any more', async () => {
    const { asked, say, listenOn } = await setUp(what);
    say(noAddress);
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(1), patience);
    say('127.0.0.2');
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(3), patience);
    say(noAddress);
    const before = asked.length;
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before + 1), patience);
    // It has no address: whoever has that one now is another.
    const other = await listenOn('127.0.0.2');
    const broker = await listenOn('127.0.0.1');
    say('127.0.0.1');
    await reached(broker);
    expect(other.linked()).toBe(0);
  });

  test('does not ask all the time for a name that has another address each time', async () => {
    const { asked, say } = await setUp(what);
    const startMs = performance.now();
    say(() => `127.0.0.${2 + (asked.length % 2)}`);
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(5), patience);
    expect(performance.now() - startMs).toBeGreaterThan(5 * 150);
  });

  test.each(['127.0.0.1', '[::1]'])('asks nobody for the address of %s', async (address) => {
    const { asked, listenOn } = await setUp(what, address);
    // libzmq looks on, in the meantime, as it does for a broker that starts later.
    const broker = await listenOn(address);
    await reached(broker);
    expect(asked).toEqual([]);
  });

  test('closed while it waits for the address asks for it no more', async () => {
    useFakeTimers(['setTimeout']);
    const { asked, say, socket } = await setUp(what);
    socket.close();
    say(noAddress);
    const before = asked.length;
    vi.advanceTimersByTime(10_000);
    expect(asked).toHaveLength(before);
  });
});

test('two names that come to mean one address are both linked with it', async () => {
  const broker = await freeBroker();
  const names = nameService();
  const at = await listen('127.0.0.1', broker.subscribePort);
  const [one, other] = ['one', 'other'].map((name) => `${name}-${(count += 1)}.test`) as [string, string];
  for (const host of [one, other]) {
    const socket = connectRequests({ ...broker, host }, ignore);
    void readFrames(socket, () => undefined);
    onTestFinished(() => socket.close());
  }
  names.say(one, '127.0.0.1');
  names.say(other, '127.0.0.1');
  await vi.waitFor(() => expect(at.linked()).toBe(2), patience);
});
