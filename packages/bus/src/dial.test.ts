import type { BrokerEndpoint } from '@cateto/contracts';
import dns from 'node:dns';
import { isIP } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Publisher } from 'zeromq';
import { freeBroker } from './relay/brokers.test-support.ts';
import { connectHeartbeat, connectRequests } from './sockets.ts';

type Answer = (fault: NodeJS.ErrnoException | null, address: string) => void;

const patience = { timeout: 20_000 };

/** A name service that knows what the test says, and is silent until then. */
function nameService() {
  const waiting: { readonly name: string; readonly answer: Answer }[] = [];
  const addresses = new Map<string, string | Error>();
  let asked = 0;

  function answerAll(): void {
    for (const { name, answer } of waiting.splice(0)) {
      const known = addresses.get(name);
      if (known === undefined) waiting.push({ name, answer });
      else if (typeof known === 'string') answer(null, known);
      else answer(known, '');
    }
  }

  vi.spyOn(dns, 'lookup').mockImplementation((name: string, ...[, answer]: unknown[]) => {
    if (isIP(name) > 0) return (answer as Answer)(null, name);
    asked += 1;
    waiting.push({ name, answer: answer as Answer });
    process.nextTick(answerAll);
  });
  onTestFinished(() => void vi.restoreAllMocks());
  return {
    asked: () => asked,
    say(name: string, address: string | Error): void {
      addresses.set(name, address);
      answerAll();
    },
  };
}

const connections = {
  'the way on which a server hears requests': {
    open: (broker: BrokerEndpoint) => connectRequests([broker]),
    portOf: (broker: BrokerEndpoint) => broker.subscribePort,
  },
  'a heartbeat': { open: connectHeartbeat, portOf: (broker: BrokerEndpoint) => broker.heartbeatPort },
};
/** An address is remembered as long as the process runs: each test has a name of its own. */
let count = 0;
const every = Object.keys(connections) as (keyof typeof connections)[];

/** A port that listens, and a connection to it by a name, closed with the test. */
async function setUp(what: keyof typeof connections, name = `broker-${(count += 1)}.test`) {
  const broker = await freeBroker();
  const { open, portOf } = connections[what];
  const publisher = new Publisher({ linger: 0 });
  await publisher.bind(`tcp://127.0.0.1:${portOf(broker)}`);
  const names = nameService();
  const linked = new Promise((resolve) => publisher.events.on('handshake', resolve));
  const socket = open({ ...broker, host: name });
  onTestFinished(() => {
    socket.close();
    publisher.close();
  });
  const say = (address: string | Error): void => names.say(name, address);
  return { asked: names.asked, say, socket, linked };
}

describe.each(every)('%s', (what) => {
  test('finds its broker by the address that the name has', async () => {
    const { say, linked } = await setUp(what);
    say('127.0.0.1');
    await linked;
  });

  test('follows the name to another address', async () => {
    const { asked, say, linked } = await setUp(what);
    // Nobody listens there.
    say('127.0.0.2');
    await vi.waitFor(() => expect(asked()).toBeGreaterThan(2), patience);
    say('127.0.0.1');
    await linked;
  });

  test('finds it when the name is unknown at first', async () => {
    const { asked, say, linked } = await setUp(what);
    say(new Error('ENOTFOUND'));
    await vi.waitFor(() => expect(asked()).toBeGreaterThan(1), patience);
    say('127.0.0.1');
    await linked;
  });

  test('asks nobody for the address of an address', async () => {
    const { asked, linked } = await setUp(what, '127.0.0.1');
    await linked;
    expect(asked()).toBe(0);
  });

  test('closed while it waits for the address asks for it no more', async () => {
    const { asked, say, socket } = await setUp(what);
    socket.close();
    say(new Error('ENOTFOUND'));
    const before = asked();
    await wait(300);
    expect(asked()).toBe(before);
  });
});
