import dns from 'node:dns';
import { isIP } from 'node:net';
import { timers } from './timers.ts';

/*
 * The address of a host, as a broker's endpoint names it. The system resolves few names at a time, two of Node's threads, and a
 * name whose server is silent takes one of them for many seconds. So a name is asked for once, however many wait for it: asked
 * for with each attempt to connect, the name of one broker would keep everybody from the other. And the address that it had serves
 * while nobody can say another: a broker that is back is found without the name server. When somebody can say that it has none, it has
 * none: another host may have the address by then.
 */

type Found = (fault: NodeJS.ErrnoException | null, address: string) => void;

/** Less than an attempt to connect may take. */
const patienceMs = 500;

/** What says that a name has no address; other faults say that nobody knows. */
const saysNone: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA']);

/** Who waits, and until when if the host had an address before. */
type Waiting = Map<Found, NodeJS.Timeout | undefined>;

/** Who waits for which host: an entry for each that the system has been asked for. */
const asked = new Map<string, Waiting>();
/** The address that each host had last. Hosts are those of brokers: a few. */
const known = new Map<string, string>();

/** With it a host's name may mean an IPv6 address, where nobody listens: only for who writes IPv6. */
export const familyOf = (host: string): 4 | 6 => (host.includes(':') ? 6 : 4);

const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '');

/** @returns the host without brackets when it is an address, undefined when it is a name */
export function literalOf(host: string): string | undefined {
  const literal = withoutBrackets(host);
  return isIP(literal) > 0 ? literal : undefined;
}

/**
 * @param host a name or an address, of IPv6 in brackets or without
 * @param found hears of a fault when the host has no address, or had none before and nobody knows
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
