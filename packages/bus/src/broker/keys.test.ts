import type { BrokerEndpoint } from '@cateto/contracts';
import { createCodec, z85Decode } from '@cateto/contracts';
import { curveClient, nullMechanism } from '@cateto/zmtp';
import type { Mechanism, Subscriber, XPublisher } from '@cateto/zmtp';
import { loadCurveCrypto, nodeNetwork } from '@cateto/zmtp/node';
import { curveKeyPair } from 'zeromq';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hearBrokers } from '../node/hear-brokers.ts';
import type { KeyPair } from '../link/keys.ts';
import { isMarker } from '../link/is-marker.ts';
import { prepareDialKeys } from '../link/zeromq/keys.ts';
import { createZmtpSockets } from '../link/zmtp-sockets.ts';
import type { BusEvent } from '../participant/events.ts';
import { freeBrokers, start } from './brokers.test-support.ts';
import type { KeyedBroker, Log } from './keyed.test-support.ts';
import {
  addressOf,
  brokerPairs,
  createLog,
  followingKeys,
  isActive,
  keyedBrokers,
  keyedClient,
  keyedServers,
  prefixOf,
  startKeyed,
  toldByClient,
} from './keyed.test-support.ts';

/* A broker with keys against strangers, and against an owner of a key that uses addresses of others. */

const codec = createCodec();
const hello = (address: string): Uint8Array => codec.encode(address, 1, [[1]]);

const flush = (run: () => void): void => process.nextTick(run);

async function mechanismOf(pair: KeyPair, server: KeyPair = brokerPairs[0]): Promise<Mechanism> {
  const crypto = await loadCurveCrypto();
  const bytes = (text: string): Uint8Array => z85Decode(text) as Uint8Array;
  const keyPair = { publicKey: bytes(pair.publicKey), secretKey: bytes(pair.secretKey) };
  return curveClient({ crypto, keyPair, serverKey: bytes(server.publicKey) });
}

interface Raw {
  readonly publisher: XPublisher;
  readonly subscriber: Subscriber;
  readonly said: Log<string>;
}

/** A raw peer of one broker, whose topics and bodies the test chooses. */
function rawPeer(broker: BrokerEndpoint, mechanism: Mechanism): Raw {
  const said = createLog<string>();
  const sockets = createZmtpSockets(nodeNetwork, { participant: flush, broker: flush }, { dial: () => mechanism });
  const publisher = sockets.connectXPublisher(
    [broker],
    isMarker,
    {
      subscription: (prefix, subscribed) => said.add(`${subscribed ? '+' : '-'}${prefix}`),
      refused: (why) => said.add(why),
      dropped: (cause) => said.add(`publisher: ${cause}`),
      lost: () => said.add('lost'),
      closed: () => said.add('publisher: closed'),
    },
    (_broker, fault, keysDiffer) => void (keysDiffer === true && said.add(`publisher: ${fault}`)),
  );
  const subscriber = sockets.connectSubscriber([broker], {
    message: (topic) => said.add(topic),
    connected: () => said.add('subscriber: connected'),
    dropped: (cause) => said.add(`subscriber: ${cause}`),
    closed: () => said.add('subscriber: closed'),
  });
  onTestFinished(async () => void (await Promise.all([publisher.close(0), subscriber.close(0)])));
  return { publisher, subscriber, said };
}

/** Resolves when a broker has dropped something for this cause. */
function dropped({ log }: KeyedBroker, cause: string): Promise<void> {
  return log.until((events) => events.some((event) => event.event === 'message-dropped' && event.cause === cause));
}

