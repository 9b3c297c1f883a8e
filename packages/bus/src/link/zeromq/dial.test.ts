import type { BrokerEndpoint } from '@cateto/contracts';
import dns from 'node:dns';
import { isIP } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Publisher } from 'zeromq';
import { readMessages } from './read-messages.ts';
import { freeBroker } from '../../broker/brokers.test-support.ts';
import { dialHeartbeat, dialRequests } from './sockets.ts';
import { useFakeTimers } from '@cateto/zmtp/testing';

/** An address or several, a function that returns an address, or an error. */
type Said = string | readonly string[] | (() => string) | Error;
type Answer = (fault: NodeJS.ErrnoException | null, found: readonly dns.LookupAddress[]) => void;

const patience = { timeout: 20_000 };

/** A name server that answers what the test says, and is silent until then. */
function nameService() {
  const waiting: { readonly name: string; readonly answer: Answer }[] = [];
  const addresses = new Map<string, Said>();
  const asked: string[] = [];

  function answerAll(): void {
    for (const { name, answer } of waiting.splice(0)) {
      const said = addresses.get(name);
      const known = typeof said === 'function' ? said() : said;
      if (known === undefined) waiting.push({ name, answer });
      else if (known instanceof Error) answer(known, []);
      else
        answer(
          null,
          [known].flat().map((address) => ({ address, family: isIP(address) })),
        );
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
    open: (broker: BrokerEndpoint) => dialRequests(broker, ignore),
    portOf: (broker: BrokerEndpoint) => broker.subscribePort,
  },
  'a heartbeat': {
    open: (broker: BrokerEndpoint) => dialHeartbeat(broker, ignore),
    portOf: (broker: BrokerEndpoint) => broker.heartbeatPort,
  },
};
const every = Object.keys(connections) as (keyof typeof connections)[];
/** Each test has a name of its own, because addresses are remembered for the life of the process. */
let count = 0;

/** Binds a port, and counts the subscribers that connect. */
async function listen(host: string, port: number) {
  const publisher = new Publisher({ linger: 0, ipv6: host.includes(':') });
  let linked = 0;
  publisher.events.on('handshake', () => (linked += 1));
  await publisher.bind(`tcp://${host}:${port}`);
  onTestFinished(() => publisher.close());
  return { publisher, linked: () => linked };
}

/** A connection by name to a port; the test says on which address the port listens. */
async function setUp(what: keyof typeof connections, name = `broker-${(count += 1)}.test`) {
  const broker = await freeBroker();
  const { open, portOf } = connections[what];
  const names = nameService();
  const socket = open({ ...broker, host: name });
  // The socket is read, as in real use: libzmq does its work of this thread while a socket is read.
  void readMessages(socket, () => undefined);
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
  test('a connection finds its broker by the address of the name', async () => {
    const { say, listenOn } = await setUp(what);
    const broker = await listenOn('127.0.0.1');
    say('127.0.0.1');
    await reached(broker);
  });

  test('a connection follows the name to another address, and leaves the old one', async () => {
    const { asked, say, listenOn } = await setUp(what);
    // No broker listens there.
    say('127.0.0.2');
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(2), patience);
    const moved = await listenOn('127.0.0.1');
    say('127.0.0.1');
    await reached(moved);
    const left = await listenOn('127.0.0.2');
    // If it asked again after losing the connection, it would have found the other address by then.
    const before = asked.length;
    moved.publisher.close();
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before), patience);
    expect(left.linked()).toBe(0);
  });

  test('a connection stays while it is connected, whatever address the name gets', async () => {
    const { asked, say, listenOn } = await setUp(what);
    say('127.0.0.1');
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(1), patience);
    const broker = await listenOn('127.0.0.1');
    await reached(broker);
    const before = asked.length;
    say('127.0.0.2');
    // An answer to an earlier look-up, if there is one, arrives with the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    broker.publisher.close();
    const moved = await listenOn('127.0.0.2');
    await reached(moved);
    expect(asked.length).toBeGreaterThan(before);
  });

  test('a connection finds its broker when the name is unknown at first, or loses its address', async () => {
    const { asked, say, listenOn } = await setUp(what);
    say(noAddress);
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(1), patience);
    say('127.0.0.2');
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(3), patience);
    say(noAddress);
    const before = asked.length;
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before + 1), patience);
    // The name has no address, so a broker on the old address is a different one.
    const other = await listenOn('127.0.0.2');
    const broker = await listenOn('127.0.0.1');
    say('127.0.0.1');
    await reached(broker);
    expect(other.linked()).toBe(0);
  });

  test('a name whose address changes each time is not looked up all the time', async () => {
    const { asked, say } = await setUp(what);
    const startMs = performance.now();
    say(() => `127.0.0.${2 + (asked.length % 2)}`);
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(5), patience);
    expect(performance.now() - startMs).toBeGreaterThan(5 * 150);
  });

  test.each(['127.0.0.1', '[::1]'])('an address such as %s is not looked up', async (address) => {
    const { asked, listenOn } = await setUp(what, address);
    // libzmq keeps trying meanwhile, as for a broker that starts later.
    const broker = await listenOn(address);
    await reached(broker);
    expect(asked).toEqual([]);
  });

  test.each([
    ['only an IPv6 address', ['::1'], '[::1]'],
    ['an IPv4 address where no broker listens', ['127.0.0.2', '::1'], '[::1]'],
    ['an IPv6 address where no broker listens', ['::1', '127.0.0.1'], '127.0.0.1'],
  ])('a connection finds its broker by a name that has %s', async (_what, addresses, address) => {
    const { say, listenOn } = await setUp(what);
    const broker = await listenOn(address);
    say(addresses);
    await reached(broker);
  });

  test('a connection that is closed while it waits for an address stops looking it up', async () => {
    useFakeTimers(['setTimeout']);
    const { asked, say, socket } = await setUp(what);
    socket.close();
    say(noAddress);
    const before = asked.length;
    vi.advanceTimersByTime(10_000);
    expect(asked).toHaveLength(before);
  });
});

test('two names with the same address both get a connection to it', async () => {
  const broker = await freeBroker();
  const names = nameService();
  const at = await listen('127.0.0.1', broker.subscribePort);
  const [one, other] = ['one', 'other'].map((name) => `${name}-${(count += 1)}.test`) as [string, string];
  for (const host of [one, other]) {
    const socket = dialRequests({ ...broker, host }, ignore);
    void readMessages(socket, () => undefined);
    onTestFinished(() => socket.close());
  }
  names.say(one, '127.0.0.1');
  names.say(other, '127.0.0.1');
  await vi.waitFor(() => expect(at.linked()).toBe(2), patience);
});
