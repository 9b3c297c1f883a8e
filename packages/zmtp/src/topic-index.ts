/*
 * The subscribers of each prefix. Matching is by prefix, as in ZeroMQ: one look-up for each length of prefix in use,
 * and none for a topic that was matched since the last change.
 */

export interface TopicIndex<Peer> {
  /** @returns whether this peer is the first subscriber of the prefix */
  add(peer: Peer, prefix: string): boolean;
  /** @returns whether the prefix has no subscriber any more */
  remove(peer: Peer, prefix: string): boolean;
  /**
   * Removes a peer. @returns the prefixes that have no subscriber any more, in the order in which the peer subscribed
   */
  leave(peer: Peer): readonly string[];
  has(peer: Peer, prefix: string): boolean;
  /** How many prefixes a peer subscribes to. */
  count(peer: Peer): number;
  /** All subscribers of a prefix of the topic, each once. */
  match(topic: string): readonly Peer[];
}

/**
 * Bounds the matched topics and their subscribers; more than the participants of most systems. A peer that subscribes
 * to everything counts once for each topic.
 */
const rememberedMax = 32_768;

export function createTopicIndex<Peer>(): TopicIndex<Peer> {
  /** The subscribers of each prefix. Most have one, and a set takes 200 bytes. */
  const byPrefix = new Map<string, Peer | Set<Peer>>();
  const byPeer = new Map<Peer, Set<string>>();
  /** How many prefixes of each length there are. */
  const lengths = new Map<number, number>();
  const matched = new Map<string, readonly Peer[]>();
  let remembered = 0;

  function forget(): void {
    matched.clear();
    remembered = 0;
  }

  function dropped(peer: Peer, prefix: string): boolean {
    const peers = byPrefix.get(prefix);
    if (peers === undefined || !(peers === peer || (peers instanceof Set && peers.delete(peer)))) return false;
    forget();
    if (peers instanceof Set && peers.size > 0) return false;
    byPrefix.delete(prefix);
    const left = (lengths.get(prefix.length) ?? 1) - 1;
    if (left === 0) lengths.delete(prefix.length);
    else lengths.set(prefix.length, left);
    return true;
  }

  function find(topic: string): readonly Peer[] {
    const found = new Set<Peer>();
    for (const length of lengths.keys()) {
      if (length > topic.length) continue;
      const peers = byPrefix.get(topic.slice(0, length));
      if (peers instanceof Set) for (const peer of peers) found.add(peer);
      else if (peers !== undefined) found.add(peers);
    }
    return [...found];
  }

  return {
    add(peer, prefix) {
      let prefixes = byPeer.get(peer);
      if (prefixes === undefined) byPeer.set(peer, (prefixes = new Set()));
      if (prefixes.has(prefix)) return false;
      prefixes.add(prefix);
      forget();
      const peers = byPrefix.get(prefix);
      if (peers !== undefined) {
        if (peers instanceof Set) peers.add(peer);
        else byPrefix.set(prefix, new Set([peers, peer]));
        return false;
      }
      byPrefix.set(prefix, peer);
      lengths.set(prefix.length, (lengths.get(prefix.length) ?? 0) + 1);
      return true;
    },
    remove(peer, prefix) {
      byPeer.get(peer)?.delete(prefix);
      return dropped(peer, prefix);
    },
    leave(peer) {
      const prefixes = byPeer.get(peer);
      byPeer.delete(peer);
      return [...(prefixes ?? [])].filter((prefix) => dropped(peer, prefix));
    },
    has: (peer, prefix) => byPeer.get(peer)?.has(prefix) ?? false,
    count: (peer) => byPeer.get(peer)?.size ?? 0,
    match(topic) {
      const known = matched.get(topic);
      if (known !== undefined) return known;
      const found = find(topic);
      if (remembered >= rememberedMax) forget();
      remembered += 1 + found.length;
      matched.set(topic, found);
      return found;
    },
  };
}
