import dns from 'node:dns';

/*
 * The address of a host, as a broker's endpoint names it. The system resolves few names at a time, two of Node's threads, and a
 * name whose server is silent takes one of them for many seconds. So a name is asked for once, however many wait for it: asked
 * for with each attempt to connect, the name of one broker would keep everybody from the other.
 */

type Found = (fault: NodeJS.ErrnoException | null, address: string) => void;

/** Who waits for which host. */
const waiting = new Map<string, Found[]>();

/** With it a host's name may mean an IPv6 address, where nobody listens: only for who writes IPv6. */
export const familyOf = (host: string): 4 | 6 => (host.includes(':') ? 6 : 4);

/** @param host a name or an address, of IPv6 in brackets or without */
export function addressOf(host: string, found: Found): void {
  const family = familyOf(host);
  const others = waiting.get(host);
  if (others !== undefined) return void others.push(found);
  const all = [found];
  waiting.set(host, all);
  dns.lookup(host.replace(/^\[|\]$/g, ''), { family }, (fault, address) => {
    waiting.delete(host);
    for (const one of all) one(fault, address);
  });
}
