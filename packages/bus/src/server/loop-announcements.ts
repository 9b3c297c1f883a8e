import type { Platform } from '../link/link.ts';

/*
 * Servers that share an event loop. A handler that blocks the loop silences every server in it: `serve` of the SDK, for
 * example, runs an op-server and a calc-server in one loop. So an announcement of one of them goes to the requesters of
 * all. Servers of one loop are recognised by their platform, of which a process has one.
 */

export interface Loop {
  /**
   * Work of this member may block the loop for this long; 0 means that it has not, or is over. All servers of the loop
   * tell their requesters.
   */
  announce(silentMs: number): void;
  /** Work of this member has blocked the loop. */
  blocked(): void;
  leave(): void;
}

export interface LoopMember {
  /** Tells the requesters of this server how long it may be silent; 0 means that this is over. */
  tell(silentMs: number): void;
  /** The loop was blocked, so there may be unread messages. */
  blocked(): void;
}

interface Shared {
  readonly members: Set<LoopMember>;
  /** The members whose announcement is not over. */
  readonly announced: Set<LoopMember>;
}

const loops = new WeakMap<Platform, Shared>();
/** Work without requesters of its own. */
const nobody: LoopMember = { tell: () => undefined, blocked: () => undefined };

export function joinLoop(platform: Platform, member: LoopMember = { ...nobody }): Loop {
  let loop = loops.get(platform);
  if (loop === undefined) {
    loop = { members: new Set(), announced: new Set() };
    loops.set(platform, loop);
  }
  const { members, announced } = loop;
  members.add(member);

  function announce(silentMs: number): void {
    if (silentMs > 0) announced.add(member);
    else announced.delete(member);
    // The silence that another member has announced is not over.
    if (silentMs === 0 && announced.size > 0) return;
    for (const { tell } of members) tell(silentMs);
  }

  return {
    announce,
    blocked() {
      for (const one of members) one.blocked();
    },
    leave() {
      members.delete(member);
      if (announced.has(member)) announce(0);
    },
  };
}