describe('with keys', () => {
  test('client, calc-server and op-server answer requests, also after a takeover', async () => {
    const { brokers, primary, backup } = await keyedBrokers();
    const pair = curveKeyPair();
    await keyedServers(brokers, [curveKeyPair(), curveKeyPair()]);
    const client = await keyedClient(brokers, pair);
    expect(client.address.startsWith(prefixOf(pair))).toBe(true);
    expect(primary.running.address.startsWith(prefixOf(brokerPairs[0]))).toBe(true);
    expect(await client.ask(1, 2)).toMatchObject({ value: 6 });
    await primary.running.close();
    await backup.log.until(isActive);
    expect(await client.ask(3, 4)).toMatchObject({ value: 14 });
  });

  test('the status of both brokers is heard with keys, and is not heard without', async () => {
    const { brokers } = await keyedBrokers();
    const keys = { keyPair: curveKeyPair(), brokers: brokerPairs.map(({ publicKey }) => publicKey) };
    const heard = await hearBrokers(brokers, 30_000, undefined, await prepareDialKeys(keys, brokers));
    expect(heard.map(({ beat }) => beat?.state)).toEqual(['active', 'standby']);
    const [unheard] = await hearBrokers([brokers[0]], 300);
    expect(unheard?.beat).toBeUndefined();
  });
});

test('a server whose key is added to the list later connects by itself', async () => {
  const pairs = [curveKeyPair(), curveKeyPair()] as const;
  let listed = false;
  const refused = createLog<string>();
  const { brokers } = await keyedBrokers({
    authorize(publicKey, port) {
      if (listed || !pairs.some((pair) => pair.publicKey === publicKey)) return undefined;
      refused.add(`${pairs[0].publicKey === publicKey ? 'op-server' : 'calc-server'} ${port}`);
      return 'not listed';
    },
  });
  await keyedServers(brokers, pairs);
  // Each of its sockets, to both brokers.
  for (const one of ['op-server publish', 'op-server subscribe', 'calc-server publish', 'calc-server subscribe']) {
    await refused.until((all) => all.filter((said) => said === one).length >= 2);
  }
  listed = true;
  const client = await keyedClient(brokers, curveKeyPair());
  expect(await client.ask(1, 2)).toMatchObject({ value: 6 });
});

