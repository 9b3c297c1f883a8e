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
 */

type Found = (fault: NodeJS.ErrnoException | null, address: string) => void;

/** Less than the time of an attempt to connect. */
const patienceMs = 500;

/** Errors that say that a name has no address. Other errors mean that the resolver does not know. */
const saysNone: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA']);

/** The callers that wait. The timer is set if the host had an address before. */
type Waiting = Map<Found, NodeJS.Timeout | undefined>;

/** The callers that wait for each host that is being looked up. */
const asked = new Map<string, Waiting>();
/** The last known address of each host. The hosts are those of brokers, so they are few. */
const known = new Map<string, string>();

/**
 * Without a family, a host's name may resolve to an IPv6 address on which no broker listens. IPv6 is used only for
 * hosts written as IPv6 addresses.
 */
export const familyOf = (host: string): 4 | 6 => (host.includes(':') ? 6 : 4);

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
export function addressOf(host: string, found: Found): void {
  const others = asked.get(host);
  const waiting: Waiting = others ?? new Map();
  const before = known.get(host);

  function settleFor(address: string): void {
    waiting.delete(found);
    found(null, address);
  }

  waiting.set(found, before === undefined ? undefined : timers.setTimeout(settleFor, patienceMs, before).unref());
  if (others === undefined) ask(host, waiting);
}

function ask(host: string, waiting: Waiting): void {
  asked.set(host, waiting);
  dns.lookup(withoutBrackets(host), { family: familyOf(host) }, (fault, address) => {
    asked.delete(host);
    if (fault === null) known.set(host, address);
    else if (saysNone.has(fault.code)) known.delete(host);
    const last = known.get(host);
    for (const [found, patience] of waiting) {
      timers.clearTimeout(patience);
      if (last === undefined) found(fault, address);
      else found(null, last);
    }
  });
}
