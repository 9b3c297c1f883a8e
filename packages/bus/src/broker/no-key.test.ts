import type { BrokerEndpoint } from '@cateto/contracts';
import { addressed, roles } from '@cateto/contracts';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { curveKeyPair } from 'zeromq';
import { hearBrokers } from '../node/hear-brokers.ts';
import { prepareDialKeys } from '../link/zeromq/keys.ts';
import { rawPeer } from './gate/raw-peer.test-support.ts';
import { heard, secured, waiting } from './gate/secured.test-support.ts';
import { freeBroker } from './brokers.test-support.ts';
import { keyedClient, keyedServers, startKeyed } from './keyed.test-support.ts';

/*
 * Without a key nothing at all: every socket of a system with keys, bound or dialling, against the peers that it must
 * not serve; and what reaches a port on which it does not belong.
 */

const ports = ['publishPort', 'subscribePort', 'heartbeatPort'] as const;
const greetingBytes = 64;
/** The first command of CURVE's client, with its frame. It has a key for this connection, and no other text. */
const helloBytes = 202;

/** A system in which a listed peer hears everything, and says something all the time. */
async function busy() {
  const broker = await secured({ all: { roles } });
  const all = await broker.peer('all');
  all.subscriber.subscribe('calc.');
  await Promise.all([heard(all, 'publisher: connected'), heard(all, 'subscriber: connected')]);
  const speak = async (): Promise<void> => {
    const before = all.said.length;
    await vi.waitFor(() => {
      all.send(addressed('calc.beat', all.address));
      expect(all.said.length).toBeGreaterThan(before);
    }, waiting);
  };
  await speak();
  return { ...broker, all, speak };
}

function command(name: string, body: string): Buffer {
  const bytes = Buffer.from(`${String.fromCharCode(name.length)}${name}${body}`, 'latin1');
  return Buffer.concat([Buffer.of(4, bytes.length), bytes]);
}

function greeting(mechanism: string, isServer = false): Buffer {
  const bytes = Buffer.alloc(greetingBytes);
  bytes.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 1]);
  bytes.write(mechanism, 12);
  bytes[32] = isServer ? 1 : 0;
  return bytes;
}

/** The bytes that arrive on a connection until the other side ends it. */
async function bytesUntilClosed(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
  // A reset ends it too.
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  return Buffer.concat(chunks);
}

test.each(ports)('a peer without a key gets the greeting of %s and nothing more, whatever it says', async (port) => {
  const { endpoint, all, speak } = await busy();
  const type = port === 'publishPort' ? 'PUB' : 'SUB';
  const socket = connect({ host: endpoint.host, port: endpoint[port] });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const ended = bytesUntilClosed(socket);
  const topic = addressed('calc.hello', 'strangestran');
  socket.write(greeting('NULL'));
  socket.write(command('READY', `\x0bSocket-Type\0\0\0\x03${type}`));
  socket.write(Buffer.concat([Buffer.of(0, 1, 1), command('SUBSCRIBE', ''), command('SUBSCRIBE', 'calc.')]));
  socket.write(Buffer.concat([Buffer.of(1, topic.length), Buffer.from(topic), Buffer.of(0, 1, 0x93)]));
  await speak();
  expect((await ended).length).toBeLessThanOrEqual(greetingBytes);
  await speak();
  expect(all.said).not.toContain(topic);
});

test('a peer whose key is not listed, or that expects another key of the broker, is heard on no port and hears nothing', async () => {
  const { endpoint, server, pairOf, all, speak, events } = await busy();
  const unlisted = curveKeyPair();
  const beats = { ...endpoint, subscribePort: endpoint.heartbeatPort };
  const peers = await Promise.all([
    rawPeer(endpoint, server.publicKey, unlisted),
    rawPeer(beats, server.publicKey, unlisted),
    rawPeer(endpoint, curveKeyPair().publicKey, pairOf('all')),
    rawPeer(beats, curveKeyPair().publicKey, pairOf('all')),
  ]);
  for (const { subscriber, address } of peers) {
    for (const topic of ['', 'calc.', addressed('calc.beat', address)]) subscriber.subscribe(topic);
  }
  await Promise.all(
    peers
      .slice(0, 2)
      .map((peer) => heard(peer, 'subscriber: the other side refuses the key: the key is not listed (400)')),
  );
  await vi.waitFor(() => {
    for (const { said } of peers.slice(2)) expect(said.some((text) => text.startsWith('subscriber: '))).toBe(true);
  }, waiting);
  for (const { send, sendToSubscribePort, address } of peers) {
    send(addressed('calc.hello', address));
    sendToSubscribePort(addressed('calc.hello', address));
  }
  await speak();
  for (const { said, address } of peers) {
    expect(said.filter((text) => /^[+]|^calc\.|: connected$|frames/.test(text))).toEqual([]);
    if (address !== all.address) expect(all.said).not.toContain(addressed('calc.hello', address));
  }
  expect(new Set(events.flatMap((event) => (event.event === 'peer-accepted' ? [event.name] : [])))).toEqual(
    new Set(['all']),
  );
});

