import dns from 'node:dns';
import { isIP } from 'node:net';
import { timers } from './timers.ts';

/*
 * Looks up the host of a broker's endpoint. Node resolves few names at a time (on two threads here), and a name whose
 * name server is silent occupies one of them for many seconds. So a name is looked up once, however many callers wait:
 * a look-up for each attempt to connect would let one broker's name block the connections to the other.
 *
 * The last known address is used while the resolver cannot answer, so that a returning broker is found without the name
 * server. When the resolver reports that the name has no address, the last one is dropped: another host may have it by
 * then.
 *
 * A name may have addresses of both families. IPv4 comes first: on many machines, `localhost` and names of the local
 * network have an IPv6 address on which no broker listens. A connection tries all of them.
 */

/** At least one address if there is no fault; IPv4 first, without brackets. */
type Found = (fault: NodeJS.ErrnoException | null, addresses: readonly string[]) => void;

/** Less than the time of an attempt to connect. */
const patienceMs = 500;

/** Errors that say that a name has no address. Other errors mean that the resolver does not know. */
const saysNone: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA']);

/** The callers that wait. The timer is set if the host had an address before. */
type Waiting = Map<Found, NodeJS.Timeout | undefined>;

/** The callers that wait for each host that is being looked up. */
const asked = new Map<string, Waiting>();
/** The last known addresses of each host. The hosts are those of brokers, so they are few. */
const known = new Map<string, readonly string[]>();

export const isIPv6 = (address: string): boolean => address.includes(':');

const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '');

/** @returns the address without brackets, or undefined when the host is a name */
export function literalOf(host: string): string | undefined {
  const literal = withoutBrackets(host);
  return isIP(literal) > 0 ? literal : undefined;
}

/**
 * @param host a name or an address; IPv6 with or without brackets
 * @param found receives a fault when the host has no address, or when the resolver fails and no address is known
 */
export function addressesOf(host: string, found: Found): void {
  const others = asked.get(host);
  const waiting: Waiting = others ?? new Map();
  const before = known.get(host);

  function settleFor(addresses: readonly string[]): void {
    waiting.delete(found);
    found(null, addresses);
  }

  waiting.set(found, before === undefined ? undefined : timers.setTimeout(settleFor, patienceMs, before).unref());
  if (others === undefined) ask(host, waiting);
}

function ask(host: string, waiting: Waiting): void {
  asked.set(host, waiting);
  dns.lookup(withoutBrackets(host), { all: true }, (fault, found) => {
    asked.delete(host);
    if (fault === null) known.set(host, inOrder(found));
    else if (saysNone.has(fault.code)) known.delete(host);
    const last = known.get(host);
    for (const [settle, patience] of waiting) {
      timers.clearTimeout(patience);
      if (last === undefined) settle(fault, []);
      else settle(null, last);
    }
  });
}

function inOrder(found: readonly dns.LookupAddress[]): readonly string[] {
  return found.toSorted((one, other) => one.family - other.family).map(({ address }) => address);
}
