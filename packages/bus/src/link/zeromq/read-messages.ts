import type { Subscriber } from 'zeromq';

/**
 * Passes on every message of a socket until it is closed. A receive is always pending: an unread socket can be
 * garbage-collected, and closes silently.
 */
export async function readMessages(socket: Subscriber, take: (frames: readonly Buffer[]) => void): Promise<void> {
  try {
    for await (const frames of socket) {
      if (socket.closed) return;
      take(frames);
      if (socket.closed) return;
    }
  } catch (error) {
    // The read that was pending when the socket was closed.
    if (!socket.closed) throw error;
  }
}
