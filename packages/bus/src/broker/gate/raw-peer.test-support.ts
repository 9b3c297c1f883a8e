import type { BrokerEndpoint } from '@cateto/contracts';
import { addressPrefixOf, createCodec, z85Decode } from '@cateto/contracts';
import type { Peer, Subscriber } from '@cateto/zmtp';
import { curveClient } from '@cateto/zmtp';
import { loadCurveCrypto, nodeNetwork } from '@cateto/zmtp/node';
import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { isMarker } from '../../link/is-marker.ts';
import type { KeyPair } from '../../link/keys.ts';
import type { ZmtpSockets } from '../../link/zmtp-sockets.ts';
import { createZmtpSockets } from '../../link/zmtp-sockets.ts';

/** A peer with a key that publishes and subscribes whatever a test tells it to. */
export interface RawPeer {
  /** An address as its key determines it. */
  readonly address: string;
  readonly subscriber: Subscriber;
  /** The topics that it received, the subscriptions that it heard (`+topic`), and what ended its connections. */
  readonly said: string[];
  /** Sends a message, in its own name unless told otherwise, whether the broker subscribes to the topic or not. */
  send(topic: string, sender?: string): void;
  /** Sends the same where only subscriptions belong. */
  sendToSubscribePort(topic: string): void;
  /** Subscribes where only messages belong. */
  subscribeAtPublishPort(prefix: string): void;
}

const codec = createCodec();
const flush = (run: () => void): void => process.nextTick(run);
const bytes = (text: string): Uint8Array => z85Decode(text) ?? new Uint8Array();

function sendOn(connection: Peer | undefined, topic: string, sender: string): void {
  connection?.send(topic, codec.encode(sender, 1, [[1]]));
  connection?.flush();
}

export function prefixOf(publicKey: string): string {
  return addressPrefixOf(createHash('sha256').update(bytes(publicKey)).digest());
}

async function socketsWith(server: string, pair: KeyPair): Promise<ZmtpSockets> {
  const keyPair = { publicKey: bytes(pair.publicKey), secretKey: bytes(pair.secretKey) };
  const mechanism = curveClient({ crypto: await loadCurveCrypto(), keyPair, serverKey: bytes(server) });
  return createZmtpSockets(nodeNetwork, { participant: flush, broker: flush }, { dial: () => mechanism });
}

/** A peer with a key that only listens to the beats of a broker. @returns the beats that it heard */
export async function beatListener(broker: BrokerEndpoint, server: string, pair: KeyPair): Promise<Uint8Array[]> {
  const beats: Uint8Array[] = [];
  const socket = (await socketsWith(server, pair)).connectBeats(broker, (beat) => void beats.push(beat));
  onTestFinished(() => socket.close(0));
  return beats;
}

/** @param server the public key of the broker */
export async function rawPeer(broker: BrokerEndpoint, server: string, pair: KeyPair): Promise<RawPeer> {
  const address = `${prefixOf(pair.publicKey)}aaaaaa`;
  const said: string[] = [];
  let connection: Peer | undefined;
  let toSubscribePort: Peer | undefined;
  const sockets = await socketsWith(server, pair);
  const publisher = sockets.connectXPublisher(
    [broker],
    isMarker,
    {
      connected(to) {
        connection = to;
        said.push('publisher: connected');
      },
      subscription: (prefix, subscribed) => void (subscribed && said.push(`+${prefix}`)),
      refused: (why) => void said.push(why),
      dropped: (cause) => void said.push(`publisher: ${cause}`),
      lost: () => void said.push('lost'),
      closed: () => void said.push('publisher: closed'),
    },
    (_broker, fault, keysDiffer) => void (keysDiffer === true && said.push(`publisher: ${fault}`)),
  );
  const subscriber = sockets.connectSubscriber([broker], {
    message: (topic) => void said.push(topic),
    connected(to) {
      toSubscribePort = to;
      said.push('subscriber: connected');
    },
    dropped: (cause) => void said.push(`subscriber: ${cause}`),
    closed: () => void said.push('subscriber: closed'),
  });
  onTestFinished(async () => void (await Promise.all([publisher.close(0), subscriber.close(0)])));
  return {
    address,
    subscriber,
    said,
    send: (topic, sender = address) => sendOn(connection, topic, sender),
    sendToSubscribePort: (topic) => sendOn(toSubscribePort, topic, address),
    subscribeAtPublishPort(prefix) {
      connection?.subscription(prefix, true);
      connection?.flush();
    },
  };
}