test('what a listed peer publishes on a port for subscriptions reaches nobody, and neither do subscriptions on the port for messages', async () => {
  const { endpoint, server, pairOf, all, speak, counted, events } = await busy();
  const beats = { ...endpoint, subscribePort: endpoint.heartbeatPort };
  const dropped = (): number =>
    events.reduce(
      (sum, event) =>
        event.event === 'message-dropped' && event.cause === 'no subscription' ? sum + event.count : sum,
      0,
    );
  const peers = [
    await rawPeer(endpoint, server.publicKey, pairOf('all')),
    await rawPeer(beats, server.publicKey, pairOf('all')),
  ];
  for (const peer of peers) {
    peer.subscriber.subscribe('');
    await Promise.all([heard(peer, 'publisher: connected'), heard(peer, 'subscriber: connected')]);
    peer.subscribeAtPublishPort('calc.');
    peer.sendToSubscribePort(addressed('calc.beat', 'zzzzzzzzzzzz'));
  }
  await vi.waitFor(() => expect(dropped()).toBe(peers.length), waiting);
  await speak();
  expect(counted('right-refused', 'all', 'subscribe: no topic of a role')).toBe(1);
  expect(all.said).not.toContain(addressed('calc.beat', 'zzzzzzzzzzzz'));
  for (const { said } of peers) expect(said.filter((text) => text.startsWith('calc.'))).toEqual([]);
});

/** Answers every connection like a server of ZMTP that has no key, or another one. @returns what it was sent, by port */
async function falseBroker(broker: BrokerEndpoint, mechanism: 'NULL' | 'CURVE'): Promise<Record<string, Buffer[]>> {
  const heardOn: Record<string, Buffer[]> = {};
  for (const port of ports) {
    const got: Buffer[] = (heardOn[port] = []);
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      const index = got.push(Buffer.alloc(0)) - 1;
      socket.on('error', () => undefined);
      socket.write(greeting(mechanism, mechanism === 'CURVE'));
      if (mechanism === 'NULL') socket.write(command('READY', `\x0bSocket-Type\0\0\0\x04XPUB`));
      socket.on('data', (chunk: Buffer) => {
        got[index] = Buffer.concat([got[index] ?? Buffer.alloc(0), chunk]);
        // A WELCOME that nobody has sealed.
        if (mechanism === 'CURVE' && (got[index]?.length ?? 0) > greetingBytes)
          socket.end(command('WELCOME', 'x'.repeat(160)));
      });
    });
    server.listen(broker[port], broker.host);
    await once(server, 'listening');
    expect((server.address() as AddressInfo).port).toBe(broker[port]);
    onTestFinished(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
  }
  return heardOn;
}

test.each(['NULL', 'CURVE'] as const)(
  'programs with keys tell a false broker with %s nothing, on any connection',
  async (mechanism) => {
    const brokers = [await freeBroker(), await freeBroker()] as const;
    const got = await falseBroker(brokers[0], mechanism);
    await startKeyed('backup', brokers);
    await keyedServers(brokers, [curveKeyPair(), curveKeyPair()]);
    const client = await keyedClient(brokers, curveKeyPair());
    void client.ask(1, 2);
    const keys = await prepareDialKeys(
      { keyPair: curveKeyPair(), brokers: brokers.map(() => curveKeyPair().publicKey) },
      brokers,
    );
    const [status] = await hearBrokers(brokers.slice(0, 1), 300, undefined, keys);
    expect(status?.beat).toBeUndefined();
    // Two servers and a client publish and subscribe; the backup and the status listen to beats.
    const dialled = { publishPort: 3, subscribePort: 3, heartbeatPort: 2 };
    await vi.waitFor(() => {
      for (const port of ports) {
        // libzmq sends the first bytes of its greeting, and the rest when it has read those of the other side.
        const said = got[port]?.filter(({ length }) => length > 0) ?? [];
        expect(said.length).toBeGreaterThanOrEqual(dialled[port]);
      }
    }, waiting);
    for (const bytes of Object.values(got).flat()) {
      expect(bytes.length).toBeLessThanOrEqual(greetingBytes + helloBytes);
      expect(bytes.toString('latin1')).not.toContain('calc.');
    }
  },
);