describe('a broker with keys', () => {
  test('forwards a peer’s own messages to it, and takes no sender but the first one of a connection', async () => {
    const { brokers, primary } = await keyedBrokers();
    const pair = curveKeyPair();
    const own = addressOf(pair);
    const { publisher, subscriber, said } = rawPeer(brokers[0], await mechanismOf(pair));
    subscriber.subscribe(`calc.hello.${own}`);
    // The broker takes subscriptions of a connection in order.
    subscriber.subscribe(`calc.square.request.1.${own}`);
    await said.until((all) => all.includes(`+calc.square.request.1.${own}`) && all.includes('+calc.hello.'));
    publisher.send(`calc.hello.${own}`, hello(own));
    await said.until((all) => all.includes(`calc.hello.${own}`));
    for (const sender of [addressOf(pair, 'bbbbbb'), 'zzzzzzzzzzzz'])
      publisher.send(`calc.hello.${own}`, hello(sender));
    publisher.send(`calc.hello.${own}`, new Uint8Array(20));
    await dropped(primary, 'a sender that is not the publisher');
  });

  test('takes no first sender that another key determines', async () => {
    const { brokers, primary } = await keyedBrokers();
    const { publisher, said } = rawPeer(brokers[0], await mechanismOf(curveKeyPair()));
    await said.until((all) => all.includes('+calc.hello.'));
    const other = addressOf(curveKeyPair());
    publisher.send(`calc.hello.${other}`, hello(other));
    await dropped(primary, 'a sender that is not the publisher');
  });

  test('accepts subscriptions to topics of the first address of a connection only', async () => {
    const { brokers } = await keyedBrokers();
    const pair = curveKeyPair();
    const others = [addressOf(pair, 'bbbbbb'), addressOf(curveKeyPair())];
    const { subscriber, said } = rawPeer(brokers[0], await mechanismOf(pair));
    const own = `calc.square.request.1.${addressOf(pair)}`;
    subscriber.subscribe(own);
    for (const other of others) subscriber.subscribe(`calc.square.request.1.${other}`);
    await said.until((all) => all.includes(`+${own}`));
    subscriber.subscribe(`calc.square.request.2.${addressOf(pair)}`);
    await said.until((all) => all.includes(`+calc.square.request.2.${addressOf(pair)}`));
    expect(said.all.filter((one) => others.some((other) => one.includes(other)))).toEqual([]);
  });

  test('asks the rights of each connection about topics and subscriptions', async () => {
    const pair = curveKeyPair();
    const asked = createLog<string>();
    const { brokers, primary } = await keyedBrokers({
      rightsOf: (publicKey, port) => ({
        publish(topic) {
          asked.add(`${port} ${topic}`);
          return topic.includes('cancel') ? 'no right' : undefined;
        },
        subscribe(topic) {
          asked.add(`${port} ${topic}`);
          return topic.includes('status') ? 'no right' : undefined;
        },
        closed: () => asked.add(`${port} closed by ${publicKey === pair.publicKey ? 'its owner' : 'another'}`),
      }),
    });
    const own = addressOf(pair);
    const raw = rawPeer(brokers[0], await mechanismOf(pair));
    for (const topic of ['calc.status.request', 'calc.cancel', 'calc.square.request.1']) {
      raw.subscriber.subscribe(`${topic}.${own}`);
    }
    await raw.said.until((all) => all.includes(`+calc.square.request.1.${own}`) && all.includes('+calc.cancel.'));
    raw.publisher.send(`calc.cancel.${own}`, codec.encode(own, 1, [[[1]]]));
    raw.publisher.send(`calc.hello.${own}`, hello(own));
    await asked.until((all) => all.includes(`publish calc.hello.${own}`));
    await dropped(primary, 'no right');
    expect(raw.said.all).not.toContain(`+calc.status.request.${own}`);
    await raw.subscriber.close(0);
    await asked.until((all) => all.includes('subscribe closed by its owner'));
  });

  test('refuses a key that is not authorised, and tells its owner why', async () => {
    const { brokers } = await keyedBrokers({ authorize: () => 'the key is not listed' });
    const { said } = rawPeer(brokers[0], await mechanismOf(curveKeyPair()));
    await said.until((all) => all.length >= 2);
    expect(new Set(said.all)).toEqual(
      new Set([
        'publisher: the other side refuses the key: the key is not listed (400); the access list of the brokers decides that (CATETO_ACCESS)',
        'subscriber: the other side refuses the key: the key is not listed (400)',
      ]),
    );
  });

  test('cuts off a key that is not authorised any more', async () => {
    let listed = true;
    const { brokers, primary } = await keyedBrokers({ authorize: () => (listed ? undefined : 'the key was removed') });
    const { said } = rawPeer(brokers[0], await mechanismOf(curveKeyPair()));
    await said.until((all) => all.includes('+calc.hello.') && all.includes('subscriber: connected'));
    primary.running.recheckKeys();
    listed = false;
    primary.running.recheckKeys();
    await said.until((all) => all.includes('publisher: closed') && all.includes('subscriber: closed'));
    await said.until((all) => all.includes('subscriber: the other side refuses the key: the key was removed (400)'));
  });

  test('lets nobody in without a key, or with the wrong key of a broker', async () => {
    const { brokers } = await keyedBrokers();
    for (const mechanism of [nullMechanism, await mechanismOf(curveKeyPair(), brokerPairs[1])]) {
      const { said } = rawPeer(brokers[0], mechanism);
      await said.until((all) => all.length >= 2);
      expect(said.all.filter((one) => one.startsWith('+') || one.endsWith('connected'))).toEqual([]);
    }
  });
});

