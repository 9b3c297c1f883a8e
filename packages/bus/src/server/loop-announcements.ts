import type { Platform } from '../link/link.ts';

/*
 * Servers that share an event loop. A handler that blocks the loop silences every server in it: `serve` of the SDK, for
 * example, runs an op-server and a calc-server in one loop. So an announcement of one of them goes to the requesters of
 * all. Servers of one loop are recognised by their platform, of which a process has one.
 */

export interface Loop {
  /**
   * Work of this member may block the loop for this long; 0 means that it has not, or is over. All servers of the loop
   * tell their requesters: of a silence before it begins, and of its end if no other begins within 20 ms.
   */
  announce(silentMs: number): void;
  /** Work of this member has blocked the loop, since then if it was announced. */
  blocked(announcedSinceMs: number | undefined): void;
  leave(): void;
}

export interface LoopMember {
  /** Tells the requesters of this server how long it may be silent; 0 means that this is over. */
  tell(silentMs: number): void;
  /** The loop was blocked, since then if it was announced. So there may be unread messages. */
  blocked(announcedSinceMs: number | undefined): void;
}

interface Shared {
  readonly members: Set<LoopMember>;
  /** The members whose announcement is not over. */
  readonly announced: Set<LoopMember>;
  /** All announcements are over, and requesters are to be told; undefined when nothing is to be told. */
  cancelEnd: (() => void) | undefined;
}

/**
 * A server whose requesters send one request after the other is idle for a round trip between two handlers. Beats about
 * the end of the first and the begin of the second would be five sixths of all beats (measured with 500 requests of 50
 * ms), and would delay the second.
 */
const endToldMs = 20;

const loops = new WeakMap<Platform, Shared>();
/** Work without requesters of its own. */
const nobody: LoopMember = { tell: () => undefined, blocked: () => undefined };

export function joinLoop(platform: Platform, member: LoopMember = { ...nobody }): Loop {
  let loop = loops.get(platform);
  if (loop === undefined) {
    loop = { members: new Set(), announced: new Set(), cancelEnd: undefined };
    loops.set(platform, loop);
  }
  const shared = loop;
  const { members, announced } = shared;
  members.add(member);

  function tellAll(silentMs: number): void {
    forgetEnd();
    for (const { tell } of members) tell(silentMs);
  }

  function forgetEnd(): void {
    shared.cancelEnd?.();
    shared.cancelEnd = undefined;
  }

  function announce(silentMs: number): void {
    if (silentMs > 0) {
      announced.add(member);
      return tellAll(silentMs);
    }
    announced.delete(member);
    // The silence that another member has announced is not over.
    if (announced.size === 0) shared.cancelEnd ??= platform.after(endToldMs, () => tellAll(0));
  }

  return {
    announce,
    blocked(announcedSinceMs) {
      for (const one of members) one.blocked(announcedSinceMs);
    },
    leave() {
      members.delete(member);
      if (announced.has(member)) announce(0);
      if (members.size === 0) forgetEnd();
    },
  };
}
