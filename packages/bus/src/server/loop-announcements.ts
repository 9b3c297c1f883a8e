import type { Platform } from '../link/link.ts';

/*
 * Servers that share an event loop. A handler that blocks the loop silences every server in it: `serve` of the SDK, for
 * example, runs an op-server and a calc-server in one loop. So an announcement of one of them goes to the requesters of
 * all. Servers of one loop are recognised by their platform, of which a process has one.
 */

export interface LoopAnnouncements {
  /**
   * Work of this member may block the loop for this long; 0 means that it has not, or is over. All servers of the loop
   * tell their requesters.
   */
  announce(silentMs: number): void;
  leave(): void;
}

interface Member {
  tell(silentMs: number): void;
}

interface Loop {
  readonly members: Set<Member>;
  /** The members whose announced silence is not over. */
  readonly announced: Set<Member>;
}

const loops = new WeakMap<Platform, Loop>();

/**
 * @param tell tells the requesters of this server how long it may be silent; 0 means that the silence is over. A member
 * without requesters of its own gives no function.
 */
export function joinLoop(platform: Platform, tell: (silentMs: number) => void = () => undefined): LoopAnnouncements {
  let loop = loops.get(platform);
  if (loop === undefined) {
    loop = { members: new Set(), announced: new Set() };
    loops.set(platform, loop);
  }
  const { members, announced } = loop;
  const self: Member = { tell };
  members.add(self);

  function announce(silentMs: number): void {
    if (silentMs > 0) announced.add(self);
    else announced.delete(self);
    // The silence that another member has announced is not over.
    if (silentMs === 0 && announced.size > 0) return;
    for (const member of members) member.tell(silentMs);
  }

  return {
    announce,
    leave() {
      members.delete(self);
      if (announced.has(self)) announce(0);
    },
  };
}