describe('keys that do not fit those of the brokers', () => {
  const publicKeys = brokerPairs.map(({ publicKey }) => publicKey);
  const strangers = [curveKeyPair().publicKey, curveKeyPair().publicKey];
  const differ = (events: readonly BusEvent[]): readonly string[] =>
    events.flatMap((event) => (event.event === 'keys-differ' ? [event.cause] : []));

  test.each([
    ['a program without keys', undefined, 'the broker accepts only programs with keys, and this one has none; set'],
    [
      'a program that expects other brokers',
      { keyPair: curveKeyPair(), brokers: strangers },
      'the broker does not have the key that this program expects; get the brokers.keys',
    ],
    [
      'a program whose key is not listed',
      { keyPair: curveKeyPair(), brokers: publicKeys },
      'the other side refuses the key: the key is not listed (400); the access list of the brokers decides',
    ],
  ])('%s is told at once why the brokers refuse it', async (_, keys, said) => {
    const { brokers } = await keyedBrokers({ authorize: () => 'the key is not listed' });
    const log = await toldByClient(brokers, keys);
    await log.until((events) => differ(events).length > 0);
    expect(differ(log.all)).toEqual([expect.stringContaining(said)]);
    expect(log.all.filter(({ event }) => event === 'message-dropped')).toEqual([]);
  });

  test('a program with keys is told at once that the brokers have none', async () => {
    const [endpoint] = await freeBrokers();
    await start('primary', [endpoint]);
    const log = await toldByClient([endpoint], { keyPair: curveKeyPair(), brokers: publicKeys });
    await log.until((events) => differ(events).length > 0);
    expect(differ(log.all)).toEqual([expect.stringContaining('this program has a key, and the broker has none')]);
  });
});

test('a broker gets another key under load: only it is restarted, and no request fails', async () => {
  const next = [curveKeyPair(), curveKeyPair()] as const;
  let known: readonly string[] = brokerPairs.map(({ publicKey }) => publicKey);
  const brokersNow = (): readonly string[] => known;
  const { brokers, primary, backup } = await keyedBrokers({ brokersNow });
  const client = await followingKeys(brokers, brokersNow);
  const values: unknown[] = [];
  let over = false;
  const load = (async () => {
    while (!over) values.push(await client.ask(1, 2));
  })();
  expect(await client.ask(1, 2)).toMatchObject({ value: 6 });

  known = [brokerPairs[0].publicKey, next[1].publicKey];
  await backup.running.close();
  const newBackup = await startKeyed('backup', brokers, { brokersNow, keyPair: next[1] });
  // The other broker hears it with its new key, and so do the participants.
  const isLinked = async (): Promise<boolean> => {
    const keys = await prepareDialKeys({ keyPair: curveKeyPair(), brokers: known }, brokers);
    const [, second] = await hearBrokers(brokers, 30_000, undefined, keys);
    return second?.beat?.state === 'standby' && (second.beat.counters['requests'] ?? 0) >= 4;
  };
  while (!(await isLinked()));

  known = [next[0].publicKey, next[1].publicKey];
  await primary.running.close();
  await newBackup.log.until(isActive);
  await startKeyed('primary', brokers, { brokersNow, keyPair: next[0] });
  expect(await client.ask(3, 4)).toMatchObject({ value: 14 });
  over = true;
  await load;
  expect(values.length).toBeGreaterThan(0);
  for (const value of values) expect(value).toEqual({ value: 6, fallbacks: [] });
});

test('the failure names malformed keys, and brokers without keys', async () => {
  const { brokers } = await keyedBrokers();
  const keyPair = curveKeyPair();
  const [known] = brokerPairs;
  await expect(prepareDialKeys({ keyPair, brokers: [known.publicKey] }, brokers)).rejects.toThrow(
    'there are 2 brokers and the public keys of 1; give one for each',
  );
  await expect(prepareDialKeys({ keyPair, brokers: ['x', known.publicKey] }, brokers)).rejects.toThrow(
    'the public key of a broker is not a key: 40 characters of Z85',
  );
});
