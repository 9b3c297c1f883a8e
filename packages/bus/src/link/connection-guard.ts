import { addressLength, topicShape, z85Encode } from '@cateto/contracts';
import type { Peer } from '@cateto/zmtp';
import type { BrokerKeys, BrokerPort, ConnectionRights } from './keys.ts';

/*
 * Besides the rights of a key, a broker checks the address of each connection with the key. The first sender that a
 * publisher names, or the first address to which a subscriber subscribes, stays the address of the connection. It must
 * begin as the key determines. So no participant can answer, cancel or listen for another one.
 */

export interface ConnectionGuard {
  opened(peer: Peer): void;
  closed(peer: Peer): void;
  /** @returns why the message is dropped; undefined when it may be forwarded */
  publish(peer: Peer, topic: string, body: Uint8Array): string | undefined;
  /** Whether the rights of the connection report refusals. */
  reports(peer: Peer): boolean;
  /** @returns why the subscription is refused; undefined when it is accepted */
  subscribe(peer: Peer, prefix: string, held: number): string | undefined;
}

/** A batch: an array of three to six, whose first element is a text of twelve characters, the sender. */
const arrayHeadMin = 0x93;
const arrayHeadMax = 0x96;
const senderHead = 0xac;
const senderAt = 2;
const senderEnd = senderAt + addressLength;

interface Guarded {
  readonly prefix: string;
  readonly rights: ConnectionRights | undefined;
  address: string | undefined;
  /** The same as bytes: most messages are compared with it. */
  addressBytes: Uint8Array | undefined;
}

/** @param prefixOf with these characters, all addresses of the owner of a key begin */
export function createConnectionGuard(
  keys: Pick<BrokerKeys, 'rightsOf'>,
  port: BrokerPort,
  prefixOf: (publicKey: Uint8Array) => string,
): ConnectionGuard {
  const connections = new Map<Peer, Guarded>();

  return {
    opened(peer) {
      const { publicKey } = peer;
      if (publicKey === undefined) return;
      connections.set(peer, {
        prefix: prefixOf(publicKey),
        rights: keys.rightsOf?.(z85Encode(publicKey), port),
        address: undefined,
        addressBytes: undefined,
      });
    },
    closed(peer) {
      connections.get(peer)?.rights?.closed?.();
      connections.delete(peer);
    },
    publish(peer, topic, body) {
      const guarded = connections.get(peer);
      if (guarded === undefined) return 'a connection without a key';
      if (!isSender(guarded, body)) return misuse(peer, guarded, 'a sender that is not the publisher');
      return guarded.rights?.publish(topic);
    },
    reports: (peer) => connections.get(peer)?.rights?.refused !== undefined,
    subscribe(peer, prefix, held) {
      const guarded = connections.get(peer);
      if (guarded === undefined) return 'a connection without a key';
      const address = topicShape(prefix)?.address;
      if (address !== undefined && !isOwn(guarded, address))
        return misuse(peer, guarded, 'a topic of another participant');
      return guarded.rights?.subscribe(prefix, held);
    },
  };
}

/** A peer that repeats this is cut off. */
function misuse(peer: Peer, { rights }: Guarded, what: string): string {
  rights?.refused?.(what);
  peer.misused();
  return what;
}

/** Whether an address is that of the connection, which takes its first one. */
function isOwn(guarded: Guarded, address: string): boolean {
  if (guarded.address !== undefined) return address === guarded.address;
  if (!address.startsWith(guarded.prefix)) return false;
  guarded.address = address;
  return true;
}

function isSender(guarded: Guarded, body: Uint8Array): boolean {
  const array = body[0] ?? 0;
  if (array < arrayHeadMin || array > arrayHeadMax || body[1] !== senderHead || body.length < senderEnd) return false;
  const known = guarded.addressBytes;
  if (known === undefined) {
    const sender = body.slice(senderAt, senderEnd);
    if (!isOwn(guarded, String.fromCharCode(...sender))) return false;
    guarded.addressBytes = sender;
    return true;
  }
  for (let index = 0; index < addressLength; index += 1) if (body[senderAt + index] !== known[index]) return false;
  return true;
}
